"""Changing who may sign in, and as what. Whoever loses a right is signed out at once."""

import logging

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.auth import passwords
from blueprints.auth.accounts import end_sessions_of, leave_event, replace_password, void_links_of
from blueprints.programs import end_tokens_of
from blueprints.throttling import forget_tries
from models import Actor, BulkCancel, BulkState, ImportState, OrderImport, Role, User, writing

log = logging.getLogger("suki")


class LastOwner(Exception):
    """Without this one, nobody could manage the store."""


class OwnAccount(Exception):
    """What would shut its doer out is for another owner to do."""


class WorkUnderway(Exception):
    """Orders are coming in or being cancelled in the name of somebody who, as support, may do neither."""


def change_user(user_id: int, *, name: str, role: Role, by: Actor) -> None:
    """Raises OwnAccount, LastOwner or WorkUnderway when the role must stay."""
    with writing() as session:
        now = clock.now()
        user = session.get_one(User, user_id)
        if user.name != name:
            user.name = name
            leave_event(session, "renamed", user, by=by, now=now)
        if user.role is not role:
            _refuse_lockout(session, user, by=by)
            if role is Role.SUPPORT:
                _refuse_amid_work(session, user)
            user.role = role
            end_sessions_of(session, user, now=now)
            end_tokens_of(session, user.id, by_id=by.user_id, at=now)
            leave_event(session, f"made_{role.value}", user, by=by, now=now)
    log.info("user changed user=%s role=%s by=%s", user_id, role.value, by.user_id)


def disable_user(user_id: int, *, by: Actor) -> None:
    """Raises OwnAccount, LastOwner."""
    with writing() as session:
        user = session.get_one(User, user_id)
        if user.disabled_at is not None:
            return
        _refuse_lockout(session, user, by=by)
        now = clock.now()
        user.disabled_at = now
        end_sessions_of(session, user, now=now)
        void_links_of(session, user, now=now)
        end_tokens_of(session, user.id, by_id=by.user_id, at=now)
        leave_event(session, "disabled", user, by=by, now=now)
    log.info("user disabled user=%s by=%s", user_id, by.user_id)


def enable_user(user_id: int, *, by: Actor) -> None:
    with writing() as session:
        user = session.get_one(User, user_id)
        if user.disabled_at is None:
            return
        user.disabled_at = None
        leave_event(session, "enabled", user, by=by, now=clock.now())
    log.info("user enabled user=%s by=%s", user_id, by.user_id)


def sign_out_everywhere(user_id: int, *, by: Actor) -> None:
    with writing() as session:
        now = clock.now()
        user = session.get_one(User, user_id)
        end_sessions_of(session, user, now=now)
        leave_event(session, "signed_out", user, by=by, now=now)
    log.info("signed out everywhere user=%s by=%s", user_id, by.user_id)


@passwords.a_place()
def set_password(user_id: int, *, password: str, email: str, by: Actor) -> None:
    """`email` is the user's. Raises OwnAccount, WeakPassword, TooManyAtOnce."""
    if user_id == by.user_id:
        raise OwnAccount
    passwords.refuse_weak(password, email=email)
    password_hash = passwords.hash_password(password)
    with writing() as session:
        now = clock.now()
        user = session.get_one(User, user_id)
        replace_password(session, user, password_hash, now=now)
        forget_tries(session, email=user.email)
        leave_event(session, "password_set", user, by=by, now=now)
    log.info("password set user=%s by=%s", user_id, by.user_id)


def _refuse_lockout(session: Session, user: User, *, by: Actor) -> None:
    if user.id == by.user_id:
        raise OwnAccount
    owners = select(func.count()).select_from(User).where(User.role == Role.OWNER, User.disabled_at.is_(None))
    if user.role is Role.OWNER and user.disabled_at is None and session.scalar(owners) == 1:
        raise LastOwner


def _refuse_amid_work(session: Session, user: User) -> None:
    """What was started goes on behind the pages; under another name the history would not be true."""
    importing = select(OrderImport.id).where(OrderImport.state == ImportState.IMPORTING, OrderImport.user_id == user.id)
    cancelling = select(BulkCancel.id).where(BulkCancel.state == BulkState.RUNNING, BulkCancel.user_id == user.id)
    if session.scalar(union_all(importing, cancelling).limit(1)) is not None:
        raise WorkUnderway
