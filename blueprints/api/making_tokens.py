"""Making the tokens that let programs in, and revoking them: at once, and for good."""

import base64
import logging

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from blueprints import clock
from blueprints.seals import worked_out
from blueprints.tokens import hash_of
from models import Actor, ApiToken, Event, db, writing

log = logging.getLogger("suki")
MOST_SHOWN = 100


class NameTaken(Exception):
    """Another token that is still good has this name: history could not tell them apart."""


def token_of(mark: str) -> str:
    """What the mark stands for: 256 bits that only the holder of the store's key can work out. So the token can be
    shown to the browser that made it, and is written down nowhere."""
    return "suki_" + base64.urlsafe_b64encode(worked_out(f"api token {mark}")).rstrip(b"=").decode()


def make_token(*, name: str, may_write: bool, mark: str, by: Actor) -> int:
    """The row's id. Raises NameTaken."""
    token = token_of(mark)
    with writing() as session:
        taken = select(ApiToken.id).where(ApiToken.name == name, ApiToken.revoked_at.is_(None))
        if session.scalar(taken) is not None:
            raise NameTaken
        now = clock.now()
        made = ApiToken(
            name=name,
            token_hash=hash_of(token),
            last_four=token[-4:],
            may_write=may_write,
            created_at=now,
            created_by_id=by.user_id,
        )
        session.add_all((made, Event(code="token.made", at=now, user_id=by.user_id)))
        session.flush()
        token_id = made.id
    log.info("api token made token=%s may_write=%s by=%s", token_id, may_write, by.user_id)
    return token_id


def revoke_token(token_id: int, *, by: Actor) -> None:
    """Once: who did it first stays written down."""
    with writing() as session:
        token = session.get_one(ApiToken, token_id)
        if token.revoked_at is not None:
            return
        now = clock.now()
        token.revoked_at, token.revoked_by_id = now, by.user_id
        session.add(Event(code="token.revoked", at=now, user_id=by.user_id))
    log.info("api token revoked token=%s by=%s", token_id, by.user_id)


def find_tokens() -> list[ApiToken]:
    """Those that are good first, each kind the newest first."""
    found = select(ApiToken).options(joinedload(ApiToken.created_by), joinedload(ApiToken.revoked_by))
    newest = found.order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc()).limit(MOST_SHOWN)
    return list(db.session.scalars(newest))


def find_token(token_id: int) -> ApiToken | None:
    return db.session.get(ApiToken, token_id)
