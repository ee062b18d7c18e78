"""The code after the password: without it nobody is signed in, and each lets somebody in once."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints.auth import code_routes
from models import Event, SecondFactor, User, UserSession
from tests.auth.phones import A_STEP, codes_on_paper, give_phone
from tests.people import PASSWORD, is_in
from tests.storing import content, shop_of

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WRONG = "This code is not right, or it was used already. Type the one that the app shows now."
OVER = "That took too long, or something changed meanwhile. Sign in again from the start."


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


@pytest.fixture
def phone(app, clock):
    return give_phone(app, "sam")


@pytest.fixture
def halfway(phone, stranger):
    """halfway() is somebody who has typed Sam's password, and no code yet."""

    def come(address="127.0.0.1", to=None, name="sam"):
        visitor = stranger(address)
        visitor.get(f"/login?next={to}" if to else "/login")
        page = visitor.post("/login", email=f"{name}@example.com", password=PASSWORD, **({"next": to} if to else {}))
        assert (page.status, page.location) == (303, "/login/code")
        visitor.follow(page)
        return visitor

    return come


def enter(visitor, code):
    return visitor.post("/login/code", code=code)


def test_after_the_password_alone_nobody_is_signed_in(halfway, shop):
    visitor = halfway()
    assert not is_in(visitor)
    assert not visitor.is_signed_in
    assert shop.count(UserSession) == 0


def test_a_wrong_code_is_refused(halfway, phone, shop):
    visitor = halfway()
    page = enter(visitor, phone.wrong_code)
    assert (page.status, page.errors) == (422, {"code": WRONG})
    assert page.value("code") == ""
    assert shop.count(UserSession) == 0


@pytest.mark.parametrize("code", ["", " "])
def test_no_code_is_asked_for_again(halfway, code):
    page = enter(halfway(), code)
    assert (page.status, page.errors) == (422, {"code": "Enter the code."})


@pytest.mark.parametrize("code", ["12345", "1234567", "١٢٣٤٥٦", "abcdef", "0" * 5000, "' OR 1=1 --", "-1", "1e5"])
def test_what_is_no_code_is_wrong(halfway, code):
    page = enter(halfway(), code)
    assert (page.status, page.errors) == (422, {"code": WRONG})


def test_a_code_is_good_once(halfway, phone):
    code = phone.code()
    assert enter(halfway(), code).status == 303
    assert enter(halfway(), code).errors == {"code": WRONG}


def test_a_code_from_before_the_one_used_last_is_no_good(halfway, phone):
    earlier = phone.code(-1)
    enter(halfway(), phone.code())
    assert enter(halfway(), earlier).errors == {"code": WRONG}


def test_the_code_of_somebody_else_is_wrong(app, halfway):
    olives = give_phone(app, "olive")
    assert enter(halfway(), olives.code()).errors == {"code": WRONG}


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_phone_whose_clock_is_a_minute_off_is_refused(halfway, phone, steps):
    assert enter(halfway(), phone.code(steps)).errors == {"code": WRONG}


def test_after_five_minutes_the_password_is_asked_for_again(halfway, phone, clock):
    visitor = halfway(to="/orders/?q=maria")
    clock.shift(timedelta(minutes=5, seconds=1))
    page = enter(visitor, phone.code())
    assert page.response.headers["Location"] == "/login?next=/orders/?q%3Dmaria"
    assert visitor.follow(page).messages == [OVER]
    assert not is_in(visitor)


def test_the_five_minutes_may_end_while_a_wrong_code_is_looked_at(halfway, phone, clock, monkeypatch):
    visitor, look = halfway(), code_routes.enter_code
    clock.shift(timedelta(minutes=4, seconds=59))

    def look_for_long(*asked, **typed):
        try:
            return look(*asked, **typed)
        finally:
            clock.shift(timedelta(seconds=2))

    monkeypatch.setattr(code_routes, "enter_code", look_for_long)
    assert enter(visitor, phone.wrong_code).errors == {"code": WRONG}
    assert visitor.follow(enter(visitor, phone.code())).messages == [OVER]


def test_a_clock_that_was_set_back_ends_it(halfway, phone, clock):
    visitor = halfway()
    clock.shift(timedelta(minutes=-1))
    assert visitor.get("/login/code").location == "/login"


def test_a_new_password_ends_it(halfway, phone, shop):
    visitor = halfway()
    shop.change(shop.first(select(User).where(User.email == "sam@example.com")), password_hash="scrypt:256:8:1$x$y")
    assert visitor.follow(enter(visitor, phone.code())).messages == [OVER]
    assert not is_in(visitor)


def test_a_disabled_account_ends_it(halfway, phone, shop):
    visitor = halfway()
    shop.change(shop.first(select(User).where(User.email == "sam@example.com")), disabled_at=NINE)
    assert enter(visitor, phone.code()).location == "/login"
    assert not is_in(visitor)


def test_without_a_password_the_page_leads_to_sign_in(stranger, phone):
    visitor = stranger()
    for page in (visitor.get("/login/code"), enter(visitor, phone.code())):
        assert (page.status, page.location) == (303, "/login")
    assert not is_in(visitor)


def test_whoever_is_signed_in_is_asked_for_no_code(sam):
    assert sam.follow(sam.get("/login/code")).location == "/"


def test_without_the_token_of_the_page_nothing_is_looked_at(halfway, phone):
    visitor = halfway()
    assert visitor.client.post("/login/code", data={"code": phone.code()}).status_code == 400
    assert not is_in(visitor)


def test_a_made_up_note_of_a_right_password_is_none(stranger, phone, shop):
    visitor = stranger()
    sam = shop.first(select(User).where(User.email == "sam@example.com"))
    made_up = {"user_id": sam.id, "since": NINE.timestamp(), "nonce": "x", "of_password": "x", "has_factor": True}
    with visitor.client.session_transaction() as cookie:
        cookie["halfway"] = made_up
    assert enter(visitor, phone.code()).location == "/login"


def test_the_cookie_holds_no_password_and_no_hash_of_one(halfway, shop):
    with halfway().client.session_transaction() as cookie:
        kept = str(dict(cookie))
    assert PASSWORD not in kept
    assert shop.first(select(User).where(User.email == "sam@example.com")).password_hash not in kept


def test_somebody_who_was_signed_in_is_not_any_more(phone, sign_in):
    visitor = sign_in("olive")
    page = visitor.post("/login", email="sam@example.com", password=PASSWORD, csrf_token=None)
    assert page.status == 400
    visitor.get("/password")
    assert visitor.post("/login", email="sam@example.com", password=PASSWORD).location == "/login/code"
    assert not is_in(visitor)


def test_five_wrong_codes_slow_the_sixth_from_wherever_it_comes(halfway, phone):
    answers = [enter(halfway(f"10.0.0.{number}"), phone.wrong_code).status for number in range(6)]
    assert answers == [422] * 5 + [429]


def test_the_slowed_answer_says_how_long_and_the_right_code_waits_too(halfway, phone, clock):
    visitor = halfway()
    for _ in range(5):
        enter(visitor, phone.wrong_code)
    page = enter(visitor, phone.code())
    assert (page.status, page.response.headers["Retry-After"]) == (429, "30")
    assert "Wait 30 seconds, then try again." in page.text
    clock.shift(timedelta(seconds=31))
    assert enter(visitor, phone.code()).status == 303


def test_no_wait_is_longer_than_a_quarter_of_an_hour(halfway, phone, clock):
    for _ in range(5):
        enter(halfway(), phone.wrong_code)
    waits = []
    for _ in range(7):
        waits.append(int(enter(halfway(), phone.code()).response.headers["Retry-After"]))
        clock.shift(timedelta(seconds=waits[-1] + 1))
        enter(halfway(), phone.wrong_code)
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_the_password_typed_again_frees_no_guesses_at_the_code(halfway, phone):
    for _ in range(5):
        enter(halfway(), phone.wrong_code)
    assert enter(halfway(), phone.code()).status == 429


def test_a_right_code_forgets_the_wrong_ones(halfway, phone):
    for _ in range(4):
        enter(halfway(), phone.wrong_code)
    assert enter(halfway(), phone.code()).status == 303
    assert enter(halfway(), phone.wrong_code).status == 422
    assert enter(halfway(), phone.code(1)).status == 303


def test_the_right_code_leads_where_one_was_going(halfway, phone):
    page = enter(halfway(to="/orders/?q=maria"), phone.code())
    assert page.response.headers["Location"] == "/orders/?q=maria"


def test_a_way_to_another_site_is_not_kept(halfway, phone):
    assert enter(halfway(to="//evil.example.com/"), phone.code()).response.headers["Location"] == "/"


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_phone_may_be_half_a_minute_off(halfway, phone, steps):
    visitor = halfway()
    assert enter(visitor, phone.code(steps)).status == 303
    assert is_in(visitor)


def test_gaps_in_a_code_do_not_matter(halfway, phone):
    code = phone.code()
    assert enter(halfway(), f" {code[:3]} {code[3:]}").status == 303


def test_the_next_code_lets_in_again(halfway, phone, clock):
    enter(halfway(), phone.code())
    clock.shift(timedelta(seconds=A_STEP))
    assert enter(halfway(), phone.code()).status == 303


def test_nothing_of_before_lives_on_in_the_session(halfway, phone):
    visitor = halfway()
    with visitor.client.session_transaction() as cookie:
        before = cookie["csrf_token"]
        cookie["planted"] = "here"
    enter(visitor, phone.code())
    with visitor.client.session_transaction() as cookie:
        assert not {"planted", "halfway", "next"} & set(cookie)
        assert cookie.get("csrf_token") != before


def test_a_recovery_code_is_good_once_and_told_of(app, halfway, shop):
    code = codes_on_paper(app, "sam")[3]
    visitor = halfway()
    page = visitor.follow(enter(visitor, f"{code[:4]} {code[4:8]}-{code[8:]}"))
    assert page.messages == ["That recovery code is used up. 9 are left."]
    assert enter(halfway(), code).errors == {"code": WRONG}
    assert [event.code for event in shop.all(select(Event))] == ["user.recovery_code_used"]
    assert [email.subject for email in shop.emails()] == ["A recovery code was used to sign in"]


def test_the_recovery_code_of_somebody_else_is_wrong(app, halfway, shop):
    give_phone(app, "olive")
    assert enter(halfway(), codes_on_paper(app, "olive")[0]).errors == {"code": WRONG}
    assert shop.emails() == []


def test_after_the_last_recovery_code_one_is_told_where_new_ones_are(app, halfway):
    for code in codes_on_paper(app, "sam"):
        visitor = halfway()
        page = visitor.follow(enter(visitor, code))
    assert "None is left: make new ones under Second factor" in page.messages[0]


def test_a_copy_of_the_database_has_neither_secret_nor_codes(app, phone, shop):
    kept = content(shop_of(app))
    assert shop.first(select(SecondFactor)).mark.encode() in kept
    for secret in (phone.secret, *codes_on_paper(app, "sam")):
        assert secret.encode() not in kept


def test_the_log_has_no_codes(app, halfway, phone, caplog):
    caplog.set_level(logging.INFO, "suki")
    visitor = halfway()
    enter(visitor, phone.wrong_code)
    enter(visitor, phone.code())
    lines = [record.getMessage() for record in caplog.records if record.name == "suki"]
    assert lines == ["login halfway user=2", "code failed user=2", "login ok user=2"]
