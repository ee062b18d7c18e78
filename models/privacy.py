"""What was taken out of the store for good, and how long emails are kept with their texts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, and_, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from models.base import Base
from models.order import Order
from models.user import User

FEWEST_DAYS = 30
MOST_DAYS = 730
NOT_SWEPT = text("swept_at IS NULL")


class Erasure(Base):
    """That a customer's data was erased: of which orders stands beside it, of whom nowhere."""

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint("tickets >= 0", name="tickets_not_negative"),
        Index("ix_erasures_not_swept", "id", sqlite_where=NOT_SWEPT, postgresql_where=NOT_SWEPT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    tickets: Mapped[int]
    """How many of them were emptied with it."""
    once: Mapped[str] = mapped_column(String(64), unique=True)
    """The form that asked for it: the same form sent twice gets the first answer again."""
    swept_at: Mapped[datetime | None]
    """When the last trace of the words had left the indexes of the search, too."""

    user: Mapped[User] = relationship()
    orders: Mapped[list["ErasedOrder"]] = relationship(order_by="ErasedOrder.order_id", back_populates="erasure")
    questions: Mapped[list["ErasedQuestion"]] = relationship(order_by="ErasedQuestion.ticket_id")

    @property
    def tickets_of_orders(self) -> int:
        return self.tickets - len(self.questions)


class ErasedOrder(Base):
    """An order whose customer's data was erased. While such a row is there, and only then, the database lets the words
    go that are never changed otherwise. What is written about the order later may be erased once more."""

    __tablename__ = "erased_orders"

    erasure_id: Mapped[int] = mapped_column(ForeignKey("erasures.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True, index=True)

    erasure: Mapped[Erasure] = relationship(back_populates="orders", lazy="joined")
    order: Mapped[Order] = relationship()


class ErasedQuestion(Base):
    """A ticket about no order that was emptied as well. Tickets about the orders go with these."""

    __tablename__ = "erased_questions"

    erasure_id: Mapped[int] = mapped_column(ForeignKey("erasures.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)


class EmailRetention(Base):
    """After how many days emails are kept without texts and addresses. No row: with them, for ever."""

    __tablename__ = "email_retention"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint(f"days BETWEEN {FEWEST_DAYS} AND {MOST_DAYS}", name="days_within_bounds"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    days: Mapped[int]


# Orders know nothing of this; an order's page asks it.
Order.erased = relationship(
    ErasedOrder,
    primaryjoin=and_(Order.id == foreign(ErasedOrder.order_id)),
    order_by=ErasedOrder.erasure_id,
    viewonly=True,
)
