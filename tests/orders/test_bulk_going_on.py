"""A thousand orders, and a process that dies amid them: what was done is known, and it goes on from there."""

import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from blueprints import schema
from blueprints.orders import bulk_cancelling, bulk_routes
from blueprints.settings.opening import open_store
from models import BulkOrder, BulkOutcome, Language, Order, PaymentStatus, db, writing
from tests.conftest import make_app
from tests.orders.many import gather, start
from tests.orders.test_bulk_cancelling import CANCELLED, effects, rows
from tests.people import add_people, signed_in
from tests.shop import A_MORNING
from tests.test_serving import PATIENCE, serve  # noqa: F401 (a fixture)

MANY = 1000
# An order is whole when all of this was written for it, once; and untouched when none of it was.
WHOLE = """
SELECT o.id, o.status, o.paid > 0,
  (SELECT count(*) FROM events WHERE order_id = o.id AND code = 'order.cancelled'),
  (SELECT count(*) FROM emails WHERE order_id = o.id),
  (SELECT count(*) FROM cancellations WHERE order_id = o.id),
  (SELECT count(*) FROM refunds WHERE order_id = o.id),
  b.outcome, b.cancellation_id IS NOT NULL
FROM orders o JOIN bulk_orders b ON b.order_id = o.id
"""


def is_whole(row):
    return row[1:] == ("cancelled", row[2], 1, 1, 1, row[2], "cancelled", 1)


def is_untouched(row):
    return row[1:] == ("pending", row[2], 0, 0, 0, 0, "waiting", 0)


@pytest.fixture
def folder(tmp_path):
    """Of a store as it is set up, with a thousand orders of which every other is paid, all to be cancelled."""
    app = make_app(tmp_path)
    with app.app_context():
        schema.bring_up_to_date()
        open_store(name="Aling Nena’s", currency="PHP", timezone="Asia/Manila", language=Language.ENGLISH)
        add_people()
        with writing() as session:
            session.add_all(an_order(number) for number in range(1, MANY + 1))
        db.engine.dispose()
    return tmp_path


def an_order(number):
    paid = {"payment_status": PaymentStatus.PAID, "paid": 50000} if number % 2 else {}
    return Order(
        number=str(number),
        placed_at=A_MORNING,
        customer_name="Maria Santos",
        customer_email="maria@example.com",
        currency="PHP",
        total=50000,
        item_count=1,
        **paid,
    )


def look(folder):
    with closing(sqlite3.connect(folder / "suki.db", timeout=30)) as database:
        return database.execute(WHOLE).fetchall()


def done(folder):
    with closing(sqlite3.connect(folder / "suki.db", timeout=30)) as database:
        return database.execute("SELECT count(*) FROM bulk_orders WHERE outcome = 'cancelled'").fetchone()[0]


def wait_until(is_so, server):
    until = time.monotonic() + 2 * PATIENCE
    while not is_so():
        assert server.poll() is None, server.stdout.read()
        assert time.monotonic() < until
        time.sleep(0.05)


def let_lease_lapse(folder):
    """As twenty seconds would."""
    with closing(sqlite3.connect(folder / "suki.db", timeout=30)) as database, database:
        database.execute("UPDATE bulk_cancels SET claimed_until = '2026-01-01 00:00:00.000000'")


@pytest.mark.slow
def test_killed_midway_each_order_is_whole_or_untouched_and_the_rest_follows(folder, serve, slowly):  # noqa: F811 (a fixture's name)
    app = make_app(folder)
    sam = signed_in(app, "sam")
    url = sam.post("/orders/bulk", all="y").location
    assert sam.get(url).h1 == "Cancel 1,000 orders?"
    start(sam, url, note="Sold out.")
    first, _address = serve(folder)
    wait_until(lambda: done(folder) > MANY // 4, first)
    first.send_signal(signal.SIGKILL)
    first.wait()

    left = look(folder)
    whole = [row for row in left if is_whole(row)]
    assert 0 < len(whole) < MANY
    assert [row for row in left if not is_whole(row) and not is_untouched(row)] == []
    assert f"{len(whole):,} of 1,000 orders are through." in sam.get(url).text

    let_lease_lapse(folder)
    second, _address = serve(folder)
    wait_until(lambda: done(folder) == MANY, second)
    assert [row for row in look(folder) if not is_whole(row)] == []
    wait_until(lambda: sam.get(url).h1 == "1,000 orders were cancelled", second)
    assert "₱250,000.00 is owed back." in sam.get(url).text
    with app.app_context():
        db.engine.dispose()


def test_a_claim_that_lapsed_in_the_middle_is_taken_up(app, sam, shop, slowly, monkeypatch):
    """What a process leaves behind that is killed between two orders."""
    orders = [shop.order() for _ in range(3)]
    url = gather(sam, *orders)
    start(sam, url)
    let_lease_lapse(Path(app.instance_path))
    assert "Go on" in sam.get(url).text
    monkeypatch.setattr(bulk_routes, "AT_ONCE_S", 60)
    assert sam.follow(sam.post(f"{url}/start")).h1 == "3 orders were cancelled"
    assert [effects(shop, order) for order in orders] == 3 * [CANCELLED]


def test_two_at_the_same_one_do_each_order_once_even_when_both_think_it_theirs(app, sam, shop, slowly, monkeypatch):
    orders = [shop.order() for _ in range(20)]
    url = gather(sam, *orders)
    start(sam, url)
    monkeypatch.setattr(bulk_cancelling, "_claim", lambda _bulk_id: True)
    begin = threading.Barrier(3)

    def work():
        with app.app_context():
            begin.wait(timeout=30)
            bulk_cancelling.carry_on(1, enough=lambda: False, ask=lambda *_asked: None)

    with ThreadPoolExecutor(3) as pool:
        for worker in [pool.submit(work) for _ in range(3)]:
            worker.result(timeout=60)
    assert [effects(shop, order) for order in orders] == 20 * [CANCELLED]
    assert sam.get(url).h1 == "20 orders were cancelled"


def test_two_clicks_at_once_start_it_once(app, shop):
    visitors = [signed_in(app, name) for name in 3 * ("olive", "sam")]
    orders = [shop.order() for _ in range(5)]
    url = gather(visitors[0], *orders)
    forms = [(visitor, visitor.get(url).fields(f"{url}/start")) for visitor in visitors]
    begin = threading.Barrier(len(forms))

    def press(visitor, form):
        begin.wait(timeout=30)
        return visitor.post(f"{url}/start", **form).status

    with ThreadPoolExecutor(len(forms)) as pool:
        answers = [answer.result(timeout=60) for answer in [pool.submit(press, *form) for form in forms]]
    assert set(answers) <= {303, 503}
    assert 303 in answers
    while any(row.outcome is BulkOutcome.WAITING for row in rows(shop)):
        visitors[0].post(f"{url}/start")
    assert [effects(shop, order) for order in orders] == 5 * [CANCELLED]
    assert len(shop.all(select(BulkOrder))) == 5
