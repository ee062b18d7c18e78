"""Putting a backup in the place of the store: looked at first, what was there is kept, and no old mail leaves unasked.

A backup is the store of another day. What it had begun then and was to end by itself, such as mail that waited, an
open access window or a signed-in browser, is ended in the copy before it becomes the store."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import DatabaseError

from blueprints import clock, schema
from blueprints.backups.copying import (
    BESIDE,
    NotWhole,
    checked_copy,
    database_file,
    refuse_unless_whole,
    refuse_while_open,
    settle,
)
from blueprints.backups.keeping_backups import BackupKind, make
from models import db

WAITS = "state IN ('held', 'queued', 'sending')"
# By table, as a backup may be older than some of them; in words that every schema since the first understands.
ENDS = {
    "emails": (f"UPDATE emails SET state = 'failed', answer = :answer WHERE {WAITS}",),  # noqa: S608 (our own words)
    "user_sessions": ("UPDATE user_sessions SET ended_at = :now WHERE ended_at IS NULL",),
    # One that was revoked since would be good again, and nobody here knows which.
    "api_tokens": ("UPDATE api_tokens SET revoked_at = :now WHERE revoked_at IS NULL",),
    # Likewise of those that were switched off or given another secret.
    "webhook_endpoints": ("UPDATE webhook_endpoints SET off_since = :now WHERE off_since IS NULL",),
    "password_resets": ("UPDATE password_resets SET used_at = :now WHERE used_at IS NULL",),
    "access_windows": (
        "UPDATE access_windows SET ended_at = expires_at, \"end\" = 'expired' "
        "WHERE ended_at IS NULL AND expires_at <= :now",
        "UPDATE access_windows SET ended_at = :now, \"end\" = 'revoked' WHERE ended_at IS NULL",
    ),
    "bulk_cancels": (
        "UPDATE bulk_orders SET outcome = 'refused', refusal = 'failed' WHERE outcome = 'waiting' "
        "AND bulk_id IN (SELECT id FROM bulk_cancels WHERE state = 'running')",
        "UPDATE bulk_cancels SET state = 'done', finished_at = :now, claimed_until = NULL WHERE state = 'running'",
    ),
    "order_imports": (
        "UPDATE order_imports SET state = 'discarded', finished_at = :now, claimed_until = NULL "
        "WHERE state NOT IN ('done', 'discarded')",
        "DELETE FROM import_chunks",  # of those that are over none are kept
        "DELETE FROM import_numbers",
    ),
    "link_requests": ("UPDATE link_requests SET number = NULL, email = NULL",),
    "webhook_messages": (f"UPDATE webhook_messages SET state = 'failed', fault = 'ours' WHERE {WAITS}",),  # noqa: S608 (our own words)
}


class NewerBackup(Exception):
    """The backup was made by a newer Suki than this one."""


def restore(path: Path, *, keep: int) -> Path | None:
    """Where the store that was there is kept now; None when there was none. Raises NotWhole, NewerBackup, StillOpen,
    and OSError or sqlite3.Error; in each of these cases the store is what it was."""
    if not schema.is_known(refuse_unless_whole(path)):
        raise NewerBackup
    there = database_file()
    db.engine.dispose()
    try:
        with checked_copy(path, there, change=_end_what_was_under_way) as fresh:
            return _exchange(there, fresh, keep, spare=path)
    finally:
        if there.exists():
            with suppress(sqlite3.DatabaseError, DatabaseError):  # a broken one that stayed is in no mode
                schema.write_ahead()


def _exchange(there: Path, fresh: Path, keep: int, *, spare: Path) -> Path | None:
    """Also where somebody moved the store itself away, what lies beside it goes: it would be read into the new one."""
    before: Path | None = None
    ends: tuple[str, ...] = BESIDE
    if there.exists():
        refuse_while_open(there)
        try:
            before = make(BackupKind.BEFORE_RESTORE, keep=keep, spare=spare).path
        except NotWhole:
            # It is broken, which may be why a backup is wanted: it is kept as it is, with all that lies beside it.
            ends = (*BESIDE, "")
    with _moved_away(there, ends) as aside:
        fresh.replace(there)
    with suppress(OSError):  # it is in its place; a disk that takes no more says so at what is written next
        settle(there.parent)
    return before or (aside if aside.exists() else None)


@contextmanager
def _moved_away(there: Path, ends: Iterable[str]) -> Iterator[Path]:
    """It is back when what was to come in its place does not come."""
    aside, moved = there.with_name(f"broken-{clock.now():%Y%m%dT%H%M%SZ}.db"), []
    try:
        for end in ends:
            beside = there.with_name(there.name + end)
            if beside.exists():
                moved.append((beside.rename(aside.with_name(aside.name + end)), beside))
        yield aside
    except BaseException:
        for kept, beside in moved:
            kept.rename(beside)
        raise


def _end_what_was_under_way(copy: sqlite3.Connection) -> None:
    [language] = copy.execute("SELECT language FROM store").fetchone() or ["en"]
    with force_locale(language):  # the store's own, which can't be asked in the usual way: it is being put back
        answer = _("Suki was put back from a backup before this left. Send it again if it still holds.")
    facts = {"now": f"{clock.now().astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}", "answer": answer}
    there = {table for (table,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    copy.execute("PRAGMA secure_delete=ON")  # as on every connection: what is taken out is overwritten
    for table, statements in ENDS.items():
        for statement in statements if table in there else ():
            copy.execute(statement, facts)
    if "unpaid_hours" in {row[1] for row in copy.execute("PRAGMA table_info(store)")}:
        # Who has paid since is not known here, and nobody is to lose an order for it.
        copy.execute("UPDATE store SET unpaid_hours = NULL, unpaid_since = NULL")
