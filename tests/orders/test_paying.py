"""Noting payments and refunds."""

import pytest
from sqlalchemy import select

from models import Cancellation, Order, OrderStatus, PaymentMethod, PaymentStatus, Refund, writing
from tests.orders.deciding import drawn
from tests.shop import A_MORNING


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
    assert sam.follow(note(sam, order, "payment", method="gcash")).messages == ["₱960.00 was noted as paid."]
    paid = shop.get(Order, order.id)
    assert (paid.payment_status, paid.paid, paid.payment_method) == (PaymentStatus.PAID, 96000, PaymentMethod.GCASH)
    assert shop.events(order) == ["order.paid"]


def test_a_part_of_it_leaves_the_order_unpaid(sam, shop):
    order = shop.order()
    note(sam, order, "payment", amount="60")
    assert shop.get(Order, order.id).payment_status is PaymentStatus.UNPAID
    assert sam.get(f"/orders/{order.id}/payment").value("amount") == "900.00"


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
def owed(app, shop):
    """A paid order that was cancelled: its money is owed back."""
    order = shop.order(
        payment_status=PaymentStatus.PAID, payment_method=PaymentMethod.GCASH, status=OrderStatus.CANCELLED
    )
    with app.app_context(), writing() as session:
        done = Cancellation(order_id=order.id, at=A_MORNING, previous_status=OrderStatus.PENDING, restock=True)
        session.add(done)
        session.flush()
        session.add(Refund(order_id=order.id, cancellation_id=done.id, owed=96000, owed_at=A_MORNING))
    return order


def test_more_than_was_paid_does_not_go_back(sam, owed, shop):
    assert note(sam, owed, "refund", amount="960.01").errors == {"amount": "At most ₱960.00 can go back."}
    assert shop.get(Order, owed.id).refunded == 0


def test_nothing_goes_back_of_what_was_never_paid(sam, shop):
    order = shop.order()
    assert sam.get(f"/orders/{order.id}/refund").refusal == f"Nothing is open for order {order.number}."


def test_a_refund_is_settled_when_all_is_back(sam, owed, shop):
    note(sam, owed, "refund", amount="60")
    assert shop.get(Order, owed.id).payment_status is PaymentStatus.PARTIALLY_REFUNDED
    assert owed.number in sam.get("/orders/?attention=refund_owed").text
    assert sam.follow(note(sam, owed, "refund")).messages == ["₱900.00 was noted as paid back."]
    assert shop.get(Order, owed.id).payment_status is PaymentStatus.REFUNDED
    assert shop.first(select(Refund)).settled_at is not None
    assert shop.events(owed) == ["order.refunded", "order.refunded"]
    assert "Nothing is owed back" in sam.get("/orders/?attention=refund_owed").text


def test_a_refund_on_a_stale_page_is_not_noted(sam, owed, shop):
    url = f"/orders/{owed.id}/refund"
    typed = drawn(sam.get(url), url, amount="10")
    assert [sam.post(url, **typed).status for _ in range(2)] == [303, 409]
    assert shop.get(Order, owed.id).refunded == 1000


def test_support_notes_no_money(uma, owed):
    for what in ("payment", "refund"):
        assert uma.post(f"/orders/{owed.id}/{what}", amount="1").status in (403, 404)
