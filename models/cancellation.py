"""What a cancel decided: reason, words, stock, and the money that is owed back for it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Money
from models.order import Note
from models.order_states import OrderStatus
from models.store import Reason
from models.user import User


class Cancellation(Base):
    """One cancel of one order. `withdrawn_at`: it no longer holds; an order has at most one that does."""

    __tablename__ = "cancellations"
    __table_args__ = (
        Index(
            "uq_cancellations_current",
            "order_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("fee >= 0", name="fee_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    previous_status: Mapped[OrderStatus]
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("reasons.id"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id"))
    internal_note_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id"))
    restock: Mapped[bool]
    """Whether the items go back into stock."""
    notify: Mapped[bool] = mapped_column(default=True)
    """Whether the customer was to be told; whether an email went out stands in its own row."""
    fee: Mapped[Money] = mapped_column(default=0, server_default=text("0"))
    """What the shop keeps of what was paid; the rest is owed back."""
    once: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The form that asked for it: the same form sent twice gets the first answer again."""
    withdrawn_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()
    reason: Mapped[Reason | None] = relationship()
    note: Mapped[Note | None] = relationship(foreign_keys=[note_id])
    internal_note: Mapped[Note | None] = relationship(foreign_keys=[internal_note_id])
    refund: Mapped["Refund | None"] = relationship(viewonly=True, lazy="joined")


STILL_OWED = text("settled_at IS NULL")
ALL_BACK = text("settled_at IS NOT NULL AND waived_at IS NULL")
LET_GO = text("waived_at IS NOT NULL")
LONGEST_REASON = 500


class Refund(Base):
    """Money that one cancel owes back to the customer, in the order's currency; from owed to settled. It closes once:
    by the settlement that makes it whole, or when what is left of it is waived."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("owed > 0", name="owes_something"),
        CheckConstraint("settled BETWEEN 0 AND owed", name="settled_within_owed"),
        CheckConstraint(
            "(settled_at IS NULL) = (settled < owed AND waived_at IS NULL)",
            name="closed_when_nothing_is_left",
        ),
        CheckConstraint("waived_at IS NULL OR settled < owed", name="only_what_is_left_is_waived"),
        CheckConstraint("(waived_at IS NULL) = (waived_because IS NULL)", name="waived_for_a_reason"),
        CheckConstraint(
            f"waived_because IS NULL OR length(waived_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="reason_has_a_length",
        ),
        Index("ix_refunds_owed", "id", sqlite_where=STILL_OWED, postgresql_where=STILL_OWED),
        Index("ix_refunds_waiting", "owed_at", "id", sqlite_where=STILL_OWED, postgresql_where=STILL_OWED),
        Index("ix_refunds_all_back", "settled_at", "id", sqlite_where=ALL_BACK, postgresql_where=ALL_BACK),
        Index("ix_refunds_waived", "waived_at", "id", sqlite_where=LET_GO, postgresql_where=LET_GO),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    cancellation_id: Mapped[int] = mapped_column(ForeignKey("cancellations.id"), unique=True)
    owed: Mapped[Money]
    owed_at: Mapped[datetime]
    settled: Mapped[Money] = mapped_column(default=0, server_default=text("0"))
    """The sum of its settlements. Only the database writes it, and settled_at with it: see models/settlement.py."""
    settled_at: Mapped[datetime | None]
    """When nothing more was left to be returned."""
    waived_at: Mapped[datetime | None]
    waived_because: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    waived_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    cancellation: Mapped[Cancellation] = relationship(viewonly=True)
    waived_by: Mapped[User | None] = relationship()

    @property
    def is_open(self) -> bool:
        return self.settled_at is None

    @property
    def left(self) -> int:
        return self.owed - self.settled
