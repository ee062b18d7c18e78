"""Who may sign in, when each was here last, and where each is signed in now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from blueprints import clock
from blueprints.sessions import SESSION_LIMITS, is_over
from blueprints.windows import IS_OPEN
from models import AccessWindow, Event, User, UserSession, WindowEntry, db

HISTORY_LINES = 50
MOST_SHOWN = 200


@dataclass(frozen=True)
class Seen:
    user: User
    last_seen_at: datetime | None
    """None: never was here."""


def find_users() -> list[Seen]:
    """Those who may sign in first, by name."""
    last = select(func.max(UserSession.last_seen_at)).where(UserSession.user_id == User.id).scalar_subquery()
    in_order = (User.disabled_at.is_not(None), func.lower(User.name), User.id)
    rows = db.session.execute(select(User, last).order_by(*in_order))
    return [Seen(user, at) for user, at in rows]


def find_user_by_email(email: str) -> User | None:
    return db.session.scalars(select(User).where(User.email == email)).one_or_none()


def find_open_sessions(user: User) -> Sequence[UserSession]:
    idle, whole = SESSION_LIMITS[user.role]
    now = clock.now()
    return db.session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.ended_at.is_(None),
            UserSession.last_seen_at > now - idle,
            UserSession.created_at > now - whole,
        )
        .order_by(UserSession.last_seen_at.desc())
    ).all()


@dataclass(frozen=True)
class SignedInPlace:
    """Where somebody is signed in."""

    session: UserSession
    in_store_for: int | None
    """The ticket for which this agent is inside of an open access window."""


def find_places() -> list[SignedInPlace]:
    """Of everybody, who was here last first."""
    now = clock.now()
    idle, whole = (max(times) for times in zip(*SESSION_LIMITS.values(), strict=True))
    inside = (WindowEntry.user_session_id == UserSession.id) & WindowEntry.left_at.is_(None)
    found = db.session.execute(
        select(UserSession, AccessWindow.ticket_id)
        .outerjoin(WindowEntry, inside)
        .outerjoin(AccessWindow, (AccessWindow.id == WindowEntry.window_id) & IS_OPEN)
        .where(
            UserSession.ended_at.is_(None),
            UserSession.last_seen_at > now - idle,
            UserSession.created_at > now - whole,
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        .limit(MOST_SHOWN),
        {"now": now},
    )
    return [
        SignedInPlace(place, ticket_id)
        for place, ticket_id in found
        if place.user.disabled_at is None and not is_over(place, place.user.role, now)
    ]


def find_history(user: User) -> Sequence[Event]:
    """What was done to this account, newest first. The tickets that an agent was given are about them as well, and are
    not of the account."""
    return db.session.scalars(
        select(Event)
        .where(Event.about_id == user.id, Event.ticket_id.is_(None))
        .options(joinedload(Event.user))
        .order_by(Event.id.desc())
        .limit(HISTORY_LINES)
    ).all()
