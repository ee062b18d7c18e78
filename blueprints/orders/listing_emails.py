"""The mailbox: every email that was written, newest first, and those about one order."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, TextClause, select
from sqlalchemy.orm import defer

from blueprints.paging import Page, page_beside
from models import Email, EmailState, Order, db
from models.email import WAITING

PAGE = 50
MOST_OF_AN_ORDER = 50
_WITHOUT_HTML = defer(Email.html, raiseload=True)
# A list shows none of the bodies, and a page of them may be large.
LISTED = (
    select(Email, Order.number, Order.customer_name)
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
    customer_name: str | None


def page_of_emails(
    *, box: Box, only_about_orders: bool, before: int | None = None, after: int | None = None
) -> Page[Listed]:
    """The page of emails that come before (or after) one; the first page when there is none such."""
    found = LISTED
    if box is not Box.ALL:
        found = found.where(_in_box(box))
    if only_about_orders:
        found = found.where(Email.order_id.is_not(None))

    def rows(here: int | None, back: bool) -> list[Listed]:
        beyond = found if here is None else found.where(Email.id > here if back else Email.id < here)
        listed = beyond.order_by(Email.id if back else Email.id.desc()).limit(PAGE + 1)
        rows = [Listed(*row) for row in db.session.execute(listed)]
        return rows[::-1] if back else rows

    return page_beside(before or after, rows, PAGE, back=before is not None, key=lambda row: row.email.id)


def _in_box(box: Box) -> ColumnElement[bool] | TextClause:
    return WAITING if box is Box.WAITING else Email.state == EmailState(box.value)


def emails_about(order: Order) -> list[Email]:
    """The newest of an order's emails with their texts, for its page."""
    found = select(Email).where(Email.order_id == order.id).order_by(Email.id.desc()).limit(MOST_OF_AN_ORDER)
    return list(db.session.scalars(found.options(_WITHOUT_HTML)))
