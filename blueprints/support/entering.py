"""An agent goes into the store, on purpose and from the ticket, and out again."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.windows import WindowClosed, event_in, leave, tell_owners
from models import AccessWindow, Actor, UserSession, WindowEntry, writing


def enter_store(window_id: int, *, user_session_id: int, by: Actor) -> None:
    """Who is inside already stays; who is in another window leaves that. Raises WindowClosed."""
    with writing() as session:
        window, at = session.get_one(AccessWindow, window_id, populate_existing=True), clock.now()
        if not window.is_open(at) or session.get_one(UserSession, user_session_id).ended_at:
            raise WindowClosed(window.ended_at or min(window.expires_at, at), window.ticket_id)
        entry = _entry_of(session, user_session_id)
        if entry is not None and entry.window_id == window.id:
            return
        if entry is not None:
            leave(session, entry, at=at)
        is_first = session.scalar(select(WindowEntry.id).where(WindowEntry.window_id == window.id).limit(1)) is None
        session.add(
            WindowEntry(window_id=window.id, user_id=by.user_id, user_session_id=user_session_id, entered_at=at)
        )
        session.add(event_in(window, "access.entered", by=by, at=at, order_id=window.order_id))
        if is_first:
            tell_owners(session, "access_entered", window, at=at, by=by)


def leave_store(window_id: int, *, user_session_id: int) -> None:
    """Who is not inside has left already."""
    with writing() as session:
        entry = _entry_of(session, user_session_id)
        if entry is not None and entry.window_id == window_id:
            leave(session, entry, at=clock.now())


def _entry_of(session: Session, user_session_id: int) -> WindowEntry | None:
    found = select(WindowEntry).where(WindowEntry.user_session_id == user_session_id, WindowEntry.left_at.is_(None))
    return session.scalars(found, execution_options={"populate_existing": True}).one_or_none()
