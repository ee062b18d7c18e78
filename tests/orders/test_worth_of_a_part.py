"""What a part is worth where the amounts of an order do not add up, and that its form is good once."""

from sqlalchemy import select

from models import Order, PaymentStatus, Refund
from tests.orders.books import cancel_items, undo
from tests.orders.deciding import drawn

PAID = {"payment_status": PaymentStatus.PAID}
ITEMS = [("Adobo", 1, 30000), ("Buko pie", 1, 20000), ("Calamansi", 1, 50000)]
ADOBO, BUKO, CALAMANSI = range(3)


def test_no_more_is_taken_off_than_the_order_comes_to(sam, shop):
    """A file may say less than its items cost."""
    order = shop.order(items=ITEMS, total=40000, **PAID)
    assert cancel_items(sam, order, {CALAMANSI: 1}).status == 303
    assert shop.get(Order, order.id).total == 0
    assert shop.first(select(Refund)).owed == 40000


def test_what_was_paid_too_much_is_not_owed_for_a_part(sam, shop):
    order = shop.order(items=ITEMS, paid=150000, payment_status=PaymentStatus.PAID)
    assert cancel_items(sam, order, {ADOBO: 1}).status == 303
    assert shop.first(select(Refund)).owed == 30000


def test_the_form_of_a_part_that_was_put_back_is_used_up(sam, shop):
    order = shop.order(items=ITEMS, **PAID)
    url = f"/orders/{order.id}/cancel/items"
    form = drawn(sam.get(url), url, **{f"pieces_{order.items[ADOBO].id}": "1"})
    sam.post(url, **form)
    undo(sam, order)
    version = str(shop.get(Order, order.id).version)
    page = sam.post(url, **{**form, "version": version})
    assert (page.status, page.refusal) == (409, "This page was sent twice, and not with the same words.")
    assert [item.cancelled for item in shop.get(Order, order.id).items] == [0, 0, 0]
