"""Customers of the demo who ask to cancel: one waits for an answer, one has read that it was too late."""

from datetime import datetime, timedelta

from blueprints import ask_links, outbox
from blueprints.demo.data import CUSTOMERS
from blueprints.demo.emails import email_about
from blueprints.demo.living import Desk
from models import (
    CancelRequest,
    Email,
    Event,
    Note,
    Order,
    RequestState,
)

WAITS = "uy", "Sorry po, nadoble ang order ko: my sister has ordered the same for us already."
DECLINED = "evangelista", "The blankets are for a gift, and I have just found out that they have some."
ANSWER = "Sorry po, J&T picked it up an hour ago. When it arrives, you may send it back to us within seven days."
SHORTLY = timedelta(minutes=20)


def ask_some(desk: Desk) -> list[CancelRequest]:
    """Their emails and events go into the desk's own books, among all others."""
    waiting = _order_of(desk, WAITS[0])
    since = _times_of(desk, waiting)[-1]
    open_one = _ask(desk, waiting, WAITS[1], at=since + (desk.now - since) / 2)
    declined = _order_of(desk, DECLINED[0])
    before, last = _times_of(desk, declined)[-2:]
    closed = _ask(desk, declined, DECLINED[1], at=last - min(SHORTLY, (last - before) / 2))
    _decline(desk, declined, closed, at=min(last + SHORTLY, desk.now))
    return [closed, open_one]


def _order_of(desk: Desk, customer: str) -> Order:
    """Their newest."""
    return [order for order in desk.orders if order.customer_name == CUSTOMERS[customer].name][-1]


def _times_of(desk: Desk, order: Order) -> list[datetime]:
    return sorted(event.at for event, _ in desk.events if event.order_id == order.id)


def _ask(desk: Desk, order: Order, reason: str, *, at: datetime) -> CancelRequest:
    request = CancelRequest(order_id=order.id, asked_at=at, reason=reason, state=RequestState.OPEN)
    request.receipt = _email(desk, order, "cancel_request_received", at, request=request)
    desk.events.append((Event(at=at, code="order.cancel_requested", order_id=order.id), request.receipt))
    return request


def _decline(desk: Desk, order: Order, request: CancelRequest, *, at: datetime) -> None:
    user, note = desk.users["ben"], Note(order_id=order.id, body=ANSWER, internal=False)
    request.answer = _email(desk, order, "cancel_request_declined", at, request=request, note=ANSWER)
    request.state, request.decided_at, request.decided_by, request.note = RequestState.DECLINED, at, user, note
    facts = {"order_id": order.id, "user_id": user.id, "note": note}
    desk.events.append((Event(at=at, code="order.cancel_request_declined", **facts), request.answer))


def _email(desk: Desk, order: Order, kind: str, at: datetime, **facts: object) -> Email:
    message = outbox.render(kind, order=order, plain_number=order.number, link_mark=ask_links.MARK, **facts)
    email = email_about(order, kind, message, at=at, dice=desk.dice)
    desk.emails.append(email)
    return email
