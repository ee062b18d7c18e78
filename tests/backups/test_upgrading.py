"""An upgrade keeps the store as it was, and touches no database of a newer Suki; killed ones: gates/test_backups.py."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask_migrate import downgrade

from blueprints import schema
from models import db
from tests.backups.conftest import ask, numbers

pytestmark = pytest.mark.sqlite
ROOT = Path(__file__).parent.parent.parent
REVISIONS = sorted(path.name[:4] for path in (ROOT / "migrations/versions").glob("[0-9]*.py"))


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
