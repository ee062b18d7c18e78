"""Correcting what was recorded as paid back by hand, and was not."""

import pytest

from models import Note, Order, OrderStatus, PaymentStatus
from tests.orders.deciding import cancel, drawn

WHY = "The transfer was for another order."


@pytest.fixture
def returned(sam, shop):
    """₱960.00 were paid, and ₱500.00 of it is recorded as paid back."""
    order = shop.order(payment_status=PaymentStatus.PAID, status=OrderStatus.RETURNED)
    url = f"/orders/{order.id}/refund"
    assert sam.post(url, **drawn(sam.get(url), url, amount="500")).status == 303
    return order


def correct(visitor, order, **typed):
    url = f"/orders/{order.id}/refund/correct"
    return visitor.post(url, **drawn(visitor.get(url), url, **{"internal_note": WHY, **typed}))


def recorded(shop, order):
    found = shop.get(Order, order.id)
    return found.payment_status, found.paid, found.refunded


SOME = (PaymentStatus.PARTIALLY_REFUNDED, 96000, 50000)


def test_support_and_strangers_correct_no_refund(uma, mallory, returned, shop):
    typed = {"amount": "0", "version": "2", "internal_note": WHY}
    for visitor in (uma, mallory):
        assert visitor.post(f"/orders/{returned.id}/refund/correct", **typed).status in (303, 403, 404)
    assert recorded(shop, returned) == SOME


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"amount": ""}, {"amount": "Write how much; 0 if it was nothing."}),
        ({"amount": "500.01"}, {"amount": "Only ₱500.00 is recorded as paid back."}),
        ({"amount": "-1"}, {"amount": "Write an amount such as 1250.00."}),
        ({"amount": "0", "internal_note": ""}, {"internal_note": "Say what went wrong, for whoever asks later."}),
    ],
)
def test_what_can_not_be_is_said_at_its_field(sam, returned, shop, typed, errors):
    answer = correct(sam, returned, **typed)
    assert (answer.status, answer.errors, answer.value("amount")) == (422, errors, typed["amount"])
    assert recorded(shop, returned) == SOME


def test_where_nothing_was_paid_back_by_hand_there_is_nothing_to_correct(sam, shop):
    order = shop.order(payment_status=PaymentStatus.PAID)
    assert "Correct the refund" not in sam.get(f"/orders/{order.id}").text
    page = sam.get(f"/orders/{order.id}/refund/correct")
    assert (page.status, page.refusal) == (409, "Order 1001 has no refund that could be corrected here.")


def test_what_a_cancel_counted_on_stays(sam, shop):
    order = shop.order(paid=96000, refunded=6000, payment_status=PaymentStatus.PARTIALLY_REFUNDED)
    cancel(sam, order)
    assert sam.post(f"/orders/{order.id}/refund/correct", amount="0", version="2", internal_note=WHY).status == 409
    assert shop.get(Order, order.id).refunded == 6000


@pytest.mark.parametrize(
    ("really", "now"),
    [("0", (PaymentStatus.PAID, 96000, 0)), ("400", (PaymentStatus.PARTIALLY_REFUNDED, 96000, 40000))],
)
def test_what_did_not_go_back_can_go_back_and_the_history_says_why(sam, returned, shop, really, now):
    page = sam.follow(correct(sam, returned, amount=really))
    assert page.messages == [f"₱{really}.00 is recorded as paid back now."]
    assert recorded(shop, returned) == now
    assert shop.events(returned) == ["order.refunded", "order.refund_corrected"]
    assert f"corrected the refund: ₱{500 - int(really)}.00 did not go back." in page.text
    assert WHY in page.text


def test_the_same_form_twice_is_one_correction_and_the_same_amount_none(sam, returned, shop):
    url = f"/orders/{returned.id}/refund/correct"
    typed = drawn(sam.get(url), url, amount="100", internal_note=WHY)
    assert [sam.follow(sam.post(url, **typed)).messages for _ in range(2)] == 2 * [
        ["₱100.00 is recorded as paid back now."]
    ]
    assert sam.follow(correct(sam, returned, amount="100")).messages == ["Nothing was different, so nothing was saved."]
    assert shop.count(Note) == 1


def test_a_page_that_is_older_than_the_order_corrects_nothing(sam, olive, returned, shop):
    url = f"/orders/{returned.id}/refund/correct"
    typed = drawn(sam.get(url), url, amount="0", internal_note=WHY)
    correct(olive, returned, amount="100")
    answer = sam.post(url, **typed)
    assert (answer.status, answer.value("internal_note")) == (409, WHY)
    assert shop.get(Order, returned.id).refunded == 10000
