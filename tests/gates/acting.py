"""Does one thing in a shop, over and over, and each time the disk fails it at another point; see shim.c.

Runs in a process that was started with the shim. Each try is a fork of it, so that none pays for Suki's start."""

import ctypes
import json
import logging
import os
import shutil
import sqlite3
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_migrate import downgrade

from blueprints import schema
from blueprints.orders import importing
from models import Order, Store, db
from tests.conftest import make_app
from tests.gates import without
from tests.gates.opened import settle
from tests.orders.deciding import drawn
from tests.orders.files import SHOPIFY, a_file
from tests.people import Visitor, signed_in
from tests.shop import Shop
from tests.support.inside import enter, filled_in, window_of

OFF, COUNT, KILL, FAIL_ONCE, FAIL_ON = range(5)
RANDOM = {"message_id", "token_hash"}
"""Columns that are another each time."""
Rows = dict[str, list[str]]


@dataclass
class Answer:
    is_done: bool
    """Somebody was told so."""
    words: str


@dataclass
class Action:
    ready: Callable[["Bench"], Callable[[], Answer]]
    """Gets everything ready, and gives what does it."""
    fails_in_all_ways: bool = False
    """At each point; else in one of them, in turn."""
    every: int = 1
    """Tried at each so many of its points only."""
    has_steps: bool = False
    """Several transactions, each of them whole."""
    core: tuple[str, ...] = ()
    """The tables in which it is the same when it was done again; none named: all."""


class Bench:
    """A shop in which everything is ready to be done, and its files as they were then."""

    def __init__(self, opened: Path, folder: Path, guard: str | None) -> None:
        logging.disable()
        self.shim = ctypes.CDLL(None)
        self.folder, self.kept = folder / "shop", folder / "kept"
        self.folder.mkdir(mode=0o700)
        self.file = Path(shutil.copy(opened, self.folder / "suki.db"))
        self.app = make_app(self.folder)
        self.runner = self.app.test_cli_runner()
        if guard:
            without.TAKEN_OUT[guard]()

    def keep(self) -> None:
        """As it stands now, every try begins."""
        self.close()
        settle(self.file)
        shutil.copytree(self.folder, self.kept)

    def put_back(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder)

    def in_fork(self, work: Callable[[Callable[..., None]], None], *, anew: bool = True) -> dict[str, Any]:
        """What it told, as far as it came. `anew`: on the files as they were kept, not as they are."""
        if anew:
            self.put_back()
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            try:
                work(lambda **told: os.write(writer, json.dumps(told).encode() + b"\n"))
            except BaseException:
                traceback.print_exc()
                os.write(writer, b'{"broke": true}\n')
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            told = [json.loads(line) for line in pipe]
        os.waitpid(child, 0)
        return {key: value for line in told for key, value in line.items()}

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def arm(self, mode: int, at: int = 0, code: int = 0, log: int = -1) -> None:
        self.shim.shim_arm(str(self.folder).encode(), mode, at, code, log)


def rows_of(path: Path) -> Rows:
    """All that the shop knows. Raises AssertionError, or sqlite3.Error, when the file is not whole."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "integrity"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == [], "foreign keys"
        found = {}
        for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
            if "USING fts5" in sql:
                connection.execute(f"INSERT INTO {name}({name}) VALUES ('integrity-check')")
            elif "_search" not in name:
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})") if row[1] not in RANDOM]
                chosen = ", ".join(f'"{column}"' for column in columns)
                found[name] = sorted(map(repr, connection.execute(f"SELECT {chosen} FROM {name}")))
        return found


def _press(visitor: Visitor, url: str, fields: dict[str, str]) -> Callable[[], Answer]:
    fields = {"csrf_token": visitor.token or "", **fields}

    def press() -> Answer:
        answer = visitor.client.post(url, data=fields)  # not read as a page: that is a tenth of a try
        return Answer(answer.status_code == 303, f"{answer.status} {answer.text}")

    return press


def _cancel(bench: Bench) -> Callable[[], Answer]:
    shop = Shop(bench.app)
    shop.product(sku="ADOBO-4")
    order = shop.sold(payment_status="paid")
    olive, url = signed_in(bench.app, "olive"), f"/orders/{order.id}/cancel"
    fields = drawn(olive.get(url), url, note="Sold out.", internal_note="Call her.")
    return _press(olive, url, fields)


def _with_ticket(bench: Bench, **fields: str) -> tuple[Order, Visitor, int]:
    shop = Shop(bench.app)
    shop.change(shop.get(Store, 1), email="nena@example.com", support_name="Tulong", support_email="help@example.com")
    order, olive = shop.booked_order(payment_status="paid"), signed_in(bench.app, "olive")
    page = olive.post(f"/support/tickets/new?order={order.id}", reason="Wrong address", **fields)
    return order, olive, int(page.location.rpartition("/")[2])


def _cancel_in_window(bench: Bench) -> Callable[[], Answer]:
    order, _olive, ticket = _with_ticket(bench, open_window="y", hours="24")
    uma = signed_in(bench.app, "uma")
    enter(uma, window_of(Shop(bench.app), ticket))
    return _press(uma, *filled_in(uma, order, note="The courier confirmed."))


def _open(bench: Bench) -> Callable[[], Answer]:
    _order, olive, ticket = _with_ticket(bench)
    return _press(olive, f"/support/tickets/{ticket}/window", {"hours": "4", "scope": "order"})


def _revoke(bench: Bench) -> Callable[[], Answer]:
    _order, olive, ticket = _with_ticket(bench, open_window="y", hours="24")
    return _press(olive, f"/support/windows/{window_of(Shop(bench.app), ticket).id}/revoke", {})


def _type_in(bench: Bench, *words: str) -> Callable[[], Answer]:
    def type_in() -> Answer:
        said = bench.runner.invoke(args=words)
        return Answer(said.exit_code == 0, f"{said.exit_code} {said.output}")

    return type_in


def _import(bench: Bench) -> Callable[[], Answer]:
    importing.BATCH = 2
    file = bench.folder.parent / "orders.csv"
    file.write_text(a_file(SHOPIFY, *({"Name": f"#{number}"} for number in range(2001, 2006))))
    return _type_in(bench, "orders", "import", str(file))


def migrate(bench: Bench, revision: str = "0001") -> Callable[[], Answer]:
    """From the schema of another day, with a cancelled order and one that is not."""
    _cancel(bench)()
    Shop(bench.app).order(number="1002")
    with bench.app.app_context():
        downgrade(directory=str(schema.MIGRATIONS), revision=revision)
    return _type_in(bench, "upgrade")


ACTIONS = {
    "cancel": Action(_cancel, fails_in_all_ways=True),
    "cancel in a window": Action(_cancel_in_window),
    "open a window": Action(_open),
    "revoke a window": Action(_revoke),
    "import": Action(_import, has_steps=True, core=("orders", "order_items", "events")),
    "migrate": Action(migrate, every=5),
}
