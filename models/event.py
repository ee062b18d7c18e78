"""History: who did what, when. Lines are added and never changed, so they hold no customer's data themselves."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, with_table_of
from models.note import Note
from models.order import Order
from models.order_states import OrderStatus
from models.user import User

_OF_AN_ACCOUNT = text("about_id IS NOT NULL AND ticket_id IS NULL")


class Event(Base):
    """One line of history. `code` is what happened (`order.cancelled`); the sentence is made where it is read."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_order", "order_id", "id"),
        Index("ix_events_code", "code", "id"),
        Index("ix_events_ticket", "ticket_id", "id"),
        Index("ix_events_window", "window_id", "id"),
        Index("ix_events_account", "about_id", "id", sqlite_where=_OF_AN_ACCOUNT, postgresql_where=_OF_AN_ACCOUNT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """None: Suki itself."""
    about_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Whom it was done to, when somebody was added, disabled and the like."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    order_version: Mapped[int | None]
    """The order's version after it; says what a stale page has missed."""
    from_status: Mapped[str | None] = mapped_column(String(20))
    to_status: Mapped[str | None] = mapped_column(String(20))
    amount: Mapped[int | None]
    """Minor units of the order's currency."""
    note_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id"))
    internal_note_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id"))
    email_id: Mapped[int | None] = mapped_column(ForeignKey("emails.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("access_windows.id"))
    """Under which access window support did it, in the merchant's name."""

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    about: Mapped[User | None] = relationship(foreign_keys=[about_id])
    order: Mapped[Order | None] = relationship()
    note: Mapped[Note | None] = relationship(foreign_keys=[note_id])
    internal_note: Mapped[Note | None] = relationship(foreign_keys=[internal_note_id])


def statuses(before: OrderStatus, after: OrderStatus) -> dict[str, str]:
    return {"from_status": before.value, "to_status": after.value}


def never_changed(table: str) -> list[str]:
    """Triggers that refuse what would rewrite history."""
    return [
        f"CREATE TRIGGER {table}_no_{action} BEFORE {action.upper()} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
        for action in ("update", "delete")
    ]


with_table_of(Event, *never_changed(Event.__tablename__))
