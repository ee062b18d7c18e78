"""Copying the database whole while it is in use, and looking whether a file is a whole store.

Copying the file itself is no backup: what was written lately still lies beside it, and a change may be half there."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import mkstemp

from blueprints import clock
from blueprints.disk import database_path, space_on

BESIDE = ("-wal", "-shm", "-journal")
"""How the names end of what SQLite lays beside a database, and reads into whatever has its name next."""
LONG_DEAD = timedelta(days=1)
"""Who has written nothing to a copy for so long is not at it any more."""
APPLICATION_TABLES = {"alembic_version", "store", "orders", "emails", "users"}


class NotInAFile(Exception):
    """The database is a server's, which has backups of its own."""


class NotWhole(Exception):
    """What was read is no whole database of a store. `finding`: what SQLite said of it."""

    def __init__(self, finding: str) -> None:
        super().__init__(finding)
        self.finding = finding


class StillOpen(Exception):
    """Somebody has the database open: the server is to be stopped first."""


def database_file() -> Path:
    """Raises NotInAFile."""
    path = database_path()
    if path is None:
        raise NotInAFile
    return path


def copy_whole(source: Path, target: Path) -> None:
    """`target` comes into being all at once, readable by its owner alone, and replaces what was there. Raises NotWhole,
    and OSError or sqlite3.Error when it can't be written."""
    with checked_copy(source, target) as fresh:
        fresh.replace(target)
        settle(target.parent)


@contextmanager
def checked_copy(
    source: Path, target: Path, *, change: Callable[[sqlite3.Connection], None] | None = None
) -> Iterator[Path]:
    """Beside `target`, to be given its name: whole, and on the disk. It is gone in the end if it was not. `change` is
    done to it before anybody sees it. Raises as copy_whole."""
    sweep(target.parent)
    if space_on(target.parent).free < source.stat().st_size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target.parent))
    descriptor, name = mkstemp(dir=target.parent, prefix=".suki-", suffix=".part")
    os.close(descriptor)
    fresh = Path(name)
    try:
        _copy(source, fresh, change)
        refuse_unless_whole(fresh)
        settle(fresh)
        yield fresh
    finally:
        for left in (fresh, *(fresh.with_name(f"{fresh.name}{end}") for end in BESIDE)):
            left.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """What somebody left there who died in the middle: all customers are in it."""
    for left in folder.glob(".suki*.part*"):
        with suppress(OSError):  # it is gone already, or another user's
            if clock.now().timestamp() - left.stat().st_mtime > LONG_DEAD.total_seconds():
                left.unlink()


def _copy(source: Path, fresh: Path, change: Callable[[sqlite3.Connection], None] | None) -> None:
    with closing(_reader(source)) as there, closing(sqlite3.connect(fresh, isolation_level=None)) as here:
        try:
            there.backup(here)
            here.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        except sqlite3.DatabaseError as error:
            raise _finding(error) from error
        if change is not None:
            here.execute("BEGIN IMMEDIATE")
            change(here)
            here.execute("COMMIT")


def refuse_unless_whole(path: Path) -> str:
    """Which schema it has. Reads every page of it. Raises NotWhole."""
    try:
        with closing(_reader(path)) as connection:
            [finding] = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if finding != "ok":
                raise NotWhole(str(finding))
            if connection.execute("PRAGMA foreign_key_check").fetchone():
                raise NotWhole("a row points to one that is not there")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables >= APPLICATION_TABLES:
                raise NotWhole("it is not a store of Suki")
            [revision] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(revision)
    except sqlite3.DatabaseError as error:
        raise _finding(error) from error


def refuse_while_open(there: Path) -> None:
    """SQLite leaves write-ahead mode only when nobody else has the file open; that also brings in what lies beside it,
    so whoever is done sets the mode again. Raises StillOpen."""
    try:
        with closing(sqlite3.connect(there, timeout=1.5)) as connection:
            [mode] = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise StillOpen from error
    except sqlite3.DatabaseError:
        return  # broken: nobody serves it for long
    if mode != "delete":
        raise StillOpen


def _finding(error: sqlite3.DatabaseError) -> Exception:
    """A disk that is full says nothing against the file that was read."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return NotWhole(str(error))
    return error


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def settle(path: Path) -> None:
    """What was written, or the names in a folder, are on the disk and not only on their way there."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
