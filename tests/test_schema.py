"""The database that migrations build is the one that the models describe, to the letter."""

import re
import sqlite3

import pytest
from flask_migrate import downgrade

from blueprints import schema
from blueprints.demo.making import make_demo
from blueprints.orders.cancelling import cancel_order
from blueprints.orders.cancelling_part import cancel_part
from blueprints.orders.recording_cancel import CancelWish
from blueprints.orders.telling import customer_email
from blueprints.orders.withdrawing import reinstate_order, undo_cancel
from models import SYSTEM, Cancellation, Order, db
from tests.conftest import make_app


@pytest.fixture
def migrated(tmp_path):
    app = make_app(tmp_path)
    with app.app_context():
        schema.bring_up_to_date()
        yield app
        db.engine.dispose()


def shape(path) -> dict[str, str]:
    """Every table, index and trigger by name, without the spaces that differ."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {
        name: _sorted_columns(_keys_apart(re.sub(r"\s+", " ", sql).replace('"', "")))
        for name, sql in rows
        if name != "alembic_version"
    }


def _keys_apart(sql: str) -> str:
    """A column that was added later has its foreign key beside it: SQLite adds none to a table that is there."""
    return re.sub(r"(\w+)( \w+) CONSTRAINT (\w+) REFERENCES", r"\1\2, CONSTRAINT \3 FOREIGN KEY(\1) REFERENCES", sql)


def _sorted_columns(sql: str) -> str:
    """Constraints may stand in another order; nothing else may differ."""
    head, separator, body = sql.partition("(")
    return head.strip() + separator + ",".join(sorted(part.strip(" )") for part in body.split(",")))


@pytest.mark.sqlite
def test_migrations_build_what_the_models_describe(migrated, first_day):
    assert shape(f"{migrated.instance_path}/suki.db") == shape(first_day)


def test_a_second_upgrade_changes_nothing(migrated):
    schema.bring_up_to_date()
    assert schema.is_up_to_date()


@pytest.mark.sqlite
def test_the_first_migration_goes_down_again(migrated):
    downgrade(directory=str(schema.MIGRATIONS), revision="base")
    assert set(shape(f"{migrated.instance_path}/suki.db")) == set()


@pytest.mark.sqlite
def test_a_shop_of_an_older_schema_keeps_its_rows(migrated):
    make_demo(password_hash="none", write_email=customer_email)
    take_back_some()
    before = counts(migrated)
    assert before["emails"] > 50
    assert before["settlements"] > 0
    downgrade(directory=str(schema.MIGRATIONS), revision="0001")
    older = counts(migrated)
    assert {table: rows for table, rows in before.items() if table in older} == older
    schema.bring_up_to_date()
    again = counts(migrated)
    assert {table: rows for table, rows in again.items() if table in older} == older


def take_back_some() -> None:
    """What the older schema has no words for: a part, an undone cancel, and one that was reinstated."""
    part, undone, again = (order.id for order in db.session.query(Order).filter_by(status="pending").limit(3))
    items = {item.id: 1 for item in db.session.get_one(Order, part).items[:1]}
    cancel_part(part, version=1, pieces=items, wish=CancelWish(), by=SYSTEM)
    for order_id in (undone, again):
        cancel_order(order_id, version=1, wish=CancelWish(), by=SYSTEM)
    last = db.session.query(Cancellation).order_by(Cancellation.id.desc()).first().id
    undo_cancel(undone, last - 1, by=SYSTEM)
    reinstate_order(again, last, version=2, note="", notify=True, by=SYSTEM)


def counts(app) -> dict[str, int]:
    with sqlite3.connect(f"{app.instance_path}/suki.db") as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%search%'")
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for (name,) in tables.fetchall()}


def test_a_newer_database_is_left_alone(migrated):
    with db.engine.connect().execution_options(writes=True) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(schema.NewerSchema):
        schema.bring_up_to_date()


@pytest.mark.sqlite
def test_the_database_writes_ahead_so_that_readers_never_wait(migrated):
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
