"""`flask orders import`: large files from the disk, in little memory, and never half an order."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from models import ImportNumber, ImportState, OrderImport
from tests.orders.files import OURS, SHOPIFY, a_file, counts, orders_in
from tests.shopify_file import make_file

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def command(app, tmp_path):
    """Runs the command in this process."""

    def run(text: str, *options: str):
        file = tmp_path / "orders.csv"
        file.write_bytes(text.encode())
        return app.test_cli_runner().invoke(args=["orders", "import", str(file), *options])

    return run


# A process counts as its own peak what its parent held when it was born: a small parent in between tells the truth.
PEAK = (
    "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(done.returncode)"
)


def start(tmp_path: Path, file: Path, through: tuple[str, ...] = ()) -> subprocess.Popen:
    """Runs it in a process of its own, on the database of the test."""
    env = {**os.environ, "FLASK_INSTANCE_PATH": str(tmp_path), "FLASK_SKIP_DOTENV": "1"}
    words = [*through, sys.executable, "-m", "flask", "orders", "import", str(file)]
    return subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_it_says_what_came_in(command, shop):
    answer = command(a_file(SHOPIFY, {}, {"Name": "#1002", "Email": ""}))
    assert answer.exit_code == 0
    assert "2 new orders, 0 already there, 0 with problems." in answer.output
    assert "1 of the new without an email address" in answer.output
    assert "2 orders came in." in answer.output
    assert [order.number for order in orders_in(shop)] == ["1001", "1002"]


def test_a_dry_run_changes_nothing(command, shop):
    answer = command(a_file(SHOPIFY), "--dry-run")
    assert answer.exit_code == 0
    assert "1 new order, " in answer.output
    assert "Nothing was changed: this was a dry run." in answer.output
    assert orders_in(shop) == []


def test_a_second_time_changes_nothing_and_says_so(command, shop):
    command(a_file(SHOPIFY))
    answer = command(a_file(SHOPIFY))
    assert answer.exit_code == 0
    assert "0 new orders, 1 already there" in answer.output
    assert "Nothing came in, and nothing was changed." in answer.output


def test_a_bad_row_is_told_with_line_and_column(command, shop):
    answer = command(a_file(SHOPIFY, {}, {"Name": "#1002", "Total": "lots"}))
    assert "line 3, Total, order 1002: “lots” This is not an amount." in answer.output
    assert answer.exit_code == 0
    assert len(orders_in(shop)) == 1


def test_when_nothing_could_be_read_it_fails(command, shop):
    assert command("PK\x03\x04").exit_code == 1
    assert command(a_file(SHOPIFY, {"Total": "lots"})).exit_code == 1
    assert orders_in(shop) == []


def test_it_appears_among_the_earlier_files(command, olive):
    command(a_file(OURS))
    assert "Command line 1 order Imported" in olive.get("/orders/import").text


def test_one_that_was_stopped_says_how_to_go_on(command, shop, olive):
    command(a_file(OURS))
    stopped = shop.first(select(OrderImport))
    shop.change(stopped, state=ImportState.IMPORTING, finished_at=None)
    page = olive.get(f"/orders/imports/{stopped.id}")
    assert "If that was stopped, give the command again" in page.text
    assert olive.post(f"/orders/imports/{stopped.id}/start").status == 303
    assert len(orders_in(shop)) == 1


def test_without_a_store_it_says_what_to_do(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(a_file(SHOPIFY))
    process = start(tmp_path / "nowhere", file)
    assert "This store is not set up yet. Run: flask init" in process.communicate()[0]
    assert process.returncode == 1


@pytest.mark.slow
def test_a_hundred_thousand_rows_take_little_memory_and_come_in_once(tmp_path, app, shop):
    file = tmp_path / "shopify.csv"
    made = make_file(file, rows=100_000)
    importing = start(tmp_path, file, through=(sys.executable, "-c", PEAK))
    said = importing.communicate()[0]
    assert importing.returncode == 0, said
    assert int(said.split()[-1]) / 1024 < 250, "megabytes"
    with sqlite3.connect(tmp_path / "suki.db") as database:
        sums = database.execute("SELECT count(*), sum(total), sum(item_count) FROM orders").fetchone()
        assert sums == (made.orders, made.total, made.items)
        assert database.execute("SELECT count(*), sum(quantity) FROM order_items").fetchone() == (made.rows, made.items)
    again = start(tmp_path, file).communicate()[0]
    assert f"0 new orders, {made.orders:,} already there" in again
    assert "Nothing came in, and nothing was changed." in again
    assert shop.count(ImportNumber) == 0


@pytest.mark.slow
def test_killed_midway_and_run_again_every_order_is_there_once(tmp_path, app, shop):
    file = tmp_path / "shopify.csv"
    made = make_file(file, rows=12_000)
    first = start(tmp_path, file)
    database = sqlite3.connect(tmp_path / "suki.db", timeout=30)
    while database.execute("SELECT count(*) FROM orders").fetchone()[0] < 1_000:
        assert first.poll() is None
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    had = database.execute("SELECT count(*) FROM orders").fetchone()[0]
    assert had < made.orders
    assert database.execute("SELECT count(*) FROM events WHERE code = 'order.imported'").fetchone()[0] == had
    start(tmp_path, file).communicate()
    assert counts(shop)["already_there"] == had
    sums = "SELECT count(*), count(DISTINCT number), sum(total), sum(item_count) FROM orders"
    assert database.execute(sums).fetchone() == (made.orders, made.orders, made.total, made.items)
    assert database.execute("SELECT sum(quantity) FROM order_items").fetchone()[0] == made.items
    database.close()
