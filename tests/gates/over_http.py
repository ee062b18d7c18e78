"""The real server in a process of its own, and people who press its buttons over the network at the same time."""

import http.client
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from blueprints import stock
from models import SYSTEM, MovementKind, Order, OrderItem, PaymentStatus, Product, db, writing
from tests.conftest import make_app
from tests.orders.deciding import drawn
from tests.people import signed_in
from tests.shop import A_MORNING

KEY = "a key for the tests, and long enough for them"
PATIENCE = 60
# Of each order: whether it is cancelled, and whether all that belongs to a cancel is there, once; or nothing of it.
CANCELLED = """
SELECT o.id, o.status = 'cancelled',
  (SELECT count(*) FROM events WHERE order_id = o.id AND code = 'order.cancelled') = 1
  AND (SELECT count(*) FROM cancellations WHERE order_id = o.id) = 1
  AND (SELECT count(*) FROM emails WHERE order_id = o.id AND kind = 'order_cancelled') = 1
  AND (SELECT count(*) FROM refunds WHERE order_id = o.id) = (o.paid > 0)
  AND (SELECT count(*) FROM stock_movements m JOIN cancellations c ON c.id = m.cancellation_id
        WHERE c.order_id = o.id) = 1,
  (SELECT count(*) FROM events WHERE order_id = o.id AND code = 'order.cancelled')
  + (SELECT count(*) FROM cancellations WHERE order_id = o.id)
  + (SELECT count(*) FROM emails WHERE order_id = o.id)
  + (SELECT count(*) FROM refunds WHERE order_id = o.id) = 0
FROM orders o
"""


@dataclass
class Seen:
    """What stands in a database."""

    cancelled: set[int]
    half: list[int]


def look(file: Path) -> Seen:
    with closing(sqlite3.connect(file, timeout=30)) as database:
        rows = database.execute(CANCELLED).fetchall()
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    whole = {
        order for order, is_cancelled, is_whole, is_untouched in rows if (is_whole if is_cancelled else is_untouched)
    }
    return Seen({row[0] for row in rows if row[1]}, [row[0] for row in rows if row[0] not in whole])


@dataclass
class Person:
    """Somebody signed in, who cancels on the cancel page."""

    cookie: str
    fields: dict[str, str]

    def cancel(self, line: http.client.HTTPConnection, order: int) -> int:
        answer = self.press(line, order)
        answer.read()
        return answer.status

    def press(self, line: http.client.HTTPConnection, order: int) -> http.client.HTTPResponse:
        body = urlencode({**self.fields, "once": f"form-{order}"})
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        line.request("POST", f"/orders/{order}/cancel", body, headers)
        return line.getresponse()

    def get(self, line: http.client.HTTPConnection, path: str) -> tuple[int, str]:
        line.request("GET", path, headers={"Cookie": self.cookie})
        answer = line.getresponse()
        return answer.status, answer.read().decode()


def sell(folder: Path, many: int) -> list[Person]:
    """Orders 1, 2, 3, …, of which every other is paid; and the owner and somebody of staff, ready to cancel them."""
    app = make_app(folder)
    with app.app_context(), writing() as session:
        product = Product(sku="ADOBO-4", name="Adobo set", created_at=A_MORNING)
        session.add(product)
        session.flush()
        stock.move(session, product, 1_000_000, MovementKind.COUNTED, by=SYSTEM, at=A_MORNING)
        orders = [_an_order(number) for number in range(1, many + 1)]
        session.add_all(orders)
        session.flush()
        for order in orders:
            stock.take_for_order(session, order.items, by=SYSTEM, at=A_MORNING)
    people = []
    for name in ("olive", "sam"):
        visitor = signed_in(app, name)
        fields = drawn(visitor.get("/orders/1/cancel"), "/orders/1/cancel", note="Sold out.")
        cookie = visitor.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        people.append(Person(f"{cookie.key}={cookie.value}", fields))
    with app.app_context():
        db.engine.dispose()
    return people


def _an_order(number: int) -> Order:
    paid = {"payment_status": PaymentStatus.PAID, "paid": 50000} if number % 2 else {}
    return Order(
        number=str(number),
        placed_at=A_MORNING,
        customer_name="Maria Santos",
        customer_email="maria@example.com",
        currency="PHP",
        total=50000,
        item_count=1,
        items=[OrderItem(name="Adobo set", sku="ADOBO-4", quantity=1, price=50000)],
        **paid,
    )


@dataclass
class Crowd:
    """People who cancel one order after the other, each on a line of their own, until the server is gone."""

    port: int
    people: list[Person]
    orders: Iterator[int]
    done: list[int] = field(default_factory=list)
    """They were told that it is cancelled."""
    unknown: list[int] = field(default_factory=list)
    """Nobody told them."""
    other: list[int] = field(default_factory=list)
    """Other answers, by status."""
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _moved: threading.Condition = field(default_factory=threading.Condition)

    def begin(self, lines: int) -> None:
        self.threads = [
            threading.Thread(target=self._work, args=(self.people[n % len(self.people)],)) for n in range(lines)
        ]
        for thread in self.threads:
            thread.start()

    def wait_for(self, many: int) -> None:
        """Until so many were told, or nobody asks any more."""
        with self._moved:
            self._moved.wait_for(lambda: len(self.done) >= many or not self._work_goes_on(), timeout=PATIENCE)

    def end(self) -> None:
        for thread in self.threads:
            thread.join(PATIENCE)

    def _work_goes_on(self) -> bool:
        return any(thread.is_alive() for thread in self.threads)

    def _next(self) -> int | None:
        with self._turn:
            return next(self.orders, None)

    def _work(self, person: Person) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as line:
            while (order := self._next()) is not None:
                try:
                    status = person.cancel(line, order)
                except (OSError, http.client.HTTPException):
                    self.unknown.append(order)
                    break
                with self._moved:
                    (self.done if status == 303 else self.other).append(order if status == 303 else status)
                    self._moved.notify_all()
        with self._moved:
            self._moved.notify_all()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_until_it_answers(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
                line.request("GET", "/healthz")
                assert line.getresponse().status == 200
                return
        except OSError:
            assert time.monotonic() < until, "it does not start"
            time.sleep(0.02)


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "FLASK_INSTANCE_PATH": str(folder),
        "FLASK_RUN_PORT": str(port),
        "FLASK_SECRET_KEY": KEY,
        "FLASK_MAIL_SERVER": "127.0.0.1",
        "FLASK_MAIL_PORT": "1",
        "FLASK_MAIL_DEFAULT_SENDER": "shop@example.com",
        **more,
    }
