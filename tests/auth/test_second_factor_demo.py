"""In a demo the code stands on the page, so that nobody needs a phone; a real store never shows one."""

import re

import pytest
from sqlalchemy import select

from blueprints.auth import codes
from models import Store
from tests.auth.phones import give_phone, phone_of
from tests.people import PASSWORD


@pytest.fixture
def demo(shop):
    shop.change(shop.first(select(Store)), is_demo=True)


def halfway(visitor, name="sam"):
    return visitor.follow(visitor.post("/login", email=f"{name}@example.com", password=PASSWORD))


def shown(page) -> str | None:
    found = re.search(r"In this demo the code is (\d{6})\.", page.text)
    return found and found[1]


def test_a_real_store_shows_no_code(app, stranger, sam, monkeypatch):
    phone = give_phone(app, "sam")
    pages = [halfway(stranger()), halfway(stranger(), "uma"), sam.get("/second-factor/set-up")]
    for page, owner in zip(pages, (phone, phone_of(pages[1]), phone_of(pages[2])), strict=True):
        assert shown(page) is None
        assert not [code for code in map(owner.code, range(-1, 3)) if code in page.response.text]


def test_a_demo_shows_the_code_that_opens(app, demo, stranger):
    give_phone(app, "sam")
    visitor = stranger()
    assert visitor.post("/login/code", code=shown(halfway(visitor))).status == 303


def test_however_many_come_at_once_each_is_shown_a_code_of_their_own(app, demo, stranger):
    give_phone(app, "sam")
    used = set()
    for _ in range(8):
        visitor = stranger()
        used.add(code := shown(halfway(visitor)))
        assert visitor.post("/login/code", code=code).status == 303
    assert len(used) == 8


def test_in_a_demo_too_a_code_is_good_once(app, demo, stranger):
    give_phone(app, "sam")
    one, other = stranger(), stranger()
    code = shown(halfway(one))
    halfway(other)
    assert one.post("/login/code", code=code).status == 303
    assert other.post("/login/code", code=code).status == 422


def test_setting_one_up_needs_no_phone_in_a_demo(demo, stranger):
    visitor = stranger()
    assert visitor.post("/login/second-factor", code=shown(halfway(visitor, "uma"))).status == 303


def test_the_set_up_of_a_demo_belongs_to_the_secret_of_the_page(demo, sam):
    page = sam.get("/second-factor/set-up")
    assert shown(page) in map(phone_of(page).code, (-1, 0, 1))


def test_the_marks_of_a_demo_make_other_secrets_in_another_store(app):
    with app.app_context():
        here = codes.secret_of(3, "demo")
        app.secret_key = "another key, of another store, 32 long"
        assert codes.secret_of(3, "demo") != here
