"""Support inside of an access window: letting it in, going in, and cancelling there."""

from sqlalchemy import select

from models import AccessWindow, Event, Order
from tests.orders.deciding import drawn
from tests.pages import Page
from tests.people import Visitor
from tests.shop import Shop


def window_of(shop: Shop, ticket: int) -> AccessWindow:
    """The latest."""
    found = select(AccessWindow).where(AccessWindow.ticket_id == ticket).order_by(AccessWindow.id.desc())
    return shop.first(found)


def open_window(merchant: Visitor, ticket: int, *, hours: str = "24", scope: str = "order") -> Page:
    return merchant.post(f"/support/tickets/{ticket}/window", hours=hours, scope=scope)


def enter(agent: Visitor, window: AccessWindow) -> Page:
    return agent.post(f"/support/windows/{window.id}/enter")


def filled_in(agent: Visitor, order: Order, **typed: str | None) -> tuple[str, dict[str, str]]:
    """The cancel page as an agent filled it in, and where to send it."""
    url = f"/orders/{order.id}/cancel"
    return url, drawn(agent.get(url), url, **{"courier_reference": "JT-CANCEL-77", **typed})


def cancel_in_window(
    shop: Shop, owner: Visitor, agent: Visitor, ticket: int, order: Order, **typed: str | None
) -> None:
    """The ticket may be about something else: all orders are in the window's scope."""
    assert open_window(owner, ticket, scope="all").status == 303
    assert enter(agent, window_of(shop, ticket)).status == 303
    url, fields = filled_in(agent, order, **typed)
    assert agent.post(url, **fields).status == 303


def acts(shop: Shop, window: AccessWindow) -> list[str]:
    """The codes of what happened in it, oldest first."""
    return [event.code for event in shop.all(select(Event).where(Event.window_id == window.id).order_by(Event.id))]


def stored(moment) -> str:
    """As times stand in the file."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"
