"""Access windows (CSLA): the span in which the merchant lets support act in the store."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, with_table_of
from models.event import Event
from models.order import Order
from models.ticket import Ticket
from models.user import User, UserSession

HOURS = (1, 4, 24, 72)
DEFAULT_HOURS = 24
LONGEST = timedelta(days=7)
"""From the first moment to the last, extensions included."""


class WindowScope(StrEnum):
    ORDER = "order"
    ALL = "all"


class WindowEnd(StrEnum):
    EXPIRED = "expired"
    REVOKED = "revoked"
    SOLVED = "solved"
    """Its ticket was solved or closed."""


class WindowFacts(Protocol):
    """What must be known of a window to say what it allows."""

    @property
    def scope(self) -> WindowScope: ...
    @property
    def order_id(self) -> int | None: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...


class Granted:
    """The rule, once, for a window's row and for what a request has read of it."""

    def is_open(self: WindowFacts, now: datetime) -> bool:
        return self.ended_at is None and self.opened_at <= now < self.expires_at

    def is_over(self: WindowFacts, now: datetime) -> bool:
        """Not the opposite: before its first moment, by a clock that was set back, it is neither."""
        return self.ended_at is not None or self.expires_at <= now

    def covers(self: WindowFacts, order_id: int) -> bool:
        return self.scope is WindowScope.ALL or self.order_id == order_id


OPEN = text("ended_at IS NULL")


class AccessWindow(Granted, Base):
    """Always of one ticket. Over when `ended_at` is set or `expires_at` has come, and then for good: whoever
    first finds it expired sets `ended_at`, so that a clock that is set back opens nothing again."""

    __tablename__ = "access_windows"
    __table_args__ = (
        CheckConstraint("(scope = 'order') = (order_id IS NOT NULL)", name="scope_of_an_order_names_it"),
        CheckConstraint("expires_at > opened_at", name="ends_after_it_begins"),
        CheckConstraint("julianday(expires_at) - julianday(opened_at) <= 7.0000001", name="at_most_seven_days").ddl_if(
            dialect="sqlite"
        ),
        CheckConstraint("expires_at - opened_at <= interval '7 days'", name="at_most_seven_days").ddl_if(
            dialect="postgresql"
        ),
        CheckConstraint('(ended_at IS NULL) = ("end" IS NULL)', name="ended_says_how"),
        Index(
            "uq_access_windows_open",
            "ticket_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_access_windows_expiring", "expires_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    scope: Mapped[WindowScope]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end: Mapped[WindowEnd | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    ticket: Mapped[Ticket] = relationship()
    order: Mapped[Order | None] = relationship()
    opened_by: Mapped[User] = relationship(foreign_keys=[opened_by_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])

    @property
    def latest_end(self) -> datetime:
        return self.opened_at + LONGEST


class WindowEntry(Base):
    """An agent who went in, with one session; out again with `left_at`, or when the window is over."""

    __tablename__ = "window_entries"
    __table_args__ = (
        Index(
            "uq_window_entries_inside",
            "user_session_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("access_windows.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user_session_id: Mapped[int] = mapped_column(ForeignKey("user_sessions.id"))
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    window: Mapped[AccessWindow] = relationship()
    user: Mapped[User] = relationship()
    user_session: Mapped[UserSession] = relationship()


# What no mistake in the program gets past: times are kept in one form, so that their texts compare as they do.
GUARDS = {
    "access_windows": [
        """CREATE TRIGGER access_windows_keep_what_was_granted BEFORE UPDATE ON access_windows
WHEN NEW.id <> OLD.id OR NEW.ticket_id <> OLD.ticket_id OR NEW.scope <> OLD.scope
OR NEW.order_id IS NOT OLD.order_id OR NEW.opened_by_id <> OLD.opened_by_id OR NEW.opened_at <> OLD.opened_at
BEGIN SELECT RAISE(ABORT, 'what an access window granted is never changed'); END""",
        """CREATE TRIGGER access_windows_end_once BEFORE UPDATE ON access_windows
WHEN OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NOT OLD.ended_at OR NEW.end IS NOT OLD.end
OR NEW.ended_by_id IS NOT OLD.ended_by_id OR NEW.expires_at <> OLD.expires_at)
BEGIN SELECT RAISE(ABORT, 'an access window that ended stays as it was'); END""",
        """CREATE TRIGGER access_windows_no_delete BEFORE DELETE ON access_windows
BEGIN SELECT RAISE(ABORT, 'access windows are never deleted'); END""",
    ],
    "events": [
        """CREATE TRIGGER events_inside_their_window BEFORE INSERT ON events
WHEN NEW.window_id IS NOT NULL AND substr(NEW.code, 1, 7) <> 'access.' AND NOT EXISTS (
SELECT 1 FROM access_windows WHERE access_windows.id = NEW.window_id AND access_windows.opened_at <= NEW.at
AND NEW.at < access_windows.expires_at AND NEW.at < coalesce(access_windows.ended_at, access_windows.expires_at)
AND (NEW.order_id IS NULL OR access_windows.scope = 'all' OR access_windows.order_id = NEW.order_id))
BEGIN SELECT RAISE(ABORT, 'nothing is done outside of an access window'); END""",
        """CREATE TRIGGER events_of_support_have_a_window BEFORE INSERT ON events
WHEN NEW.window_id IS NULL AND substr(NEW.code, 1, 5) = 'order'
AND EXISTS (SELECT 1 FROM users WHERE users.id = NEW.user_id AND users.role = 'support')
BEGIN SELECT RAISE(ABORT, 'support sees and changes orders in an access window only'); END""",
    ],
    "window_entries": [
        """CREATE TRIGGER window_entries_while_it_is_open BEFORE INSERT ON window_entries
WHEN NOT EXISTS (SELECT 1 FROM access_windows WHERE access_windows.id = NEW.window_id
AND access_windows.ended_at IS NULL AND access_windows.opened_at <= NEW.entered_at
AND NEW.entered_at < access_windows.expires_at)
BEGIN SELECT RAISE(ABORT, 'nobody enters an access window that is not open'); END""",
    ],
}
for model in (AccessWindow, Event, WindowEntry):
    with_table_of(model, *GUARDS[model.__tablename__])
