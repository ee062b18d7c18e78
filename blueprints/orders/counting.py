"""Counting what waits for somebody: never further than a page shows, so that a count costs the same in every shop."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, literal, select

from blueprints.orders.finding import SINGLED_OUT, TO_SEND, Attention, Filters, positions_of, without_answer
from models import Email, EmailState, Order, OrderStatus, db

MOST = 99


@dataclass(frozen=True)
class Waiting:
    """Each at most one more than MOST, which says that there are more."""

    pending: int
    to_send: int
    booked: int
    """To send, and booked with a courier."""
    refunds_owed: int
    not_told: int
    failed_emails: int
    any_order: int

    def shown(self, name: str) -> str:
        count = getattr(self, name)
        return str(count) if count <= MOST else f"{MOST}+"


# For whoever may not know: there are orders, and no more is said.
NOTHING_SAID = Waiting(pending=0, to_send=0, booked=0, refunds_owed=0, not_told=0, failed_emails=0, any_order=1)


def count_waiting() -> Waiting:
    """One statement for all."""
    counts = {
        "pending": _count(select(literal(1)).where(Order.status == OrderStatus.PENDING)),
        "to_send": _count(select(literal(1)).where(Order.status.in_(TO_SEND))),
        "booked": _count(positions_of("", Filters(statuses=TO_SEND, booked=True))),
        "refunds_owed": _count(SINGLED_OUT[Attention.REFUND_OWED]),
        "not_told": _count(SINGLED_OUT[Attention.NOT_TOLD]),
        "failed_emails": _count(without_answer(Email.state == EmailState.FAILED)),
        "any_order": _count(select(Order.id)),
    }
    return Waiting(**db.session.execute(select(*[count.label(name) for name, count in counts.items()])).one()._asdict())


def _count(rows: Select[Any]) -> ScalarSelect[int]:
    some = rows.order_by(None).limit(MOST + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
