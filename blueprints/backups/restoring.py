"""Putting a backup in the place of the store: looked at first, what was there is kept, and no old mail leaves unasked.

A backup is the store of another day. What it had begun then and was to end by itself, such as mail that waited, an
open access window or a signed-in browser, is ended in the copy before it becomes the store."""

import sqlite3
from datetime import UTC
from pathlib import Path

from flask_babel import force_locale
from flask_babel import gettext as _

from blueprints import clock, schema
from blueprints.backups.copying import NotWhole, copy_whole, database_file, refuse_unless_whole, refuse_while_open
from blueprints.backups.keeping import Backup, BackupKind, make
from models import db


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
        before = _set_aside(there, keep) if there.exists() else None
        copy_whole(path, there, change=_end_what_was_under_way)
    finally:
        schema.write_ahead()
    return before


def _set_aside(there: Path, keep: int) -> Path:
    refuse_while_open(there)
    try:
        kept: Backup = make(BackupKind.BEFORE_RESTORE, keep=keep)
        return kept.path
    except NotWhole:
        # It is broken, which may be why a backup is wanted: it is kept as it is, with all that lies beside it.
        broken = there.with_name(f"broken-{clock.now():%Y%m%dT%H%M%SZ}.db")
        for end in ("-wal", "-shm", ""):
            beside = there.with_name(there.name + end)
            if beside.exists():
                beside.rename(broken.with_name(broken.name + end))
        return broken


def _end_what_was_under_way(copy: sqlite3.Connection) -> None:
    """In words that every schema since the first understands; what an older one has not is passed over."""
    now = f"{clock.now().astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    [language] = copy.execute("SELECT language FROM store").fetchone() or ["en"]
    with force_locale(language):  # the store's own, which can't be asked in the usual way: it is being put back
        answer = _("Suki was put back from a backup before this left. Send it again if it still holds.")
    copy.execute(
        "UPDATE emails SET state = 'failed', answer = ? WHERE state IN ('held', 'queued', 'sending')", (answer,)
    )
    copy.execute("UPDATE user_sessions SET ended_at = ? WHERE ended_at IS NULL", (now,))
    copy.execute("UPDATE password_resets SET used_at = ? WHERE used_at IS NULL", (now,))
    copy.execute("UPDATE access_windows SET ended_at = ?, \"end\" = 'revoked' WHERE ended_at IS NULL", (now,))
    if _has(copy, "bulk_cancels", "state"):
        _end_bulk_cancels(copy, now)
    if _has(copy, "store", "unpaid_hours"):
        # Who has paid since is not known here, and nobody is to lose an order for it.
        copy.execute("UPDATE store SET unpaid_hours = NULL, unpaid_since = NULL")


def _end_bulk_cancels(copy: sqlite3.Connection, now: str) -> None:
    """What was under way then has been done since, or is to be asked for anew."""
    copy.execute(
        "UPDATE bulk_orders SET outcome = 'refused', refusal = 'failed' WHERE outcome = 'waiting' "
        "AND bulk_id IN (SELECT id FROM bulk_cancels WHERE state = 'running')"
    )
    copy.execute(
        "UPDATE bulk_cancels SET state = 'done', finished_at = ?, claimed_until = NULL WHERE state = 'running'", (now,)
    )


def _has(copy: sqlite3.Connection, table: str, column: str) -> bool:
    return column in {row[1] for row in copy.execute(f"PRAGMA table_info({table})")}
