"""Who may sign in, when each was here last, and where each is signed in now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from blueprints import clock
from models import Event, User, UserSession, db

HISTORY_LINES = 50


@dataclass(frozen=True)
class Seen:
    user: User
    last_seen_at: datetime | None
    """None: never was here."""


def find_users() -> list[Seen]:
    """Those who may sign in first, by name."""
    last = select(UserSession.user_id, func.max(UserSession.last_seen_at).label("at")).group_by(UserSession.user_id)
    lasts = last.subquery()
    rows = db.session.execute(
        select(User, lasts.c.at)
        .outerjoin(lasts, lasts.c.user_id == User.id)
        .order_by(User.disabled_at.is_not(None), func.lower(User.name), User.id)
    )
    return [Seen(user, at) for user, at in rows]


def find_user_by_email(email: str) -> User | None:
    return db.session.scalars(select(User).where(User.email == email)).one_or_none()


def find_open_sessions(user: User, *, idle: timedelta, whole: timedelta) -> Sequence[UserSession]:
    """`idle` and `whole` are how long a session of this role lasts."""
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


def find_history(user: User) -> Sequence[Event]:
    """What was done to this account, newest first."""
    return db.session.scalars(
        select(Event)
        .where(Event.about_id == user.id)
        .options(joinedload(Event.user))
        .order_by(Event.id.desc())
        .limit(HISTORY_LINES)
    ).all()
