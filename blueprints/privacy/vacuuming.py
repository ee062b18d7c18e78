"""Writing the database file anew: what a Suki of earlier days left in its unused parts goes."""

import sqlite3

from models import db


def write_anew() -> tuple[int, int]:
    """How many bytes it had, and has. Raises sqlite3.Error, as while somebody else is writing."""
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if not isinstance(raw, sqlite3.Connection):
            raise sqlite3.NotSupportedError("this database is none of SQLite's")
        raw.execute("PRAGMA query_only=0")
        before = _size(raw)
        raw.execute("VACUUM")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        return before, _size(raw)


def _size(raw: sqlite3.Connection) -> int:
    (size,) = raw.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
    return int(size)
