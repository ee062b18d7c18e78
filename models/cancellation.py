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
    once: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The form that asked for it: the same form sent twice gets the first answer again."""
    withdrawn_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()
    reason: Mapped[Reason | None] = relationship()
    note: Mapped[Note | None] = relationship(foreign_keys=[note_id])
    internal_note: Mapped[Note | None] = relationship(foreign_keys=[internal_note_id])
    refund: Mapped["Refund | None"] = relationship(viewonly=True, lazy="joined")


STILL_OWED = text("settled_at IS NULL")


class Refund(Base):
    """Money that one cancel owes back to the customer, in the order's currency."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("owed > 0", name="owes_something"),
        Index("ix_refunds_owed", "id", sqlite_where=STILL_OWED, postgresql_where=STILL_OWED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    cancellation_id: Mapped[int] = mapped_column(ForeignKey("cancellations.id"), unique=True)
    owed: Mapped[Money]
    owed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
