"""What an order's page says about its status: what may follow, who would be told, and how a cancel was decided."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from blueprints.orders.cancelling import cancellation_of
from blueprints.orders.telling import kind_of, why_nobody_is_told
from models import Alert, Cancellation, Email, Event, NotSentReason, Order, OrderStatus, Reason, Refund


@dataclass(frozen=True)
class StatusArea:
    cancellation: Cancellation | None
    refund: Refund | None
    """Owed back because of that cancellation."""
    email: Email | None
    """To the customer, about that cancellation."""
    nobody: NotSentReason | None
    """Why no change would be told to the customer."""
    silent: tuple[OrderStatus, ...]
    """Those of the next statuses whose own alert is off."""


def status_area(session: Session, order: Order) -> StatusArea:
    cancellation = cancellation_of(session, order) if order.cancelled_at else None
    silent = _silent(session, order)
    spoken = [status for status in order.allowed_changes() if status not in silent]
    return StatusArea(
        cancellation=cancellation,
        refund=_refund_of(session, cancellation),
        email=_email_about(session, cancellation),
        nobody=why_nobody_is_told(session, order, kind=kind_of(spoken[0] if spoken else OrderStatus.CANCELLED)),
        silent=silent,
    )


def _silent(session: Session, order: Order) -> tuple[OrderStatus, ...]:
    off = set(session.scalars(select(Alert.kind).where(Alert.on.is_(False))))
    return tuple(status for status in order.allowed_changes() if kind_of(status) in off)


def _refund_of(session: Session, cancellation: Cancellation | None) -> Refund | None:
    if cancellation is None:
        return None
    return session.scalars(select(Refund).where(Refund.cancellation_id == cancellation.id)).one_or_none()


def _email_about(session: Session, cancellation: Cancellation | None) -> Email | None:
    if cancellation is None:
        return None
    cancelled = select(Event.email_id).where(
        Event.order_id == cancellation.order_id, Event.code == "order.cancelled", Event.at == cancellation.at
    )
    return session.scalars(
        select(Email).where(Email.id.in_(cancelled)).options(load_only(Email.recipient, Email.state, Email.reason))
    ).first()


def reasons_to_choose(session: Session) -> list[Reason]:
    return list(session.scalars(select(Reason).where(Reason.active).order_by(Reason.rank, Reason.id)))
