"""The rows behind an account: sessions, links, lines of history. All of it inside the caller's transaction."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from blueprints.tokens import hash_of, new_token
from blueprints.windows import leave_with_sessions
from models import Actor, Event, PasswordReset, User, UserSession, change_rows


def open_session(session: Session, user: User, *, address: str, browser: str, now: datetime) -> str:
    """The token of a new session; only its browser ever has it."""
    token = new_token()
    session.add(
        UserSession(
            token_hash=hash_of(token),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            address=address[:45],
            browser=browser[:200],
        )
    )
    return token


def end_session(session: Session, token: str, *, now: datetime) -> None:
    _end(session, UserSession.token_hash == hash_of(token), now=now)


def end_sessions_of(session: Session, user: User, *, now: datetime, but: int | None = None) -> int:
    """How many there were. `but`: the one that goes on."""
    return _end(session, UserSession.user_id == user.id, UserSession.id != (but or 0), now=now)


def end_session_by_id(session: Session, user_session_id: int, *, now: datetime) -> int:
    return _end(session, UserSession.id == user_session_id, now=now)


def _end(session: Session, *those: ColumnElement[bool], now: datetime) -> int:
    """Whoever was inside of an access window with one of them leaves it."""
    open_ones = *those, UserSession.ended_at.is_(None)
    leave_with_sessions(session, select(UserSession.id).where(*open_ones), at=now)
    return change_rows(session, update(UserSession).where(*open_ones).values(ended_at=now))


def replace_password(session: Session, user: User, password_hash: str, *, now: datetime) -> None:
    """Whoever got in with the old password, or has a link to set another, is out."""
    user.password_hash = password_hash
    end_sessions_of(session, user, now=now)
    void_links_of(session, user, now=now)


def make_link(session: Session, user: User, secret: str, *, now: datetime, lasts: timedelta) -> None:
    session.add(PasswordReset(token_hash=hash_of(secret), user_id=user.id, created_at=now, expires_at=now + lasts))


def find_link(session: Session, secret: str, *, now: datetime) -> tuple[PasswordReset, User] | None:
    """None when it was used, has lapsed, never was, or belongs to somebody who may not sign in."""
    found = session.execute(
        select(PasswordReset, User)
        .join(User, User.id == PasswordReset.user_id)
        .where(
            PasswordReset.token_hash == hash_of(secret),
            PasswordReset.used_at.is_(None),
            PasswordReset.created_at <= now,
            PasswordReset.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def lapsed_link(session: Session, secret: str, *, now: datetime) -> PasswordReset | None:
    """One whose time is up, and nobody has noted it yet: a clock that is set back would give it more."""
    lapsed = PasswordReset.used_at.is_(None), PasswordReset.expires_at <= now
    return session.scalars(select(PasswordReset).where(PasswordReset.token_hash == hash_of(secret), *lapsed)).first()


def void_links_of(session: Session, user: User, *, now: datetime) -> None:
    unused = PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None)
    session.execute(update(PasswordReset).where(*unused).values(used_at=now))


def leave_event(session: Session, code: str, user: User, *, by: Actor, now: datetime) -> None:
    session.add(Event(code=f"user.{code}", about_id=user.id, user_id=by.user_id, at=now))
