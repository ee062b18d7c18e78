"""Noting payments and refunds."""

import pytest

from blueprints.orders.paying import record_refund
from blueprints.orders.refusals import RefundIsOwed
from models import SYSTEM, Order, OrderStatus, PaymentMethod, PaymentStatus
from tests.orders.deciding import cancel, drawn


def note(visitor, order, what, **typed):
    url = f"/orders/{order.id}/{what}"
    return visitor.post(url, **drawn(visitor.get(url), url, **typed))


@pytest.mark.parametrize("status", ["cancelled", "declined", "returned"])
def test_an_order_that_has_ended_takes_no_payment(sam, shop, status):
    order = shop.order(status=OrderStatus(status))
    assert sam.get(f"/orders/{order.id}/payment").status == 409
    assert sam.post(f"/orders/{order.id}/payment", amount="1", method="gcash").status == 409
    assert shop.get(Order, order.id).paid == 0


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("960.01", "At most ₱960.00 is still to be paid."),
        ("", "Write how much."),
        ("0", "Write how much."),
        ("-1", "Write an amount such as 1250.00."),
        ("1e3", "Write an amount such as 1250.00."),
    ],
)
def test_an_amount_that_can_not_be_is_said_at_its_field(sam, shop, typed, error):
    order = shop.order()
    answer = note(sam, order, "payment", amount=typed)
    assert (answer.status, answer.errors) == (422, {"amount": error})
    assert answer.value("amount") == typed
    assert shop.get(Order, order.id).paid == 0


def test_what_is_open_is_filled_in_and_makes_the_order_paid(sam, shop):
    order = shop.order()
    page = sam.get(f"/orders/{order.id}/payment")
    assert (page.value("amount"), page.value("method")) == ("960.00", "cod")
    assert sam.follow(note(sam, order, "payment", method="gcash")).messages == ["₱960.00 was recorded as paid."]
    paid = shop.get(Order, order.id)
    assert (paid.payment_status, paid.paid, paid.payment_method) == (PaymentStatus.PAID, 96000, PaymentMethod.GCASH)
    assert shop.events(order) == ["order.paid"]


def test_a_part_of_it_leaves_the_order_unpaid(sam, shop):
    order = shop.order()
    note(sam, order, "payment", amount="60")
    assert shop.get(Order, order.id).payment_status is PaymentStatus.UNPAID
    assert sam.get(f"/orders/{order.id}/payment").value("amount") == "900.00"


def test_the_rest_is_paid_though_what_was_paid_first_all_went_back(sam, shop):
    order = shop.order()
    note(sam, order, "payment", amount="60")
    note(sam, order, "refund", amount="60")
    assert shop.get(Order, order.id).payment_status is PaymentStatus.REFUNDED
    assert note(sam, order, "payment", amount="900").status == 303
    paid = shop.get(Order, order.id)
    assert (paid.payment_status, paid.paid, paid.refunded) == (PaymentStatus.PARTIALLY_REFUNDED, 96000, 6000)
    assert shop.events(order) == ["order.paid", "order.refunded", "order.paid"]


def test_the_same_form_sent_twice_is_one_payment(sam, shop):
    order = shop.order()
    url = f"/orders/{order.id}/payment"
    typed = drawn(sam.get(url), url, amount="100")
    assert [sam.post(url, **typed).status for _ in range(2)] == [303, 409]
    assert shop.get(Order, order.id).paid == 10000


def test_a_payment_is_in_the_currency_of_its_order(sam, shop):
    order = shop.order(currency="JPY", total=5000)
    page = sam.get(f"/orders/{order.id}/payment")
    assert page.value("amount") == "5000"
    assert note(sam, order, "payment", amount="10.50").errors == {"amount": "Write an amount such as 1250."}


@pytest.fixture
def returned(shop):
    """A paid order that came back: the shop gives money for it, and no cancel says how much."""
    return shop.order(
        payment_status=PaymentStatus.PAID, payment_method=PaymentMethod.GCASH, status=OrderStatus.RETURNED
    )


def test_more_than_was_paid_does_not_go_back(sam, returned, shop):
    assert note(sam, returned, "refund", amount="960.01").errors == {"amount": "At most ₱960.00 can go back."}
    assert shop.get(Order, returned.id).refunded == 0


def test_nothing_goes_back_of_what_was_never_paid(sam, shop):
    order = shop.order()
    assert sam.get(f"/orders/{order.id}/refund").refusal == f"Nothing is open for order {order.number}."


def test_what_a_cancel_owes_is_settled_on_its_own_page(sam, shop):
    order = shop.order(payment_status=PaymentStatus.PAID)
    cancel(sam, order)
    page = sam.get(f"/orders/{order.id}/refund")
    assert (page.status, page.location) == (303, "/refunds/1")
    page = sam.post(f"/orders/{order.id}/refund", amount="960", version="2")
    assert (page.status, page.location) == (303, "/refunds/1")
    assert shop.get(Order, order.id).refunded == 0


def test_a_cancel_in_the_middle_leads_to_what_it_owes(app, olive, shop):
    order = shop.order(payment_status=PaymentStatus.PAID)
    cancel(olive, order)
    with app.app_context(), pytest.raises(RefundIsOwed):
        record_refund(order.id, version=2, amount=96000, by=SYSTEM)


def test_money_goes_back_in_parts_until_all_is_back(sam, returned, shop):
    note(sam, returned, "refund", amount="60")
    assert shop.get(Order, returned.id).payment_status is PaymentStatus.PARTIALLY_REFUNDED
    assert sam.follow(note(sam, returned, "refund")).messages == ["₱900.00 was recorded as paid back."]
    assert shop.get(Order, returned.id).payment_status is PaymentStatus.REFUNDED
    assert shop.events(returned) == ["order.refunded", "order.refunded"]


def test_a_refund_on_a_stale_page_is_not_noted(sam, returned, shop):
    url = f"/orders/{returned.id}/refund"
    typed = drawn(sam.get(url), url, amount="10")
    assert [sam.post(url, **typed).status for _ in range(2)] == [303, 409]
    assert shop.get(Order, returned.id).refunded == 1000


def test_support_notes_no_money(uma, returned):
    for what in ("payment", "refund"):
        assert uma.post(f"/orders/{returned.id}/{what}", amount="1").status in (403, 404)
