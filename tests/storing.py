"""Where the shops of tests lie: in a file of SQLite's each, or each in a database of the PostgreSQL server that
`make test-postgres` started. A shop goes by the path of its file, whether there is one or not."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

SERVER = os.environ.get("SUKI_TEST_POSTGRES", "")
"""The address of the server, with nothing after the last slash; empty on SQLite."""
ON_POSTGRES = bool(SERVER)
only_on_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="NOT RUN: needs a server, which make test-postgres makes")
_made: set[str] = set()


def _name(path: Path) -> str:
    return "shop_" + hashlib.sha256(str(path.absolute()).encode()).hexdigest()[:24]


def _run(*statements: str) -> None:
    import psycopg

    with psycopg.connect(_plain(f"{SERVER}/postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def address(path: Path) -> str:
    """As FLASK_SQLALCHEMY_DATABASE_URI has it. On PostgreSQL there is a database then, empty if there was none."""
    if not ON_POSTGRES:
        return f"sqlite:///{path}"
    if _name(path) not in _made:
        _run(f"DROP DATABASE IF EXISTS {_name(path)} WITH (FORCE)", f"CREATE DATABASE {_name(path)}")
        _made.add(_name(path))
    return f"{SERVER}/{_name(path)}"


def copy_shop(source: Path, target: Path) -> None:
    """Whatever was there before is gone. Nobody may have the one or the other open."""
    if not ON_POSTGRES:
        for ending in ("-wal", "-shm"):
            target.with_name(target.name + ending).unlink(missing_ok=True)
        shutil.copy(source, target)
        return
    _run(
        f"DROP DATABASE IF EXISTS {_name(target)} WITH (FORCE)",
        f"CREATE DATABASE {_name(target)} TEMPLATE {_name(source)} STRATEGY FILE_COPY",
    )
    _made.add(_name(target))


def forget_shops(made_before: set[str]) -> None:
    """All that were made since; a server with thousands of them is slow."""
    for name in _made - made_before:
        _run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        _made.discard(name)


@contextmanager
def shops_for_a_while() -> Iterator[None]:
    before = set(_made)
    yield
    forget_shops(before)


class Outsider:
    """Another program on the same database, which knows nothing of Suki. What it does is there at once, but for what
    comes between `lock` and `let_go`."""

    def __init__(self, path: Path) -> None:
        if ON_POSTGRES:
            import psycopg

            self.line: Any = psycopg.connect(_plain(address(path)), autocommit=True)
        else:
            self.line = sqlite3.connect(path, isolation_level=None, timeout=30)

    def __enter__(self) -> "Outsider":
        return self

    def __exit__(self, *_what: object) -> None:
        self.line.close()

    def run(self, statement: str, *values: object) -> list[Any]:
        """Its rows, if it has any. A value stands in the statement as a question mark."""
        if values and ON_POSTGRES:  # without a value it takes a percent sign for what it is
            statement = statement.replace("?", "%s")
        cursor = self.line.execute(statement, values) if values else self.line.execute(statement)
        return cursor.fetchall() if cursor.description else []

    def lock(self) -> None:
        """As whoever writes has it."""
        self.line.execute("BEGIN" if ON_POSTGRES else "BEGIN IMMEDIATE")
        if ON_POSTGRES:
            self.line.execute("SELECT id FROM store FOR UPDATE")

    def let_go(self, *, keep: bool = True) -> None:
        self.line.execute("COMMIT" if keep else "ROLLBACK")

    def somebody_reads(self) -> bool:
        """And keeps from going what was so when they began."""
        if ON_POSTGRES:
            idle = "state = 'idle in transaction' AND datname = current_database()"
            return bool(self.run(f"SELECT pid FROM pg_stat_activity WHERE {idle}"))
        return self.run("PRAGMA wal_checkpoint(TRUNCATE)") != [(0, 0, 0)]

    def tables(self) -> list[str]:
        """Of Suki; those of the search's indexes are not."""
        if ON_POSTGRES:
            return sorted(name for (name,) in self.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        rows = self.run("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'")
        return sorted(name for (name,) in rows if not name.startswith("sqlite_") and "_search_" not in name)


def content(path: Path) -> bytes:
    """All that somebody finds in a copy of it."""
    if not ON_POSTGRES:
        return b"".join(file.read_bytes() for file in (path, path.with_name(f"{path.name}-wal")) if file.exists())
    with Outsider(path) as other:
        return repr([other.run(f'SELECT * FROM "{table}"') for table in other.tables()]).encode()


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg:", "postgresql:")


def shop_of(app: Flask) -> Path:
    return Path(app.instance_path) / "suki.db"


@contextmanager
def lock_held(app: Flask) -> Iterator[Outsider]:
    """Another process is writing; what it wrote is there once the block is left."""
    with Outsider(shop_of(app)) as other:
        other.lock()
        yield other
        other.let_go()
