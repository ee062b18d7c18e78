"""Settings, API tokens: the owner makes one, sees it once, and revokes it."""

from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import select

from blueprints import clock
from models import ApiToken, Event, User, UserSession
from tests.api.programs import Program, program_of


def make(olive, **fields):
    return olive.post("/settings/tokens", **{"name": "Storefront", "scope": "write", **fields})


def secret_on(page):
    return page.one("code.secret").text


def test_a_token_is_made_copied_and_used(app, olive, shop):
    page = olive.follow(make(olive))
    assert page.h1 == "The token of Storefront"
    secret = secret_on(page)
    assert Program(app, secret).create().status == 201
    token = shop.first(select(ApiToken))
    assert (token.name, token.may_write, token.created_by_id) == ("Storefront", True, 1)
    assert secret.endswith(token.last_four)
    assert shop.first(select(Event).order_by(Event.id)).code == "token.made"


def test_it_is_shown_until_it_was_copied_and_to_this_browser_only(app, olive):
    shown = olive.follow(make(olive))
    assert secret_on(olive.get("/settings/tokens/new")) == secret_on(shown)
    page = olive.follow(olive.post("/settings/tokens/new/copied"))
    assert page.h1 == "API tokens"
    assert secret_on(shown) not in page.response.text
    assert olive.get("/settings/tokens/new").location == "/settings/tokens"


def test_nobody_sees_it_later(olive, shop):
    shown = olive.follow(make(olive))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        assert olive.get("/settings/tokens/new").location == "/settings/tokens"
    cookie = olive.client.get_cookie(olive.app.config["SESSION_COOKIE_NAME"])
    assert secret_on(shown) not in cookie.value


def test_one_that_only_reads_is_what_is_offered_first(app, olive):
    assert olive.get("/settings/tokens").value("scope") == "read"
    secret = secret_on(olive.follow(make(olive, scope="read")))
    assert Program(app, secret).get("/orders").status == 200
    assert Program(app, secret).create().code == "token_may_not_write"


def test_the_password_is_asked_for_when_it_was_given_long_ago(app, olive, shop):
    shop.change(shop.first(select(UserSession)), created_at=clock.now() - timedelta(minutes=11))
    page = make(olive)
    assert page.response.headers["Location"] == "/confirm?next=/settings/tokens?name%3DStorefront%26scope%3Dwrite"
    back = olive.get("/settings/tokens?name=Storefront&scope=write")
    assert (back.value("name"), back.value("scope")) == ("Storefront", "write"), "what was typed is there"
    assert shop.count(ApiToken) == 0


def test_what_is_no_name_is_refused_and_kept(olive, shop):
    for name, error in (
        (" ", "Write which program it is for."),
        ("x" * 61, "This is 61 characters long; at most 60 fit."),
    ):
        page = make(olive, name=name)
        assert (page.status, page.errors) == (422, {"name": error})
        assert page.value("scope") == "write"
    assert make(olive, scope="everything").status == 422
    assert shop.count(ApiToken) == 0


def test_two_that_are_good_have_two_names(olive, shop):
    make(olive)
    page = make(olive)
    assert page.status == 422
    assert page.errors == {"name": "Another token has this name. Revoke that one first, or choose another name."}
    olive.post("/settings/tokens/1/revoke")
    assert make(olive).status == 303
    assert shop.count(ApiToken) == 2


def test_revoked_it_is_over_at_once_and_the_list_says_who_did_it(app, olive, shop):
    program = program_of(app)
    page = olive.follow(olive.post("/settings/tokens/1/revoke"))
    assert page.messages == ["Storefront can’t come in any more."]
    assert program.get("/orders").code == "token_wrong"
    assert "Revoked by Olive Owner" in page.one("#revoked").text
    first = shop.first(select(ApiToken))
    olive.post("/settings/tokens/1/revoke")
    assert shop.first(select(ApiToken)).revoked_at == first.revoked_at
    assert olive.post("/settings/tokens/2/revoke").status == 404


def test_the_list_says_what_each_may_and_when_it_was_used(app, olive, shop):
    assert "No program has a token" in olive.get("/settings/tokens").text
    assert "No program has a token" in olive.get("/settings/").text
    program_of(app)
    shop.change(shop.first(select(ApiToken)), last_used_at=None)
    row = olive.get("/settings/tokens").one("main .list li").text
    for said in ("Storefront", "Read orders, create them and cancel them", "Made by Olive Owner", "never used"):
        assert said in row
    assert "1 program has access" in olive.get("/settings/").text


def test_a_token_is_the_owners_to_make(app, sam, shop):
    program_of(app)
    assert make(sam).status == 403
    assert sam.post("/settings/tokens/1/revoke").status == 403
    assert shop.first(select(ApiToken)).revoked_at is None


def test_an_owner_who_leaves_is_named_as_long_as_there_is_a_list(app, olive, shop):
    program_of(app)
    shop.change(shop.first(select(User).where(User.name == "Olive Owner")), name="<b>Olive</b>")
    assert "Made by <b>Olive</b>" in olive.get("/settings/tokens").text
