"""Setting up a second factor: support before anything else, everybody else when they like."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import segno
import time_machine
from sqlalchemy import select

from blueprints.auth.halfway import SignInIsOver, go_halfway
from blueprints.auth.setting_up_factor import set_up_at_sign_in
from models import Event, RecoveryCode, Role, SecondFactor, Store, User, UserSession, db
from tests.auth.phones import give_phone, phone_of
from tests.people import PASSWORD

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WRONG = "This code is not right, or it was used already. Type the one that the app shows now."


@pytest.fixture
def newcomer(stranger):
    """newcomer() is Uma with the right password, who never set up a second factor."""

    def come(**fields):
        visitor = stranger()
        page = visitor.post("/login", email="uma@example.com", password=PASSWORD, **fields)
        assert (page.status, page.location) == (303, "/login/second-factor")
        return visitor

    return come


def set_up(visitor, code=None, **fields):
    url = "/second-factor/set-up" if visitor.is_signed_in else "/login/second-factor"
    page = visitor.get(url)
    return visitor.post(url, code=code or phone_of(page).code(), **fields)


def square(address):
    """What a phone sees: dark or not, row by row."""
    return [list(map(bool, row)) for row in segno.make(address, error="m", micro=False).matrix_iter(border=4)]


def drawn(page):
    """What the page shows, by its own path."""
    width = int(page.one("svg.to-scan")["viewbox"].split()[2])
    rows = [[False] * width for _ in range(width)]
    for bar in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", page.one("svg.to-scan path")["d"]):
        x, y, length = map(int, bar)
        rows[y][x : x + length] = [True] * length
    return rows


@pytest.mark.parametrize("url", ["/support/tickets", "/help/", "/password", "/second-factor", "/second-factor/set-up"])
def test_support_sees_no_page_before_it_is_set_up(newcomer, shop, url):
    visitor = newcomer()
    visitor.get("/login/second-factor")
    assert visitor.get(url).location == "/login"
    assert shop.count(UserSession) == 0


def test_support_cannot_leave_it_out(newcomer, shop):
    visitor = newcomer()
    visitor.get("/login/second-factor")
    assert visitor.post("/login/code", code="123456").location == "/login"
    assert shop.count(UserSession) == 0


def test_a_wrong_code_sets_nothing_up_and_the_secret_stays(newcomer, shop):
    visitor = newcomer()
    before = phone_of(visitor.get("/login/second-factor"))
    page = visitor.post("/login/second-factor", code=before.wrong_code)
    assert (page.status, page.errors) == (422, {"code": WRONG})
    assert phone_of(page).secret == before.secret
    assert (shop.count(SecondFactor), shop.count(UserSession)) == (0, 0)


def test_looking_at_the_page_writes_nothing(newcomer, shop):
    newcomer().get("/login/second-factor")
    assert shop.count(SecondFactor) == 0


def test_without_a_password_nobody_sets_anything_up(stranger):
    visitor = stranger()
    assert visitor.get("/login/second-factor").location == "/login"
    assert visitor.post("/login/second-factor", code="123456").location == "/login"


def test_after_a_quarter_of_an_hour_the_password_is_asked_for_again(newcomer, shop):
    with time_machine.travel(NINE, tick=False) as clock:
        visitor = newcomer()
        phone = phone_of(visitor.get("/login/second-factor"))
        clock.shift(timedelta(minutes=15, seconds=1))
        assert visitor.post("/login/second-factor", code=phone.code()).location == "/login"
    assert shop.count(SecondFactor) == 0


def test_whoever_has_one_cannot_set_up_another_with_the_password_alone(app, newcomer, shop):
    visitor = newcomer()
    other = phone_of(visitor.get("/login/second-factor"))
    give_phone(app, "uma")
    assert visitor.post("/login/second-factor", code=other.code()).location == "/login"
    assert shop.first(select(SecondFactor)).mark == "of uma"
    assert shop.count(UserSession) == 0


def test_of_two_who_set_it_up_at_once_the_second_is_too_late(app, shop):
    phone = give_phone(app, "uma")
    with app.test_request_context():
        user = db.session.scalars(select(User).where(User.email == "uma@example.com")).one()
        late = go_halfway(user, has_factor=False, now=datetime.now(UTC))
        with pytest.raises(SignInIsOver):
            set_up_at_sign_in(late, mark="of uma", recovery_mark="x", code=phone.code(), address="", browser="")
    assert shop.count(UserSession) == 0


def test_support_sets_it_up_gets_codes_and_goes_on_where_it_was_going(newcomer, shop):
    visitor = newcomer(next="/help/")
    page = visitor.follow(set_up(visitor))
    assert page.h1 == "Your recovery codes"
    assert len({code.get_text() for code in page.select(".recovery-codes code")}) == 10
    assert visitor.post("/second-factor/recovery-codes/kept").location == "/help/"
    assert shop.count(RecoveryCode) == 10
    assert [event.code for event in shop.all(select(Event))] == ["user.second_factor_set_up"]
    assert [email.subject for email in shop.emails()] == ["Your second factor is set up"]


def test_the_code_of_the_set_up_opens_no_second_session(newcomer, stranger):
    visitor = newcomer()
    phone = phone_of(visitor.get("/login/second-factor"))
    code = phone.code()
    visitor.post("/login/second-factor", code=code)
    other = stranger()
    other.follow(other.post("/login", email="uma@example.com", password=PASSWORD))
    assert other.post("/login/code", code=code).errors == {"code": WRONG}


def test_the_recovery_codes_are_shown_until_they_are_kept_and_never_again(newcomer):
    visitor = newcomer()
    visitor.follow(set_up(visitor))
    assert visitor.get("/second-factor/recovery-codes").status == 200
    visitor.post("/second-factor/recovery-codes/kept")
    assert visitor.get("/second-factor/recovery-codes").location == "/second-factor"


def test_left_alone_the_recovery_codes_are_gone_after_a_quarter_of_an_hour(newcomer):
    with time_machine.travel(NINE, tick=False) as clock:
        visitor = newcomer()
        visitor.follow(set_up(visitor))
        clock.shift(timedelta(minutes=15, seconds=1))
        assert visitor.get("/second-factor/recovery-codes").location == "/second-factor"


def test_the_recovery_codes_stand_neither_in_the_cookie_nor_in_the_mail(newcomer, shop):
    visitor = newcomer()
    page = visitor.follow(set_up(visitor))
    with visitor.client.session_transaction() as cookie:
        kept = str(dict(cookie))
    for code in page.select(".recovery-codes code"):
        for written in (code.get_text(), code.get_text().replace(" ", "")):
            assert written not in kept
            assert written not in shop.emails()[0].text


def test_the_square_says_who_where_and_the_key(sam):
    page = sam.get("/second-factor/set-up")
    address = page.one("a[href^='otpauth:']")["href"]
    parts = urlsplit(address)
    assert unquote(parts.path) == "/Aling Nena’s:sam@example.com"
    assert parse_qs(parts.query) == {"secret": [phone_of(page).secret], "issuer": ["Aling Nena’s"]}
    assert drawn(page) == square(address)


@pytest.mark.parametrize("url", ["/second-factor/set-up", "/login/second-factor"])
def test_a_store_with_a_long_name_has_a_square_too(sam, newcomer, shop, url):
    shop.change(shop.get(Store, 1), name="🧺" * 100)
    page = (sam if url == "/second-factor/set-up" else newcomer()).get(url)
    address = page.one("a[href^='otpauth:']")["href"]
    assert parse_qs(urlsplit(address).query)["issuer"] == ["🧺" * 40]
    assert drawn(page) == square(address)


def test_a_secret_that_was_shown_long_ago_is_not_used_any_more(sign_in, shop):
    with time_machine.travel(NINE, tick=False) as clock:
        sam = sign_in("sam")
        seen = phone_of(sam.get("/second-factor/set-up"))
        assert phone_of(sam.get("/second-factor/set-up")).secret == seen.secret
        clock.shift(timedelta(minutes=15, seconds=1))
        assert sam.post("/second-factor/set-up", code=seen.code(), password=PASSWORD).errors == {"code": WRONG}
    assert shop.count(SecondFactor) == 0


def test_two_people_have_two_secrets(sam, olive):
    assert phone_of(sam.get("/second-factor/set-up")).secret != phone_of(olive.get("/second-factor/set-up")).secret


def test_the_others_are_not_asked_for_one(sign_in, shop):
    sign_in("sam"), sign_in("olive")
    assert shop.count(UserSession) == 2


@pytest.mark.parametrize(
    ("password", "said"), [("", "Enter the password"), ("wrong password", "This is not the password")]
)
def test_on_ones_own_account_it_takes_the_password(sam, shop, password, said):
    page = set_up(sam, password=password)
    assert page.status == 422
    assert page.errors["password"].startswith(said)
    assert shop.count(SecondFactor) == 0


def test_on_ones_own_account_a_wrong_code_sets_nothing_up(sam, shop):
    page = set_up(sam, code="000", password=PASSWORD)
    assert (page.status, page.errors) == (422, {"code": WRONG})
    assert shop.count(SecondFactor) == 0


def test_passwords_are_not_guessed_here_either(sam):
    answers = [set_up(sam, password="wrong password").status for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_staff_turn_it_on_and_every_other_browser_is_signed_out(sign_in, shop):
    sam, elsewhere = sign_in("sam"), sign_in("sam")
    page = sam.follow(set_up(sam, password=PASSWORD))
    assert page.messages == [
        "From now on, sign-in asks for a code after the password. Every other browser is signed out."
    ]
    assert sam.post("/second-factor/recovery-codes/kept").location == "/second-factor"
    assert "10 codes are left" in sam.get("/second-factor").text
    assert elsewhere.get("/password").location == "/login"


def test_another_phone_takes_the_place_of_the_first(app, sam, stranger):
    old = give_phone(app, "sam")
    page = sam.get("/second-factor/set-up")
    assert page.h1 == "Use another phone"
    new = phone_of(page)
    assert sam.post("/second-factor/set-up", code=new.code(), password=PASSWORD).status == 303
    visitor = stranger()
    visitor.follow(visitor.post("/login", email="sam@example.com", password=PASSWORD))
    assert visitor.post("/login/code", code=old.code()).status == 422
    assert visitor.post("/login/code", code=new.code(1)).status == 303


def test_whoever_becomes_support_needs_one_from_then_on(olive, stranger, shop):
    sam = shop.first(select(User).where(User.email == "sam@example.com"))
    olive.post(f"/settings/users/{sam.id}", name="Sam", role=Role.SUPPORT.value)
    page = stranger().post("/login", email="sam@example.com", password=PASSWORD)
    assert page.location == "/login/second-factor"
