"""Which cancels count, on which day, and what each one cost. Said once, for the page and the file.

A cancel counts while it holds: one that was undone or reinstated does not. It counts on the day of the store's zone in
which it was made. Its value is the order's total for a cancel of the whole order (what of it was cancelled before is no
part of that any more), and what it took off the total for a cancel of a part. An order that came in cancelled, from a
file, has no cancel of ours: nobody knows when it was made, nor why, and it is not counted.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from blueprints.insights.span import Span
from models import Cancellation, CancelRequest, Order, Ticket, TicketKind

VALUE: ColumnElement[int] = case((Cancellation.is_part, Cancellation.taken_off), else_=Order.total)

# The newest request to support before the cancel: one that was closed before that had led to nothing.
REQUESTED_AT = (
    select(func.max(Ticket.opened_at))
    .where(
        Ticket.order_id == Cancellation.order_id,
        Ticket.kind == TicketKind.CANCELLATION,
        Ticket.opened_at <= Cancellation.at,
    )
    .correlate(Cancellation)
    .scalar_subquery()
)

# When the customer asked for it, if it is what they asked for.
ASKED_AT = (
    select(CancelRequest.asked_at)
    .where(CancelRequest.cancellation_id == Cancellation.id)
    .correlate(Cancellation)
    .scalar_subquery()
)


def within(span: Span) -> tuple[ColumnElement[bool], ...]:
    return (Cancellation.withdrawn_at.is_(None), Cancellation.at >= span.since, Cancellation.at < span.before)


def cancels_of(span: Span, *columns: Any) -> Select[Any]:
    """Of each cancel that counts; orders stand beside them."""
    return (
        select(*columns).select_from(Cancellation).join(Order, Order.id == Cancellation.order_id).where(*within(span))
    )
