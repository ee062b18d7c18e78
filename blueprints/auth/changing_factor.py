"""Changing a second factor that is there: off, new recovery codes, or away with it when the phone is lost."""

import logging

from sqlalchemy import select

from blueprints import clock
from blueprints.auth import factor_mail, passwords
from blueprints.auth.accounts import end_sessions_of, leave_event
from blueprints.auth.changing_users import OwnAccount
from blueprints.auth.proving_password import prove_password, proven_user
from blueprints.auth.second_factors import FactorChange, find_factor, is_required, keep_recovery_codes, remove_factor
from blueprints.throttling import forget_codes
from models import Actor, User, db, writing

log = logging.getLogger("suki")


class FactorIsRequired(Exception):
    """Support does not sign in without one."""


class NoFactor(Exception):
    """There is none: it was never set up, or is off meanwhile."""


@passwords.a_place()
def turn_off_factor(*, user_id: int, password: str, address: str) -> None:
    """Raises FactorIsRequired, NoFactor, WrongPassword, TooManyTries, TooManyAtOnce."""
    known_hash = prove_password(user_id, password, address=address)
    user = db.session.get_one(User, user_id)
    message = factor_mail.write(FactorChange.OFF, name=user.name)
    with writing() as session:
        now = clock.now()
        user = proven_user(session, user_id, known_hash, address=address)
        if is_required(user.role):
            raise FactorIsRequired
        if not remove_factor(session, user):
            raise NoFactor
        leave_event(session, FactorChange.OFF.value, user, by=user.as_actor(), now=now)
        factor_mail.queue(session, message, user, now=now)


@passwords.a_place()
def renew_recovery_codes(*, user_id: int, password: str, recovery_mark: str, address: str) -> None:
    """Those from before are good no more. Raises NoFactor, WrongPassword, TooManyTries, TooManyAtOnce."""
    known_hash = prove_password(user_id, password, address=address)
    user = db.session.get_one(User, user_id)
    message = factor_mail.write(FactorChange.RECOVERY_CODES_RENEWED, name=user.name)
    with writing() as session:
        now = clock.now()
        user = proven_user(session, user_id, known_hash, address=address)
        if find_factor(session, user.id) is None:
            raise NoFactor
        keep_recovery_codes(session, user, recovery_mark)
        leave_event(session, FactorChange.RECOVERY_CODES_RENEWED.value, user, by=user.as_actor(), now=now)
        factor_mail.queue(session, message, user, now=now)


def reset_factor(user_id: int, *, by: Actor) -> None:
    """For a lost phone; signs them out everywhere. Raises OwnAccount, NoFactor."""
    if user_id == by.user_id:
        raise OwnAccount
    name = db.session.scalars(select(User.name).where(User.id == user_id)).one()
    message = factor_mail.write(FactorChange.RESET, name=name)
    with writing() as session:
        now = clock.now()
        user = session.get_one(User, user_id)
        if not remove_factor(session, user):
            raise NoFactor
        forget_codes(session, email=user.email)
        end_sessions_of(session, user, now=now)
        leave_event(session, FactorChange.RESET.value, user, by=by, now=now)
        factor_mail.queue(session, message, user, now=now)
    log.info("second factor reset user=%s by=%s", user_id, by.user_id)
