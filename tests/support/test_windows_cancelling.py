"""Support cancels in the merchant's name: inside its window, with the courier's word for it, and it shows."""

import pytest
from sqlalchemy import select

from models import Event, Order, OrderStatus, PaymentStatus, TicketMessage
from tests.support.conftest import mail_of, state_of, story_of
from tests.support.inside import acts, enter, filled_in, open_window, window_of


@pytest.fixture
def order(shop):
    return shop.booked_order(number="1041", payment_status=PaymentStatus.PAID)


@pytest.fixture
def ticket(ask_to_cancel, order):
    return ask_to_cancel(order, open_window="y", hours="24")


@pytest.fixture
def window(shop, ticket, uma):
    window = window_of(shop, ticket)
    assert enter(uma, window).status == 303
    return window


def test_without_the_couriers_confirmation_nothing_is_cancelled(uma, shop, order, window):
    url, fields = filled_in(uma, order, courier_reference="  ", note="Sorry.")
    page = uma.post(url, **fields)
    assert page.status == 422
    assert list(page.errors) == ["courier_reference"]
    assert page.value("note") == "Sorry."
    assert shop.get(Order, order.id).status is OrderStatus.PENDING


def test_every_courier_that_holds_a_parcel_is_asked_for_its_word(olive, uma, shop, ask):
    other, general = shop.booked_order(number="1042", courier="Lalamove"), ask()
    assert open_window(olive, general, scope="all").status == 303
    enter(uma, window_of(shop, general))
    url, fields = filled_in(uma, other, courier_reference="")
    page = uma.get(url)
    assert "Confirmation from Lalamove" in page.text
    assert "This can’t be taken back: the courier has let go of the parcel." in page.text
    assert "Lalamove stays as it is" not in page.text
    assert list(uma.post(url, **fields).errors) == ["courier_reference"]
    assert uma.post(url, **fields | {"courier_reference": "LL-9"}).status == 303
    done = shop.get(Order, other.id)
    assert (done.status, done.courier_reference, done.is_booked) == (OrderStatus.CANCELLED, "LL-9", False)


def test_the_merchant_still_can_not_cancel_it(olive, shop, order, window):
    page = olive.post(f"/orders/{order.id}/cancel", version=order.version, courier_reference="JT-1")
    assert page.status == 409
    assert shop.get(Order, order.id).status is OrderStatus.PENDING


@pytest.mark.parametrize(
    "door", ["status", "status/preview", "cancel/from-status", "payment", "refund", "booking", "booking/cancel"]
)
def test_nothing_else_of_the_order_is_supports(uma, shop, order, window, door):
    page = uma.post(f"/orders/{order.id}/{door}", status="accepted", version=order.version, amount="1")
    assert page.status == 403
    assert shop.get(Order, order.id).version == order.version


def test_the_order_its_booking_and_the_ticket_tell_of_it(uma, olive, shop, order, ticket, window):
    url, fields = filled_in(uma, order, note="Sorry, Juan.")
    page = uma.follow(uma.post(url, **fields))
    assert page.h1 == f"Ticket {ticket}"
    done = shop.get(Order, order.id)
    assert (done.status, done.courier_reference) == (OrderStatus.CANCELLED, "JT-CANCEL-77")
    assert done.booking_cancelled_at == done.cancelled_at
    assert acts(shop, window) == [
        "access.opened", "access.entered", "order.seen", "order.booking_cancelled", "order.cancelled",
    ]  # fmt: skip
    history = olive.get(f"/orders/{order.id}").one("#history").get_text(" ")
    said = f"Uma Support, support, for ticket {ticket}, in the merchant’s name, cancelled the order."
    assert said in " ".join(history.split())
    assert "JT-CANCEL-77" in shop.all(select(TicketMessage))[0].body


def test_owners_hear_of_it(uma, shop, order, ticket, window):
    url, fields = filled_in(uma, order)
    uma.post(url, **fields)
    [mail] = mail_of(shop, ticket, "access_acted")
    assert (mail.recipient, "JT-CANCEL-77" in mail.text, "1041" in mail.text) == ("olive@example.com", True, True)
    assert state_of(shop, ticket) == "waiting_on_merchant"


def test_it_leaves_the_ticket_as_it_is_when_told_so(uma, shop, order, ticket, window):
    url, fields = filled_in(uma, order, solve="0")
    assert uma.post(url, **fields).status == 303
    assert state_of(shop, ticket) != "solved"


def test_it_solves_the_ticket_in_the_same_step(uma, shop, order, ticket, window):
    url, fields = filled_in(uma, order, solve="y")
    uma.post(url, **fields)
    assert state_of(shop, ticket) == "solved"
    ended = window_of(shop, ticket)
    assert ended.end == "solved"
    assert story_of(shop, ticket)[-2:] == ["ticket.solved", "access.ended"]
    acted = shop.all(select(Event).where(Event.window_id == window.id, Event.code == "order.cancelled"))[0]
    assert window.opened_at <= acted.at < ended.ended_at
    assert uma.get(f"/orders/{order.id}").status == 403
    assert len(mail_of(shop, ticket, "access_ended")) == 1


def test_internal_notes_stay_the_merchants(olive, uma, shop, ask_to_cancel):
    order = shop.booked_order()
    ticket = ask_to_cancel(order, open_window="y", hours="1")
    enter(uma, window_of(shop, ticket))
    page = uma.get(f"/orders/{order.id}/cancel")
    assert not page.select("[name=internal_note]")
    url, fields = filled_in(uma, order)
    uma.post(url, **fields, internal_note="mine")
    assert "mine" not in olive.get(f"/orders/{order.id}").text
