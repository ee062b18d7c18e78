"""Who of the support team takes a ticket."""

import pytest

from models import Ticket, User
from tests.shop import A_MORNING
from tests.support.conftest import story_of

UMA, OLIVE = "3", "1"


def test_the_merchant_hands_out_nothing(olive, mallory, shop, ask):
    ticket = ask()
    assert olive.post(f"/support/tickets/{ticket}/assign", assignee=UMA).status == 403
    assert mallory.post(f"/support/tickets/{ticket}/assign", assignee=UMA).location == "/login"
    assert shop.get(Ticket, ticket).assignee_id is None


@pytest.mark.parametrize("number", [OLIVE, "99", "0", "-3", "9" * 30, "x", "٣"])
def test_only_agents_take_tickets(uma, shop, ask, number):
    page = uma.post(f"/support/tickets/{ask()}/assign", assignee=number)
    assert (page.status, page.refusal) == (409, "The ticket was not handed over.")
    assert shop.get(Ticket, 1).assignee_id is None


def test_an_agent_who_left_takes_no_ticket(uma, shop, ask, app):
    ticket = ask()
    uma.get(f"/support/tickets/{ticket}")
    shop.change(shop.get(User, 3), role="owner")
    shop.change(shop.get(User, 2), role="support", disabled_at=A_MORNING)
    shop.change(shop.get(User, 3), role="support")
    assert uma.post(f"/support/tickets/{ticket}/assign", assignee="2").status == 409


def test_take_it_and_give_it_back(uma, olive, shop, ask):
    ticket = ask()
    assert uma.post(f"/support/tickets/{ticket}/assign", assignee=UMA).status == 303
    assert "Uma Support took the ticket." in olive.get(f"/support/tickets/{ticket}").text
    uma.post(f"/support/tickets/{ticket}/assign", assignee=UMA)
    uma.post(f"/support/tickets/{ticket}/assign", assignee="")
    assert shop.get(Ticket, ticket).assignee_id is None
    assert story_of(shop, ticket) == ["ticket.opened", "ticket.assigned", "ticket.unassigned"]


def test_hand_it_to_somebody_else(uma, shop, ask):
    ticket = ask()
    shop.change(shop.get(User, 2), role="support")
    uma.post(f"/support/tickets/{ticket}/assign", assignee="2")
    page = uma.get(f"/support/tickets/{ticket}")
    assert "Uma Support gave the ticket to Sam Staff." in page.text
    assert page.value("assignee") is not None
