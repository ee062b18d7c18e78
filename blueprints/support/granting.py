"""Letting support into the store: opening, lengthening and revoking access windows, and their end with the ticket."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.support.telling import tell_other_side
from blueprints.support.window_refusals import (
    AlreadyOpen,
    NoOrderToLimitTo,
    TicketIsOver,
    TimeChanged,
    TooLong,
    WindowIsOver,
)
from blueprints.windows import any_expired, end_expired_in_passing, end_window, event_in, tell_owners
from models import AccessWindow, Actor, Ticket, TicketKind, TicketState, WindowEnd, WindowScope, db, writing


def grant_access(ticket_id: int, *, scope: WindowScope, hours: int, by: Actor) -> None:
    """Raises TicketIsOver, AlreadyOpen, NoOrderToLimitTo."""
    with writing() as session:
        ticket, at = session.get_one(Ticket, ticket_id, populate_existing=True), clock.now()
        if not ticket.is_open:
            raise TicketIsOver(ticket.state)
        found = _not_ended(session, ticket)
        if found is not None and not found.is_over(at):
            raise AlreadyOpen(found.expires_at)
        if found is not None:
            end_window(session, found, WindowEnd.EXPIRED, by=by, at=at)
        if scope is WindowScope.ORDER and ticket.order_id is None:
            raise NoOrderToLimitTo
        window = open_window(session, ticket, scope=scope, hours=hours, by=by, at=at)
        _hand_over(session, ticket, window, by=by, at=at)


def open_window(
    session: Session, ticket: Ticket, *, scope: WindowScope, hours: int, by: Actor, at: datetime
) -> AccessWindow:
    """In the caller's transaction; the ticket has its number already."""
    window = AccessWindow(
        ticket_id=ticket.id,
        scope=scope,
        order_id=ticket.order_id if scope is WindowScope.ORDER else None,
        opened_by_id=by.user_id,
        opened_at=at,
        expires_at=at + timedelta(hours=hours),
    )
    session.add(window)
    session.flush()
    session.add(event_in(window, "access.opened", by=by, at=at, order_id=window.order_id))
    tell_owners(session, "access_opened", window, at=at, by=by)
    return window


def extend_access(window_id: int, *, hours: int, by: Actor, seen_until: datetime | None = None) -> None:
    """`seen_until`: until when it was open for whoever asks; None where that is not known. Done already, nothing
    happens twice. Raises WindowIsOver, TimeChanged, TooLong."""
    with writing() as session:
        window, at = _reread(session, window_id), clock.now()
        if not window.is_open(at):
            raise WindowIsOver(window.ended_at or min(window.expires_at, at))
        more = timedelta(hours=hours)
        if seen_until == window.expires_at - more:
            return
        if seen_until not in (None, window.expires_at):
            raise TimeChanged(window.expires_at)
        until = window.expires_at + more
        if until > window.latest_end:
            raise TooLong(window.latest_end)
        window.expires_at = until
        session.flush()
        session.add(event_in(window, "access.extended", by=by, at=at, order_id=window.order_id))
        ticket = session.get_one(Ticket, window.ticket_id, populate_existing=True)
        _hand_over(session, ticket, window, by=by, at=at, is_longer=True)


def _hand_over(
    session: Session, ticket: Ticket, window: AccessWindow, *, by: Actor, at: datetime, is_longer: bool = False
) -> None:
    """To support, which is told until when it may act now."""
    if ticket.state is TicketState.WAITING_ON_MERCHANT:  # to be let in, or for longer, is what support waited for
        ticket.state, ticket.waiting_since = TicketState.WAITING_ON_SUPPORT, at
    tell_other_side(session, ticket, kind="access_granted", by=by, at=at, window=window, is_longer=is_longer)


def revoke_access(window_id: int, *, by: Actor) -> None:
    """At once, for whatever is not committed yet. Nothing happens to a window that has ended."""
    with writing() as session:
        end_window(session, _reread(session, window_id), WindowEnd.REVOKED, by=by, at=clock.now())


def end_windows_of(session: Session, ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """It is solved or closed. In the caller's transaction."""
    window = _not_ended(session, ticket)
    if window is not None:
        end_window(session, window, WindowEnd.SOLVED, by=by, at=at)


def end_expired_windows() -> None:
    """So that a window is over for good soon after its time, also when nobody looks."""
    if any_expired(db.session(), clock.now()):
        end_expired_in_passing()
    db.session.rollback()


def latest_window_of(session: Session, ticket: Ticket) -> AccessWindow | None:
    return session.scalars(
        select(AccessWindow).where(AccessWindow.ticket_id == ticket.id).order_by(AccessWindow.id.desc()).limit(1)
    ).one_or_none()


def waits_for_access(ticket: Ticket, window: AccessWindow | None) -> bool:
    """An order is to be cancelled that only support can cancel, and it may not act. `window`: the ticket's latest."""
    is_let_in = window is not None and window.is_open(clock.now())
    return ticket.is_open and ticket.kind is TicketKind.CANCELLATION and not is_let_in


def _reread(session: Session, window_id: int) -> AccessWindow:
    """The window as it stands now that the lock is held."""
    return session.get_one(AccessWindow, window_id, populate_existing=True)


def _not_ended(session: Session, ticket: Ticket) -> AccessWindow | None:
    """There is at most one, by an index."""
    found = select(AccessWindow).where(AccessWindow.ticket_id == ticket.id, AccessWindow.ended_at.is_(None))
    return session.scalars(found, execution_options={"populate_existing": True}).one_or_none()
