"""Changing an order's status: what may follow what, what it leaves behind, and whom it tells."""

import pytest
from sqlalchemy import select

from models import (
    Alert,
    EmailState,
    Event,
    Note,
    NotSentReason,
    Order,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    writing,
)
from models.order_states import ALLOWED_CHANGES
from tests.orders.deciding import drawn, save_status
from tests.pages import words


def offered(page):
    return [option["value"] for option in page.select("#status option")]


def test_a_status_is_changed_with_a_note_and_the_customer_is_told(sam, shop):
    order = shop.order()
    page = sam.follow(save_status(sam, order, status="accepted", note="Thank you!"))
    assert page.messages == ["Order 1001 is now “Accepted”."]
    assert shop.get(Order, order.id).status is OrderStatus.ACCEPTED
    assert shop.events(order) == ["order.status_changed"]
    assert [(note.body, note.internal) for note in shop.all(select(Note))] == [("Thank you!", False)]
    (email,) = shop.emails(order)
    assert (email.kind, email.recipient, email.state) == ("order_accepted", "maria@example.com", EmailState.QUEUED)
    assert "Thank you!" in email.text


def test_the_event_says_who_and_from_what_to_what(olive, shop):
    order = shop.order()
    save_status(olive, order, status="shipped")
    event = shop.first(select(Event))
    assert (event.from_status, event.to_status, event.order_version) == ("pending", "shipped", 2)
    assert (event.note_id, event.email_id, event.user_id) == (None, 1, 1)


@pytest.mark.parametrize("before", OrderStatus)
def test_only_what_may_follow_is_offered(sam, shop, before):
    order = shop.order(status=before)
    expected = [before, *ALLOWED_CHANGES[before]] if ALLOWED_CHANGES[before] else []
    assert offered(sam.get(f"/orders/{order.id}")) == expected


@pytest.mark.parametrize(
    ("before", "after"), [("shipped", "pending"), ("completed", "shipped"), ("processing", "declined")]
)
def test_what_may_not_follow_is_refused_and_the_note_is_kept(sam, shop, before, after):
    order = shop.order(status=OrderStatus(before))
    page = sam.post(f"/orders/{order.id}/status", status=after, version="1", note="Please")
    assert page.status == 409
    assert page.refusal.startswith("An order that is")
    assert page.value("note") == "Please"
    assert (shop.get(Order, order.id).status, shop.events(order)) == (before, [])


@pytest.mark.parametrize(
    ("method", "paid", "may"),
    [(PaymentMethod.GCASH, 0, True), (PaymentMethod.GCASH, 96000, False), (PaymentMethod.COD, 96000, True)],
)
def test_an_order_is_declined_while_nothing_was_paid_or_it_is_paid_at_the_door(sam, shop, method, paid, may):
    status = PaymentStatus.PAID if paid else PaymentStatus.UNPAID
    order = shop.order(payment_method=method, paid=paid, payment_status=status)
    assert ("declined" in offered(sam.get(f"/orders/{order.id}"))) is may
    answer = sam.post(f"/orders/{order.id}/status", status="declined", version="1")
    assert answer.status == (303 if may else 409)
    owed = "₱960.00 was paid for it. Give it back to Maria Santos" in sam.get(f"/orders/{order.id}").text
    assert owed is (may and bool(paid)), "no refund is listed for it, so its page says so"


def test_a_change_without_the_box_of_the_page_tells_the_customer(sam, shop):
    order = shop.order()
    sam.post(f"/orders/{order.id}/status", status="accepted", version="1")
    assert shop.emails(order)[0].state is EmailState.QUEUED


def test_an_unticked_box_tells_nobody(sam, shop):
    order = shop.order()
    save_status(sam, order, status="accepted", notify=None)
    assert shop.emails(order)[0].reason is NotSentReason.NOT_WANTED


def press_accept(visitor, order, **typed):
    """As a browser sends it: the list's status, the note and the box, and the button's status behind them."""
    page = visitor.get(f"/orders/{order.id}")
    button = page.one("#status-form button[name=status]")
    form = drawn(page, f"/orders/{order.id}/status", **typed)
    chosen = [form.pop("status"), button["value"]]
    del form["asks_to_notify"]  # of the buttons, only the one that was pressed is sent
    return visitor.post(f"/orders/{order.id}/status", data={"status": chosen}, **form)


@pytest.mark.parametrize(("box", "told"), [("y", EmailState.QUEUED), (None, EmailState.NOT_SENT)])
def test_accept_is_one_press_with_the_note_and_the_box_as_they_are(sam, shop, box, told):
    order = shop.order()
    assert press_accept(sam, order, note="Salamat po!", notify=box).status == 303
    assert shop.get(Order, order.id).status is OrderStatus.ACCEPTED
    [email] = shop.emails(order)
    assert (email.state, "Salamat po!" in email.text) == (told, True)


@pytest.mark.parametrize(
    ("status", "buttons"),
    [("pending", [("Save", False), ("Accept", True)]), ("accepted", [("Save", True)])],
)
def test_what_a_new_order_needs_is_the_button_that_stands_out(sam, shop, status, buttons):
    page = sam.get(f"/orders/{shop.order(status=OrderStatus(status)).id}")
    first = page.select("#status-form .form-buttons button")[: len(buttons)]
    assert [(words(button), "button-primary" in button["class"]) for button in first] == buttons


def test_accept_that_can_not_be_saved_keeps_the_note_and_the_wish(sam, shop):
    order = shop.order()
    page = press_accept(sam, order, note="x" * 1001)
    assert (page.status, page.value("note"), page.value("status")) == (422, "x" * 1001, "accepted")
    assert shop.get(Order, order.id).status is OrderStatus.PENDING


@pytest.mark.parametrize("status", [status for status in OrderStatus if status != "pending"])
def test_only_what_is_pending_is_accepted_with_one_press(sam, shop, status):
    assert sam.get(f"/orders/{shop.order(status=status).id}").select("button[name=status]") == []


def test_an_alert_that_is_off_is_named_before_and_kept_to(app, sam, shop):
    order = shop.order()
    with app.app_context(), writing() as session:
        session.add(Alert(kind="order_accepted", on=False))
    assert "no email for Accepted: off in Settings" in sam.get(f"/orders/{order.id}").text
    save_status(sam, order, status="accepted")
    assert shop.emails(order)[0].reason is NotSentReason.ALERTS_OFF


@pytest.mark.parametrize("note", ["", "Hello"])
def test_saving_the_status_it_has_changes_nothing_and_says_what_to_do(sam, shop, note):
    order = shop.order()
    page = save_status(sam, order, note=note)
    assert (page.status, page.value("note")) == (422, note)
    assert "The order is “Pending” already." in page.errors["status"]
    assert (shop.events(order), shop.emails(order), shop.count(Note)) == ([], [], 0)


@pytest.mark.parametrize("status", ["", "lost", "PENDING", "p" * 5000, "\x00"])
def test_a_status_that_there_is_not_is_an_error_beside_the_field(sam, shop, status):
    order = shop.order()
    page = sam.post(f"/orders/{order.id}/status", status=status, version="1", note="Hello")
    assert (page.status, page.value("note"), page.value("status")) == (422, "Hello", "pending")
    assert page.errors["status"] == "Choose one of the statuses in the list."


def test_no_status_at_all_is_an_error_beside_the_field(sam, shop):
    page = sam.post(f"/orders/{shop.order().id}/status", version="1")
    assert (page.status, list(page.errors)) == (422, ["status"])


def test_a_note_that_is_too_long_is_kept_and_its_status_too(sam, shop):
    page = save_status(sam, shop.order(), status="shipped", note="ñ" * 100_000)
    assert (page.status, page.value("status")) == (422, "shipped")
    assert page.errors["note"] == "This is 100,000 characters long; at most 1,000 fit."
    assert page.value("note") == "ñ" * 100_000


def test_a_note_is_counted_after_it_was_cleaned(sam, shop):
    order = shop.order()
    assert save_status(sam, order, status="accepted", note=" \x00" + 500 * "ab" + "\r\n ").status == 303
    assert shop.first(select(Note)).body == 500 * "ab"


@pytest.mark.parametrize("page", ["status", "cancel"])
def test_what_was_typed_is_shown_as_text_and_never_as_a_part_of_the_page(olive, shop, page):
    evil = "<script>alert(1)</script>\r\n\x00\u202egnp.exe</textarea><b>"
    order = shop.order(customer_name="<script>alert(2)</script>\u200f")
    answer = olive.post(f"/orders/{order.id}/{page}", status="cancelled", version="1", note=evil, notify="y")
    shown = olive.follow(answer)
    assert "<script>alert(1)</script> \u202egnp.exe</textarea><b>" in shown.text
    assert not shown.select("main script, main b")
    assert all(quote["dir"] == "auto" for quote in shown.select(".quote"))
    email = shop.emails(order)[0]
    assert "<script>" not in email.html
    assert "\n" not in email.subject


def test_a_change_by_somebody_else_is_shown_before_anything_is_done(olive, sam, shop):
    order = shop.order()
    url = f"/orders/{order.id}/status"
    form = drawn(olive.get(f"/orders/{order.id}"), url, status="shipped", note="On its way")
    save_status(sam, order, status="accepted")
    save_status(sam, order, status="processing")
    page = olive.post(url, **form)
    assert (page.status, page.value("note"), page.value("status")) == (409, "On its way", "shipped")
    assert "Sam Staff changed the status from Pending to Accepted." in page.text
    assert "Sam Staff changed the status from Accepted to Processing." in page.text
    assert olive.post(url, **drawn(page, url)).status == 303


def test_a_double_click_changes_once_and_gets_the_same_answer(sam, shop):
    order = shop.order()
    url = f"/orders/{order.id}/status"
    form = drawn(sam.get(f"/orders/{order.id}"), url, status="accepted", note="Thank you!")
    assert [sam.post(url, **form).status for _ in range(3)] == [303, 303, 303]
    assert (shop.events(order), len(shop.emails(order)), shop.count(Note)) == (["order.status_changed"], 1, 1)


@pytest.mark.parametrize(("who", "note"), [("olive", "Thank you!"), ("sam", "Other words")])
def test_the_same_change_by_another_or_with_other_words_is_no_double_click(request, sam, shop, who, note):
    order = shop.order()
    save_status(sam, order, status="accepted", note="Thank you!")
    visitor = request.getfixturevalue(who)
    page = visitor.post(f"/orders/{order.id}/status", status="accepted", version="1", note=note)
    assert (page.status, len(shop.emails(order))) == (409, 1)


def test_what_a_courier_holds_can_still_go_on_its_way(sam, shop):
    order = shop.booked_order()
    assert save_status(sam, order, status="shipped").status == 303
    assert shop.get(Order, order.id).status is OrderStatus.SHIPPED


def test_what_only_support_can_cancel_is_not_declined_either(sam, shop):
    order = shop.booked_order()
    assert "declined" not in offered(sam.get(f"/orders/{order.id}"))
    page = sam.post(f"/orders/{order.id}/status", status="declined", version="1", note="Sold out")
    assert (page.status, "J&T Express" in page.refusal) == (409, True)
    assert page.select(f"a[href='/support/tickets/new?order={order.id}']"), "the way on"
    assert (shop.get(Order, order.id).status, shop.events(order)) == (OrderStatus.PENDING, [])
