"""Several parts of one order, cancelled and put back in any order: money pays for what remains once, letters say it."""

import pytest
from sqlalchemy import select

from models import EmailState, Order, OrderStatus, PaymentMethod, PaymentStatus, Refund
from tests.orders.books import cancel_items, later
from tests.orders.deciding import cancel, drawn

ITEMS = [("Adobo", 1, 30000), ("Buko pie", 1, 20000), ("Calamansi", 1, 50000)]
ADOBO, BUKO, CALAMANSI = range(3)


@pytest.fixture
def order(shop):
    """For ₱1,000.00, of which nothing is paid."""
    return shop.order(items=ITEMS, payment_method=PaymentMethod.GCASH)


def act(visitor, order, what, query="", **typed):
    url = f"/orders/{order.id}/{what}"
    return visitor.post(url, **drawn(visitor.get(url + query), url, **typed))


def pay(visitor, order, amount=None):
    assert act(visitor, order, "payment", **({"amount": amount} if amount else {})).status == 303


def put_back(visitor, order, cancellation):
    return act(visitor, order, "reinstate", f"?cancellation={cancellation}")


def settle(visitor, refund):
    url = f"/refunds/{refund}/settle"
    assert visitor.post(url, **drawn(visitor.get(f"/refunds/{refund}"), url)).status == 303


def still_to_pay(visitor, order):
    page = visitor.get(f"/orders/{order.id}/payment")
    return page.value("amount") if page.status == 200 else None


@pytest.fixture
def one_owed_back(sam, order):
    """Adobo is off before anything is paid, then the ₱700.00 of the rest are paid, then buko pie is off."""
    cancel_items(sam, order, {ADOBO: 1})
    pay(sam, order)
    cancel_items(sam, order, {BUKO: 1})


def test_what_is_owed_back_for_one_part_pays_for_no_other(sam, shop, order, one_owed_back):
    with later(minutes=3):
        assert put_back(sam, order, 1).status == 303
        assert still_to_pay(sam, order) == "300.00"
        assert shop.get(Order, order.id).payment_status is PaymentStatus.UNPAID
        pay(sam, order)
        settle(sam, 1)
    after = shop.get(Order, order.id)
    assert (after.total, after.paid - after.refunded) == (80000, 80000)
    assert still_to_pay(sam, order) is None


def test_a_part_is_put_back_though_another_is_refunded(sam, shop, order, one_owed_back):
    with later(minutes=3):
        settle(sam, 1)
        assert put_back(sam, order, 1).status == 303
        assert still_to_pay(sam, order) == "300.00"
        pay(sam, order)
    after = shop.get(Order, order.id)
    assert (after.total, after.paid - after.refunded) == (80000, 80000)


def test_a_fee_that_was_kept_for_one_part_pays_for_no_other(sam, order):
    cancel_items(sam, order, {ADOBO: 1})
    pay(sam, order)
    cancel_items(sam, order, {BUKO: 1}, fee="200")
    with later(minutes=3):
        put_back(sam, order, 1)
        assert still_to_pay(sam, order) == "300.00"


def test_an_undo_makes_open_again_what_the_part_had_owed(sam, shop, order):
    pay(sam, order, "800")
    cancel_items(sam, order, {ADOBO: 1})
    cancel_items(sam, order, {BUKO: 1})
    assert [refund.owed for refund in shop.all(select(Refund))] == [10000, 20000]
    assert sam.post(f"/orders/{order.id}/undo", cancellation="1").status == 303
    assert still_to_pay(sam, order) == "200.00"
    assert shop.get(Order, order.id).payment_status is PaymentStatus.UNPAID


def test_the_whole_is_put_back_though_a_part_was_refunded_meanwhile(sam, shop, order):
    pay(sam, order)
    cancel_items(sam, order, {ADOBO: 1})
    cancel(sam, order, fee="700")
    with later(minutes=3):
        settle(sam, 1)
        assert put_back(sam, order, 2).status == 303
    assert shop.get(Order, order.id).status is OrderStatus.PENDING


def test_a_letter_that_waits_says_what_remains_once_another_part_is_undone(sam, shop, order):
    cancel_items(sam, order, {ADOBO: 1})
    cancel_items(sam, order, {BUKO: 1}, note="The pies are sold out.")
    sam.post(f"/orders/{order.id}/undo", cancellation="1")
    _undone, waiting = shop.emails(order)
    cancelled, _, remains = waiting.text.partition("What remains of order 1001")
    assert "The pies are sold out." in cancelled
    assert ("Buko pie" in cancelled, "Adobo" in cancelled) == (True, False)
    assert ("Adobo" in remains, "₱800.00" in remains) == (True, True)
    assert ("Adobo" in waiting.html.partition("What remains")[2], waiting.state) == (True, EmailState.HELD)


def test_a_letter_that_has_left_stays_as_it_was_read(sam, shop, order):
    cancel_items(sam, order, {ADOBO: 1})
    cancel_items(sam, order, {BUKO: 1})
    with later(minutes=3):
        _first, second = shop.emails(order)
        shop.change(second, state=EmailState.SENT, sent_at=second.due_at)
        put_back(sam, order, 1)
        assert shop.emails(order)[1].text == second.text


def test_a_letter_about_a_part_leaves_before_the_one_about_the_whole(sam, shop, order):
    cancel_items(sam, order, {ADOBO: 1})
    cancel(sam, order)
    part, whole = shop.emails(order)
    assert part.due_at == whole.created_at < whole.due_at


def test_the_desk_says_what_is_open_and_what_is_owed_back(sam, order, one_owed_back):
    with later(minutes=3):
        put_back(sam, order, 1)
        money = sam.get(f"/orders/{order.id}").one("#money").text
    assert all(words in money for words in ("₱700.00", "Still to be paid₱300.00", "customer₱200.00")), money
