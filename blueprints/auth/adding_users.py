"""Adding a user: with a first password, or with a mailed link to choose one."""

import logging
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock, outbox, seals
from blueprints.auth import passwords
from blueprints.auth.accounts import leave_event, make_link
from models import Actor, Role, User, writing

log = logging.getLogger("suki")

KIND = "invitation"
LASTS = timedelta(days=3)


class EmailTaken(Exception):
    def __init__(self, user_id: int) -> None:
        super().__init__(f"user {user_id} has this email")
        self.user_id = user_id


@passwords.a_place()
def add_user(*, email: str, name: str, role: Role, password: str, by: Actor) -> int:
    """`email` as read_email() gives it. Raises EmailTaken, WeakPassword, TooManyAtOnce."""
    passwords.refuse_weak(password, email=email)
    password_hash = passwords.hash_password(password)
    with writing() as session:
        now = clock.now()
        user = _add(session, email, name, role, password_hash, now=now)
        leave_event(session, "added", user, by=by, now=now)
        user_id = user.id
    log.info("user added user=%s role=%s by=%s", user_id, role.value, by.user_id)
    return user_id


@passwords.a_place()
def invite_user(*, email: str, name: str, role: Role, by: Actor) -> int:
    """Nobody knows the password until the link sets one. Raises EmailTaken, TooManyAtOnce."""
    password_hash = passwords.hash_password(secrets.token_urlsafe(32))
    mark = seals.new_link_mark()
    secret = seals.secret_of(mark)
    message = outbox.render(KIND, name=name, by=by.name, role=role, email=email, mark=mark, days=LASTS.days)
    with writing() as session:
        now = clock.now()
        user = _add(session, email, name, role, password_hash, now=now)
        leave_event(session, "invited", user, by=by, now=now)
        make_link(session, user, secret, now=now, lasts=LASTS)
        outbox.queue(session, kind=KIND, message=message, recipient=email, at=now)
        user_id = user.id
    log.info("user invited user=%s role=%s by=%s", user_id, role.value, by.user_id)
    return user_id


def _add(session: Session, email: str, name: str, role: Role, password_hash: str, *, now: datetime) -> User:
    taken_by = session.scalar(select(User.id).where(User.email == email))
    if taken_by is not None:
        raise EmailTaken(taken_by)
    user = User(email=email, name=name, role=role, password_hash=password_hash, created_at=now)
    session.add(user)
    session.flush()
    return user
