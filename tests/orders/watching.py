"""Counts what a page asks of the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from models import db


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that were run meanwhile; PRAGMA and BEGIN are not among them."""
    seen: list[str] = []
    with _heard(app, lambda statement, _values: seen.append(statement)):
        yield seen


@contextmanager
def statements_with_values(app: Flask) -> Iterator[dict[str, Any]]:
    """Likewise, each once, with the values of the last time."""
    seen: dict[str, Any] = {}
    with _heard(app, seen.__setitem__):
        yield seen


@contextmanager
def _heard(app: Flask, hear: Callable[[str, Any], None]) -> Iterator[None]:
    def note(_connection, _cursor, statement, values, *_rest):
        hear(statement, values)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)
