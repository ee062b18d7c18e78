"""`flask orders import`: files from the disk; large ones, and a kill in the middle: gates/test_long_work.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from models import ImportState, OrderImport
from tests.orders.files import OURS, SHOPIFY, a_file, orders_in

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def command(app, tmp_path):
    """Runs the command in this process."""

    def run(text: str, *options: str):
        file = tmp_path / "orders.csv"
        file.write_bytes(text.encode())
        return app.test_cli_runner().invoke(args=["orders", "import", str(file), *options])

    return run


def start(tmp_path: Path, file: Path) -> subprocess.Popen:
    """Runs it in a process of its own, on the database of the test."""
    env = {**os.environ, "FLASK_INSTANCE_PATH": str(tmp_path), "FLASK_SKIP_DOTENV": "1"}
    words = [sys.executable, "-m", "flask", "orders", "import", str(file)]
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
    assert "There is no store yet. Make one with: flask init" in process.communicate()[0]
    assert process.returncode == 1
