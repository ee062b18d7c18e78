"""Exporting cancels: one row for each that counts, the oldest first."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, literal, tuple_

from blueprints.cells import guarded
from blueprints.insights.counted_cancels import ASKED_AT, REQUESTED_AT, VALUE, cancels_of
from blueprints.insights.span import Span
from models import Cancellation, Courier, Order, Reason, Refund, db
from models.money import plain_money

PAGE = 500
COLUMNS = (
    "cancelled_at",
    "order_number",
    "what",
    "reason",
    "payment_method",
    "courier",
    "value_lost",
    "currency",
    "fee_kept",
    "refund_owed",
    "refunded",
    "refund_waived",
    "hours_from_request",
    "hours_from_customers_request",
)
_EXPORTED = (
    Cancellation.id,
    Cancellation.at,
    Cancellation.is_part,
    Cancellation.fee,
    Order.number,
    Order.payment_method,
    Order.currency,
    VALUE.label("value"),
    Reason.label.label("reason"),
    Courier.name.label("courier"),
    Refund.owed,
    Refund.settled,
    Refund.waived_at,
    REQUESTED_AT.label("requested_at"),
    ASKED_AT.label("asked_at"),
)


def export_cancels(span: Span) -> Iterator[str]:
    """Lines of the file, page by page: each is a short read of its own, however long somebody takes to fetch all."""
    yield _lines([COLUMNS])
    after = None
    while page := _page(span, after):
        db.session.rollback()
        yield _lines([_row(cancel, span) for cancel in page])
        after = page[-1]


def _page(span: Span, after: Row[Any] | None) -> list[Row[Any]]:
    found = (
        cancels_of(span, *_EXPORTED)
        .outerjoin(Reason, Reason.id == Cancellation.reason_id)
        .outerjoin(Courier, Courier.id == Order.courier_id)
        .outerjoin(Refund, Refund.cancellation_id == Cancellation.id)
    )
    if after is not None:
        place = tuple_(Cancellation.at, Cancellation.id)
        found = found.where(place > tuple_(literal(after.at, Cancellation.at.type), after.id))
    return list(db.session.execute(found.order_by(Cancellation.at, Cancellation.id).limit(PAGE)))


def _row(cancel: Row[Any], span: Span) -> tuple[str, ...]:
    def plain(amount: int | None) -> str:
        return plain_money(amount or 0, cancel.currency)

    def hours_from(moment: datetime | None) -> str:
        return f"{(cancel.at - moment).total_seconds() / 3600:.2f}" if moment else ""

    return (
        cancel.at.astimezone(span.zone).isoformat(sep=" ", timespec="seconds"),
        cancel.number,
        "part" if cancel.is_part else "whole",
        cancel.reason or "",
        cancel.payment_method.value,
        cancel.courier or "",
        plain(cancel.value),
        cancel.currency,
        plain(cancel.fee),
        plain(cancel.owed),
        plain(cancel.settled),
        plain(cancel.owed - cancel.settled if cancel.waived_at else 0),
        hours_from(cancel.requested_at),
        hours_from(cancel.asked_at),
    )


def _lines(rows: list[tuple[str, ...]]) -> str:
    """As RFC 4180 has it, and with no cell that a spreadsheet takes for a formula."""
    text = io.StringIO()
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()
