"""Telling other systems: messages for webhooks, written as rows beside the change that they tell of.

All that leaves the store this way stands in this file; docs/webhooks.md explains it. It is about orders and money, and
names nobody."""

import json
import secrets
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints.outbox import leaves_after_commit
from blueprints.shop import current_store
from models import (
    Cancellation,
    EmailState,
    Order,
    Refund,
    Ticket,
    UnsentReason,
    WebhookEndpoint,
    WebhookMessage,
    WebhookSubscription,
    WebhookType,
)

Data = dict[str, Any]


def order_cancelled(session: Session, order: Order, done: Cancellation, *, owed: int) -> None:
    """Held for as long as the cancel can be undone. All of these are in the caller's transaction."""

    def data() -> Data:
        return {
            **_order(order),
            "cancelled_at": _iso(done.at),
            "previous_status": done.previous_status.value,
            "reason": done.reason.label if done.reason else None,
            "refund_owed": max(owed, 0),
            "fee": done.fee,
        }

    announce(
        session,
        WebhookType.ORDER_CANCELLED,
        data,
        at=done.at,
        due_at=done.undo_until,
        order_id=order.id,
        cancellation_id=done.id,
    )


def order_reinstated(session: Session, order: Order, done: Cancellation, *, at: datetime) -> None:
    """The cancel does not hold any more. Whoever has surely not heard of it is told nothing at all."""
    never_heard = _withdraw(session, done, at)
    announce(
        session,
        WebhookType.ORDER_REINSTATED,
        lambda: {**_order(order), "cancelled_at": _iso(done.at), "reinstated_at": _iso(at)},
        at=at,
        order_id=order.id,
        apart_from=never_heard,
    )


def refund_settled(session: Session, refund: Refund, order: Order, *, at: datetime) -> None:
    """All of it went back."""

    def data() -> Data:
        return {
            "id": refund.id,
            "amount": refund.settled,
            "currency": order.currency,
            "settled_at": _iso(at),
            "order": {"id": order.id, "number": order.number},
        }

    announce(session, WebhookType.REFUND_SETTLED, data, at=at, order_id=order.id)


def ticket_solved(session: Session, ticket: Ticket, *, at: datetime) -> None:
    def data() -> Data:
        order = session.get(Order, ticket.order_id) if ticket.order_id else None
        return {
            "id": ticket.id,
            "state": ticket.state.value,
            "solved_at": _iso(at),
            "order": {"id": order.id, "number": order.number} if order else None,
        }

    announce(session, WebhookType.TICKET_SOLVED, data, at=at, order_id=ticket.order_id)


def announce(
    session: Session,
    kind: WebhookType,
    data: Callable[[], Data],
    *,
    at: datetime,
    due_at: datetime | None = None,
    order_id: int | None = None,
    cancellation_id: int | None = None,
    apart_from: Collection[int] = (),
) -> None:
    """To every endpoint that is on and asked for it. `data` is worked out only when there is one."""
    asked = (
        select(WebhookSubscription.endpoint_id)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookSubscription.endpoint_id)
        .where(WebhookSubscription.type == kind, WebhookEndpoint.off_since.is_(None))
        .order_by(WebhookSubscription.endpoint_id)
    )
    endpoints = [endpoint for endpoint in session.scalars(asked) if endpoint not in apart_from]
    if not endpoints:
        return
    payload = write_payload(kind, at, data())
    for endpoint in endpoints:
        message = queue(session, endpoint, kind, payload, at=at, due_at=due_at)
        message.order_id, message.cancellation_id = order_id, cancellation_id


def write_payload(kind: WebhookType, at: datetime, data: Data) -> str:
    """Compact, because what is signed is bytes."""
    told = {"type": kind.value, "timestamp": _iso(at), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def queue(
    session: Session, endpoint_id: int, kind: WebhookType, payload: str, *, at: datetime, due_at: datetime | None = None
) -> WebhookMessage:
    """With a later `due_at` it is held until then. A demo keeps it, and says so."""
    is_demo, due_at = current_store().is_demo, due_at or at
    waits = EmailState.HELD if due_at > at else EmailState.QUEUED
    message = WebhookMessage(
        endpoint_id=endpoint_id,
        message_id=f"msg_{secrets.token_hex(16)}",
        type=kind,
        payload=payload,
        state=EmailState.NOT_SENT if is_demo else waits,
        reason=UnsentReason.DEMO if is_demo else None,
        created_at=at,
        queued_at=due_at,
        due_at=due_at,
    )
    session.add(message)
    if not is_demo:
        leaves_after_commit(session)
    return message


def _withdraw(session: Session, done: Cancellation, at: datetime) -> set[int]:
    """What waits of the cancel stays here. One that is being handed over counts as sent should the receiver take it.
    The endpoints that no try was made to tell."""
    never_heard = set()
    for message in session.scalars(select(WebhookMessage).where(WebhookMessage.cancellation_id == done.id)):
        in_demo = message.reason is UnsentReason.DEMO
        if not message.attempts and not (in_demo and message.due_at <= at):
            never_heard.add(message.endpoint_id)
        if message.is_on_its_way or (in_demo and message.due_at > at):
            message.state, message.reason = EmailState.NOT_SENT, UnsentReason.UNDONE
    return never_heard


def _order(order: Order) -> Data:
    """Amounts in minor units of its currency."""
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status.value,
        "payment_status": order.payment_status.value,
        "currency": order.currency,
        "total": order.total,
        "paid": order.paid,
        "refunded": order.refunded,
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
