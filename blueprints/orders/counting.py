"""Counting what waits among the orders, for Today and for the tabs of the list."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Executable, literal, select

from blueprints.capped import count_of, shown
from blueprints.failed_emails import FAILED_EMAILS
from blueprints.orders.finding import TO_SEND, Filters, positions_of
from blueprints.orders.needing_attention import SINGLED_OUT, Attention
from models import Email, Order, OrderStatus, db


@dataclass(frozen=True)
class Waiting:
    """Each as capped.count_of() has it."""

    pending: int
    to_send: int
    booked: int
    """To send, and booked with a courier."""
    asked: int
    """Whose customer asks to cancel, and has no answer yet."""
    not_reminded: int
    """Not paid, and the customer could not be reminded."""
    refunds_owed: int
    not_told: int
    failed_emails: int
    any_order: int

    def shown(self, name: str) -> str:
        return shown(getattr(self, name))


# For whoever may not know: there are orders, and no more is said.
NOTHING_SAID = Waiting(
    pending=0, to_send=0, booked=0, asked=0, not_reminded=0, refunds_owed=0, not_told=0, failed_emails=0, any_order=1
)


def count_waiting(*, only_about_orders: bool = True) -> Waiting:
    """`only_about_orders`: of the emails, as whoever asks may see no others."""
    return Waiting(**db.session.execute(_counts(only_about_orders)).one()._asdict())


@cache
def _counts(only_about_orders: bool) -> Executable:
    """One statement for all, put together once: that takes longer than counting."""
    failed = FAILED_EMAILS.where(Email.order_id.is_not(None)) if only_about_orders else FAILED_EMAILS
    counts = {
        "pending": count_of(select(literal(1)).where(Order.status == OrderStatus.PENDING)),
        "to_send": count_of(select(literal(1)).where(Order.status.in_(TO_SEND))),
        "booked": count_of(positions_of("", Filters(statuses=TO_SEND, booked=True))),
        "asked": count_of(SINGLED_OUT[Attention.ASKED]),
        "not_reminded": count_of(SINGLED_OUT[Attention.NOT_REMINDED]),
        "refunds_owed": count_of(SINGLED_OUT[Attention.REFUND_OWED]),
        "not_told": count_of(SINGLED_OUT[Attention.NOT_TOLD]),
        "failed_emails": count_of(failed),
        "any_order": count_of(select(Order.id)),
    }
    return select(*[count.label(name) for name, count in counts.items()])
