"""`flask copy-to`: a store moves to PostgreSQL whole, and can be worked in there; or nothing of it is there."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask_migrate import downgrade
from sqlalchemy import func, select

from blueprints import schema
from blueprints.backups import copying_to_postgresql
from models import Base, Cancellation, Order, OrderStatus, db, writing
from tests.conftest import make_app
from tests.demo.conftest import close, fill
from tests.orders.deciding import cancel
from tests.people import PASSWORD, Visitor
from tests.shop import Shop
from tests.storing import Outsider, address, only_on_postgres, shop_of

ROOT = Path(__file__).parents[2]
NOBODY_THERE = "postgresql://suki:secret@127.0.0.1:1/suki"
TABLES = Base.metadata.sorted_tables


def on_file(folder):
    return make_app(folder, MAIL_SERVER=None, SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'suki.db'}")


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory):
    """In a file, wherever the other tests have their shops."""
    app = on_file(tmp_path_factory.mktemp("demo-in-a-file"))
    fill(app)
    close(app)
    return shop_of(app)


@pytest.fixture
def here(demo_file, tmp_path):
    (tmp_path / "suki.db").write_bytes(demo_file.read_bytes())
    app = on_file(tmp_path)
    yield app
    close(app)


@pytest.fixture
def there(tmp_path):
    """Where it is to go: an empty database, and a Suki that will look into it."""
    app = make_app(tmp_path / "there", MAIL_SERVER=None)
    yield app
    close(app)


@pytest.fixture
def moved(here, there):
    said = copy(here, there)
    assert said.exit_code == 0, said.output
    return there


def copy(app, there):
    target = there if isinstance(there, str) else address(shop_of(there))
    close(app)
    return app.test_cli_runner().invoke(args=["copy-to", target])


def bytes_of(app):
    close(app)
    return shop_of(app).read_bytes()


def rows(app):
    with app.app_context():
        return {
            table.name: sorted(map(repr, (tuple(row) for row in db.session.execute(select(table))))) for table in TABLES
        }


def tables(app):
    with Outsider(shop_of(app)) as other:
        return other.tables()


@only_on_postgres
def test_every_row_of_every_table_is_there_and_the_file_is_as_it_was(here, there):
    before, file = rows(here), bytes_of(here)
    said = copy(here, there)
    assert said.exit_code == 0, said.output
    assert rows(there) == before
    assert sum(map(len, before.values())) > 1000
    assert f"All {sum(map(len, before.values())):,} rows are there, and they are the same." in said.output
    assert bytes_of(here) == file
    with there.app_context():
        assert schema.is_up_to_date()


@only_on_postgres
def test_people_sign_in_there_and_cancel(moved):
    shop, ana = Shop(moved), Visitor(moved)
    assert ana.post("/login", email="ana@example.com", password=PASSWORD).status == 303
    order = shop.first(select(Order).where(Order.status == OrderStatus.PENDING).order_by(Order.id))
    last = max(row.id for row in shop.all(select(Cancellation)))
    assert cancel(ana, order, note="Sold out.").status == 303
    assert shop.get(Order, order.id).status is OrderStatus.CANCELLED
    assert shop.first(select(Cancellation).where(Cancellation.order_id == order.id)).id == last + 1


@only_on_postgres
def test_new_rows_get_numbers_after_those_that_came(moved):
    for table in TABLES:
        if (key := table.autoincrement_column) is None:
            continue
        with moved.app_context(), db.engine.connect().execution_options(writes=True) as connection:
            last = connection.scalar(select(func.max(key))) or 0
            assert (
                connection.scalar(select(func.nextval(func.pg_get_serial_sequence(table.name, key.name)))) == last + 1
            )


@only_on_postgres
def test_its_triggers_refuse_there_too(moved):
    with Outsider(shop_of(moved)) as other, pytest.raises(Exception, match="never changed"):
        other.run("DELETE FROM events")


@only_on_postgres
def test_a_database_that_has_something_in_it_is_left_alone(here, there):
    with Outsider(shop_of(there)) as other:
        other.run("CREATE TABLE theirs (id integer)")
        other.run("INSERT INTO theirs VALUES (7)")
    said = copy(here, there)
    assert (said.exit_code, "is not empty, and was left alone" in said.output) == (1, True)
    assert tables(there) == ["theirs"]


@only_on_postgres
def test_what_arrived_otherwise_is_noticed_and_nothing_stays(here, there, monkeypatch):
    copy_rows = copying_to_postgresql._copy_rows

    def lose_one(table, here, there):
        copy_rows(table, here, there)
        if table.name == "emails":
            there.exec_driver_sql("UPDATE orders SET total = total + 1 WHERE id = 5")

    monkeypatch.setattr(copying_to_postgresql, "_copy_rows", lose_one)
    said = copy(here, there)
    assert (said.exit_code, said.output) == (1, "Nothing was copied: what arrived in orders is not what was sent.\n")
    assert tables(there) == []


@only_on_postgres
def test_what_fails_in_the_middle_leaves_nothing(here, there, monkeypatch):
    copy_rows = copying_to_postgresql._copy_rows

    def end_line(table, *both):
        if table.name == "emails":
            with Outsider(shop_of(there)) as other:
                other.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        copy_rows(table, *both)

    monkeypatch.setattr(copying_to_postgresql, "_copy_rows", end_line)
    said = copy(here, there)
    assert (said.exit_code, "that database can’t be had" in said.output) == (1, True)
    assert len(said.output.splitlines()) == 1
    assert tables(there) == []


@only_on_postgres
def test_a_row_that_it_does_not_take_is_said_without_what_is_in_it(here, there):
    with here.app_context(), writing() as session:
        session.get_one(Order, 5).customer_name = "Maria" * 99
    said = copy(here, there)
    assert (said.exit_code, "orders" in said.output, "too long" in said.output) == (1, True, True)
    assert len(said.output.splitlines()) == 1
    assert "Maria" not in said.output
    assert tables(there) == []


@only_on_postgres
def test_who_is_killed_in_the_middle_leaves_nothing(here, there, tmp_path):
    script = (
        "import os, signal\n"
        "from app import create_app\n"
        "from blueprints.backups import copying_to_postgresql\n"
        "copying_to_postgresql._compared = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"create_app().test_cli_runner().invoke(args=['copy-to', {address(shop_of(there))!r}])\n"
    )
    close(here)
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "FLASK_INSTANCE_PATH": str(tmp_path)},
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL
    assert tables(there) == []
    assert copy(here, there).exit_code == 0


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("sqlite:////tmp/another.db", "to PostgreSQL only"),
        ("mysql://suki@127.0.0.1/suki", "to PostgreSQL only"),
        ("https://db.example.com/suki", "to PostgreSQL only"),
        ("suki", "to PostgreSQL only"),
        (NOBODY_THERE, "that database can’t be had"),
        ("postgresql://suki@127.0.0.1:port/suki", "that database can’t be had"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_in_one_line(here, target, words):
    file = bytes_of(here)
    said = copy(here, target)
    assert said.exit_code == 1
    assert said.output.startswith("Nothing was copied: ")
    assert words in said.output
    assert len(said.output.splitlines()) == 1
    assert "secret" not in said.output
    assert bytes_of(here) == file


def test_a_store_of_an_older_schema_is_brought_up_to_date_first(here):
    with here.app_context():
        downgrade(directory=str(schema.MIGRATIONS), revision="0008")
    said = copy(here, NOBODY_THERE)
    assert (said.exit_code, said.output) == (
        1,
        "Nothing was copied: the store here is not up to date; run: flask upgrade.\n",
    )


@only_on_postgres
def test_a_store_that_is_on_a_server_already_is_not_copied(app):
    said = copy(app, NOBODY_THERE)
    assert (said.exit_code, "the database is not a file" in said.output) == (1, True)
