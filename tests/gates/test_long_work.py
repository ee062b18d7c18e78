"""Long work in a process that dies in the middle: what was done is known and whole, and it goes on from there, once."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from blueprints import background
from blueprints.orders import bulk_routes
from models import db
from tests.conftest import make_app
from tests.gates.opened import a_shop
from tests.gates.over_http import look, sell
from tests.orders.many import start
from tests.people import signed_in
from tests.shopify_file import make_file
from tests.test_serving import PATIENCE, serve  # noqa: F401 (a fixture)

ROOT = Path(__file__).parents[2]
# A process counts as its own peak what its parent held when it was born: a small parent in between tells the truth.
PEAK = (
    "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(done.returncode)"
)
MEGABYTES = 140  # it takes 105; whoever holds the rows of the file takes 69 more


@pytest.fixture
def folder(opened, tmp_path):
    return a_shop(opened, tmp_path / "shop")


def ask(folder, sql):
    with closing(sqlite3.connect(folder / "suki.db", timeout=30)) as database, database:
        return database.execute(sql).fetchone()


def wait_until(is_so, process, done=None):
    """`done`: how much of it is. However long it takes in all: only without anything more done it is given up."""
    had, until = None, time.monotonic() + PATIENCE
    while not is_so():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < until
        if done and (has := done()) != had:
            had, until = has, time.monotonic() + PATIENCE
        time.sleep(0.02)


class Many:
    """So many orders, to be cancelled at once by a server that is killed after a quarter of them."""

    def __init__(self, folder, many, start_server):
        sell(folder, many)
        self.folder, self.many, self.start_server, self.app = folder, many, start_server, make_app(folder)
        self.sam = signed_in(self.app, "sam")
        self.url = self.sam.post("/orders/bulk", all="y").location
        start(self.sam, self.url, note="Sold out.")

    def done(self):
        return ask(self.folder, "SELECT count(*) FROM bulk_orders WHERE outcome = 'cancelled'")[0]

    def begin_and_be_killed(self):
        server, _address = self.start_server(self.folder)
        wait_until(lambda: self.done() > self.many // 4, server, self.done)
        server.kill()
        server.wait()
        return self.done()

    def claim_until(self, year):
        """Whoever does some of it claims that for twenty seconds, as another would do it as well."""
        ask(self.folder, f"UPDATE bulk_cancels SET claimed_until = '{year}-01-01 00:00:00.000000'")


@pytest.fixture
def many_cancels(gate, folder, serve, monkeypatch):  # noqa: F811 (the fixture)
    monkeypatch.setattr(bulk_routes, "AT_ONCE_S", 0)  # the page leaves it all to the server
    many = Many(folder, gate.size(quick=100, full=500), serve)
    yield many
    with many.app.app_context():
        db.engine.dispose()


def test_many_cancels_go_on_after_a_kill(gate, many_cancels):
    many, had = many_cancels.many, many_cancels.begin_and_be_killed()
    seen = look(many_cancels.folder / "suki.db")
    assert (len(seen.cancelled), seen.half) == (had, [])
    assert 0 < had < many
    assert f"{had:,} of {many:,} orders are through." in many_cancels.sam.get(many_cancels.url).text

    many_cancels.claim_until(2026)
    second, _address = many_cancels.start_server(many_cancels.folder)
    wait_until(lambda: many_cancels.done() == many, second, many_cancels.done)
    assert look(many_cancels.folder / "suki.db").half == []
    wait_until(lambda: many_cancels.sam.get(many_cancels.url).h1 == f"{many:,} orders were cancelled", second)
    gate.figure(f"{many:,} cancels at once, killed after {had:,}: 0 half, each done once")


@pytest.mark.control
@pytest.mark.minutes
def test_with_a_claim_that_never_ends_nobody_goes_on(gate, many_cancels):
    had = many_cancels.begin_and_be_killed()
    many_cancels.claim_until(2999)
    background.run_once(many_cancels.app)
    assert many_cancels.done() == had < many_cancels.many
    gate.figure(f"claimed for ever: {many_cancels.many - had:,} of {many_cancels.many:,} are never done")


# A file of orders


def bring_in(folder, file, through=()):
    env = {**os.environ, "FLASK_INSTANCE_PATH": str(folder), "FLASK_SKIP_DOTENV": "1"}
    words = [*through, sys.executable, "-m", "flask", "orders", "import", str(file)]
    return subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def assert_all_there(folder, made):
    sums = "SELECT count(*), count(DISTINCT number), sum(total), sum(item_count) FROM orders"
    assert ask(folder, sums) == (made.orders, made.orders, made.total, made.items)
    assert ask(folder, "SELECT count(*), sum(quantity) FROM order_items") == (made.rows, made.items)
    assert ask(folder, "SELECT count(*) FROM events WHERE code = 'order.imported'")[0] == made.orders


def test_a_file_goes_on_after_a_kill(gate, folder, tmp_path):
    made = make_file(tmp_path / "orders.csv", rows=gate.size(quick=3_000, full=12_000))
    first = bring_in(folder, tmp_path / "orders.csv")
    wait_until(lambda: ask(folder, "SELECT count(*) FROM orders")[0] >= 500, first)
    first.kill()
    first.communicate()
    had = ask(folder, "SELECT count(*) FROM orders")[0]
    assert had < made.orders
    assert ask(folder, "SELECT count(*) FROM events WHERE code = 'order.imported'")[0] == had
    said = bring_in(folder, tmp_path / "orders.csv").communicate()[0]
    assert f"{had:,} already there" in said
    assert_all_there(folder, made)
    gate.figure(f"a file of {made.orders:,} orders, killed after {had:,}: each is there once")


@pytest.mark.minutes
def test_a_long_file_takes_little_memory_and_comes_in_once(gate, folder, tmp_path):
    made = make_file(tmp_path / "orders.csv", rows=40_000)
    first = bring_in(folder, tmp_path / "orders.csv", through=(sys.executable, "-c", PEAK))
    said = first.communicate()[0]
    assert first.returncode == 0, said
    peak = int(said.split()[-1]) // 1024
    assert peak < MEGABYTES
    assert_all_there(folder, made)
    again = bring_in(folder, tmp_path / "orders.csv").communicate()[0]
    assert f"0 new orders, {made.orders:,} already there" in again
    assert ask(folder, "SELECT count(*) FROM import_numbers") == (0,)
    gate.figure(f"{made.rows:,} rows in {peak} MB of memory")
