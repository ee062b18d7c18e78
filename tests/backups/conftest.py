"""Backups are of a store as `flask init` makes it: with the mark of its schema in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from models import db
from tests.support.conftest import ask_to_cancel  # noqa: F401 (a fixture, to be found here)


@pytest.fixture(scope="session")
def first_day(opened: Path) -> Path:
    return opened


@pytest.fixture
def store(tmp_path):
    return tmp_path / "suki.db"


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "copy.db"


@pytest.fixture
def run(app):
    """A command, as it is typed: what it says, and whether it went well."""

    def type_in(*words):
        with app.app_context():
            db.engine.dispose()
        return app.test_cli_runner().invoke(args=[str(word) for word in words])

    return type_in


def ask(path, sql):
    """Of a database that nothing else may have changed by being asked."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def numbers(path):
    return {number for (number,) in ask(path, "SELECT number FROM orders")}
