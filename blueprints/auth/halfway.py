"""Between password and code nobody is signed in: the browser holds a signed note that the password was right."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from blueprints.tokens import hash_of
from models import User

LASTS = timedelta(minutes=5)
# Whoever sets up an app on a phone has more to do than to read six digits off it.
SETTING_UP_LASTS = timedelta(minutes=15)


class SignInIsOver(Exception):
    """It took too long, or the password or the account is not what it was. It begins anew with the password."""


@dataclass(frozen=True)
class Halfway:
    """Kept in the cookie, which its reader can't change. It tells no one the password, nor its hash."""

    user_id: int
    since: float
    nonce: str
    of_password: str
    has_factor: bool
    """Which page comes next."""


def go_halfway(user: User, *, has_factor: bool, now: datetime) -> Halfway:
    nonce = secrets.token_urlsafe(16)
    return Halfway(user.id, now.timestamp(), nonce, _seal(nonce, user.password_hash), has_factor)


def whose(session: Session, halfway: Halfway, *, lasts: timedelta, now: datetime) -> User:
    """Raises SignInIsOver. A clock that was set back ends it as well."""
    user = session.get(User, halfway.user_id, populate_existing=True)
    is_in_time = 0 <= now.timestamp() - halfway.since <= lasts.total_seconds()
    if user is None or not is_in_time or user.disabled_at is not None:
        raise SignInIsOver
    if not secrets.compare_digest(halfway.of_password, _seal(halfway.nonce, user.password_hash)):
        raise SignInIsOver
    return user


def _seal(nonce: str, password_hash: str) -> str:
    return hash_of(f"{nonce} {password_hash}")
