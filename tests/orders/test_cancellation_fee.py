"""A cancellation fee: what the shop keeps of what was paid; the rest is owed back."""

import pytest
from sqlalchemy import select

from models import Cancellation, Order, OrderStatus, PaymentStatus, Refund
from tests.orders.deciding import cancel, drawn

PAID = {"payment_status": PaymentStatus.PAID}


def refunds(shop):
    return [refund.owed for refund in shop.all(select(Refund))]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("960.01", "At most ₱960.00 can be kept."),
        ("-1", "Write an amount such as 1250.00."),
        ("ten", "Write an amount such as 1250.00."),
    ],
)
def test_no_more_is_kept_than_was_paid(sam, shop, typed, error):
    order = shop.order(**PAID)
    page = cancel(sam, order, fee=typed, note="Sorry.")
    assert (page.status, page.errors, page.value("fee"), page.value("note")) == (422, {"fee": error}, typed, "Sorry.")
    assert shop.get(Order, order.id).status is OrderStatus.PENDING


def test_of_an_unpaid_order_nothing_can_be_kept(sam, shop):
    order = shop.order()
    assert not sam.get(f"/orders/{order.id}/cancel").select("[name=fee]")
    assert cancel(sam, order, fee="1").errors == {"fee": "At most ₱0.00 can be kept."}


def test_what_was_refunded_before_can_not_be_kept_again(sam, shop):
    order = shop.order(paid=96000, refunded=90000, payment_status=PaymentStatus.PARTIALLY_REFUNDED)
    assert cancel(sam, order, fee="60.01").errors == {"fee": "At most ₱60.00 can be kept."}


def test_the_rest_is_owed_and_everybody_reads_of_the_fee(sam, shop):
    order = shop.order(**PAID)
    page = sam.follow(cancel(sam, order, fee="100"))
    assert refunds(shop) == [86000]
    assert shop.first(select(Cancellation)).fee == 10000
    assert "Fee kept ₱100.00" in page.text
    email = shop.emails(order)[0]
    assert "Of what you paid, ₱100.00 stays with us as a cancellation fee." in email.text
    assert "₱860.00 will be returned to you" in email.text
    assert "Fee kept ₱100.00" in sam.get("/refunds/1").text


def test_when_all_is_kept_nothing_is_owed(sam, shop):
    cancel(sam, shop.order(**PAID), fee="960")
    assert refunds(shop) == []


def test_the_preview_says_what_will_be_returned(sam, shop):
    order = shop.order(**PAID)
    url = f"/orders/{order.id}/cancel"
    form = drawn(sam.get(url), url, fee="100")
    assert "₱860.00 will be returned to you" in sam.post(f"{url}/preview", **form).text
    assert sam.post(f"{url}/preview", **form | {"fee": "961"}).errors == {"fee": "At most ₱960.00 can be kept."}


def test_the_same_form_with_another_fee_is_refused(sam, shop):
    order = shop.order(**PAID)
    url = f"/orders/{order.id}/cancel"
    form = drawn(sam.get(url), url, fee="100")
    assert sam.post(url, **form).status == 303
    assert sam.post(url, **form).status == 303
    assert sam.post(url, **form | {"fee": "200"}).status == 409
    assert refunds(shop) == [86000]
