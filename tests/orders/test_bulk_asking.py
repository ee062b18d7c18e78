"""The booked ones among many orders become tickets in one step: one each, whatever happens in between."""

import pytest
from sqlalchemy import select

from blueprints import background, clock
from blueprints.orders import bulk_routes
from models import AccessWindow, BulkCancel, BulkOrder, BulkState, OrderStatus, Ticket, TicketState, db
from tests.orders.many import cancel_all, gather, start
from tests.orders.test_bulk_cancelling import CANCELLED, effects, rows, state
from tests.pages import words

WHY = {"asks_support": "y", "ticket_reason": "The flood."}


def tickets(shop):
    return [(ticket.order_number, ticket.reason) for ticket in shop.all(select(Ticket).order_by(Ticket.order_number))]


def test_support_is_asked_for_the_booked_ones_and_let_in_by_nothing(sam, shop):
    booked, free = shop.booked_order(), shop.order()
    page = cancel_all(sam, booked, free, **WHY)
    assert page.h1 == "1 order was cancelled"
    assert "Support was asked about 1 order." in page.text
    assert words(page.one("#booked a[href='/support/tickets/1']")) == "Ticket 1"
    assert tickets(shop) == [(booked.number, "The flood.")]
    assert shop.first(select(Ticket)).subject == f"Please cancel order {booked.number}"
    assert shop.count(AccessWindow) == 0
    assert effects(shop, free) == CANCELLED
    assert shop.get(type(booked), booked.id).status is OrderStatus.PENDING


def test_without_the_tick_nobody_is_asked(sam, shop):
    cancel_all(sam, shop.booked_order(), shop.order(), ticket_reason="The flood.")
    assert tickets(shop) == []
    assert not shop.first(select(BulkCancel)).asks_support


def test_when_all_are_booked_the_page_asks_support_alone(sam, shop):
    url = gather(sam, shop.booked_order(), shop.booked_order())
    page = sam.get(url)
    assert page.h1 == "Only support can cancel these"
    assert page.select("[name=note]") == []
    refused = start(sam, url)
    assert list(refused.errors) == ["ticket_reason"]
    page = sam.follow(start(sam, url, ticket_reason="The flood."))
    assert page.h1 == "No order was cancelled"
    assert len(tickets(shop)) == 2


def test_afterwards_one_button_asks_for_those_without_a_ticket(sam, olive, shop):
    orders = [shop.booked_order() for _ in range(3)]
    asked = olive.post(f"/support/tickets/new?order={orders[0].id}", reason="Asked before").location
    url = gather(sam, *orders, shop.order())
    page = sam.follow(start(sam, url))
    assert "Ask support about 3 orders" in page.text
    page = olive.follow(olive.post(f"{url}/tickets", reason="The flood."))
    assert [reason for _number, reason in tickets(shop)] == ["Asked before", "The flood.", "The flood."]
    assert page.select(f"#booked a[href='{asked}']")
    assert page.select(f"form[action='{url}/tickets']") == []
    assert {ticket.opened_by_id for ticket in shop.all(select(Ticket))} == {1}, "as Olive, who asked"


def test_asked_again_there_is_no_second_ticket(sam, shop):
    url = gather(sam, *(shop.booked_order() for _ in range(3)))
    start(sam, url, ticket_reason="The flood.")
    for _ in range(2):
        assert sam.post(f"{url}/tickets", reason="Other words").status == 303
        assert sam.post(f"{url}/start", **WHY).status == 303
    assert [reason for _number, reason in tickets(shop)] == 3 * ["The flood."]


def test_a_reason_is_needed_and_may_be_so_long(sam, shop):
    url = gather(sam, shop.booked_order(), shop.order())
    start(sam, url)
    for reason in ("", " ", "x" * 2001, "x" * 200_000):
        page = sam.post(f"{url}/tickets", reason=reason)
        assert page.status == 422
        assert list(page.errors) == ["reason"]
    assert tickets(shop) == []


def test_before_it_is_done_nobody_is_asked_apart(sam, shop):
    url = gather(sam, shop.booked_order())
    assert sam.post(f"{url}/tickets", reason="The flood.").status == 303
    assert tickets(shop) == []


def test_a_reason_is_needed_also_when_it_is_done_a_moment_after_the_page_looked(sam, shop, slowly, monkeypatch, caplog):
    url = gather(sam, shop.order(), shop.booked_order())
    start(sam, url)
    assert [row.refusal for row in rows(shop)] == [None, "booked_with_courier"], "the other is still to come"
    ask_about_rest = bulk_routes.ask_about_rest

    def ask_once_it_is_done(*asked, **how):
        shop.change(shop.first(select(BulkCancel)), state=BulkState.DONE, finished_at=clock.now())
        db.session.rollback()  # what the page read is of no use any more, as after anything that was written
        ask_about_rest(*asked, **how)

    monkeypatch.setattr(bulk_routes, "ask_about_rest", ask_once_it_is_done)
    monkeypatch.setattr(bulk_routes, "AT_ONCE_S", 60)
    assert sam.post(f"{url}/tickets", reason="").status == 303
    assert "failed" not in caplog.text


@pytest.mark.parametrize("words_again", ["The flood.", "Other words"])
@pytest.mark.parametrize("ticket_state", [TicketState.OPEN, TicketState.SOLVED])
def test_a_crash_between_filing_and_noting_makes_no_second_ticket(sam, shop, words_again, ticket_state):
    url = gather(sam, shop.booked_order(), shop.order())
    start(sam, url, **WHY)
    shop.change(rows(shop)[0], ticket_id=None)
    ticket = shop.first(select(Ticket))
    shop.change(ticket, state=ticket_state, solved_at=None if ticket_state is TicketState.OPEN else ticket.opened_at)
    sam.post(f"{url}/tickets", reason=words_again)
    assert len(tickets(shop)) == 1
    assert rows(shop)[0].ticket_id == ticket.id


def test_a_long_row_of_tickets_goes_on_behind_the_page(app, sam, shop, slowly):
    url = gather(sam, *(shop.booked_order() for _ in range(4)))
    page = sam.follow(start(sam, url, **WHY))
    assert page.h1 == "Orders are being cancelled"
    background.run_once(app)
    assert state(shop) is BulkState.DONE
    assert len(tickets(shop)) == 4
    assert {ticket.opened_by_id for ticket in shop.all(select(Ticket))} == {2}


def test_one_that_support_cancelled_meanwhile_is_not_asked_about(sam, shop):
    booked = shop.booked_order()
    url = gather(sam, booked, shop.order())
    start(sam, url)
    shop.change(booked, booking_cancelled_at=booked.booked_at, courier_reference="JT-1")
    assert sam.get(url).select(f"form[action='{url}/tickets']") == []
    assert sam.post(f"{url}/tickets", reason="The flood.").status == 303
    assert tickets(shop) == []


def test_a_fault_with_one_ticket_keeps_no_other_from_its_turn(sam, shop, monkeypatch):
    file = bulk_routes.file_cancellation

    def fail(order_id, *args, **fields):
        if order_id == 1:
            raise RuntimeError("no such template")
        return file(order_id, *args, **fields)

    url = gather(sam, *(shop.booked_order() for _ in range(3)))
    monkeypatch.setattr(bulk_routes, "file_cancellation", fail)
    page = sam.follow(start(sam, url, **WHY))
    assert "Ask support about 1 order" in page.text
    assert len(tickets(shop)) == 2
    assert shop.first(select(BulkCancel)).state is BulkState.DONE
    assert [row.ticket_id is None for row in shop.all(select(BulkOrder).order_by(BulkOrder.order_id))] == [
        True,
        False,
        False,
    ]
