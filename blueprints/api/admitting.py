"""Letting a program in by its token: wrong ones are counted by address, and good ones never wait for them."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from blueprints import clock
from blueprints.throttling import count_try
from blueprints.tokens import hash_of
from models import Actor, ApiToken, AttemptKind, DatabaseBusy, Role, db, writing
from models.base import DiskFailed

SHAPE = re.compile(r"suki_[A-Za-z0-9_-]{43}")
# "Last used" is noted this often at most, so that reading does not become writing.
USED_EVERY = timedelta(minutes=2)


class TokenWrong(Exception):
    """Nobody's, or not any more."""


@dataclass(frozen=True)
class Program:
    """Who asks, as plain values that outlive the transaction they were read in."""

    token_id: int
    signature: str
    may_write: bool
    maker_id: int

    def as_actor(self) -> Actor:
        return Actor(user_id=self.maker_id, name=self.signature, role=Role.OWNER, token_id=self.token_id)


def admit(token: str, *, address: str) -> Program:
    """Raises TokenWrong, TooManyTries. What has not even the shape of a token is no try: it could let nobody in."""
    if not SHAPE.fullmatch(token):
        raise TokenWrong
    found = _token(db.session(), ApiToken.token_hash == hash_of(token))
    if found is None:
        with writing() as session:
            count_try(session, AttemptKind.TOKEN, email="", address=address, now=clock.now())
        raise TokenWrong
    if not found.is_good:
        raise TokenWrong
    program = Program(found.id, found.signature, found.may_write, found.created_by_id)
    now = clock.now()
    if found.last_used_at is None or now - found.last_used_at > USED_EVERY:
        _note(program.token_id, last_used_at=now)
    return program


def refuse_ended(session: Session, program: Program) -> None:
    """Asked again under the lock: a token that was revoked while its request waited changes nothing. Raises
    TokenWrong."""
    found = _token(session, ApiToken.id == program.token_id)
    if found is None or not (found.is_good and found.may_write):
        raise TokenWrong


def _token(session: Session, which: Any) -> ApiToken | None:
    found = select(ApiToken).where(which).options(joinedload(ApiToken.created_by))
    return session.scalars(found, execution_options={"populate_existing": True}).one_or_none()


def _note(token_id: int, **change: object) -> None:
    """Worth neither a wait nor a failure: when it can't be written, the next request tries."""
    try:
        with writing(waits=False) as session:
            session.execute(update(ApiToken).where(ApiToken.id == token_id).values(**change))
    except (DatabaseBusy, DiskFailed):
        db.session.rollback()
