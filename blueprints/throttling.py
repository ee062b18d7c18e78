"""Slows guessing down: the more wrong tries lately, the longer the wait. Nobody is ever locked out for good."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from blueprints.slowing import LATELY, TooManyTries, network_of, wait_after
from blueprints.tokens import hash_of
from models import AttemptKind, SignInAttempt

# So many tries from one address are free; after them each waits twice as long as the one before.
FREE_TRIES = {AttemptKind.PASSWORD: 10, AttemptKind.RESET: 5, AttemptKind.CODE: 5, AttemptKind.TOKEN: 10}
# From many addresses at once, each gets fewer tries at the account. Its owner, who comes from an address of their
# own with the right password, is not among those who wait.
UNDER_ATTACK = 30
FREE_TRIES_UNDER_ATTACK = 2


def count_try(session: Session, kind: AttemptKind, *, email: str, address: str, now: datetime) -> None:
    """Counts before it is known how the try ends, so that many at once can't slip past. Raises TooManyTries."""
    forget_old_tries(session, now)
    wait = _wait(session, kind, email=email, address=address, now=now)
    if wait > timedelta(0):
        raise TooManyTries(wait)
    session.add(SignInAttempt(kind=kind, email_hash=hash_of(email), address=network_of(address), at=now))


def old_tries(now: datetime) -> Select[int]:
    """They slow nobody down any more."""
    return select(SignInAttempt.id).where(SignInAttempt.at < now - LATELY)


def forget_old_tries(session: Session, now: datetime) -> None:
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(old_tries(now))))


def forget_tries(session: Session, *, email: str, address: str | None = None) -> None:
    """After a password that was right; without an address, after one that was set anew. Those at the code stay: a
    password, even a new one, says nothing of who has the phone."""
    of_account = delete(SignInAttempt).where(
        SignInAttempt.email_hash == hash_of(email), SignInAttempt.kind == AttemptKind.PASSWORD
    )
    if address is not None:
        of_account = of_account.where(SignInAttempt.address == network_of(address))
    session.execute(of_account)


def forget_codes(session: Session, *, email: str) -> None:
    """After a code that was right."""
    of_account = SignInAttempt.email_hash == hash_of(email), SignInAttempt.kind == AttemptKind.CODE
    session.execute(delete(SignInAttempt).where(*of_account))


def tries_at(session: Session, kind: AttemptKind, *, email: str, now: datetime) -> int:
    """How often lately, from anywhere."""
    return _count(session, kind, now, SignInAttempt.email_hash == hash_of(email))[0]


def _wait(session: Session, kind: AttemptKind, *, email: str, address: str, now: datetime) -> timedelta:
    from_here = SignInAttempt.address == network_of(address)
    at_account = SignInAttempt.email_hash == hash_of(email)
    if kind is AttemptKind.CODE:
        # Whoever gets this far has the password: no stranger slows anybody here, so all addresses count as one.
        return wait_after(*_count(session, kind, now, at_account), free=FREE_TRIES[kind], now=now)
    wait = wait_after(*_count(session, kind, now, from_here), free=FREE_TRIES[kind], now=now)
    if tries_at(session, kind, email=email, now=now) >= UNDER_ATTACK:
        here_at_account = _count(session, kind, now, from_here, at_account)
        wait = max(wait, wait_after(*here_at_account, free=FREE_TRIES_UNDER_ATTACK, now=now))
    return wait


def _count(
    session: Session, kind: AttemptKind, now: datetime, *those: ColumnElement[bool]
) -> tuple[int, datetime | None]:
    """How many, and when the last was. What a clock that was set back left in the future counts for nothing."""
    lately = SignInAttempt.at.between(now - LATELY, now)
    number, last = session.execute(
        select(func.count(), func.max(SignInAttempt.at)).where(SignInAttempt.kind == kind, lately, *those)
    ).one()
    return number, last
