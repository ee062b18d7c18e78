"""Signing in: guesses are counted, and nobody learns from an answer whether an account exists. With a second factor
the password leads halfway, and entering_code.py the rest."""

from dataclasses import dataclass

from sqlalchemy import select

from blueprints import clock
from blueprints.auth import passwords
from blueprints.auth.accounts import end_session, open_session
from blueprints.auth.halfway import Halfway, go_halfway
from blueprints.auth.passwords import WrongPassword
from blueprints.auth.second_factors import find_factor, is_required
from blueprints.throttling import count_try, forget_tries
from models import AttemptKind, User, db, writing

# When two people sign in to one account at once, the first may have kept the password better meanwhile.
LOOKS = 3


@dataclass(frozen=True)
class SignedIn:
    user_id: int
    token: str


@passwords.a_place()
def sign_in(
    *, email: str, password: str, address: str, browser: str, instead_of: str | None = None
) -> SignedIn | Halfway:
    """`instead_of`: the session that this browser had until now. Raises WrongPassword, TooManyTries, TooManyAtOnce."""
    email = email.lower()
    with writing() as session:
        count_try(session, AttemptKind.PASSWORD, email=email, address=address, now=clock.now())
    for _ in range(LOOKS):
        known_hash = _hash_that_fits(email, password)
        better_hash = passwords.hash_password(password) if passwords.is_outdated(known_hash) else known_hash
        with writing() as session:
            now = clock.now()
            user = session.scalars(select(User).where(User.email == email, User.disabled_at.is_(None))).one_or_none()
            if user is None or user.password_hash != known_hash:
                continue
            user.password_hash = better_hash
            forget_tries(session, email=email, address=address)
            if instead_of is not None:
                end_session(session, instead_of, now=now)
            has_factor = find_factor(session, user.id) is not None
            if has_factor or is_required(user.role):
                return go_halfway(user, has_factor=has_factor, now=now)
            token = open_session(session, user, address=address, browser=browser, now=now)
            return SignedIn(user_id=user.id, token=token)
    raise WrongPassword


def _hash_that_fits(email: str, password: str) -> str:
    known_hash = db.session.scalar(select(User.password_hash).where(User.email == email, User.disabled_at.is_(None)))
    if not passwords.is_right(password, known_hash) or known_hash is None:
        raise WrongPassword
    return known_hash
