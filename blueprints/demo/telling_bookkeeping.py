"""The other system of the demo: its bookkeeping, which was told of every cancel, and was out of order for a while."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import announcing
from blueprints.demo.living import Desk
from models import (
    Cancellation,
    DeliveryFault,
    EmailState,
    Order,
    Refund,
    Ticket,
    TicketState,
    WebhookEndpoint,
    WebhookMessage,
    WebhookSubscription,
    WebhookType,
)

NAME, URL = "Bookkeeping", "https://books.example.com/suki"
# No receiver is ever told: the store is a demo, and nobody has an address at example.com.
NONCE = "d3m0" * 8
OUT_OF_ORDER = timedelta(days=2, hours=6)


def tell_bookkeeping(session: Session, desk: Desk, opened_at: datetime) -> None:
    """As rows that look back on it: the last failed days ago, and what happens from now on stays here."""
    told = [kind for kind in WebhookType if kind is not WebhookType.TEST]
    endpoint = WebhookEndpoint(name=NAME, url=URL, created_at=opened_at, secret_nonce=NONCE)
    endpoint.created_by_id = desk.users["ana"].id
    endpoint.subscriptions = [WebhookSubscription(type=kind) for kind in told]
    session.add(endpoint)
    session.flush()
    for _at, tell in sorted(_happened(session), key=lambda pair: pair[0]):
        tell()
    session.flush()
    messages = list(session.scalars(select(WebhookMessage).order_by(WebhookMessage.id)))
    given_up = [message for message in messages if message.queued_at < desk.now - OUT_OF_ORDER][-1]
    for message in messages:
        _look_back(message, is_failed=message is given_up)


def _happened(session: Session) -> list[tuple[datetime, Callable[[], None]]]:
    happened: list[tuple[datetime, Callable[[], None]]] = []
    for done in session.scalars(select(Cancellation)):
        order, owed = session.get_one(Order, done.order_id), done.refund.owed if done.refund else 0
        happened.append((done.at, partial(announcing.order_cancelled, session, order, done, owed=owed)))
    for refund in session.scalars(select(Refund).where(Refund.settled_at.is_not(None))):
        order, at = session.get_one(Order, refund.order_id), refund.settled_at or refund.owed_at
        happened.append((at, partial(announcing.refund_settled, session, refund, order, at=at)))
    for ticket in session.scalars(select(Ticket).where(Ticket.state == TicketState.SOLVED)):
        at = ticket.solved_at or ticket.opened_at
        happened.append((at, partial(announcing.ticket_solved, session, ticket, at=at)))
    return happened


def _look_back(message: WebhookMessage, *, is_failed: bool) -> None:
    message.reason = None
    if is_failed:
        message.state, message.attempts = EmailState.FAILED, 18
        message.fault, message.answer = DeliveryFault.ANSWERED, "503 Service Unavailable The books are being moved."
    else:
        message.state, message.attempts, message.answer = EmailState.SENT, 1, '200 OK {"booked":true}'
        message.sent_at = message.due_at + timedelta(seconds=2)
