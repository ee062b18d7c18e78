"""Fills in the forms that change an order, as a browser would: with all that the page wrote into them."""

from models import Order, Refund
from tests.pages import Page
from tests.people import Visitor


def drawn(page: Page, action: str, **typed: str | None) -> dict[str, str]:
    """The form as it stands, with what was typed; None takes a tick away."""
    button = page.select(f"form[action='{action}'] button[name]")[:1]
    fields = {**page.fields(action), **{str(b["name"]): str(b["value"]) for b in button}, **typed}
    return {name: value for name, value in fields.items() if value is not None}


def cancel(visitor: Visitor, order: Order, **typed: str | None) -> Page:
    """On the cancel page."""
    url = f"/orders/{order.id}/cancel"
    return visitor.post(url, **drawn(visitor.get(url), url, **typed))


def save_status(visitor: Visitor, order: Order, **typed: str | None) -> Page:
    """In the status area of the order's page."""
    url = f"/orders/{order.id}/status"
    return visitor.post(url, **drawn(visitor.get(f"/orders/{order.id}"), url, **typed))


def settle(visitor: Visitor, refund: Refund, **typed: str | None) -> Page:
    """On the refund's page, as is waive."""
    url = f"/refunds/{refund.id}/settle"
    return visitor.post(url, **drawn(visitor.get(f"/refunds/{refund.id}"), url, **typed))


def waive(visitor: Visitor, refund: Refund, because: str = "She took a voucher instead.") -> Page:
    url = f"/refunds/{refund.id}/waive"
    return visitor.post(url, **drawn(visitor.get(f"/refunds/{refund.id}"), url, because=because))
