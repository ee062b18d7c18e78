"""The mailbox: every email that was written, newest first, and those about one order."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, TextClause, select
from sqlalchemy.orm import defer

from blueprints.paging import Page
from models import Email, EmailState, Order, db
from models.email import WAITING

PAGE = 50
MOST_OF_AN_ORDER = 50
_WITHOUT_HTML = defer(Email.html, raiseload=True)
# A list shows none of the bodies, and a page of them may be large.
LISTED = (
    select(Email, Order.number)
    .outerjoin(Order, Order.id == Email.order_id)
    .options(defer(Email.text, raiseload=True), _WITHOUT_HTML)
)


class Box(StrEnum):
    """Which emails are looked at."""

    ALL = "all"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    NOT_SENT = "not_sent"


@dataclass(frozen=True)
class Listed:
    email: Email
    order_number: str | None


def page_of_emails(
    *, box: Box, only_about_orders: bool, before: int | None = None, after: int | None = None
) -> Page[Listed]:
    """By id, so that a page costs the same however far back it lies."""
    found = LISTED
    if box is not Box.ALL:
        found = found.where(_in_box(box))
    if only_about_orders:
        found = found.where(Email.order_id.is_not(None))
    if after is not None:
        found = found.where(Email.id > after)
    elif before is not None:
        found = found.where(Email.id < before)
    found = found.order_by(Email.id if after is not None else Email.id.desc())
    rows = [Listed(email, number) for email, number in db.session.execute(found.limit(PAGE + 1))]
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if after is not None:
        rows.reverse()
    has_newer, has_older = (more, True) if after is not None else (before is not None, more)
    return Page(
        rows,
        newer=rows[0].email.id if rows and has_newer else None,
        older=rows[-1].email.id if rows and has_older else None,
    )


def _in_box(box: Box) -> ColumnElement[bool] | TextClause:
    return WAITING if box is Box.WAITING else Email.state == EmailState(box.value)


def emails_about(order: Order) -> list[Email]:
    """The newest of an order's emails with their texts, for its page."""
    found = select(Email).where(Email.order_id == order.id).order_by(Email.id.desc()).limit(MOST_OF_AN_ORDER)
    return list(db.session.scalars(found.options(_WITHOUT_HTML)))
