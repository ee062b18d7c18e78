"""Taking the texts and addresses out of emails: of old ones behind the pages, if the store wants it so. That they were
written, about what, when, and what became of them, stays."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, literal_column, select, update
from sqlalchemy.orm import Session

from blueprints import background, clock
from models import Email, EmailRetention, change_rows, db, writing
from models.email import HAS_A_TEXT

# So many at once, each with a page or two of text: the lock is held for a moment only.
AT_ONCE = 100


def cleared(at: datetime) -> dict[str, Any]:
    """What of an email's row is then so. Of the mail server's words, which may name the address, their code stays."""
    first, *others = (func.substr(Email.answer, literal_column(place), literal_column("1")) for place in "123")
    is_code = and_(first.between("2", "5"), *(other.between("0", "9") for other in others))
    return {
        "text": "",
        "html": "",
        "recipient": case((Email.recipient.is_(None), None), else_=""),
        "reply_to": None,
        "answer": case((is_code, func.substr(Email.answer, literal_column("1"), literal_column("3"))), else_=""),
        "cleared_at": at,
    }


def clear_old_emails() -> int:
    """How many; the oldest first, in small steps. Nothing is touched that may still leave."""
    days = db.session.scalar(select(EmailRetention.days))
    db.session.rollback()
    many = 0
    while days is not None and not background.is_stopping() and _any_older(days):
        step = _clear_some()
        if not step:
            break
        many += step
    return many


def _any_older(days: int) -> bool:
    """Asked without the lock, so that a store that has none takes it never."""
    old = select(Email.id).where(HAS_A_TEXT, Email.due_at < clock.now() - timedelta(days=days)).limit(1)
    found = db.session.scalar(old) is not None
    db.session.rollback()
    return found


def _clear_some() -> int:
    with writing() as session:
        days = session.scalar(select(EmailRetention.days))
        if days is None:
            return 0  # switched off meanwhile
        at = clock.now()
        old = select(Email.id).where(HAS_A_TEXT, Email.due_at < at - timedelta(days=days)).order_by(Email.due_at)
        return clear(session, list(session.scalars(old.limit(AT_ONCE))), at=at)


def clear(session: Session, email_ids: list[int], *, at: datetime) -> int:
    """In the caller's transaction."""
    return change_rows(session, update(Email).where(Email.id.in_(email_ids), HAS_A_TEXT).values(**cleared(at)))
