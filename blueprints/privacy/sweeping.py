"""What the indexes of the search still hold of words that are gone: they note what is taken out, and drop it when they
merge their parts. That is done here, behind the pages and in small steps, after each erasure."""

import sqlite3
import time

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from blueprints import background, clock
from models import Erasure, db, writing
from models.base import on_postgresql
from models.privacy import NOT_SWEPT
from models.search import ORDER_INDEX, TICKET_INDEX

SWEPT = (ORDER_INDEX.name, TICKET_INDEX.name)
# Pages of the index that one step writes under the lock, and how long others then have it for themselves.
PAGES_AT_ONCE = 100
REST_S = 0.05
# FTS5 counts a step that found nothing to do as one change.
NOTHING_DONE = 2


def sweep_up() -> bool:
    """Whether there was anything to sweep. Whoever dies in the middle of it is followed by the next round."""
    last = db.session.scalar(select(Erasure.id).where(NOT_SWEPT).order_by(Erasure.id.desc()).limit(1))
    db.session.rollback()
    if last is None:
        return False
    for index in () if on_postgresql() else SWEPT:  # its own indexes hold nothing once autovacuum was there
        begun = False
        while not background.is_stopping():
            with writing() as session:
                if not _merge(session, index, anew=not begun):
                    break
            begun = True
            time.sleep(REST_S)
    if background.is_stopping():
        return True
    with writing() as session:
        session.execute(update(Erasure).where(NOT_SWEPT, Erasure.id <= last).values(swept_at=clock.now()))
    _empty_log()
    return True


def _merge(session: Session, index: str, *, anew: bool) -> bool:
    """Whether anything was done. A negative number first takes all parts together, positive ones go on with that."""
    before = _changes(session)
    pages = -PAGES_AT_ONCE if anew else PAGES_AT_ONCE
    session.execute(text(f"INSERT INTO {index}({index}, rank) VALUES ('merge', {pages})"))  # noqa: S608 (our own names)
    return _changes(session) - before >= NOTHING_DONE


def _changes(session: Session) -> int:
    return session.scalar(text("SELECT total_changes()")) or 0


def _empty_log() -> None:
    """The write-ahead log holds pages as they were. It begins anew, unless somebody is reading it at this moment: then
    the next writers write over it."""
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if isinstance(raw, sqlite3.Connection):
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
