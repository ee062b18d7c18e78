"""A customer's request to cancel an order: what they wrote, and what the merchant answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, with_table_of
from models.cancellation import Cancellation
from models.email import Email
from models.note import Note
from models.text import ERASED
from models.user import User

LONGEST_WISH = 500


class RequestState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    """By a cancel of the whole order."""
    DECLINED = "declined"


ASKED = text("state = 'open'")


class CancelRequest(Base):
    """An order has at most one that is open. Once decided it stays so; only the undo of its cancel opens it again."""

    __tablename__ = "cancel_requests"
    __table_args__ = (
        Index("uq_cancel_requests_open", "order_id", unique=True, sqlite_where=ASKED, postgresql_where=ASKED),
        CheckConstraint(f"length(reason) BETWEEN 1 AND {LONGEST_WISH}", name="reason_has_a_length"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_some_time"),
        CheckConstraint("(state = 'approved') = (cancellation_id IS NOT NULL)", name="approved_by_a_cancel"),
        CheckConstraint("state <> 'open' OR decided_by_id IS NULL", name="open_is_decided_by_nobody"),
        CheckConstraint("state = 'declined' OR (note_id IS NULL AND answer_id IS NULL)", name="only_declining_answers"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(LONGEST_WISH))
    """The customer's own words, one paragraph."""
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """None while it is open, and when Suki itself cancelled the order."""
    note_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id"))
    cancellation_id: Mapped[int | None] = mapped_column(ForeignKey("cancellations.id"), unique=True)
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("emails.id"))
    """To the customer: that it was received, with its words and its time."""
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("emails.id"))
    """To the customer: that it was declined. That it was approved stands in the email about the cancel."""

    decided_by: Mapped[User | None] = relationship()
    note: Mapped[Note | None] = relationship()
    cancellation: Mapped[Cancellation | None] = relationship()
    receipt: Mapped[Email | None] = relationship(foreign_keys=[receipt_id])
    answer: Mapped[Email | None] = relationship(foreign_keys=[answer_id])

    @property
    def is_open(self) -> bool:
        return self.state is RequestState.OPEN


class LinkRequest(Base):
    """Somebody asked for a link by order number and email. Whether they match is looked at later, behind the page;
    then what was typed is forgotten, and the rest is kept for as long as it slows the next one down."""

    __tablename__ = "link_requests"
    __table_args__ = (
        Index("ix_link_requests_by_address", "address", "at"),
        CheckConstraint("(number IS NULL) = (email IS NULL)", name="forgotten_together"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(45))
    number: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(254))


# What was asked is kept as it was, whoever writes; and a decision is taken once. With the customer's data the words go,
# and nothing else of it.
_ERASED_ORDER = "EXISTS (SELECT 1 FROM erased_orders WHERE order_id = OLD.order_id)"
_DECIDED_AS_BEFORE = " AND ".join(
    f"NEW.{column} IS OLD.{column}"
    for column in ("state", "decided_at", "decided_by_id", "note_id", "cancellation_id", "receipt_id", "answer_id")
)
REQUEST_DDL = (
    "CREATE TRIGGER cancel_requests_keep_their_words BEFORE UPDATE ON cancel_requests "
    "WHEN NEW.order_id <> OLD.order_id OR NEW.asked_at <> OLD.asked_at "
    f"OR (NEW.reason <> OLD.reason AND NOT (NEW.reason = '{ERASED}' AND {_ERASED_ORDER})) "
    "BEGIN SELECT RAISE(ABORT, 'what a customer asked is never changed'); END",
    "CREATE TRIGGER cancel_requests_are_decided_once BEFORE UPDATE ON cancel_requests "  # noqa: S608 (our own names)
    "WHEN OLD.state <> 'open' AND NOT (OLD.state = 'approved' AND NEW.state = 'open' AND EXISTS (SELECT 1 "
    "FROM cancellations WHERE id = OLD.cancellation_id AND withdrawal = 'undone')) "
    f"AND NOT ({_DECIDED_AS_BEFORE} AND NEW.reason = '{ERASED}' AND {_ERASED_ORDER}) "
    "BEGIN SELECT RAISE(ABORT, 'a request that is decided stays so'); END",
    "CREATE TRIGGER cancel_requests_approved_by_their_cancel BEFORE UPDATE ON cancel_requests "
    "WHEN NEW.state = 'approved' AND NOT EXISTS (SELECT 1 FROM cancellations "
    "WHERE id = NEW.cancellation_id AND order_id = NEW.order_id AND NOT is_part) "
    "BEGIN SELECT RAISE(ABORT, 'a request is approved by a cancel of its whole order'); END",
    "CREATE TRIGGER cancel_requests_no_delete BEFORE DELETE ON cancel_requests "
    "BEGIN SELECT RAISE(ABORT, 'requests are never deleted'); END",
)
with_table_of(CancelRequest, *REQUEST_DDL)
