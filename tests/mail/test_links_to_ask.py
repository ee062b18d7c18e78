"""The link to ask for a cancel, in emails: made when one leaves, for whoever reads it, and kept nowhere."""

import re

import pytest

from models import OrderStatus
from tests.orders.asking import ask, link_of
from tests.orders.deciding import cancel, save_status
from tests.people import Visitor


def links_in(letter) -> set[str]:
    return set(re.findall(r"/ask/[\w.-]+", letter.text + letter.html))


@pytest.fixture
def order(shop):
    return shop.order(status=OrderStatus.ACCEPTED)


@pytest.fixture
def maria(app):
    return Visitor(app)


@pytest.fixture
def letters(desk, post_office):
    """What left, as its readers have it."""

    def deliver():
        desk.deliver()
        return post_office.letters

    return deliver


def test_the_link_is_made_when_the_email_leaves_and_kept_nowhere(maria, sam, shop, letters, order):
    save_status(sam, order, status="processing")
    [kept] = shop.emails(order)
    assert links_in(kept) == {"/ask/own-link"}
    [letter] = letters()
    [link] = links_in(letter)
    assert ask(maria, link).status == 303
    assert maria.get("/ask/own-link").status == 404
    assert link not in "".join(email.text + email.html for email in shop.emails())


def test_no_email_has_it_about_an_order_that_nobody_can_ask_about(sam, shop, letters, order):
    for status in ("ready_for_pickup", "shipped", "completed", "returned"):
        assert save_status(sam, order, status=status).status == 303
    assert cancel(sam, shop.order(status=OrderStatus.ACCEPTED)).status == 303
    assert len(shop.emails()) == 5
    assert all(links_in(email) == set() for email in shop.emails())


def test_a_copy_to_a_corrected_address_has_a_link_that_works(maria, sam, shop, letters, order, post_office):
    save_status(sam, order, status="processing")
    [wrong] = letters()
    [email] = shop.emails(order)
    sam.post(f"/orders/emails/{email.id}/address", email="right@example.com")
    right = letters()[-1]
    assert right.recipients == ("right@example.com",)
    assert maria.get(*links_in(right)).status == 200
    assert maria.get(*links_in(wrong)).status == 404


def test_an_email_to_somebody_else_holds_no_link_that_works(maria, shop, letters, order):
    ask(maria, link_of(maria.app, order), "See /ask/own-link")
    for letter in letters():
        opened = {link: maria.get(link).status for link in links_in(letter)}
        assert set(opened.values()) == ({200} if letter.recipients == ("maria@example.com",) else {404})
