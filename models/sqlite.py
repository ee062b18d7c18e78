"""What SQLite says in words of its own: how a connection is set up, how a transaction begins, what its errors mean."""

import sqlite3

from sqlalchemy.exc import OperationalError

# The lowest byte of an error's code is its kind, the others say where it happened.
_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def set_up(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in (
        "foreign_keys=ON",
        "synchronous=FULL",
        "secure_delete=ON",  # what is taken out of the file is overwritten there
        "recursive_triggers=ON",  # so that what may not be deleted may not be replaced, either
    ):
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: sqlite3.Connection, *, writes: bool, wait_ms: int) -> None:
    """Who writes has the lock from the first moment; who reads can't write at all. Raises sqlite3.OperationalError."""
    connection.execute(f"PRAGMA busy_timeout={wait_ms}")
    reads = 0 if writes else 1
    if connection.execute("PRAGMA query_only").fetchone() != (reads,):
        # Only when it changes: to set it throws away all that SQLite had prepared, which took longer than to read.
        connection.execute(f"PRAGMA query_only={reads}")
    connection.execute(f"BEGIN {'IMMEDIATE' if writes else 'DEFERRED'}")


def is_busy(error: Exception) -> bool:
    return "database is locked" in str(error)


def is_of_the_disk(error: Exception) -> bool:
    cause = error.orig if isinstance(error, OperationalError) else error
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _DISK
