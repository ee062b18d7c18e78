"""A disk that is full: what should be written down is refused, in the words of SQLite and in those of PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from models import db


class _NoSpaceLeft(Exception):
    sqlite_errorcode = sqlite3.SQLITE_FULL
    sqlstate = "53100"


@contextmanager
def disk_full(app: Flask, beginning: str, *, after: int = 0, tries: int | None = None) -> Iterator[None]:
    """For statements that begin so, but not for the first ones; there is room again after so many `tries`."""
    seen = count()

    def refuse(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(beginning) and after <= next(seen) < (after + tries if tries else float("inf")):
            raise OperationalError(statement, {}, _NoSpaceLeft("database or disk is full"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
