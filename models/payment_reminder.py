"""Orders that wait to be paid, and the one reminder that each of their customers gets before the shop gives up."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.order import Order
from models.order_states import FROM_ANOTHER_SHOP, IN_THE_SHOP, PAID_ON_HANDING_OVER, PaymentStatus


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


# Nothing was paid of what had to be paid first, nobody has taken the parcel away, and the shop itself may cancel.
WAITS_TO_BE_PAID = text(
    f"payment_status = '{PaymentStatus.UNPAID}' AND paid = 0 AND total > 0 "
    f"AND status IN ({_listed(IN_THE_SHOP)}) AND payment_method NOT IN ({_listed(PAID_ON_HANDING_OVER)}) "
    "AND NOT (booking_integrated AND booked_at IS NOT NULL AND booking_cancelled_at IS NULL)"
)
# What came from another shop may be paid there at any time, and Suki would not hear of it.
IS_PAID_HERE = Order.source.not_in(FROM_ANOTHER_SHOP)
# So that the timer reads these, and no others, however many orders there are.
Index(
    "ix_orders_to_be_paid",
    Order.payment_status,
    Order.placed_at,
    sqlite_where=WAITS_TO_BE_PAID,
    postgresql_where=WAITS_TO_BE_PAID,
)


class PaymentReminder(Base):
    """That an order's customer was to be reminded. An order has one at most, whoever looks at it at the same time."""

    __tablename__ = "payment_reminders"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    at: Mapped[datetime]
    email_id: Mapped[int] = mapped_column(ForeignKey("emails.id"), unique=True)
    """Whether it left stands there."""
    pay_by: Mapped[datetime]
    """Until when to pay, as the customer read it: the order is not cancelled before, whatever Settings says since."""
    cancellation_id: Mapped[int | None] = mapped_column(ForeignKey("cancellations.id"), unique=True)
    """The cancel that followed, as nothing was paid."""


class KeptOrder(Base):
    """That somebody keeps an order though it is not paid: from then on it is theirs, and the timer leaves it alone."""

    __tablename__ = "kept_orders"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
