"""The rows behind a second factor. All of it inside the caller's transaction."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from blueprints.auth import codes
from blueprints.auth.accounts import leave_event
from models import Actor, RecoveryCode, Role, SecondFactor, User


class FactorChange(StrEnum):
    """What happens to a second factor: the code of the event, and what the mail to its user says."""

    SET_UP = "second_factor_set_up"
    OFF = "second_factor_off"
    RESET = "second_factor_reset"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"


class WrongCode(Exception):
    """Not this account's, not of now, or used before: the answer is the same."""


def is_required(role: Role) -> bool:
    """Support comes from outside of the shop, so a password alone lets nobody of it in."""
    return role is Role.SUPPORT


def find_factor(session: Session, user_id: int) -> SecondFactor | None:
    return session.get(SecondFactor, user_id, populate_existing=True)


def keep_factor(session: Session, user: User, mark: str, code: str, *, by: Actor, now: datetime) -> None:
    """In place of one that was there. The code shows that the app has the secret. Raises WrongCode."""
    secret = codes.secret_of(user.id, mark)
    step = codes.step_of(codes.digits_of(code), secret, after=0, now=now)
    if step is None:
        raise WrongCode
    remove_factor(session, user)
    session.add(SecondFactor(user_id=user.id, mark=mark, confirmed_at=now, last_step=step))
    leave_event(session, FactorChange.SET_UP.value, user, by=by, now=now)


def keep_recovery_codes(session: Session, user: User, mark: str) -> None:
    """In place of those that were there."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    session.add_all(
        RecoveryCode(user_id=user.id, code_hash=codes.recovery_hash(user.id, code))
        for code in codes.recovery_codes_of(user.id, mark)
    )


def remove_factor(session: Session, user: User) -> bool:
    """Whether there was one."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    found = find_factor(session, user.id)
    if found is not None:
        session.delete(found)
        session.flush()
    return found is not None


def use_code(factor: SecondFactor, code: str, *, ahead: int, now: datetime) -> bool:
    """Whether it is good, as one of now or of at most so many half minutes ahead; then it is good no more."""
    secret = codes.secret_of(factor.user_id, factor.mark)
    step = codes.step_of(codes.digits_of(code), secret, after=factor.last_step, now=now, ahead=ahead)
    if step is None:
        return False
    factor.last_step = step
    return True


def use_recovery_code(session: Session, user: User, code: str, *, now: datetime) -> bool:
    """Whether it is good; then it is good no more."""
    unused = (
        RecoveryCode.user_id == user.id,
        RecoveryCode.code_hash == codes.recovery_hash(user.id, codes.digits_of(code)),
        RecoveryCode.used_at.is_(None),
    )
    found = session.scalar(select(RecoveryCode.id).where(*unused))
    if found is None:
        return False
    session.execute(update(RecoveryCode).where(RecoveryCode.id == found).values(used_at=now))
    leave_event(session, FactorChange.RECOVERY_CODE_USED.value, user, by=user.as_actor(), now=now)
    return True


def count_recovery_codes(session: Session, user_id: int) -> int:
    """Those that are good still."""
    unused = RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0
