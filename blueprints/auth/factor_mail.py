"""The mail that tells somebody of a change to their second factor: if it was not them, they learn of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from blueprints import outbox
from blueprints.auth.second_factors import FactorChange
from blueprints.outbox import Message
from models import User

KIND = "second_factor_changed"


def write(change: FactorChange, *, name: str) -> Message:
    return outbox.render(KIND, change=change, name=name)


def queue(session: Session, message: Message, user: User, *, now: datetime) -> None:
    reason = outbox.why_nothing_leaves()
    outbox.queue(session, kind=KIND, message=message, recipient=user.email, at=now, not_sent=reason)
