"""Setting up a second factor: at the first sign-in of whoever needs one, and on one's own account at any time."""

from dataclasses import dataclass

from blueprints import clock
from blueprints.auth import codes, factor_mail, passwords
from blueprints.auth.accounts import end_sessions_of, open_session
from blueprints.auth.halfway import SETTING_UP_LASTS, Halfway, SignInIsOver, whose
from blueprints.auth.proving_password import prove_password, proven_user
from blueprints.auth.second_factors import FactorChange, find_factor, keep_factor, keep_recovery_codes
from blueprints.auth.signing_in import SignedIn
from models import User, db, writing


@dataclass(frozen=True)
class Newcomer:
    user_id: int
    email: str


def who_sets_up(halfway: Halfway) -> Newcomer:
    """Raises SignInIsOver, also when there is a second factor already: then its codes are asked for."""
    session = db.session()
    user = whose(session, halfway, lasts=SETTING_UP_LASTS, now=clock.now())
    if find_factor(session, user.id) is not None:
        raise SignInIsOver
    return Newcomer(user_id=user.id, email=user.email)


def set_up_at_sign_in(
    halfway: Halfway, *, mark: str, recovery_mark: str, code: str, address: str, browser: str
) -> SignedIn:
    """`mark`: of the secret that the page showed. Raises SignInIsOver, WrongCode."""
    user = whose(db.session(), halfway, lasts=SETTING_UP_LASTS, now=clock.now())
    message = factor_mail.write(FactorChange.SET_UP, name=user.name)
    with writing() as session:
        now = clock.now()
        user = whose(session, halfway, lasts=SETTING_UP_LASTS, now=now)
        if find_factor(session, user.id) is not None:
            raise SignInIsOver
        keep_factor(session, user, mark, code, by=user.as_actor(), now=now)
        keep_recovery_codes(session, user, recovery_mark)
        factor_mail.queue(session, message, user, now=now)
        token = open_session(session, user, address=address, browser=browser, now=now)
        return SignedIn(user_id=user.id, token=token)


@passwords.a_place()
def set_up_factor(
    *, user_id: int, password: str, mark: str, recovery_mark: str, code: str, address: str, browser: str
) -> SignedIn:
    """Every other browser is signed out. Raises WrongPassword, WrongCode, TooManyTries, TooManyAtOnce."""
    known_hash = prove_password(user_id, password, address=address)
    user = db.session.get_one(User, user_id)
    message = factor_mail.write(FactorChange.SET_UP, name=user.name)
    with writing() as session:
        now = clock.now()
        user = proven_user(session, user_id, known_hash, address=address)
        keep_factor(session, user, mark, code, by=user.as_actor(), now=now)
        keep_recovery_codes(session, user, recovery_mark)
        factor_mail.queue(session, message, user, now=now)
        end_sessions_of(session, user, now=now)
        token = open_session(session, user, address=address, browser=browser, now=now)
        return SignedIn(user_id=user.id, token=token)


def demo_code(user_id: int, mark: str) -> str:
    """What an app that has this secret shows: for the page of a demo alone."""
    return codes.next_code(codes.secret_of(user_id, mark), after=0, now=clock.now())
