"""Many orders to be cancelled at once: which ones, with which words, and what became of each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Money
from models.cancellation import Cancellation
from models.order import Order
from models.store import Reason
from models.ticket import Ticket
from models.user import User


class BulkState(StrEnum):
    DRAFT = "draft"
    """Looked at; nothing is done yet."""
    RUNNING = "running"
    DONE = "done"
    DISCARDED = "discarded"
    """Not wanted; nothing was done."""


class BulkCancel(Base):
    """One reason and one note for all of its orders. Each is cancelled in a transaction of its own, which notes here
    what became of it: so whoever goes on after a crash does nothing twice and leaves nothing out."""

    __tablename__ = "bulk_cancels"
    __table_args__ = (
        CheckConstraint("(state IN ('done', 'discarded')) = (finished_at IS NOT NULL)", name="finished_has_a_date"),
        CheckConstraint("state IN ('draft', 'discarded') OR started_at IS NOT NULL", name="started_has_a_date"),
        Index("ix_bulk_cancels_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[BulkState] = mapped_column(default=BulkState.DRAFT)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    """Somebody works on it until then; later than that, they died and another may go on."""
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("reasons.id"))
    note: Mapped[str] = mapped_column(String(1000), default="")
    internal_note: Mapped[str] = mapped_column(String(1000), default="")
    restock: Mapped[bool] = mapped_column(default=True)
    notify: Mapped[bool] = mapped_column(default=True)
    asks_support: Mapped[bool] = mapped_column(default=False)
    """A ticket is filed for each order that only support can cancel."""
    ticket_reason: Mapped[str] = mapped_column(String(2000), default="")

    user: Mapped[User] = relationship()
    reason: Mapped[Reason | None] = relationship()


class BulkOutcome(StrEnum):
    """What became of one order."""

    WAITING = "waiting"
    CANCELLED = "cancelled"
    REFUSED = "refused"


class BulkOrder(Base):
    """One order of it, as it stood when it was looked at: one that changed since is refused, not cancelled unseen."""

    __tablename__ = "bulk_orders"
    __table_args__ = (
        UniqueConstraint("bulk_id", "order_id"),
        CheckConstraint("(outcome = 'refused') = (refusal IS NOT NULL)", name="refused_for_a_reason"),
        CheckConstraint("(outcome = 'cancelled') = (cancellation_id IS NOT NULL)", name="cancelled_by_a_cancel"),
        Index("ix_bulk_orders_outcome", "bulk_id", "outcome", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_cancels.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    version: Mapped[int]
    """The order's, when it was looked at."""
    owed: Mapped[Money] = mapped_column(default=0)
    """What its cancel owes back, once it is cancelled."""
    outcome: Mapped[BulkOutcome] = mapped_column(default=BulkOutcome.WAITING)
    refusal: Mapped[str | None] = mapped_column(String(40))
    """The code of an OrderRefusal."""
    cancellation_id: Mapped[int | None] = mapped_column(ForeignKey("cancellations.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    """With which support was asked to cancel it."""

    order: Mapped[Order] = relationship()
    cancellation: Mapped[Cancellation | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
