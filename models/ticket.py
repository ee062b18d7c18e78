"""Tickets: what the merchant asks of the support team, and what both say to it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, and_, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from models.base import Base
from models.order import Order
from models.order_states import OrderStatus
from models.search import TICKET_INDEX, keep_index_of, searchable
from models.user import User


class TicketKind(StrEnum):
    CANCELLATION = "cancellation"
    """Of an order that an integrated courier has booked."""
    GENERAL = "general"


class TicketState(StrEnum):
    OPEN = "open"
    """Filed, and nobody of the support team has answered yet."""
    WAITING_ON_MERCHANT = "waiting_on_merchant"
    WAITING_ON_SUPPORT = "waiting_on_support"
    SOLVED = "solved"
    CLOSED = "closed"


ON_MERCHANT = (TicketState.WAITING_ON_MERCHANT,)
ON_SUPPORT = (TicketState.OPEN, TicketState.WAITING_ON_SUPPORT)
STILL_OPEN = (TicketState.OPEN, TicketState.WAITING_ON_MERCHANT, TicketState.WAITING_ON_SUPPORT)
_OPEN_CANCELLATION = text("kind = 'cancellation' AND state IN ('open', 'waiting_on_merchant', 'waiting_on_support')")
_ABOUT_AN_ORDER = text("about_order_id IS NOT NULL")


class Ticket(Base):
    """Number, customer and date of the order are kept as support was told them: it may not see the order itself."""

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint("(kind = 'cancellation') = (order_id IS NOT NULL)", name="a_cancellation_has_an_order"),
        CheckConstraint("length(reason) BETWEEN 1 AND 4000", name="reason_has_a_length"),
        CheckConstraint("(state IN ('solved', 'closed')) = (solved_at IS NOT NULL)", name="solved_has_a_date"),
        # One open cancellation ticket for an order: asking again leads to it.
        Index(
            "uq_tickets_open_cancellation",
            "order_id",
            unique=True,
            sqlite_where=_OPEN_CANCELLATION,
            postgresql_where=_OPEN_CANCELLATION,
        ),
        Index("ix_tickets_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TicketKind]
    state: Mapped[TicketState] = mapped_column(default=TicketState.OPEN)
    waiting_since: Mapped[datetime]
    """When it came to the side that it waits on now."""
    subject: Mapped[str] = mapped_column(String(150))
    reason: Mapped[str] = mapped_column(String(4000))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    solved_at: Mapped[datetime | None]

    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    order_number: Mapped[str | None] = mapped_column(String(40))
    customer_name: Mapped[str | None] = mapped_column(String(200))
    order_placed_at: Mapped[datetime | None]
    courier_name: Mapped[str | None] = mapped_column(String(60))
    waybill: Mapped[str | None] = mapped_column(String(60))
    search_text: Mapped[str] = mapped_column(default="")
    """What the search looks in, folded: ticket number, subject, order number, customer."""
    once: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The form that filed it: the same form sent twice gets the first answer again."""

    order: Mapped[Order | None] = relationship()
    opened_by: Mapped[User] = relationship(foreign_keys=[opened_by_id])
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    messages: Mapped[list["TicketMessage"]] = relationship(back_populates="ticket", order_by="TicketMessage.id")

    @property
    def is_open(self) -> bool:
        return self.state in STILL_OPEN

    @property
    def waits_on_support(self) -> bool:
        return self.state in ON_SUPPORT

    @property
    def left_undone(self) -> bool:
        """It asked for a cancel and counts as solved, and the order goes on."""
        is_solved = self.kind is TicketKind.CANCELLATION and self.state is TicketState.SOLVED
        return is_solved and self.order is not None and self.order.status is not OrderStatus.CANCELLED

    def make_findable(self) -> None:
        """Once it has its number."""
        self.search_text = searchable(
            number=f"{self.id} {self.order_number or ''}",
            name=f"{self.customer_name or ''} {self.subject}",
            email=None,
            phone=None,
        )


class TicketMessage(Base):
    """`internal`: for the support team alone; the merchant never sees it."""

    __tablename__ = "ticket_messages"
    __table_args__ = (
        CheckConstraint("length(body) BETWEEN 1 AND 4000", name="body_has_a_length"),
        Index(
            "ix_ticket_messages_about_order",
            "about_order_id",
            sqlite_where=_ABOUT_AN_ORDER,
            postgresql_where=_ABOUT_AN_ORDER,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    body: Mapped[str] = mapped_column(String(4000))
    internal: Mapped[bool] = mapped_column(default=False)
    once: Mapped[str | None] = mapped_column(String(64), unique=True)
    """As a ticket's."""
    about_order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    """The order of which support says what it did to it. It need not be the ticket's, which may have none."""

    ticket: Mapped[Ticket] = relationship(back_populates="messages")
    user: Mapped[User] = relationship()
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")


class AttachmentKind(StrEnum):
    """By what the bytes are, not by what the file is called."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    GIF = "image/gif"
    WEBP = "image/webp"
    PDF = "application/pdf"


class Attachment(Base):
    """A file that came with a message, or with the ticket itself when `message_id` is empty."""

    __tablename__ = "attachments"
    __table_args__ = (CheckConstraint("size BETWEEN 1 AND 5242880", name="at_most_5_mb"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_messages.id"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    kind: Mapped[AttachmentKind]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


# Tickets know orders, and not the other way round; an order's page asks it for the one that is open.
Order.open_ticket = relationship(
    Ticket,
    primaryjoin=and_(Order.id == foreign(Ticket.order_id), Ticket.state.in_(STILL_OPEN)),
    uselist=False,
    viewonly=True,
)
keep_index_of(Ticket, TICKET_INDEX)
