"""Many orders at once, as somebody at the desk ticks them."""

from models import Order
from tests.orders.deciding import drawn
from tests.pages import Page
from tests.people import Visitor


def gather(visitor: Visitor, *orders: Order, **fields: str) -> str:
    """Ticks these in the list; the address of the page that says what would happen."""
    answer = visitor.post("/orders/bulk", data={"order": [str(order.id) for order in orders]}, **fields)
    assert answer.status == 303, answer.text
    return answer.location


def start(visitor: Visitor, url: str, **typed: str | None) -> Page:
    return visitor.post(f"{url}/start", **drawn(visitor.get(url), f"{url}/start", **typed))


def cancel_all(visitor: Visitor, *orders: Order, **typed: str | None) -> Page:
    """From the ticks to the page that the start leads to."""
    return visitor.follow(start(visitor, gather(visitor, *orders), **typed))
