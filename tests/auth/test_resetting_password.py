"""A mailed link sets a new password: once, soon, and for nobody who only asks."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints.seals import unsealed
from blueprints.tokens import hash_of
from models import Email, PasswordReset, User
from tests.auth.phones import give_phone
from tests.conftest import make_app
from tests.people import PASSWORD, Visitor
from tests.storing import copy_shop

NEW = "isda at sinigang"


def ask(visitor, email="sam@example.com"):
    return visitor.post("/password/forgot", email=email)


def link_in(app, email) -> str:
    """The link as it stands in the mail that leaves."""
    with app.app_context():
        text, html = unsealed(email)
    found = re.search(r"http://127\.0\.0\.1:5000(/password/reset/[\w-]{43})\n", text)
    assert found
    assert found[1] in html
    return found[1]


@pytest.fixture
def link(app, shop, mallory):
    ask(mallory)
    return link_in(app, shop.emails()[0])


def test_the_answer_is_the_same_whether_or_not_there_is_an_account(stranger, shop):
    known, unknown = stranger("10.0.0.1"), stranger("10.0.0.2")
    answers = [known.follow(ask(known)), unknown.follow(ask(unknown, "nobody@example.com"))]
    said = [page.text.replace("nobody@", "sam@") for page in answers]
    assert said[0] == said[1]
    assert [email.recipient for email in shop.emails()] == ["sam@example.com"]


def test_an_unknown_account_costs_the_database_as_much(stranger, statements):
    costs = []
    for email in ("sam@example.com", "nobody@example.com"):
        visitor = stranger()
        visitor.get("/password/forgot")
        statements.clear()
        ask(visitor, email)
        costs.append([statement for statement in statements if "SAVEPOINT" not in statement])
    assert costs[0] == costs[1]


def test_a_disabled_user_gets_no_link(mallory, shop):
    user = shop.first(select(User).where(User.email == "olive@example.com"))
    shop.change(user, disabled_at=user.created_at)
    assert ask(mallory, "olive@example.com").status == 303
    assert shop.emails() == []


def test_asking_changes_nothing_by_itself(link, sam, sign_in):
    assert sam.get("/help/").status == 200
    sign_in("sam")


def test_the_link_follows_the_base_address_and_no_header(mallory, shop):
    mallory.client.environ_base["HTTP_X_FORWARDED_HOST"] = "evil.example"
    mallory.client.environ_base["HTTP_HOST"] = "localhost"
    ask(mallory)
    assert "http://127.0.0.1:5000/password/reset/" in shop.emails()[0].text


def test_neither_the_database_nor_the_mailbox_holds_the_link(link, app, shop):
    secret = link.rpartition("/")[2]
    email, kept = shop.emails()[0], shop.first(select(PasswordReset))
    assert kept.token_hash == hash_of(secret)
    assert secret not in email.text + email.html
    mark = re.search(r"sealed-\w+", email.text)
    assert mark
    assert Visitor(app).get(f"/password/reset/{mark[0]}").status == 404


def test_a_mark_in_another_kind_of_email_tells_nothing(link, app, shop):
    email = shop.emails()[0]
    with app.app_context():
        assert unsealed(Email(kind="order_cancelled", text=email.text, html=email.html)) == (email.text, email.html)


def test_somebody_who_asks_on_and_on_fills_no_mailbox(stranger, shop):
    for number in range(8):
        ask(stranger(f"10.0.0.{number}"))
    assert len(shop.emails()) == 5


def test_the_link_sets_a_password_and_signs_nobody_in(link, mallory, sign_in):
    page = mallory.get(link)
    assert page.h1 == "Choose a new password"
    page = mallory.post(link, new_password=NEW)
    assert (page.status, page.location) == (303, "/login")
    assert mallory.follow(page).messages == ["Your new password is set. Sign in with it."]
    assert mallory.get("/help/").status == 303
    sign_in("sam", password=NEW)


def test_whoever_was_in_with_the_old_password_is_out(link, sam, mallory, stranger):
    mallory.post(link, new_password=NEW)
    assert sam.get("/help/").status == 303
    assert stranger().post("/login", email="sam@example.com", password=PASSWORD).status == 422


def test_a_second_use_is_refused(link, mallory):
    mallory.post(link, new_password=NEW)
    page = mallory.post(link, new_password="another password")
    assert page.status == 404
    assert page.h1 == "This link does not work any more"
    assert mallory.get(link).status == 404


def test_it_lasts_for_half_an_hour(link, mallory):
    now = datetime.now(UTC)
    with time_machine.travel(now + timedelta(minutes=29), tick=False):
        assert mallory.get(link).status == 200
    with time_machine.travel(now + timedelta(minutes=31), tick=False):
        assert mallory.get(link).status == 404
        assert mallory.post(link, new_password=NEW).status == 404


def test_a_second_link_is_void_when_the_first_was_used(link, app, mallory, shop):
    ask(mallory)
    mallory.post(link, new_password=NEW)
    assert mallory.get(link_in(app, shop.emails()[1])).status == 404


def test_the_link_of_somebody_else_is_not(link, app, mallory, shop):
    ask(mallory, "olive@example.com")
    mallory.post(link, new_password=NEW)
    assert mallory.get(link_in(app, shop.emails()[1])).status == 200


def test_a_link_from_before_an_account_was_disabled_stays_void(link, olive, mallory):
    for step in ("disable", "enable"):
        assert olive.post(f"/settings/users/2/{step}").status == 303
        assert mallory.get(link).status == 404


def test_a_weak_password_uses_nothing_up(link, mallory):
    page = mallory.post(link, new_password="password1")
    assert page.status == 422
    assert list(page.errors) == ["new_password"]
    assert mallory.post(link, new_password=NEW).status == 303


def test_it_frees_whoever_guessed_too_often(link, stranger, mallory):
    sam = stranger("10.0.0.9")
    for _ in range(11):
        page = sam.post("/login", email="sam@example.com", password="wrong password")
    assert page.status == 429
    mallory.post(link, new_password=NEW)
    assert sam.post("/login", email="sam@example.com", password=NEW).status == 303


def test_whoever_has_only_the_mailbox_gets_no_more_guesses_at_the_code(app, link, mallory, stranger):
    phone, thief = give_phone(app, "sam"), stranger("10.0.0.9")
    thief.follow(thief.post("/login", email="sam@example.com", password=PASSWORD))
    for _ in range(5):
        assert thief.post("/login/code", code=phone.wrong_code).status == 422
    mallory.post(link, new_password=NEW)
    thief.follow(thief.post("/login", email="sam@example.com", password=NEW))
    assert thief.post("/login/code", code=phone.wrong_code).status == 429


def test_a_password_set_anew_makes_room_for_no_more_mails(app, shop, stranger):
    for number in range(8):
        visitor = stranger(f"10.0.0.{number}")
        ask(visitor)
        visitor.post(link_in(app, shop.emails()[-1]), new_password=f"{NEW} {number}")
    assert len(shop.emails()) == 5


@pytest.mark.parametrize("secret", ["x", "a" * 43, "%00", "..%2f", "🥥", "a" * 3000])
def test_a_made_up_link_is_simply_over(mallory, secret):
    assert mallory.get(f"/password/reset/{secret}").status == 404


def test_the_page_of_the_link_sends_no_referrer_and_takes_its_own_form(link, mallory):
    page = mallory.get(link)
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    fields = {"csrf_token": mallory.token, "new_password": NEW}
    assert mallory.client.post(link, data=fields, headers=headers).status_code == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_without_an_origin_from_elsewhere_is_refused(link, mallory, site):
    mallory.get(link)
    headers = {"Origin": "null", "Sec-Fetch-Site": site}
    fields = {"csrf_token": mallory.token, "new_password": NEW}
    assert mallory.client.post(link, data=fields, headers=headers).status_code == 403


def test_the_log_knows_no_link_and_no_email(link, mallory, caplog):
    caplog.set_level(logging.INFO)
    mallory.post(link, new_password=NEW)
    secret = link.rpartition("/")[2]
    assert not [line for line in caplog.messages if secret in line or "@" in line or NEW in line]
    assert "password reset user=2" in caplog.messages


def test_a_store_without_mail_says_whom_to_ask(first_day, tmp_path):

    copy_shop(first_day, tmp_path / "suki.db")
    visitor = Visitor(make_app(tmp_path, MAIL_SERVER=None))
    page = visitor.get("/password/forgot")
    assert "Ask the owner of the store" in page.text
    assert "flask users password" in page.text
    assert visitor.post("/password/forgot", email="sam@example.com").status == 409
