"""Approving what a customer asked for: a cancel of the whole order does it, whoever cancels; its undo takes it back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Actor, Cancellation, CancelRequest, Order, RequestState


def open_request_of(session: Session, order: Order) -> CancelRequest | None:
    """As it stands under the caller's lock."""
    found = select(CancelRequest).where(CancelRequest.order_id == order.id, CancelRequest.state == RequestState.OPEN)
    return session.scalars(found, execution_options={"populate_existing": True}).one_or_none()


def approve_request(session: Session, order: Order, done: Cancellation) -> None:
    """Part of the cancel, in its transaction. The email about the cancel is the answer."""
    request = open_request_of(session, order)
    if request is not None:
        request.state, request.cancellation_id = RequestState.APPROVED, done.id
        request.decided_at, request.decided_by_id = done.at, done.user_id


def open_request_again(session: Session, done: Cancellation) -> None:
    """Part of the undo, once the cancel does not hold any more."""
    approved = select(CancelRequest).where(CancelRequest.cancellation_id == done.id)
    request = session.scalars(approved, execution_options={"populate_existing": True}).one_or_none()
    if request is not None:
        request.state, request.cancellation_id = RequestState.OPEN, None
        request.decided_at = request.decided_by_id = None


def close_request(session: Session, order: Order, *, by: Actor, at: datetime) -> None:
    """Of an order that the shop declines: there is nothing left to cancel, and the email about that is the answer."""
    request = open_request_of(session, order)
    if request is not None:
        request.state = RequestState.DECLINED
        request.decided_at, request.decided_by_id = at, by.user_id
