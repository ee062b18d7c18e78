"""Reinstate: when it is too late for Undo, the order goes ahead, and the customer is told so."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models import (
    Alert,
    Cancellation,
    EmailState,
    NotSentReason,
    Order,
    OrderStatus,
    PaymentStatus,
    Reason,
    Withdrawal,
    writing,
)
from tests.orders.books import books, later, reinstate
from tests.orders.deciding import cancel, drawn
from tests.shop import A_MORNING

PAID = {"payment_status": PaymentStatus.PAID}


@pytest.fixture
def product(shop):
    return shop.product(on_hand=10)


@pytest.fixture
def order(shop, product):
    return shop.sold(status=OrderStatus.PROCESSING, **PAID)


@pytest.fixture
def cancelled(sam, shop, order):
    """And the customer was told."""
    reason = shop.first(select(Reason).where(Reason.label == "Out of stock"))
    cancel(sam, order, note="Sold out.", reason=str(reason.id))
    (email,) = shop.emails(order)
    shop.change(email, state=EmailState.SENT, sent_at=datetime.now(UTC))
    return order


def again(sam, order, **typed):
    """When Undo is over."""
    cookie = sam.client.get_cookie(sam.app.config["SESSION_COOKIE_NAME"])
    with later(minutes=2):
        answer = reinstate(sam, order, **typed)
        answer.next = sam.follow(answer) if answer.status == 303 else None
    sam.client.set_cookie(cookie.key, cookie.value)  # one from the future would not be believed
    return answer


def test_the_order_is_back_where_it_was(sam, app, shop, order, product):
    before = books(app)
    cancel(sam, order)
    shop.change(shop.emails(order)[0], state=EmailState.SENT, sent_at=datetime.now(UTC))
    answer = again(sam, order, notify=None)
    assert (answer.status, answer.location) == (303, f"/orders/{order.id}")
    after = books(app)
    assert {name: rows for name, rows in after.items() if name != "emails"} == {
        name: rows for name, rows in before.items() if name != "emails"
    }
    assert shop.first(select(Cancellation)).withdrawal is Withdrawal.REINSTATED
    assert shop.on_hand(product) == 8


def test_the_customer_is_told_that_it_is_on_again(sam, shop, cancelled):
    page = again(sam, cancelled, note="We found another set.").next
    told = shop.emails(cancelled)[-1]
    assert (told.kind, told.state) == ("order_reinstated", EmailState.QUEUED)
    assert told.subject == "Your order 1001 is going ahead after all"
    for words in ("We found another set.", "₱960.00 that we wrote of is not returned"):
        assert words in told.text
        assert words in told.html.replace("&#8369;", "₱")
    assert "Order 1001 is reinstated." in page.messages


def test_reason_and_note_of_the_cancel_are_not_shown_as_what_holds(sam, cancelled):
    page = again(sam, cancelled).next
    assert "Sold out." not in page.one("#status-area").text
    assert "Out of stock" not in page.text
    assert "Sold out." in page.one("#history").text
    assert "reinstated the order: it is “Processing” again" in page.one("#history").text


def test_what_was_owed_is_owed_no_more(sam, cancelled):
    assert "₱960.00 is no longer owed back" in sam.get(f"/orders/{cancelled.id}/reinstate").text
    again(sam, cancelled)
    for tab in ("/refunds/", "/refunds/?state=settled", "/refunds/?state=waived"):
        page = sam.get(tab)
        assert (page.h1, "Maria Santos" in page.text) == ("Refunds", False)
    assert "Not owed any more" in sam.get("/refunds/1").text
    page = sam.get(f"/orders/{cancelled.id}")
    assert (page.h1, "Owed back" in page.text) == ("Order 1001", False)


def test_a_letter_that_has_not_left_yet_does_not_leave_any_more(sam, shop, order):
    cancel(sam, order)
    shop.change(shop.emails(order)[0], state=EmailState.QUEUED, attempts=3)
    again(sam, order)
    cancel_email, on_again = shop.emails(order)
    assert (cancel_email.state, cancel_email.reason) == (EmailState.NOT_SENT, NotSentReason.UNDONE)
    assert on_again.state is EmailState.QUEUED


def test_a_shortage_is_said_first(sam, shop, cancelled, product):
    shop.sold(("ADOBO-4", 9, 48000))
    page = sam.get(f"/orders/{cancelled.id}/reinstate")
    assert "2 needed, 1 on hand, 1 short" in page.text
    assert again(sam, cancelled).status == 303
    assert shop.on_hand(product) == -1


def test_what_is_not_counted_any_more_is_never_short(sam, shop, cancelled, product):
    shop.sold(("ADOBO-4", 9, 48000))
    shop.change(product, tracked=False)
    assert "short" not in sam.get(f"/orders/{cancelled.id}/reinstate").one("main").get_text()
    assert again(sam, cancelled).status == 303
    assert shop.on_hand(product) == -1


def test_a_shortage_that_the_page_did_not_say_is_refused_and_said(sam, shop, cancelled, product):
    url = f"/orders/{cancelled.id}/reinstate"
    form = drawn(sam.get(url), url, note="We found another set.")
    shop.sold(("ADOBO-4", 10, 48000))
    page = sam.post(url, **form)
    assert (page.status, page.refusal) == (409, "More is short in stock than this page said.")
    assert page.value("note") == "We found another set."
    assert shop.get(Order, cancelled.id).status is OrderStatus.CANCELLED
    assert "2 needed, 0 on hand, 2 short" in page.text
    assert sam.post(url, **drawn(page, url)).status == 303
    assert shop.on_hand(product) == -2


def test_whoever_was_never_told_of_the_cancel_is_not_mailed_unless_that_is_ticked(sam, shop, order):
    cancel(sam, order, notify=None)
    page = sam.get(f"/orders/{order.id}/reinstate")
    assert not page.one("[name=notify]").has_attr("checked")
    again(sam, order)
    assert shop.emails(order)[-1].reason is NotSentReason.NOT_WANTED


def test_nor_is_whoever_the_letter_never_reached(sam, shop, order):
    cancel(sam, order)
    shop.change(shop.emails(order)[0], state=EmailState.FAILED, attempts=1)
    assert not sam.get(f"/orders/{order.id}/reinstate").one("[name=notify]").has_attr("checked")


def test_whoever_was_told_at_a_corrected_address_hears_that_it_is_on_again(sam, shop, order):
    cancel(sam, order)
    letter = shop.emails(order)[0]
    shop.change(letter, state=EmailState.FAILED, attempts=1)
    for address in ("mara@example.com", "marla@example.com"):
        last = shop.emails(order)[-1]
        assert sam.post(f"/orders/emails/{last.id}/address", email=address).status == 303
        shop.change(shop.emails(order)[-1], state=EmailState.FAILED, attempts=1)
    shop.change(shop.emails(order)[-1], state=EmailState.SENT, sent_at=datetime.now(UTC))
    assert sam.get(f"/orders/{order.id}/reinstate").one("[name=notify]").has_attr("checked")
    again(sam, order)
    assert shop.emails(order)[-1].kind == "order_reinstated"


def test_no_copy_of_a_copy_leaves_once_the_order_is_on_again(sam, shop, order):
    cancel(sam, order)
    shop.change(shop.emails(order)[0], state=EmailState.FAILED, attempts=1)
    for address in ("mara@example.com", "marla@example.com"):
        sam.post(f"/orders/emails/{shop.emails(order)[-1].id}/address", email=address)
        last = shop.emails(order)[-1]
        if address.startswith("mara"):
            shop.change(last, state=EmailState.FAILED, attempts=1)
    assert shop.emails(order)[-1].state is EmailState.QUEUED
    again(sam, order)
    assert {email.state for email in shop.emails(order) if email.kind == "order_cancelled"} == {
        EmailState.FAILED,
        EmailState.NOT_SENT,
    }


@pytest.mark.parametrize(
    ("state", "attempts", "may_have_read"),
    [
        (EmailState.SENDING, 1, True),
        (EmailState.QUEUED, 1, True),
        (EmailState.QUEUED, 0, False),
        (EmailState.FAILED, 1, False),
    ],
)
def test_whoever_may_have_read_of_money_reads_that_none_comes(sam, shop, order, state, attempts, may_have_read):
    cancel(sam, order)
    shop.change(shop.emails(order)[0], state=state, attempts=attempts)
    again(sam, order, notify="y")
    assert ("that we wrote of" in shop.emails(order)[-1].text) is may_have_read


def test_whoever_never_read_of_money_does_not_read_that_none_comes(sam, shop, order):
    cancel(sam, order, notify=None)
    again(sam, order, notify="y")
    assert "that we wrote of" not in shop.emails(order)[-1].text


def test_its_alert_has_a_switch_of_its_own(sam, app, shop, cancelled):
    with app.app_context(), writing() as session:
        session.add(Alert(kind="order_reinstated", on=False))
    again(sam, cancelled)
    assert shop.emails(cancelled)[-1].reason is NotSentReason.ALERTS_OFF


@pytest.mark.parametrize("way", ["settle", "waive"])
def test_not_once_the_refund_was_settled_or_waived(sam, shop, cancelled, way):
    url = f"/refunds/1/{way}"
    typed = {"amount": "100"} if way == "settle" else {"because": "He takes another one."}
    assert sam.post(url, **drawn(sam.get("/refunds/1"), url, **typed)).status == 303
    page = sam.get(f"/orders/{cancelled.id}/reinstate")
    assert (page.status, "settled or waived" in page.refusal) == (409, True)
    version = str(shop.get(Order, cancelled.id).version)
    answer = sam.post(f"/orders/{cancelled.id}/reinstate", cancellation="1", version=version, note="x")
    assert (answer.status, "settled or waived" in answer.refusal) == (409, True)
    with later(minutes=2):
        assert "Reinstate" not in sam.get(f"/orders/{cancelled.id}").text


def test_an_order_that_came_in_cancelled_was_never_cancelled_here(sam, shop):
    order = shop.order(status=OrderStatus.CANCELLED, cancelled_at=A_MORNING)
    page = sam.get(f"/orders/{order.id}/reinstate")
    assert (page.status, page.refusal) == (409, "Order 1001 has no cancel that could be taken back.")
    assert "Reinstate" not in sam.get(f"/orders/{order.id}").text


def test_an_order_that_changed_meanwhile_is_looked_at_again(sam, olive, shop, cancelled):
    url = f"/orders/{cancelled.id}/reinstate"
    form = drawn(sam.get(url), url, note="Found one.")
    shop.change(cancelled, address="Another street")
    page = sam.post(url, **form)
    assert page.status == 409
    assert page.value("note") == "Found one."


def test_a_second_click_tells_nobody_twice(sam, shop, cancelled):
    url = f"/orders/{cancelled.id}/reinstate"
    form = drawn(sam.get(url), url)
    assert [sam.post(url, **form).status for _ in range(3)] == [303] * 3
    assert shop.events(cancelled) == ["order.cancelled", "order.reinstated"]
    assert [email.kind for email in shop.emails(cancelled)] == ["order_cancelled", "order_reinstated"]


def test_another_person_is_told_that_it_is_done(sam, olive, shop, cancelled):
    url = f"/orders/{cancelled.id}/reinstate"
    form = drawn(olive.get(url), url)
    again(sam, cancelled)
    assert olive.post(url, **form).status == 409


def test_the_letter_about_the_cancel_is_not_sent_again(sam, shop, cancelled):
    letter = shop.emails(cancelled)[0]
    again(sam, cancelled)
    page = sam.post(f"/orders/emails/{letter.id}/again")
    assert (page.status, "taken back" in page.text) == (409, True)
    assert len(shop.emails(cancelled)) == 2
    page = sam.get(f"/orders/{cancelled.id}")
    assert (page.h1, page.select(f"form[action='/orders/emails/{letter.id}/again']")) == ("Order 1001", [])


def test_a_note_that_is_too_long_is_refused_and_kept(sam, shop, cancelled):
    page = again(sam, cancelled, note="x" * 1001)
    assert (page.status, list(page.errors)) == (422, ["note"])
    assert page.value("note") == "x" * 1001
    assert shop.get(Order, cancelled.id).status is OrderStatus.CANCELLED


def test_strangers_reinstate_nothing(mallory, uma, shop, cancelled):
    url = f"/orders/{cancelled.id}/reinstate"
    assert mallory.get(url).status == 303
    assert uma.post(url, cancellation="1", version="2").status == 403
    assert shop.get(Order, cancelled.id).status is OrderStatus.CANCELLED


def test_while_nobody_has_heard_it_is_as_an_undo(sam, shop, order):
    """Somebody may have kept the page open from another cancel."""
    cancel(sam, order)
    assert reinstate(sam, order).status == 303
    (email,) = shop.emails(order)
    assert (email.state, email.reason) == (EmailState.NOT_SENT, NotSentReason.UNDONE)
