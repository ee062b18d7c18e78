"""Saying how long emails are kept with their texts and addresses."""

from sqlalchemy import select

from blueprints import clock
from models import Actor, EmailRetention, Event, db, writing


def keep_emails(days: int | None, *, by: Actor) -> None:
    """None: for ever. What was cleared before is not to be had again."""
    with writing() as session:
        kept = session.get(EmailRetention, 1)
        if (kept.days if kept else None) == days:
            return
        if days is None:
            session.delete(kept)
        elif kept is None:
            session.add(EmailRetention(id=1, days=days))
        else:
            kept.days = days
        session.add(Event(code="settings.changed.privacy", at=clock.now(), user_id=by.user_id))


def days_kept() -> int | None:
    return db.session.scalar(select(EmailRetention.days))
