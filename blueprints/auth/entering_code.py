"""The second step of signing in: a code from the app, or a recovery code when the phone is lost."""

from dataclasses import dataclass

from blueprints import clock
from blueprints.auth import codes, factor_mail
from blueprints.auth.accounts import open_session
from blueprints.auth.halfway import LASTS, Halfway, SignInIsOver, whose
from blueprints.auth.second_factors import (
    FactorChange,
    WrongCode,
    count_recovery_codes,
    find_factor,
    use_code,
    use_recovery_code,
)
from blueprints.auth.signing_in import SignedIn
from blueprints.shop import current_store
from blueprints.throttling import count_try, forget_codes
from models import AttemptKind, db, writing


@dataclass(frozen=True)
class Waiting:
    """Who has shown a password, and what the page of a demo says the code is."""

    email: str
    demo_code: str


@dataclass(frozen=True)
class Entered:
    signed_in: SignedIn
    recovery_codes_left: int | None
    """None when the code was one of the app."""


def who_waits(halfway: Halfway) -> Waiting:
    """Raises SignInIsOver."""
    session, now = db.session(), clock.now()
    user = whose(session, halfway, lasts=LASTS, now=now)
    factor = find_factor(session, user.id)
    if factor is None:
        raise SignInIsOver
    secret = codes.secret_of(user.id, factor.mark)
    return Waiting(email=user.email, demo_code=codes.next_code(secret, after=factor.last_step, now=now))


def enter_code(halfway: Halfway, *, code: str, address: str, browser: str) -> Entered:
    """Raises SignInIsOver, WrongCode, TooManyTries."""
    user = whose(db.session(), halfway, lasts=LASTS, now=clock.now())
    is_on_paper = len(codes.digits_of(code)) == codes.RECOVERY_DIGITS
    message = factor_mail.write(FactorChange.RECOVERY_CODE_USED, name=user.name) if is_on_paper else None
    ahead = codes.STEPS_AHEAD_IN_DEMO if current_store().is_demo else codes.STEPS_EITHER_WAY
    with writing() as session:
        now = clock.now()
        user = whose(session, halfway, lasts=LASTS, now=now)
        factor = find_factor(session, user.id)
        if factor is None:
            raise SignInIsOver
        count_try(session, AttemptKind.CODE, email=user.email, address=address, now=now)
        if message is None:
            is_good = use_code(factor, code, ahead=ahead, now=now)
        elif is_good := use_recovery_code(session, user, code, now=now):
            factor_mail.queue(session, message, user, now=now)
        if is_good:
            forget_codes(session, email=user.email)
            token = open_session(session, user, address=address, browser=browser, now=now)
            left = count_recovery_codes(session, user.id) if message else None
            return Entered(SignedIn(user_id=user.id, token=token), left)
    raise WrongCode  # out here, so that the try stays counted
