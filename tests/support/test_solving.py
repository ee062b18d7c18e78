"""The end of a ticket, from either side, and of the access that hung on it."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from models import AccessWindow, Email, Order, OrderStatus, Role, TicketMessage, User
from tests.people import signed_in
from tests.shop import A_MORNING
from tests.support.conftest import mail_of, state_of, story_of
from tests.support.inside import open_window, window_of


def test_a_merchant_solves_nothing_and_support_closes_nothing(olive, uma, shop, ask):
    ticket = ask()
    assert olive.post(f"/support/tickets/{ticket}/solve").status == 403
    assert uma.post(f"/support/tickets/{ticket}/close").status == 403
    assert state_of(shop, ticket) == "open"


def test_a_stranger_ends_nothing(mallory, shop, ask):
    ticket = ask()
    assert mallory.post(f"/support/tickets/{ticket}/solve").location == "/login"
    assert mallory.post(f"/support/tickets/{ticket}/close").location == "/login"
    assert state_of(shop, ticket) == "open"


def test_what_somebody_else_ended_is_not_ended_again(olive, uma, shop, ask):
    ticket = ask()
    olive.post(f"/support/tickets/{ticket}/close")
    page = uma.post(f"/support/tickets/{ticket}/solve", body="Done")
    assert (page.status, page.refusal) == (409, "Olive Owner closed this ticket already.")
    assert page.value("body") == "Done"
    assert (state_of(shop, ticket), shop.count(TicketMessage)) == ("closed", 0)


def test_pressed_twice_it_is_solved_once(uma, shop, ask):
    ticket = ask()
    for _ in range(2):
        assert uma.post(f"/support/tickets/{ticket}/solve").status == 303
    assert story_of(shop, ticket) == ["ticket.opened", "ticket.solved"]
    assert len(mail_of(shop, ticket, "ticket_solved")) == 2  # to Olive, and to the store


def test_what_another_agent_solved_is_not_solved_again(sam, uma, shop, ask):
    ticket = ask()
    shop.change(shop.get(User, 2), role=Role.SUPPORT)
    uma.post(f"/support/tickets/{ticket}/solve")
    page = sam.post(f"/support/tickets/{ticket}/solve")
    assert (page.status, page.refusal) == (409, "Uma Support solved this ticket already.")
    assert story_of(shop, ticket) == ["ticket.opened", "ticket.solved"]


def test_sent_twice_the_last_words_are_said_once(uma, shop, ask):
    ticket = ask()
    fields = uma.get(f"/support/tickets/{ticket}").fields(f"/support/tickets/{ticket}/reply") | {"body": "Done"}
    for _ in range(2):
        assert uma.post(f"/support/tickets/{ticket}/solve", data=fields).status == 303
    assert shop.count(TicketMessage) == 1


def test_words_that_were_only_sent_before_solve_it_when_that_is_pressed(uma, olive, shop, ask_to_cancel):
    ticket = ask_to_cancel(shop.booked_order())
    open_window(olive, ticket)
    fields = uma.get(f"/support/tickets/{ticket}").fields(f"/support/tickets/{ticket}/reply") | {"body": "They let go"}
    assert uma.post(f"/support/tickets/{ticket}/reply", data=fields).status == 303
    assert uma.post(f"/support/tickets/{ticket}/solve", data=fields).status == 303
    assert (state_of(shop, ticket), shop.count(TicketMessage)) == ("solved", 1)
    assert window_of(shop, ticket).ended_at is not None
    assert olive.post(f"/support/tickets/{ticket}/reply", body="They did not").status == 303
    assert uma.post(f"/support/tickets/{ticket}/solve", data=fields).status == 303
    assert state_of(shop, ticket) == "waiting_on_support", "what it did once it does not do again"


def test_new_words_for_a_solved_ticket_are_not_lost(uma, shop, ask):
    ticket = ask()
    uma.post(f"/support/tickets/{ticket}/solve")
    page = uma.post(f"/support/tickets/{ticket}/solve", body="One more thing")
    assert (page.status, page.value("body")) == (409, "One more thing")


def test_the_merchant_reads_the_last_words_and_can_answer(olive, uma, shop, ask):
    ticket = ask()
    uma.post(f"/support/tickets/{ticket}/solve", body="The fire is out.")
    assert state_of(shop, ticket) == "solved"
    assert "The fire is out." in olive.get(f"/support/tickets/{ticket}").text
    mails = mail_of(shop, ticket, "ticket_solved")
    assert [mail.recipient for mail in mails] == ["olive@example.com", "nena@example.com"]
    assert "The fire is out." in mails[0].text
    assert shop.count(Email) == 3


def test_closing_tells_support_to_leave_it(olive, shop, ask_to_cancel):
    ticket = ask_to_cancel(shop.booked_order(number="1041"))
    assert olive.post(f"/support/tickets/{ticket}/close").status == 303
    [mail] = mail_of(shop, ticket, "ticket_closed")
    assert (mail.recipient, mail.subject) == ("tulong@example.com", "Ticket 1, order 1041: closed")
    assert "Please leave the order as it is." in mail.text


@pytest.mark.parametrize(("who", "how"), [("uma", "solve"), ("olive", "close")])
def test_the_access_window_ends_with_its_ticket(app, shop, ask_to_cancel, who, how):
    ticket = ask_to_cancel(shop.booked_order(), open_window="y")
    signed_in(app, who).post(f"/support/tickets/{ticket}/{how}")
    [window] = shop.all(select(AccessWindow))
    assert (window.end, window.ended_at is None) == ("solved", False)
    assert story_of(shop, ticket)[-1] == "access.ended"


def test_a_window_whose_time_was_up_ended_then(app, shop, ask_to_cancel):
    with time_machine.travel(A_MORNING, tick=False) as clock:
        ticket = ask_to_cancel(shop.booked_order(), open_window="y", hours="1", by=signed_in(app, "olive"))
        clock.shift(timedelta(hours=2))
        signed_in(app, "uma").post(f"/support/tickets/{ticket}/solve")
    [window] = shop.all(select(AccessWindow))
    assert (window.end, window.ended_at) == ("expired", A_MORNING + timedelta(hours=1))
    assert story_of(shop, ticket)[-1] == "access.expired"


def test_a_closed_ticket_offers_a_new_one(olive, ask):
    ticket = ask()
    olive.post(f"/support/tickets/{ticket}/close")
    page = olive.get(f"/support/tickets/{ticket}")
    assert not page.select("form[action$='/reply'], form[action$='/close']")
    assert page.select("main a[href='/support/tickets/new']")


def test_the_merchant_reads_that_the_order_of_a_solved_ticket_still_goes_on(olive, uma, shop, ask_to_cancel):
    order = shop.booked_order(status=OrderStatus.PROCESSING)
    ticket = f"/support/tickets/{ask_to_cancel(order)}"
    said = f"Order {order.number} is not cancelled: it is “Processing”."
    assert said not in olive.get(ticket).text
    uma.post(f"{ticket}/solve", body="J&T says no.")
    assert said in olive.get(ticket).text
    assert "is not cancelled" not in uma.get(ticket).text
    shop.change(order, booking_cancelled_at=A_MORNING, courier_reference="JT-1")
    shop.change(shop.get(Order, order.id), status=OrderStatus.CANCELLED, cancelled_at=A_MORNING)
    assert "is not cancelled" not in olive.get(ticket).text
