"""A session begins anew, can be ended here, and ends by itself."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from blueprints import background, clock, sessions
from blueprints.sessions import KEPT, tidy_sessions
from models import User, UserSession, db
from tests.auth.phones import give_phone
from tests.people import PASSWORD, Visitor, is_in

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def cookie_of(visitor) -> str:
    name = visitor.app.config["SESSION_COOKIE_NAME"]
    cookie = visitor.client.get_cookie(name)
    assert cookie is not None
    return cookie.value


def with_cookie(app, value) -> Visitor:
    visitor = Visitor(app)
    visitor.client.set_cookie(app.config["SESSION_COOKIE_NAME"], value)
    return visitor


def test_what_a_cookie_held_before_does_not_live_on(stranger):
    visitor = stranger()
    visitor.get("/login")
    with visitor.client.session_transaction() as cookie:
        cookie["_user_id"] = "chosen by somebody else"
        cookie["planted"] = "here"
        before = dict(cookie)
    visitor.post("/login", email="sam@example.com", password=PASSWORD)
    with visitor.client.session_transaction() as cookie:
        assert cookie["_user_id"] != before["_user_id"]
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != before["csrf_token"]


def test_a_form_from_before_the_sign_in_is_refused_after_it(stranger):
    visitor = stranger()
    visitor.get("/login")
    old = visitor.token
    visitor.post("/login", email="sam@example.com", password=PASSWORD)
    assert visitor.client.post("/logout", data={"csrf_token": old}).status_code == 400


def test_a_second_sign_in_ends_the_first_of_the_same_browser(app, sign_in):
    visitor = sign_in("sam")
    old = cookie_of(visitor)
    visitor.get("/password")
    visitor.post("/login", email="olive@example.com", password=PASSWORD)
    assert not is_in(with_cookie(app, old))


def test_a_copied_cookie_opens_nothing_after_the_sign_out(app, sign_in):
    visitor = sign_in("sam")
    copied = cookie_of(visitor)
    assert is_in(with_cookie(app, copied))
    page = visitor.post("/logout")
    assert (page.status, page.location) == (303, "/login")
    assert page.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(with_cookie(app, copied))
    assert visitor.follow(page).messages == ["You are signed out."]


def test_signing_out_needs_a_press_and_leaves_others_alone(sign_in):
    one, other = sign_in("sam"), sign_in("sam")
    assert one.client.get("/logout").status_code == 405
    one.post("/logout")
    assert is_in(other)


def test_an_hour_without_a_click_ends_the_session_for_good(sam):
    now = datetime.now(UTC)
    with time_machine.travel(now + timedelta(minutes=61), tick=False):
        assert not is_in(sam)
    with time_machine.travel(now + timedelta(minutes=5), tick=False):
        assert not is_in(sam)


def test_a_click_now_and_then_keeps_it_open_until_twelve_hours(stranger):
    visitor = stranger()
    with time_machine.travel(NINE, tick=False) as clock:
        visitor.post("/login", email="sam@example.com", password=PASSWORD)
        for _ in range(14):
            clock.shift(timedelta(minutes=50))
            assert is_in(visitor)
        clock.shift(timedelta(minutes=21))
        assert not is_in(visitor)


@pytest.mark.parametrize(
    ("sent", "lasts"),
    [
        ({"Sec-Fetch-Dest": "empty"}, False),
        ({"X-Read-Again": "1"}, False),
        ({"Sec-Fetch-Dest": "document"}, True),
        ({}, True),
    ],
    ids=["by the page itself", "by the page in an old browser", "by a click", "by a click in an old browser"],
)
def test_a_page_that_reads_itself_again_is_no_click(sam, sent, lasts):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(21):
            sam.client.get("/support/access", headers=sent)
            clock.shift(timedelta(minutes=3))
        assert is_in(sam) is lasts


def test_support_is_signed_out_after_half_an_hour(uma):
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31), tick=False):
        assert not is_in(uma)


def test_half_an_hour_is_not_over_before_it_is(uma):
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=29), tick=False):
        assert is_in(uma)


def test_clicks_keep_support_in_for_eight_hours_and_no_longer(app, stranger):
    with time_machine.travel(NINE, tick=False) as clock:
        phone, visitor = give_phone(app, "uma"), stranger()
        visitor.follow(visitor.post("/login", email="uma@example.com", password=PASSWORD))
        visitor.post("/login/code", code=phone.code())
        for _ in range(24):
            clock.shift(timedelta(minutes=20))
            assert is_in(visitor)
        clock.shift(timedelta(seconds=1))
        assert not is_in(visitor)


def test_a_user_who_is_disabled_is_out_at_the_next_click(sam, shop):
    user = shop.first(select(User).where(User.email == "sam@example.com"))
    shop.change(user, disabled_at=user.created_at)
    assert not is_in(sam)
    shop.change(user, disabled_at=None)
    assert not is_in(sam), "the old session came back"


def test_reading_pages_is_not_writing(sam, shop):
    seen = shop.first(select(UserSession)).last_seen_at
    sam.get("/help/")
    assert shop.first(select(UserSession)).last_seen_at == seen


def test_the_cookie_is_for_this_store_and_for_no_script(sam, stranger):
    visitor = stranger()
    visitor.post("/login", email="sam@example.com", password=PASSWORD)
    page = visitor.client.post("/login", data={})
    [cookie] = visitor.client.get("/login", headers={"Cookie": ""}).headers.getlist("Set-Cookie") or [
        page.headers["Set-Cookie"]
    ]
    name, *rest = cookie.split("; ")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(rest)
    assert name.startswith("suki-"), "a store of its own on each port of a laptop"
    assert len(cookie) < 4096


def test_where_somebody_was_signed_in_is_forgotten_after_three_months(app, shop, sam):
    sam.post("/logout")
    with time_machine.travel(datetime.now(UTC) + KEPT - timedelta(minutes=1)):
        background.run_once(app)
        assert shop.count(UserSession) == 1
    with time_machine.travel(datetime.now(UTC) + KEPT + timedelta(minutes=1)):
        background.run_once(app)
        assert shop.count(UserSession) == 0


def test_where_support_was_inside_is_kept_for_good(app, shop, olive, uma):
    ticket = olive.post("/support/tickets/new", subject="The printer is on fire", reason="It smokes.").location
    olive.post(f"{ticket}/window", hours="4", scope="all")
    assert uma.post("/support/windows/1/enter").status == 303
    for each in (olive, uma):
        each.post("/logout")
    with time_machine.travel(datetime.now(UTC) + KEPT + timedelta(minutes=1)):
        background.run_once(app)
    assert [kept.user_id for kept in shop.all(select(UserSession))] == [3]


@pytest.mark.sqlite
def test_looking_for_sessions_that_are_over_reads_those_alone(app):
    with app.app_context():
        for looked_for in (sessions._lapsed(clock.now()), sessions._old(clock.now())):
            sql = str(looked_for.compile(db.engine, compile_kwargs={"literal_binds": True}))
            plan = " ".join(row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
            assert "ix_user_sessions_ended_at" in plan


def test_a_session_that_nobody_comes_back_with_ends_behind_the_pages(app, sam, olive, shop):
    with app.app_context():
        tidy_sessions()
        assert not [row for row in shop.all(select(UserSession)) if row.ended_at]
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61), tick=False):
            tidy_sessions()
    assert len([row for row in shop.all(select(UserSession)) if row.ended_at]) == 2
    assert not is_in(sam)
