"""A store on PostgreSQL is locked, read and guarded as one in a file; and its errors name no customer."""

import threading
import traceback

import pytest
from flask_migrate import downgrade
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

import config
from blueprints import schema
from blueprints.access import public
from blueprints.settings.opening import StoreIsOpen, open_store
from models import Base, DatabaseBusy, Language, Order, Store, base, db, postgresql, writing
from models.postgresql import triggers_in_its_words
from models.search import SEARCH_TABLES
from tests.conftest import make_app, open_shop
from tests.demo.conftest import demo, fresh_demo  # noqa: F401 (fixtures)
from tests.shop import Shop
from tests.storing import Outsider, lock_held, only_on_postgres, shop_of

WAIT_MS = 300


@pytest.fixture(autouse=True)
def nobody_waited_before(monkeypatch):
    monkeypatch.setattr(base, "_stuck", threading.Event())


@pytest.mark.parametrize("typed", ["postgres", "postgresql", "postgresql+psycopg"])
def test_its_address_may_be_written_in_any_usual_way(typed):
    assert config.database_address(f"{typed}://suki:p%40ss@db/suki") == "postgresql+psycopg://suki:p%40ss@db/suki"


@pytest.mark.parametrize("typed", ["sqlite:////srv/suki.db", "mysql://db/suki", "suki"])
def test_any_other_address_stays_as_it_is(typed):
    assert config.database_address(typed) == typed


def test_without_its_driver_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(config, "find_spec", lambda _name: None)
    with pytest.raises(SystemExit) as stopped:
        config.database_address("postgresql://db/suki")
    assert "requirements-postgresql.txt" in str(stopped.value)
    assert len(str(stopped.value).splitlines()) == 1
    assert config.database_address("sqlite:////srv/suki.db") == "sqlite:////srv/suki.db"


@only_on_postgres
def test_a_store_of_an_older_suki_is_brought_up_to_date_and_who_can_not_says_how(tmp_path):
    open_shop(tmp_path)
    app = make_app(tmp_path)
    Shop(app).order(number="1001")
    with app.app_context():
        downgrade(directory=str(schema.MIGRATIONS), revision="0009")
        db.engine.dispose()
    run = app.test_cli_runner()
    for command in ("serve", "upgrade"):
        said = run.invoke(args=[command])
        assert said.exit_code == 1
        assert "pg_dump" in said.output
        assert "flask init" in said.output
    said = run.invoke(args=["init"])
    assert said.exit_code == 0, said.output
    with app.app_context():
        assert schema.is_up_to_date()
        assert db.session.scalars(select(Order.number)).all() == ["1001"]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t INSTEAD OF INSERT ON orders BEGIN SELECT RAISE(ABORT, 'no'); END",
        "CREATE TRIGGER t BEFORE INSERT ON orders BEGIN DELETE FROM notes; END",
        "CREATE TRIGGER t BEFORE INSERT ON orders BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TRIGGER t BEFORE UPDATE OF a, b ON orders BEGIN SELECT RAISE(ABORT, 'no'); END",
        "CREATE INDEX t ON orders (number)",
    ],
)
def test_a_trigger_of_a_kind_that_it_has_no_words_for_is_refused(statement):
    with pytest.raises(ValueError, match="no trigger that has words for PostgreSQL"):
        triggers_in_its_words(statement)


@only_on_postgres
def test_each_trigger_of_the_file_is_there_on_the_same_table(app):
    engine = create_engine("sqlite://")
    with engine.connect().execution_options(writes=True) as file, file.begin():
        Base.metadata.create_all(file)
        rows = file.execute(text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"))
        of_file = [tuple(row) for row in rows]
    engine.dispose()
    with Outsider(shop_of(app)) as other:
        there = other.run("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    assert sorted(trigger for trigger in of_file if not trigger[0].startswith(SEARCH_TABLES)) == sorted(there)
    assert len(there) > 20


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("events", "UPDATE events SET code = 'x'"),
        ("events", "DELETE FROM events"),
        ("stock_movements", "UPDATE stock_movements SET quantity = 7"),
        ("stock_movements", "DELETE FROM stock_movements"),
        ("settlements", "UPDATE settlements SET amount = 7"),
        ("settlements", "DELETE FROM settlements"),
        ("refunds", "UPDATE refunds SET settled = 0, settled_at = NULL WHERE settled_at IS NOT NULL"),
        ("cancel_requests", "UPDATE cancel_requests SET reason = 'x'"),
        ("cancel_requests", "DELETE FROM cancel_requests"),
        ("access_windows", "DELETE FROM access_windows"),
        ("access_windows", "UPDATE access_windows SET opened_by_id = opened_by_id + 1"),
    ],
)
def test_what_is_never_changed_is_not_changed_by_another_program_either(demo, table, change):  # noqa: F811 (a fixture)
    rows = f"SELECT * FROM {table} ORDER BY id"
    with Outsider(shop_of(demo)) as other:
        before = other.run(rows)
        assert before
        refusal = "(?i)never|closes once|stay|only settlements"
        with pytest.raises(Exception, match=refusal):
            other.run(change)
        assert other.run(rows) == before


@pytest.mark.sqlite
@pytest.mark.parametrize("table", ["events", "cancel_requests", "access_windows"])
def test_what_is_never_deleted_is_not_replaced_either(demo, table):  # noqa: F811 (a fixture)
    with demo.app_context(), pytest.raises(IntegrityError), writing() as session:
        session.execute(text(f"REPLACE INTO {table} SELECT * FROM {table}"))


@only_on_postgres
def test_an_error_holds_nothing_of_the_row_that_was_refused(app, shop):
    customer = {"customer_name": "Juan Dela Cruz", "customer_email": "juan@example.com"}
    order = shop.order(**customer)
    with pytest.raises(DBAPIError) as taken:
        shop.order(number=order.number, **customer)
    with pytest.raises(DBAPIError) as too_little:
        shop.change(order, total=-1)
    for refused, rule in ((taken, "uq_orders_number"), (too_little, "ck_orders_")):
        said = "".join(traceback.format_exception(refused.value)) + repr(refused.value) + str(refused.value.orig)
        assert rule in said
        assert not [value for value in (*customer.values(), order.number) if value in said]


def test_who_reads_can_not_write(app, shop):
    order = shop.order()
    with app.app_context():
        with pytest.raises(DBAPIError, match=r"(?i)read-?only"):
            db.session.execute(update(Order).values(waybill="X"))
        db.session.rollback()
    assert shop.get(Order, order.id).waybill == ""


def test_who_reads_sees_one_moment(app, shop):
    order = shop.order()
    with app.app_context():
        assert db.session.scalar(select(Order.waybill)) == ""
        with Outsider(shop_of(app)) as other:
            other.run("UPDATE orders SET waybill = 'X'")
        assert db.session.scalar(select(Order.waybill)) == ""
        db.session.rollback()
        assert db.session.scalar(select(Order.waybill)) == "X"
    assert shop.get(Order, order.id).waybill == "X"


def test_who_writes_waits_for_the_lock_and_sees_what_was_saved_meanwhile(app, shop):
    shop.order()
    began, seen = threading.Event(), []

    def write():
        with app.app_context():
            began.set()
            with writing() as session:
                seen.append(session.scalar(select(Order.waybill)))

    writer = threading.Thread(target=write)
    with lock_held(app) as other:
        other.run("UPDATE orders SET waybill = 'X'")
        writer.start()
        assert began.wait(10)
        writer.join(0.3)
        assert writer.is_alive()
    writer.join(10)
    assert seen == ["X"]


@pytest.mark.parametrize("waits", [True, False])
def test_who_waits_in_vain_is_told_that_the_store_is_busy(app, shop, monkeypatch, waits):
    monkeypatch.setattr(base, "BUSY_TIMEOUT_MS", WAIT_MS)
    order = shop.order()
    with lock_held(app), app.app_context(), pytest.raises(DatabaseBusy), writing(waits=waits) as session:
        session.execute(update(Order).values(waybill="X"))
    assert shop.get(Order, order.id).waybill == ""
    shop.change(order, waybill="Y")


@only_on_postgres
def test_who_goes_silent_in_the_middle_of_a_save_loses_the_lock_and_saves_nothing(app, shop, monkeypatch):
    """As a machine does that lost its power: the server hears nothing of it, not even that it is gone."""
    monkeypatch.setattr(postgresql, "LONGEST_PAUSE_MS", WAIT_MS)
    order = shop.order()

    def save_very_slowly():
        with writing() as session:
            session.execute(update(Order).values(waybill="X"))
            with Outsider(shop_of(app)) as other:
                other.run("SET lock_timeout = '30s'")
                other.run("UPDATE orders SET waybill = 'Y'")
            session.scalar(select(Order.waybill))

    with app.app_context(), pytest.raises(DatabaseBusy):
        save_very_slowly()
    assert shop.get(Order, order.id).waybill == "Y"


@only_on_postgres
@pytest.mark.parametrize(("method", "status", "words"), [("GET", 503, "Nothing was changed"), ("POST", 500, "confirm")])
def test_who_only_reads_while_the_server_starts_again_is_not_told_of_a_change(app, olive, method, status, words):
    @public
    def reads():
        mine = db.session.scalar(text("SELECT pg_backend_pid()"))
        with Outsider(shop_of(app)) as other:
            other.run(f"SELECT pg_terminate_backend({mine})")
        return str(db.session.scalar(select(Store.name)))

    app.add_url_rule("/reads", "reads", reads, methods=["GET", "POST"])
    olive.get("/help/")
    page = olive.get("/reads") if method == "GET" else olive.post("/reads")
    assert page.status == status
    assert words in page.text
    assert olive.get("/help/").status == 200


def test_of_two_who_set_a_store_up_at_once_one_writes(tmp_path):
    app = make_app(tmp_path)
    with app.app_context():
        schema.bring_up_to_date()
    both, said = threading.Barrier(2), []

    def set_up():
        with app.app_context():
            both.wait(10)
            try:
                open_store(name="A", currency="PHP", timezone="Asia/Manila", language=Language.ENGLISH)
                said.append("made")
            except (StoreIsOpen, DatabaseBusy):
                said.append("refused")

    people = [threading.Thread(target=set_up) for _ in range(2)]
    [person.start() for person in people]
    [person.join(30) for person in people]
    assert sorted(said) == ["made", "refused"]
    with app.app_context():
        assert db.session.scalars(select(Store.name)).all() == ["A"]
        db.session.remove()
        db.engine.dispose()
