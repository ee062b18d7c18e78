"""Emails: one message to one person, from queued to sent. The table is the outbox."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, ScalarSelect, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, with_table_of
from models.order_states import OrderStatus


class EmailState(StrEnum):
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    NOT_SENT = "not_sent"


ON_ITS_WAY = (EmailState.HELD, EmailState.QUEUED, EmailState.SENDING)
"""It may still leave."""


class Delivery:
    """What an email and a message to a webhook have in common."""

    if TYPE_CHECKING:
        state: Mapped[EmailState]
        due_at: Mapped[datetime]

    def state_at(self, at: datetime) -> EmailState:
        """One that is held waits like any other once its time has come, though no deliverer has seen to it."""
        is_due = self.state is EmailState.HELD and self.due_at <= at
        return EmailState.QUEUED if is_due else self.state

    @property
    def is_on_its_way(self) -> bool:
        """The rule that WAITING states in SQL."""
        return self.state in ON_ITS_WAY


class NotSentReason(StrEnum):
    """Why nobody was told."""

    NO_ADDRESS = "no_address"
    ALERTS_OFF = "alerts_off"
    NOT_WANTED = "not_wanted"
    """Whoever made the change chose not to mail."""
    NO_SERVER = "no_server"
    """No mail server is set up: the email stays readable in Suki."""
    DEMO = "demo"
    UNDONE = "undone"
    """What it tells of was taken back, or over, before it left."""

    @property
    def leaves_no_choice(self) -> bool:
        """Nobody can be told, whether “Email the customer” is ticked or not."""
        return self in (NotSentReason.NO_ADDRESS, NotSentReason.ALERTS_OFF)


class CustomerAlert(StrEnum):
    """What customers may be mailed about: one switch each in Settings, and the `kind` of the email."""

    ORDER_ACCEPTED = "order_accepted"
    ORDER_PROCESSING = "order_processing"
    ORDER_READY_FOR_PICKUP = "order_ready_for_pickup"
    ORDER_SHIPPED = "order_shipped"
    ORDER_OUT_FOR_DELIVERY = "order_out_for_delivery"
    ORDER_COMPLETED = "order_completed"
    ORDER_DECLINED = "order_declined"
    ORDER_RETURNED = "order_returned"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_PART_CANCELLED = "order_part_cancelled"
    ORDER_REINSTATED = "order_reinstated"
    REFUND_SETTLED = "refund_settled"
    PAYMENT_REMINDER = "payment_reminder"


def kind_of(status: OrderStatus) -> str:
    """The kind of email for an order that has come to this status; one of CustomerAlert."""
    return f"order_{status.value}"


WAITING = text("state IN ('held', 'queued', 'sending')")
# The customer of a cancelled order who should have been told, and was not.
NOT_TOLD = text(
    "kind = 'order_cancelled' AND (state = 'failed' OR (state = 'not_sent' AND reason IN ('no_address', 'no_server')))"
)

# Whoever takes old texts away finds them by age; `due_at` is when it was tried last.
HAS_A_TEXT = text("cleared_at IS NULL AND state IN ('sent', 'failed', 'not_sent')")
_ABOUT_AN_ORDER = text("about_order_id IS NOT NULL")


class Email(Delivery, Base):
    __tablename__ = "emails"
    __table_args__ = (
        CheckConstraint("(state = 'not_sent') = (reason IS NOT NULL)", name="not_sent_has_a_reason"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_a_date"),
        CheckConstraint("recipient IS NOT NULL OR state = 'not_sent'", name="sent_to_somebody"),
        Index("ix_emails_order", "order_id", "id"),
        Index("ix_emails_due", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_emails_state", "state", "id"),
        Index("ix_emails_with_text", "due_at", sqlite_where=HAS_A_TEXT, postgresql_where=HAS_A_TEXT),
        Index("ix_emails_not_told", "id", sqlite_where=NOT_TOLD, postgresql_where=NOT_TOLD),
        Index(
            "ix_emails_about_order",
            "about_order_id",
            sqlite_where=_ABOUT_AN_ORDER,
            postgresql_where=_ABOUT_AN_ORDER,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    recipient: Mapped[str | None] = mapped_column(String(254))
    reply_to: Mapped[str | None] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    """Set when queued and never changed: a repeat after a crash is recognised as one."""
    state: Mapped[EmailState]
    reason: Mapped[NotSentReason | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """Waiting: when it may be tried next. Being sent: when a deliverer that died is given up. Done with: when it was
    tried last, from which the age of its text counts."""
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(500), default="")
    """What the mail server said last."""
    again_of_id: Mapped[int | None] = mapped_column(ForeignKey("emails.id"))
    """The email of which this is Send again."""
    about_order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    """The order of which it tells the shop's own people. It is none of that order's emails, which go to its customer;
    but with the customer's data its text goes."""

    over_since: Mapped[datetime | None]
    """Since when what it tells of is not so any more: its cancel was taken back, or what was to be paid is."""
    cleared_at: Mapped[datetime | None]
    """When its texts and addresses were taken away. That it was written, and what became of it, stays."""

    @property
    def is_over(self) -> bool:
        return self.over_since is not None or self.reason is NotSentReason.UNDONE


CLEARED_DDL = (
    "CREATE TRIGGER emails_cleared_are_empty BEFORE UPDATE ON emails WHEN NEW.cleared_at IS NOT NULL "
    "AND (NEW.text <> '' OR NEW.html <> '' OR NEW.recipient <> '' OR NEW.reply_to IS NOT NULL "
    "OR NEW.state IN ('held', 'queued', 'sending')) "
    "BEGIN SELECT RAISE(ABORT, 'a cleared email holds nothing and waits for nothing'); END",
    "CREATE TRIGGER emails_stay_cleared BEFORE UPDATE ON emails "
    "WHEN OLD.cleared_at IS NOT NULL AND NEW.cleared_at IS NOT OLD.cleared_at "
    "BEGIN SELECT RAISE(ABORT, 'a cleared email stays so'); END",
)
with_table_of(Email, *CLEARED_DDL)


def oldest_in(state: EmailState) -> ScalarSelect[datetime]:
    """Since it was written: what can't be sent is put off, and so is always due later."""
    return select(Email.created_at).where(Email.state == state).order_by(Email.id).limit(1).scalar_subquery()
