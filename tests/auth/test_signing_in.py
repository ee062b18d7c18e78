"""Signing in: who gets in, who does not, and that nobody learns from the answer whether an account exists."""

import logging
from contextlib import ExitStack

import pytest
from sqlalchemy import select

from blueprints.auth.passwords import METHOD, NO_PASSWORD, a_place
from models import SignInAttempt, User, UserSession
from tests.auth.phones import give_phone
from tests.people import PASSWORD

WRONG = "The email and the password do not belong together. Look at both and try again."


def said(page) -> str:
    return page.one("[data-error-summary] li").get_text()


def test_a_wrong_password_is_refused_and_the_email_kept(stranger):
    page = stranger().post("/login", email="sam@example.com", password="wrong password")
    assert page.status == 422
    assert said(page) == WRONG
    assert page.value("email") == "sam@example.com"
    assert page.value("password") == ""


@pytest.mark.parametrize("email", ["nobody@example.com", "sam", "sam@example.com\0", "😀", "a" * 5000, "' OR 1=1 --"])
def test_an_unknown_account_gets_the_same_answer(stranger, email):
    page = stranger().post("/login", email=email, password="wrong password")
    assert (page.status, said(page)) == (422, WRONG)


def test_a_disabled_user_gets_the_same_answer_even_with_the_right_password(stranger, shop):
    sam = shop.first(select(User).where(User.email == "sam@example.com"))
    shop.change(sam, disabled_at=sam.created_at)
    page = stranger().post("/login", email="sam@example.com", password=PASSWORD)
    assert (page.status, said(page)) == (422, WRONG)
    assert shop.count(UserSession) == 0


def test_an_unknown_account_costs_one_hash_of_full_strength(stranger, hashes, full_strength):
    stranger().post("/login", email="nobody@example.com", password="wrong password")
    assert hashes == [NO_PASSWORD]
    assert NO_PASSWORD.startswith(f"{METHOD}$")


def test_a_known_account_costs_one_hash_as_well(stranger, hashes):
    stranger().post("/login", email="sam@example.com", password="wrong password")
    assert len(hashes) == 1


def test_a_known_account_asks_the_database_for_no_more(stranger, statements):
    costs = []
    for email in ("sam@example.com", "nobody@example.com"):
        visitor = stranger()
        visitor.get("/login")
        statements.clear()
        visitor.post("/login", email=email, password="wrong password")
        costs.append(list(statements))
    assert costs[0] == costs[1]


def test_empty_fields_are_named_and_cost_nothing(stranger, hashes, shop):
    page = stranger().post("/login", email=" ", password="")
    assert page.status == 422
    assert page.errors == {"email": "Enter your email address.", "password": "Enter your password."}
    assert hashes == []
    assert shop.count(SignInAttempt) == 0


def test_without_the_token_of_the_page_nothing_is_looked_at(stranger, hashes):
    answer = stranger().client.post("/login", data={"email": "sam@example.com", "password": PASSWORD})
    assert answer.status_code == 400
    assert hashes == []


def test_when_too_many_sign_in_at_once_one_is_asked_to_try_again_and_nothing_is_counted(stranger, shop):
    with ExitStack() as others:
        for _ in range(4):
            others.enter_context(a_place())
        page = stranger().post("/login", email="sam@example.com", password=PASSWORD)
    assert (page.status, page.response.headers["Retry-After"]) == (503, "2")
    assert page.value("email") == "sam@example.com"
    assert shop.count(SignInAttempt) == 0


def test_the_right_password_leads_to_today(stranger):
    visitor = stranger()
    page = visitor.post("/login", email="Sam@Example.com ", password=PASSWORD)
    assert (page.status, page.location) == (303, "/")
    assert visitor.get("/").status == 200


def test_support_lands_at_the_tickets(app, stranger):
    phone = give_phone(app, "uma")
    visitor = stranger()
    visitor.get("/login?next=/")
    visitor.follow(visitor.post("/login", email="uma@example.com", password=PASSWORD, next="/"))
    page = visitor.post("/login/code", code=phone.code())
    assert (page.status, page.location) == (303, "/support/tickets")


def test_whoever_is_signed_in_needs_no_sign_in_page(sam):
    page = sam.get("/login")
    assert (page.status, page.location) == (303, "/")


def test_spaces_belong_to_the_password(stranger):
    page = stranger().post("/login", email="sam@example.com", password=f" {PASSWORD} ")
    assert page.status == 422


def test_a_password_kept_in_a_weaker_way_is_kept_better_from_now_on(sign_in, shop, full_strength):
    sign_in("sam")
    sam = shop.first(select(User).where(User.email == "sam@example.com"))
    assert sam.password_hash.startswith(f"{METHOD}$")
    sign_in("sam")


def test_the_session_is_kept_as_a_hash_with_browser_and_address(stranger, shop):
    visitor = stranger("203.0.113.7")
    visitor.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 " * 50
    visitor.post("/login", email="sam@example.com", password=PASSWORD)
    kept = shop.first(select(UserSession))
    with visitor.client.session_transaction() as cookie:
        assert kept.token_hash not in (cookie["_user_id"], None)
        assert len(cookie["_user_id"]) >= 43
    assert kept.address == "203.0.113.7"
    assert len(kept.browser) == 200


def test_the_log_says_who_and_from_where_and_nothing_secret(stranger, caplog):
    caplog.set_level(logging.INFO, "suki")
    visitor = stranger("203.0.113.7")
    visitor.post("/login", email="eve\r\n@example.com", password="wrong password")
    visitor.post("/login", email="sam@example.com", password=PASSWORD)
    lines = [record.getMessage() for record in caplog.records if record.name == "suki"]
    assert lines == ["login failed address=203.0.113.7", "login ok user=2"]


def test_a_demo_names_its_accounts(stranger, shop):
    from models import Store

    shop.change(shop.first(select(Store)), is_demo=True)
    text = stranger().get("/login").text
    assert "ana@example.com" in text
    assert "suki-demo" in text


def test_a_real_store_names_nobody(stranger):
    text = stranger().get("/login").text
    assert "example.com" not in text
    assert "suki-demo" not in text
