"""Tickets to test with; support's address is tulong@example.com."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from models import Email, Event, Order, Store, Ticket, TicketState
from tests.people import Visitor
from tests.shop import Shop

Filer = Callable[..., int]


@pytest.fixture
def shop(app: Flask) -> Shop:
    shop = Shop(app)
    shop.change(shop.get(Store, 1), email="nena@example.com", support_name="Tulong", support_email="tulong@example.com")
    return shop


@pytest.fixture
def ask(olive: Visitor) -> Filer:
    """Olive asks support about anything; the ticket's number."""

    def file(subject: str = "The printer is on fire", reason: str = "It smokes.", by: Visitor = olive, **fields) -> int:
        page = by.post("/support/tickets/new", subject=subject, reason=reason, **fields)
        assert page.status == 303, page.text
        return int(page.location.rpartition("/")[2])

    return file


@pytest.fixture
def ask_to_cancel(olive: Visitor) -> Filer:
    """Olive asks support to cancel a booked order; the ticket's number."""

    def file(order: Order, reason: str = "Wrong address", by: Visitor = olive, **fields) -> int:
        page = by.post(f"/support/tickets/new?order={order.id}", reason=reason, **fields)
        assert page.status == 303, page.text
        return int(page.location.rpartition("/")[2])

    return file


def state_of(shop: Shop, ticket: int) -> TicketState:
    return shop.get(Ticket, ticket).state


def story_of(shop: Shop, ticket: int) -> list[str]:
    """The codes of its events, oldest first."""
    return [event.code for event in shop.all(select(Event).where(Event.ticket_id == ticket).order_by(Event.id))]


def mail_of(shop: Shop, ticket: int, kind: str) -> list[Email]:
    found = select(Email).where(Email.ticket_id == ticket, Email.kind == kind).order_by(Email.id)
    return shop.all(found)
