"""A backup is put back whole or not at all; what was there is kept, and nothing of another day leaves by itself."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from flask_migrate import downgrade
from sqlalchemy import select

from blueprints import schema
from blueprints.orders.bulk_cancelling import start_bulk, waiting_bulks
from blueprints.orders.cancelling import cancel_order
from blueprints.orders.importing import UNDECIDED, waiting_imports
from blueprints.orders.recording_cancel import CancelWish
from blueprints.support.granting import grant_access
from blueprints.webhooks.switching import switch_off
from models import (
    SYSTEM,
    AccessWindow,
    Actor,
    BulkCancel,
    BulkState,
    EmailState,
    ImportChunk,
    ImportNumber,
    ImportState,
    OrderImport,
    Role,
    UserSession,
    WindowScope,
    db,
)
from tests.api.programs import program_of, revoke
from tests.backups.conftest import ask, numbers
from tests.orders.books import later
from tests.orders.files import SHOPIFY, a_file, send
from tests.orders.many import gather
from tests.people import signed_in
from tests.support.inside import open_window
from tests.webhooks.desk import WebhookDesk

pytestmark = pytest.mark.sqlite
ROOT = Path(__file__).parent.parent.parent


def content(store):
    return ask(store, "SELECT id, number, status FROM orders"), ask(store, "SELECT id, state FROM emails")


def test_the_store_of_the_backup_is_back_and_the_other_is_kept(shop, run, store, copy):
    shop.order(number="1001")
    run("backup", copy)
    shop.order(number="1002")
    said = run("restore", copy, "--yes")
    assert said.exit_code == 0, said.output
    assert numbers(store) == {"1001"}
    [before] = (store.parent / "backups").glob("*.db")
    assert numbers(before) == {"1001", "1002"}
    assert str(before) in said.output
    assert ask(store, "PRAGMA journal_mode") == [("wal",)], "readers wait for nobody, as before"


def test_it_is_asked_first(app, shop, run, store, copy):
    run("backup", copy)
    shop.order(number="1001")
    assert run("restore", copy).exit_code == 1
    assert numbers(store) == {"1001"}


def test_on_an_empty_computer_the_store_comes_to_be(run, shop, store, copy, tmp_path):
    shop.order(number="1001")
    run("backup", copy)
    for path in tmp_path.glob("suki.db*"):
        path.unlink()
    assert run("restore", copy, "--yes").exit_code == 0
    assert numbers(store) == {"1001"}


def test_what_goes_wrong_on_an_empty_computer_leaves_it_empty(run, shop, store, copy, tmp_path, monkeypatch):
    def full(_path):
        raise OSError("No space left on device")

    run("backup", copy)
    for path in tmp_path.glob("suki.db*"):
        path.unlink()
    monkeypatch.setattr("blueprints.backups.copying.settle", full)
    assert run("restore", copy, "--yes").exit_code == 1
    assert not store.exists()


def test_old_mail_waits_to_be_asked_for(app, shop, run, copy):
    order = shop.order()
    with app.app_context():
        cancel_order(order.id, version=1, wish=CancelWish(), by=SYSTEM)
    run("backup", copy)
    run("restore", copy, "--yes")
    [email] = shop.emails(order)
    assert email.state is EmailState.FAILED
    assert "put back from a backup" in email.answer
    sam = signed_in(app, "sam")
    page = sam.get("/orders/?attention=not_told")
    assert order.number in page.text, "it stands where somebody sees it and can send it again"


def test_neither_other_systems_nor_customers_hear_of_that_day(shop, run, store, copy):
    order = shop.order()
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute(
            "INSERT INTO webhook_endpoints (name, url, allow_private, created_at, is_gone, secret_nonce, failures) "
            "VALUES ('', 'https://example.com/', 0, '2026-11-20 00:00:00.000000', 0, 'x', 0)"
        )
        connection.execute(
            "INSERT INTO webhook_messages (endpoint_id, message_id, type, payload, state, created_at, queued_at, "
            "due_at, attempts, attempts_before, answer) SELECT 1, 'msg_1', 'order.cancelled', '{}', 'queued', "
            "created_at, created_at, created_at, 0, 0, '' FROM webhook_endpoints"
        )
        connection.execute(
            "INSERT INTO link_requests (at, address, number, email) VALUES ('2026-11-20 00:00:00.000000', "
            "'127.0.0.1', ?, 'maria@example.com')",
            (order.number,),
        )
    run("backup", copy)
    run("restore", copy, "--yes")
    assert ask(store, "SELECT state FROM webhook_messages") == [("failed",)]
    assert ask(store, "SELECT number FROM link_requests") == [(None,)]


def test_rights_of_that_day_are_over(app, shop, sam, run, copy, ask_to_cancel):
    open_window(sam, ask_to_cancel(shop.booked_order()))
    assert sam.get("/orders/").status == 200
    run("backup", copy)
    run("restore", copy, "--yes")
    assert sam.get("/orders/").location == "/login"
    assert [each.ended_at is not None for each in shop.all(select(UserSession))] == [True, True]
    assert ask(app.instance_path + "/suki.db", 'SELECT count(*), "end" FROM access_windows') == [(1, "revoked")]
    page = signed_in(app, "olive").get("/support/windows/1")
    assert "revoked, as the store was restored from a backup" in page.text


def test_a_window_whose_time_was_over_ended_then(app, shop, run, copy, ask_to_cancel):
    ticket, olive = ask_to_cancel(shop.booked_order()), Actor(user_id=1, name="Olive Owner", role=Role.OWNER)
    with later(days=-30), app.app_context():
        grant_access(ticket, scope=WindowScope.ORDER, hours=1, by=olive)
    run("backup", copy)
    run("restore", copy, "--yes")
    (window,) = shop.all(select(AccessWindow))
    assert (window.end, window.ended_at) == ("expired", window.expires_at)


def test_many_orders_that_were_being_cancelled_are_not_gone_on_with(app, shop, sam, run, copy):
    bulk_id = int(gather(sam, shop.order(), shop.order()).rpartition("/")[2])
    with app.app_context():
        start_bulk(bulk_id, CancelWish(), by=Actor(user_id=2, name="Sam Staff", role=Role.STAFF))
    run("backup", copy)
    run("restore", copy, "--yes")
    assert [bulk.state for bulk in shop.all(select(BulkCancel))] == [BulkState.DONE]
    with app.app_context():
        assert waiting_bulks() == []
    assert {status for _, _, status in content(app.instance_path + "/suki.db")[0]} == {"pending"}


@pytest.mark.parametrize("state", [*UNDECIDED, ImportState.IMPORTING])
def test_a_file_of_orders_that_was_on_its_way_in_is_given_up(app, shop, olive, run, store, copy, state):
    send(olive, a_file(SHOPIFY, {"Name": "#ADOBO-7001"}))
    shop.change(shop.get(OrderImport, 1), state=state)
    run("backup", copy)
    run("restore", copy, "--yes")
    with app.app_context():
        assert waiting_imports() == []
    assert shop.count(ImportChunk) + shop.count(ImportNumber) == 0
    assert b"ADOBO-7001" not in store.read_bytes(), "what is taken out of the file is overwritten there"
    page = signed_in(app, "olive").get("/orders/imports/1")
    assert page.h1 == "This file was not imported"


def test_no_program_comes_in_by_a_token_that_was_revoked_since(app, run, copy):
    program = program_of(app)
    run("backup", copy)
    revoke(app)
    said = run("restore", copy, "--yes")
    assert "new token" in said.output
    assert program.get("/orders").code == "token_wrong"


def test_no_system_hears_from_the_shop_that_was_cut_off_since(app, run, copy):
    desk = WebhookDesk(app)
    books, courier = (desk.add(f"https://{name}.example.com/") for name in ("books", "courier"))
    run("backup", copy)
    with app.app_context():
        switch_off(books.id, by=SYSTEM)
    said = run("restore", copy, "--yes")
    assert "Webhooks are off" in said.output
    assert [desk.endpoint(each.id).is_on for each in (books, courier)] == [False, False]
    olive = signed_in(app, "olive")
    olive.post(f"/settings/webhooks/{courier.id}/on")
    assert [desk.endpoint(each.id).is_on for each in (books, courier)] == [False, True]


def test_nobody_loses_an_order_because_the_backup_does_not_know_of_the_payment(app, shop, run, store, copy):
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE store SET unpaid_hours = 48, unpaid_since = '2026-11-01 00:00:00.000000'")
    run("backup", copy)
    said = run("restore", copy, "--yes")
    assert "Unpaid orders are neither reminded nor cancelled" in said.output
    assert ask(store, "SELECT unpaid_hours, unpaid_since FROM store") == [(None, None)]


def test_a_backup_of_an_older_schema_is_brought_up_to_date(app, shop, run, store, copy):
    shop.order(number="1001")
    with app.app_context():
        downgrade(directory=str(schema.MIGRATIONS), revision="0001")
    run("backup", copy)
    assert run("restore", copy, "--yes").exit_code == 0
    with app.app_context():
        assert schema.is_up_to_date()
    assert numbers(store) == {"1001"}


def newer(copy):
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def cut_off(copy):
    with copy.open("r+b") as file:
        file.truncate(copy.stat().st_size // 2)


def another_program(copy):
    copy.unlink()
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("CREATE TABLE songs (title)")


def orphaned(copy):
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("DELETE FROM users")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (newer, "newer Suki"),
        (cut_off, "no whole store"),
        (lambda copy: copy.write_bytes(b"\x89PNG" * 999), "no whole store"),
        (lambda copy: copy.write_bytes(b""), "no whole store"),
        (another_program, "not a store of Suki"),
        (orphaned, "no whole store"),
    ],
)
def test_what_is_no_good_backup_changes_nothing(app, shop, sam, run, store, copy, spoil, why):
    run("backup", copy)
    shop.order(number="1002")
    before = content(store)
    spoil(copy)
    said = run("restore", copy, "--yes")
    assert (said.exit_code, why in said.output) == (1, True), said.output
    assert content(store) == before
    assert sam.get("/orders/").status == 200


def test_while_suki_runs_nothing_is_put_back(app, shop, run, store, copy):
    shop.order(number="1001")
    run("backup", copy)
    with closing(sqlite3.connect(store)) as somebody:
        somebody.execute("SELECT count(*) FROM orders").fetchall()
        said = run("restore", copy, "--yes")
        assert (said.exit_code, "Stop it first" in said.output or "stop it first" in said.output) == (1, True)
    assert not (store.parent / "backups").exists()
    assert ask(store, "PRAGMA journal_mode") == [("wal",)]


@pytest.mark.parametrize("at", ["Path.replace", "settle", "_copy"])
def test_a_restore_that_is_killed_leaves_the_old_store_or_the_new(app, shop, run, store, copy, at, tmp_path):
    shop.order(number="1001")
    run("backup", copy)
    shop.order(number="1002")
    with app.app_context():
        db.engine.dispose()
    killing = f"""
import os, pathlib, signal, sys
from blueprints.backups import copying
owner = pathlib.Path if {at!r} == "Path.replace" else copying
name, done = {at.rpartition(".")[2]!r}, []
before = getattr(owner, name)
def dies(*asked, **more):
    if done:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(1)
    return before(*asked, **more)
setattr(owner, name, dies)
from flask.cli import main
sys.argv = ["flask", "restore", {str(copy)!r}, "--yes"]
main()
"""
    environment = {"FLASK_SKIP_DOTENV": "1", "FLASK_INSTANCE_PATH": str(tmp_path), "PATH": ""}
    said = subprocess.run(
        [sys.executable, "-c", killing], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert said.returncode == -signal.SIGKILL, said.stderr
    assert ask(store, "PRAGMA integrity_check") == [("ok",)], said.stderr
    assert numbers(store) in ({"1001"}, {"1001", "1002"})
    assert run("restore", copy, "--yes").exit_code == 0
