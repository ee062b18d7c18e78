"""Where people are signed in: everybody sees and ends their own sessions, the owner sees and ends all."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints import clock
from models import Event, User, UserSession, WindowEntry
from tests.pages import words
from tests.people import is_in, signed_in
from tests.support.inside import acts, enter, open_window, window_of

ANDROID = "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 Chrome/149.0.0.0 Mobile Safari/537.36"


def last_session(shop) -> UserSession:
    return shop.all(select(UserSession).order_by(UserSession.id))[-1]


def codes(shop, name):
    user = shop.first(select(User).where(User.email == f"{name}@example.com"))
    return [event.code for event in shop.all(select(Event).where(Event.about_id == user.id).order_by(Event.id))]


def places(page):
    return [words(row.p) for row in page.select("main ul.list > li")]


def test_staff_and_support_see_nobody_elses_sessions(app, sam, uma, olive, shop):
    of_olive = last_session(shop)
    for visitor in (sam, uma):
        for url in ("/settings/sessions", "/settings/sessions/everybody"):
            assert visitor.get(url).status == 403
        for url in (f"/settings/sessions/{of_olive.id}/sign-out", "/settings/sessions/everybody/sign-out"):
            assert visitor.post(url).status == 403
        assert visitor.post(f"/sessions/{of_olive.id}/sign-out").status == 404
        assert places(visitor.get("/sessions")) == ["A browser on some computer this browser"]
    assert is_in(olive)
    assert shop.count(Event) == 0


def test_a_session_that_is_not_there(olive, sam):
    for number in ("0", "99", "9223372036854775808", "-1"):
        assert olive.post(f"/settings/sessions/{number}/sign-out").status == 404
        assert sam.post(f"/sessions/{number}/sign-out").status == 404


def test_the_owner_sees_who_where_and_since_when(olive, sam, shop):
    shop.change(last_session(shop), browser=ANDROID, address="10.0.0.34")
    page = olive.get("/settings/sessions")
    assert [words(each) for each in page.select("main h2")] == ["Olive Owner (you)", "Sam Staff"]
    assert places(page) == ["A browser on some computer this browser", "Chrome on Android"]
    assert "from 10.0.0.34, since today" in page.text
    assert len(page.select("main form")) == 1


def test_one_browser_is_signed_out_and_others_are_not(app, olive, sam, shop):
    phone = signed_in(app, "sam")
    of_phone = last_session(shop)
    page = olive.follow(olive.post(f"/settings/sessions/{of_phone.id}/sign-out"))
    assert page.messages == ["Sam Staff is signed out there."]
    assert (is_in(phone), is_in(sam)) == (False, True)
    page = olive.follow(olive.post(f"/settings/sessions/{of_phone.id}/sign-out"))
    assert page.messages == ["Sam Staff was signed out there already."]
    assert codes(shop, "sam") == ["user.session_ended"]
    user_id = shop.first(select(User).where(User.email == "sam@example.com")).id
    assert "Olive Owner signed out one browser" in olive.get(f"/settings/users/{user_id}").text


@pytest.mark.parametrize(("name", "url"), [("sam", "/sessions"), ("olive", "/settings/sessions")])
def test_the_browser_that_asks_is_not_ended_by_a_slip(app, shop, name, url):
    visitor = signed_in(app, name)
    page = visitor.post(f"{url}/{last_session(shop).id}/sign-out")
    assert (page.status, page.refusal) == (409, "This is the browser that you use now.")
    assert is_in(visitor)


def test_everybody_ends_their_own_others_and_goes_on(app, sam, shop):
    lost, borrowed = signed_in(app, "sam"), signed_in(app, "sam")
    page = sam.get("/sessions")
    assert len(places(page)) == 3
    assert len(page.select("form[action^='/sessions/'][action$='/sign-out']")) == 3  # two of them, and all at once
    sam.post(f"/sessions/{last_session(shop).id}/sign-out")
    assert (is_in(borrowed), is_in(lost)) == (False, True)
    page = sam.follow(sam.post("/sessions/others/sign-out"))
    assert page.messages[-1] == "You are signed out everywhere else. You go on here."
    assert (is_in(lost), is_in(sam)) == (False, True)
    assert sam.follow(sam.post("/sessions/others/sign-out")).messages == ["You were signed in nowhere else."]
    assert codes(shop, "sam") == ["user.session_ended", "user.signed_out_elsewhere"]


def test_everywhere_for_one_leads_back_to_the_list(app, olive, sam, shop):
    other = signed_in(app, "sam")
    action = olive.get("/settings/sessions").select("form[action$='/sign-out'] input[name=back]")[0].parent["action"]
    assert olive.post(action, back="all").location == "/settings/sessions"
    assert (is_in(sam), is_in(other), is_in(olive)) == (False, False, True)


def test_everybody_else_is_asked_for_first_and_then_out(app, olive, sam, uma, shop):
    other = signed_in(app, "olive")
    page = olive.get("/settings/sessions/everybody")
    assert "2 people are signed out at once" in page.text
    assert "your own sign-in in 1 other browser ends" in page.text
    assert is_in(sam)
    page = olive.follow(olive.post("/settings/sessions/everybody/sign-out"))
    assert page.messages == ["3 people are signed out. You go on here."]
    assert [is_in(visitor) for visitor in (olive, other, sam, uma)] == [True, False, False, False]
    assert olive.follow(olive.post("/settings/sessions/everybody/sign-out")).messages == ["Nobody else was signed in."]
    assert [codes(shop, name) for name in ("olive", "sam", "uma")] == [
        ["user.signed_out_elsewhere"],
        ["user.signed_out"],
        ["user.signed_out"],
    ]


@pytest.fixture
def inside(olive, uma, shop):
    """Uma went into the store."""
    order = shop.booked_order()
    ticket = int(olive.post(f"/support/tickets/new?order={order.id}", reason="Why").location.rpartition("/")[2])
    open_window(olive, ticket)
    window = window_of(shop, ticket)
    enter(uma, window)
    assert uma.get(f"/orders/{order.id}").status == 200
    return order, window


@pytest.mark.parametrize("way", ["one", "everywhere", "everybody", "disable", "by herself"])
def test_support_that_is_signed_out_has_left_the_store(olive, uma, shop, inside, way):
    order, window = inside
    of_uma = shop.all(select(UserSession).join(User).where(User.email == "uma@example.com"))[0]
    page = olive.get("/settings/sessions")
    assert "in your store now" in page.text
    assert "support leaves your store" in olive.get("/settings/sessions/everybody").text
    visitor, url = {
        "one": (olive, f"/settings/sessions/{of_uma.id}/sign-out"),
        "everywhere": (olive, f"/settings/users/{of_uma.user_id}/sign-out"),
        "everybody": (olive, "/settings/sessions/everybody/sign-out"),
        "disable": (olive, f"/settings/users/{of_uma.user_id}/disable"),
        "by herself": (uma, "/logout"),
    }[way]
    assert visitor.post(url).status == 303
    assert uma.client.get(f"/orders/{order.id}").status_code == 303
    assert acts(shop, window)[-1] == "access.left"
    assert shop.first(select(WindowEntry)).left_at is not None
    assert "Uma Support left the store" in olive.get("/support/access").text
    assert window_of(shop, window.ticket_id).ended_at is None


def test_sessions_that_are_over_are_not_listed(olive, uma, shop):
    """Each role has limits of its own; nobody has noted yet that this one's are over."""
    assert "Uma Support" in olive.get("/settings/sessions").text
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert "Uma Support" not in olive.get("/settings/sessions").text


def test_an_old_log_of_sessions_costs_nothing(app, olive, shop, statements):
    olive.get("/settings/sessions")
    statements.clear()
    olive.get("/settings/sessions")
    few = len(statements)
    for _ in range(3):
        signed_in(app, "sam")
    statements.clear()
    page = olive.get("/settings/sessions")
    assert len(statements) == few
    assert len(places(page)) == 4
