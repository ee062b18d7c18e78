"""Correcting what was recorded as paid by mistake."""

import pytest

from models import EmailState, KeptOrder, Note, Order, OrderStatus, PaymentMethod, PaymentStatus, Refund
from tests.orders.deciding import cancel, drawn, settle, waive
from tests.orders.waiting import HOURS, NOTICE, pay
from tests.people import signed_in

WHY = "Recorded on the wrong order."
LEAST = "Write an amount from %s, which went back or belongs to a cancelled part, to ₱960.00."


def correct(visitor, order, **typed):
    url = f"/orders/{order.id}/payment/correct"
    return visitor.post(url, **drawn(visitor.get(url), url, **{"internal_note": WHY, **typed}))


@pytest.fixture
def paid(shop):
    """₱960.00, by GCash."""
    return shop.order(payment_status=PaymentStatus.PAID, payment_method=PaymentMethod.GCASH)


def recorded(shop, order):
    found = shop.get(Order, order.id)
    return found.payment_status, found.paid, found.payment_method


def test_support_and_strangers_correct_no_payment(uma, mallory, paid, shop):
    typed = {"amount": "0", "method": "cod", "version": "1", "internal_note": WHY}
    assert uma.post(f"/orders/{paid.id}/payment/correct", **typed).status in (403, 404)
    assert mallory.post(f"/orders/{paid.id}/payment/correct", **typed).status in (303, 404)
    assert shop.get(Order, paid.id).paid == 96000


def test_an_order_without_a_payment_has_none_to_correct(sam, shop):
    order = shop.order()
    page = sam.get(f"/orders/{order.id}/payment/correct")
    assert (page.status, page.refusal) == (409, f"Order {order.number} has no payment that could be corrected.")
    assert "Correct the payment" not in sam.get(f"/orders/{order.id}").text


def test_a_cancelled_order_leads_to_the_refund_that_rests_on_its_payment(sam, shop, paid):
    cancel(sam, paid)
    page = sam.get(f"/orders/{paid.id}/payment/correct")
    assert (page.status, page.refusal) == (
        409,
        f"Money of order {paid.number} is owed back, so its payment stays as it is.",
    )
    assert page.select("a[href='/refunds/1']")
    assert sam.post(f"/orders/{paid.id}/payment/correct", amount="0", method="cod", internal_note=WHY).status == 409
    assert shop.get(Order, paid.id).paid == 96000


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"amount": ""}, {"amount": "Write how much; 0 if it was nothing."}),
        ({"amount": "-1"}, {"amount": "Write an amount such as 1250.00."}),
        (
            {"amount": "960.01"},
            {"amount": "At most ₱960.00 can have been paid for this order."},
        ),
        ({"amount": "0", "internal_note": " "}, {"internal_note": "Say what went wrong, for whoever asks later."}),
        ({"amount": "0", "method": "shells"}, {"method": "Choose one of the ways to pay in the list."}),
    ],
)
def test_what_can_not_be_is_said_at_its_field(sam, paid, shop, typed, errors):
    answer = correct(sam, paid, **typed)
    assert (answer.status, answer.errors) == (422, errors)
    assert answer.value("amount") == typed.get("amount", "960.00")
    assert recorded(shop, paid) == (PaymentStatus.PAID, 96000, PaymentMethod.GCASH)
    assert shop.events(paid) == []


def test_a_payment_of_another_order_is_taken_off_and_the_history_says_why(sam, paid, shop):
    page = sam.follow(correct(sam, paid, amount="0", method="cod"))
    assert page.messages == ["Nothing is recorded as paid now."]
    assert recorded(shop, paid) == (PaymentStatus.UNPAID, 0, PaymentMethod.COD)
    assert shop.events(paid) == ["order.payment_corrected"]
    assert "corrected the payment: ₱960.00 was not really paid." in page.text
    assert WHY in page.text
    assert shop.count(Note) == 1


def test_a_digit_too_many_leaves_what_was_paid(sam, paid, shop):
    assert sam.follow(correct(sam, paid, amount="96")).messages == ["₱96.00 is recorded as paid now."]
    assert recorded(shop, paid) == (PaymentStatus.UNPAID, 9600, PaymentMethod.GCASH)
    assert shop.count(KeptOrder) == 0


def test_the_way_alone_may_have_been_wrong(sam, paid, shop):
    page = sam.follow(correct(sam, paid, amount="960", method="maya"))
    assert recorded(shop, paid) == (PaymentStatus.PAID, 96000, PaymentMethod.MAYA)
    assert shop.events(paid) == ["order.payment_method_corrected"]
    assert "corrected how the order was paid." in page.text


def test_what_went_back_was_paid(sam, shop):
    order = shop.order(
        paid=96000, refunded=6000, payment_status=PaymentStatus.PARTIALLY_REFUNDED, status=OrderStatus.RETURNED
    )
    answer = correct(sam, order, amount="59.99")
    assert answer.errors == {"amount": LEAST % "₱60.00"}
    assert correct(sam, order, amount="60").status == 303
    assert recorded(shop, order) == (PaymentStatus.REFUNDED, 6000, PaymentMethod.COD)


@pytest.fixture
def less_a_part(sam, shop):
    """Of ₱960.00 that were paid, ₱480.00 are owed back for one of two."""
    order = shop.order(items=(("Adobo set", 2, 48000),), payment_status=PaymentStatus.PAID)
    url = f"/orders/{order.id}/cancel/items"
    assert sam.post(url, **drawn(sam.get(url), url, pieces_1="1", notify=None)).status == 303
    return order


def test_while_a_part_owes_what_rests_on_the_payment_it_stays(sam, shop, less_a_part):
    """Else the shop would owe the customer, and the customer the shop."""
    page = sam.get(f"/orders/{less_a_part.id}/payment/correct")
    assert (page.status, page.refusal) == (409, "Money of order 1001 is owed back, so its payment stays as it is.")
    assert page.select("a[href='/refunds/1']")
    assert "Correct the payment" not in sam.get(f"/orders/{less_a_part.id}").text
    answer = sam.post(f"/orders/{less_a_part.id}/payment/correct", amount="480", method="cod", internal_note=WHY)
    assert answer.status == 409
    assert shop.get(Order, less_a_part.id).paid == 96000


def test_what_went_back_for_a_part_was_paid(sam, shop, less_a_part):
    settle(sam, shop.get(Refund, 1), notify=None)
    answer = correct(sam, less_a_part, amount="479.99")
    assert answer.errors == {"amount": LEAST % "₱480.00"}
    assert correct(sam, less_a_part, amount="500").status == 303
    assert recorded(shop, less_a_part)[:2] == (PaymentStatus.PARTIALLY_REFUNDED, 50000)
    assert "₱20.00 of it paid" in sam.get(f"/orders/{less_a_part.id}").text


def test_a_letter_about_a_part_that_waits_says_what_was_really_paid(sam, shop):
    order = shop.order(items=(("Adobo set", 2, 48000),), paid=60000)
    url = f"/orders/{order.id}/cancel/items"
    sam.post(url, **drawn(sam.get(url), url, pieces_1="1"))
    waive(sam, shop.get(Refund, 1))
    assert correct(sam, order, amount="500").status == 303
    letter = shop.emails(order)[-1]
    assert letter.state is EmailState.HELD
    assert "₱600.00" not in letter.text


@pytest.mark.parametrize("status", [OrderStatus.RETURNED, OrderStatus.DECLINED])
def test_where_no_payment_can_be_recorded_any_more_one_that_was_taken_off_too_far_comes_back(sam, shop, status):
    order = shop.order(status=status, payment_status=PaymentStatus.PAID)
    assert correct(sam, order, amount="0").status == 303
    page = sam.follow(correct(sam, order, amount="960"))
    assert page.messages == ["₱960.00 is recorded as paid now."]
    assert "corrected the payment: ₱960.00 more was paid." in page.text
    assert recorded(shop, order)[:2] == (PaymentStatus.PAID, 96000)


def test_the_same_form_sent_twice_is_one_correction(sam, paid, shop):
    url = f"/orders/{paid.id}/payment/correct"
    typed = drawn(sam.get(url), url, amount="100", internal_note=WHY)
    assert [sam.follow(sam.post(url, **typed)).messages for _ in range(2)] == [["₱100.00 is recorded as paid now."]] * 2
    assert shop.events(paid) == ["order.payment_corrected"]


def test_what_is_so_already_is_not_corrected(sam, paid, shop):
    answer = sam.follow(correct(sam, paid, amount="960"))
    assert answer.messages == ["Nothing was different, so nothing was saved."]
    assert shop.events(paid) == []
    assert shop.count(Note) == 0


def test_a_page_that_is_older_than_the_order_corrects_nothing(sam, olive, paid, shop):
    url = f"/orders/{paid.id}/payment/correct"
    typed = drawn(sam.get(url), url, amount="0", internal_note=WHY)
    correct(olive, paid, amount="100")
    answer = sam.post(url, **typed)
    assert (answer.status, answer.value("internal_note")) == (409, WHY)
    assert shop.get(Order, paid.id).paid == 10000


def test_suki_does_not_cancel_for_a_payment_that_never_was(app, shop, timer):
    """Its customer was reminded before the mistake, and all the time to pay is over when it is found."""
    timer.on()
    order = timer.order()
    timer.at(HOURS - NOTICE)
    assert timer.look() == {"reminded": 1}
    timer.deliver()
    pay(app, order)
    timer.at(2 * HOURS)
    assert correct(signed_in(app, "sam"), order, amount="0").status == 303
    assert timer.look() == {}
    assert shop.get(Order, order.id).status is OrderStatus.PENDING
    assert shop.events(order)[-2:] == ["order.payment_corrected", "order.kept"]


def test_what_suki_would_never_cancel_is_not_kept(app, shop, timer):
    timer.on()
    cod = shop.order(payment_status=PaymentStatus.PAID)
    assert correct(signed_in(app, "sam"), cod, amount="0").status == 303
    assert shop.events(cod) == ["order.payment_corrected"]
    assert shop.count(KeptOrder) == 0
