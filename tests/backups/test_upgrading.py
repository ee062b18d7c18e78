"""An upgrade keeps the store as it was, ends in the old schema or the new, and touches no database of a newer Suki."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from flask_migrate import downgrade

from blueprints import schema
from models import db
from tests.backups.conftest import ask, numbers

ROOT = Path(__file__).parent.parent.parent
REVISIONS = sorted(path.name[:4] for path in (ROOT / "migrations/versions").glob("[0-9]*.py"))
DYING = """
import os, signal, sqlite3, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine

left = [int(sys.argv.pop(1))]

@event.listens_for(Engine, "before_cursor_execute")
def dies(connection, cursor, statement, *_):
    if statement.split()[0].upper() in ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE"):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

from flask.cli import main
sys.argv = ["flask", "upgrade"]
main()
"""


@pytest.fixture
def store(app, shop, tmp_path):
    """As the first Suki left it."""
    shop.order(number="1001")
    go_back(app, REVISIONS[0])
    return tmp_path / "suki.db"


def go_back(app, revision):
    with app.app_context():
        downgrade(directory=str(schema.MIGRATIONS), revision=revision)
        db.engine.dispose()


def revision_of(path):
    return ask(path, "SELECT version_num FROM alembic_version")[0][0]


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_from_each_schema_that_there_was_the_rows_come_along(app, shop, run, tmp_path, revision):
    shop.order(number="1001")
    go_back(app, revision)
    said = run("upgrade")
    assert said.exit_code == 0, said.output
    assert (revision_of(tmp_path / "suki.db"), numbers(tmp_path / "suki.db")) == (REVISIONS[-1], {"1001"})
    [kept] = (tmp_path / "backups").glob("*.db")
    assert (revision_of(kept), numbers(kept)) == (revision, {"1001"})
    assert str(kept) in said.output


def test_a_second_time_nothing_is_done(run, store, tmp_path):
    run("upgrade")
    said = run("upgrade")
    assert (said.exit_code, said.output) == (0, "The database was up to date already.\n")
    assert len(list((tmp_path / "backups").glob("*.db"))) == 1


def test_init_keeps_the_store_as_it_was_too(run, store, tmp_path):
    assert run("init").exit_code == 0
    assert revision_of(store) == REVISIONS[-1]
    assert len(list((tmp_path / "backups").glob("*.db"))) == 1


@pytest.mark.parametrize("command", ["upgrade", "init", "serve"])
def test_an_older_suki_leaves_a_newer_store_alone(run, store, command):
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = store.read_bytes()
    said = run(command)
    assert said.exit_code == 1
    assert len(said.output.strip().splitlines()) == 1
    assert store.read_bytes() == before


def test_while_suki_runs_nothing_is_changed(run, store):
    with closing(sqlite3.connect(store)) as somebody:
        somebody.execute("SELECT count(*) FROM orders").fetchall()
        said = run("upgrade")
    assert (said.exit_code, "stop it first" in said.output) == (1, True)
    assert revision_of(store) == REVISIONS[0]
    assert ask(store, "PRAGMA journal_mode") == [("wal",)]


@pytest.mark.slow
def test_killed_at_any_statement_it_ends_old_or_new(store, tmp_path):
    """At every so many statements of all migrations; the next upgrade goes through."""
    environment = {"FLASK_SKIP_DOTENV": "1", "PATH": ""}
    at, ends = 1, []
    while True:
        folder = tmp_path / f"at-{at}"
        folder.mkdir(mode=0o700)
        shutil.copy(store, folder / "suki.db")
        env = {**environment, "FLASK_INSTANCE_PATH": str(folder)}
        died = subprocess.run(
            [sys.executable, "-c", DYING, str(at)], cwd=ROOT, env=env, capture_output=True, check=False
        )
        ends.append(revision_of(folder / "suki.db"))
        assert ends[-1] in (REVISIONS[0], REVISIONS[-1])
        assert numbers(folder / "suki.db") == {"1001"}
        if died.returncode != -signal.SIGKILL:
            break
        at += 25
    assert (died.returncode, ends[-1]) == (0, REVISIONS[-1]), died.stderr
    assert len(ends) > 3
