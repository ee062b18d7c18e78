"""Emails that failed and somebody should see to: Today and the outbox say of how many, as Health does."""

import pytest

from models import EmailState
from tests.pages import words


def _tile(page, label):
    tiles = {
        words(tile.select_one(".tile-label")): words(tile.select_one(".tile-number")) for tile in page.select(".tile")
    }
    return tiles.get(label, "0")


@pytest.fixture
def said(olive):
    """How many, by each that says it."""
    return lambda: (_tile(olive.get("/"), "Emails that failed"), _tile(olive.get("/settings/outbox"), "Failed"))


def test_both_count_an_email_that_nobody_got(said, shop, desk, olive):
    email = desk.tell(shop.order())
    shop.change(email, state=EmailState.FAILED)
    assert said() == ("1", "1")
    assert olive.get("/").one(".tile a[href*=failed]")["href"] == "/settings/outbox?show=failed"


def test_both_leave_out_what_a_later_one_says_and_what_is_not_so_any_more(said, shop, desk):
    order = shop.order()
    for kind in ("order_accepted", "order_cancelled"):
        shop.change(desk.tell(order, kind=kind), state=EmailState.FAILED)
    taken_back = desk.tell(shop.order())
    shop.change(taken_back, state=EmailState.FAILED, over_since=taken_back.created_at)
    desk.queue(kind="order_reinstated", order_id=order.id)
    desk.tell(order, kind="order_completed")
    assert said() == ("0", "0")


def test_of_what_is_about_no_order_only_the_owner_is_told(said, shop, desk, olive, sam):
    shop.order()
    shop.change(desk.queue("olive@example.com", kind="password_changed"), state=EmailState.FAILED)
    assert said() == ("1", "1")
    assert _tile(sam.get("/"), "Emails that failed") == "0"


def test_staff_are_led_to_the_mailbox(shop, desk, sam):
    shop.change(desk.tell(shop.order()), state=EmailState.FAILED)
    assert sam.get("/").one(".tile a[href*=failed]")["href"] == "/orders/emails?state=failed"
