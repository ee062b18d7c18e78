"""Delegated access: whether support is inside of an access window, asked on every request and again under the lock.

A window is a row, never a flag in a session. Whoever first finds that its time is up ends it for good, so that a
clock that is set back later opens nothing again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from blueprints import clock, outbox
from models import (
    SYSTEM,
    AccessWindow,
    Actor,
    DatabaseBusy,
    Event,
    Order,
    Role,
    Ticket,
    User,
    UserSession,
    WindowEnd,
    WindowEntry,
    WindowScope,
    db,
    writing,
)
from models.base import DiskFailed, UTCDateTime
from models.window import Granted

# Looking at the same thing again within this time is the same look.
SAME_LOOK = timedelta(minutes=1)
MOST_EXPIRED_AT_ONCE = 20


class WindowClosed(Exception):
    """Support has no access, or not to this order. `at`: when it ended; None when there never was any."""

    def __init__(self, at: datetime | None = None, ticket_id: int | None = None) -> None:
        super().__init__(f"ended at {at}" if at else "never opened")
        self.at = at
        self.ticket_id = ticket_id


@dataclass(frozen=True)
class Inside(Granted):
    """Where an agent is, as plain values that outlive the transaction they were read in."""

    entry_id: int
    window_id: int
    ticket_id: int
    scope: WindowScope
    order_id: int | None
    order_number: str | None
    position: int | None
    """Of the one order, in the list; None when all are in scope."""
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    def is_expired(self, now: datetime) -> bool:
        """And nobody has noted it yet."""
        return self.ended_at is None and self.expires_at <= now

    def closed(self, now: datetime) -> WindowClosed:
        return WindowClosed(self.ended_at or min(self.expires_at, now), self.ticket_id)


def entry_of(session: Session, user_session_id: int) -> Inside | None:
    """Where the agent of this session went in and has not left, whether or not that window is still open."""
    found = session.execute(
        select(
            WindowEntry.id.label("entry_id"),
            AccessWindow.id.label("window_id"),
            AccessWindow.ticket_id,
            AccessWindow.scope,
            AccessWindow.order_id,
            Order.number.label("order_number"),
            Order.position,
            AccessWindow.opened_at,
            AccessWindow.expires_at,
            AccessWindow.ended_at,
        )
        .join(AccessWindow, AccessWindow.id == WindowEntry.window_id)
        .outerjoin(Order, Order.id == AccessWindow.order_id)
        .where(WindowEntry.user_session_id == user_session_id, WindowEntry.left_at.is_(None))
    ).one_or_none()
    return None if found is None else Inside(**found._asdict())


def require_open(session: Session, by: Actor, *, order_id: int | None, at: datetime) -> AccessWindow | None:
    """The window under which `by` may act on this order; None for the merchant's own people, who need none.

    Under the lock, with `at` read after it was had: a request that began in time and comes too late changes nothing.
    Without an order: the window lets them see its orders. Raises WindowClosed.
    """
    if by.is_merchant or by.user_id is None:
        return None
    window = session.get(AccessWindow, by.window_id, populate_existing=True) if by.window_id else None
    if window is None:
        raise WindowClosed
    covered = order_id is None or window.covers(order_id)
    if not (window.is_open(at) and covered and _is_inside(session, by, window)):
        raise WindowClosed(window.ended_at or min(window.expires_at, at), window.ticket_id)
    return window


def _is_inside(session: Session, by: Actor, window: AccessWindow) -> bool:
    """Went in and has not left, with a session that is not ended, and as an agent whose account is not disabled."""
    entered = (
        select(WindowEntry.id)
        .join(UserSession, UserSession.id == WindowEntry.user_session_id)
        .join(User, User.id == WindowEntry.user_id)
        .where(
            WindowEntry.window_id == window.id,
            WindowEntry.user_id == by.user_id,
            WindowEntry.left_at.is_(None),
            UserSession.ended_at.is_(None),
            User.disabled_at.is_(None),
            User.role == Role.SUPPORT,
        )
    )
    return session.scalar(entered.limit(1)) is not None


def record_look(by: Actor, *, order_id: int | None = None) -> None:
    """Support looked at an order, or at the list. Written before anything is shown: what can't be noted is not seen.
    Raises WindowClosed, DatabaseBusy."""
    if _was_just_noted(db.session(), by, order_id, clock.now()):
        return
    with writing() as session:
        at = clock.now()
        window = require_open(session, by, order_id=order_id, at=at)
        if window is not None:
            code = "order.seen" if order_id else "orders.listed"
            session.add(event_in(window, code, by=by, at=at, order_id=order_id))


def _was_just_noted(session: Session, by: Actor, order_id: int | None, now: datetime) -> bool:
    last = session.scalar(
        select(Event.at)
        .where(
            Event.window_id == by.window_id,
            Event.user_id == by.user_id,
            Event.code == ("order.seen" if order_id else "orders.listed"),
            Event.order_id.is_(None) if order_id is None else Event.order_id == order_id,
        )
        .order_by(Event.id.desc())
        .limit(1)
    )
    return last is not None and last <= now < last + SAME_LOOK


def event_in(window: AccessWindow, code: str, *, by: Actor, at: datetime, order_id: int | None = None) -> Event:
    """One line of history that names the window and its ticket."""
    return Event(
        at=at, code=code, user_id=by.user_id, order_id=order_id, ticket_id=window.ticket_id, window_id=window.id
    )


def leave(session: Session, entry: WindowEntry, *, at: datetime) -> None:
    """Nobody leaves what has ended: they were put out then."""
    entry.left_at = at
    session.flush()
    window = session.get_one(AccessWindow, entry.window_id, populate_existing=True)
    if window.is_open(at):
        agent = Actor(user_id=entry.user_id, name="", role=Role.SUPPORT)
        session.add(event_in(window, "access.left", by=agent, at=at, order_id=window.order_id))


def leave_with_sessions(session: Session, sessions: Select[Any], *, at: datetime) -> None:
    """Whoever is signed out is out of the store as well. In the caller's transaction, before the sessions are ended."""
    inside = select(WindowEntry).where(WindowEntry.user_session_id.in_(sessions), WindowEntry.left_at.is_(None))
    for entry in session.scalars(inside).all():
        leave(session, entry, at=at)


def end_window(session: Session, window: AccessWindow, end: WindowEnd, *, by: Actor, at: datetime) -> None:
    """In the caller's transaction, under the lock, with the row as it was just re-read. A window whose time was up
    ended by itself, and then; no other ends before what was done in it, whatever the clock says."""
    if window.ended_at is not None:
        return
    if window.expires_at <= at:
        end, ended_at, ended_by_id = WindowEnd.EXPIRED, window.expires_at, None
    else:
        ended_at, ended_by_id = max(at, _after_last_act(session, window)), by.user_id
    window.ended_at, window.end, window.ended_by_id = ended_at, end, ended_by_id
    session.flush()
    session.add(
        Event(
            at=at,
            code=_CODES[end],
            user_id=ended_by_id,
            order_id=window.order_id,
            ticket_id=window.ticket_id,
            window_id=window.id,
        )
    )
    tell_owners(session, "access_ended", window, at=at, by=by)


_CODES = {
    WindowEnd.EXPIRED: "access.expired",
    WindowEnd.REVOKED: "access.revoked",
    WindowEnd.SOLVED: "access.ended",
}


def _after_last_act(session: Session, window: AccessWindow) -> datetime:
    acts = select(func.max(Event.at)).where(Event.window_id == window.id, Event.code.not_like("access.%"))
    last = session.scalar(acts)
    return last + timedelta(microseconds=1) if last else window.opened_at


def end_expired(session: Session, at: datetime, *, by: Actor) -> None:
    """Those whose time is up, for good; under the lock."""
    found = select(AccessWindow).where(AccessWindow.ended_at.is_(None), AccessWindow.expires_at <= at)
    for window in session.scalars(found.order_by(AccessWindow.expires_at).limit(MOST_EXPIRED_AT_ONCE)):
        end_window(session, window, WindowEnd.EXPIRED, by=by, at=at)


def end_expired_in_passing() -> None:
    """In a transaction of its own. When nothing can be written, the next who looks does it: by the clock it is over."""
    try:
        with writing(waits=False) as session:
            end_expired(session, clock.now(), by=SYSTEM)
    except (DatabaseBusy, DiskFailed):
        db.session.rollback()


def any_expired(session: Session, now: datetime) -> bool:
    found = select(AccessWindow.id).where(AccessWindow.ended_at.is_(None), AccessWindow.expires_at <= now)
    return session.scalar(found.limit(1)) is not None


@dataclass(frozen=True)
class OpenWindows:
    """For the merchant's banner: the one that ends last, and how many more there are."""

    window_id: int
    ticket_id: int
    scope: WindowScope
    order_number: str | None
    expires_at: datetime
    more: int


_NOW = bindparam("now", type_=UTCDateTime)
IS_OPEN = and_(AccessWindow.ended_at.is_(None), AccessWindow.opened_at <= _NOW, AccessWindow.expires_at > _NOW)
"""Granted.is_open, for a statement that is given `now`."""
_OPEN_WINDOWS = (
    select(
        AccessWindow.id,
        AccessWindow.ticket_id,
        AccessWindow.scope,
        Ticket.order_number,
        AccessWindow.expires_at,
        func.count().over() - 1,
    )
    .join(Ticket, Ticket.id == AccessWindow.ticket_id)
    .where(IS_OPEN)
    .order_by(AccessWindow.scope, AccessWindow.expires_at.desc())  # the widest first, as "all" is before "order"
    .limit(1)
)


def open_windows(session: Session, now: datetime) -> OpenWindows | None:
    found = session.execute(_OPEN_WINDOWS, {"now": now}).one_or_none()
    return None if found is None else OpenWindows(*found)


def tell_owners(
    session: Session, kind: str, window: AccessWindow, *, at: datetime, about_order_id: int | None = None, **said: Any
) -> None:
    """One email to each owner, in the caller's transaction."""
    ticket = session.get_one(Ticket, window.ticket_id, options=[joinedload(Ticket.opened_by)])
    message = outbox.render(kind, ticket=ticket, window=window, **said)
    for owner in owners_addresses(session):
        outbox.queue(
            session,
            kind=kind,
            message=message,
            recipient=owner,
            at=at,
            ticket_id=ticket.id,
            about_order_id=about_order_id,
            not_sent=outbox.why_nothing_leaves(),
        )


def owners_addresses(session: Session) -> list[str]:
    owners = select(User.email).where(User.role == Role.OWNER, User.disabled_at.is_(None)).order_by(User.id)
    return list(session.scalars(owners))
