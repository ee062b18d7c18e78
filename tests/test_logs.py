"""The log has a line for each request and for what matters beside, and knows no customer."""

import io
import logging
import re
import urllib.error
import urllib.request

import pytest

from blueprints import clock
from blueprints.logs import MOST_LINES, OneLine
from models import Event, writing
from tests.support.inside import enter, filled_in, open_window, window_of
from tests.test_serving import PATIENCE, folder, serve, wait_for  # noqa: F401 (fixtures)

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING|ERROR) req=([0-9a-f]{8})( user=\d+)? (.+)")


@pytest.fixture
def log():
    """What the log says, as it is written."""
    stream, logger = io.StringIO(), logging.getLogger("suki")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine())
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: stream.getvalue().splitlines()
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_each_request_is_a_line_with_who_what_and_how_long(sam, shop, log):
    order = shop.order()
    sam.get(f"/orders/{order.id}")
    [line] = log()
    match = LINE.fullmatch(line)
    assert match
    assert (match[1], match[3]) == ("INFO", " user=2")
    assert re.fullmatch(r"GET orders\.detail 200 \d+ ms", match[4])


def test_what_was_searched_for_and_who_is_found_is_not_in_it(sam, mallory, shop, log):
    shop.order(customer_name="Maria Santos", customer_email="maria@example.com")
    sam.get("/orders/?q=Maria+Santos")
    sam.post("/orders/1/cancel", note="For Maria", status="cancelled", version="1")
    mallory.get("/nowhere/maria@example.com")
    assert len(log()) >= 3
    assert not [line for line in log() if re.search("maria|santos", line, re.IGNORECASE)]


def test_a_stranger_has_no_number_in_it(mallory, log):
    mallory.get("/login")
    assert [LINE.fullmatch(line)[3] for line in log()] == [None]


def test_what_asks_all_the_time_is_passed_over(mallory, log):
    mallory.client.get("/healthz")
    mallory.client.get("/static/icon.svg").close()
    assert log() == []


def test_the_page_of_a_fault_names_the_lines_about_it(app, sam, shop, log, monkeypatch):
    def break_down(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("blueprints.orders.routes.find_orders", break_down)
    page = sam.get("/orders/")
    reference = re.search(r"Reference: ([0-9a-f]{8})", page.text)[1]
    about_it = [line for line in log() if f"req={reference}" in line]
    assert [line.split()[1] for line in about_it] == ["ERROR", "WARNING"]
    assert "ZeroDivisionError" in log(), "the trace stands below its line"
    assert page.response.headers["X-Request-Id"] == reference


@pytest.mark.parametrize(
    "typed", ["a\nb", "a\r\n2026-11-26 INFO login ok user=1", "a\x1b[2Jb", "a\u2028b", "a\u202eb", "a\0b"]
)
def test_nothing_that_was_typed_becomes_a_line_of_its_own(log, typed):
    logging.getLogger("suki").info("mail failed: %s", typed)
    assert len(log()) == 1
    assert not re.search(r"[\x00-\x1f\u2028\u202e]", log()[0])


def test_who_it_was_is_known_after_a_change_too(sam, shop, log):
    shop.order()
    sam.post("/orders/1/status", status="accepted", note="", version="1")
    assert " user=2 POST orders.status" in log()[-1]


def test_the_real_server_writes_it(serve, folder):  # noqa: F811 (the fixtures)
    server, address = serve(folder)
    wait_for(f"{address}/healthz").close()
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{address}/nowhere", timeout=PATIENCE)
    server.terminate()
    said, _ = server.communicate(timeout=PATIENCE)
    assert [line for line in said.splitlines() if re.search(r"INFO req=[0-9a-f]{8} GET - 404 \d+ ms", line)]


def test_what_happened_is_a_line_with_who_did_it_and_where(olive, uma, sam, shop, log):
    order = shop.booked_order()
    ticket = int(olive.post(f"/support/tickets/new?order={order.id}", reason="Why").location.rpartition("/")[2])
    open_window(olive, ticket)
    window = window_of(shop, ticket)
    enter(uma, window)
    url, fields = filled_in(uma, order)
    uma.post(url, **fields)
    olive.post(f"/support/windows/{window.id}/revoke")
    sam.get("/orders/export.csv")
    olive.post("/settings/support", name="Helpers")
    said = [line.partition(" req=")[2][9:] for line in log() if " ms" not in line]
    where = f"order={order.id} ticket={ticket} window={window.id}"
    assert [line.partition(" ")[2] for line in said] == [
        f"ticket.opened by=1 order={order.id} ticket={ticket}",
        f"access.opened by=1 {where}",
        f"access.entered by=3 {where}",
        f"order.seen by=3 {where}",
        f"order.booking_cancelled by=3 {where}",
        f"order.cancelled by=3 {where}",
        f"ticket.replied by=3 ticket={ticket}",
        f"access.revoked by=1 {where}",
        "orders exported by user 2",
        "settings.changed.support by=1",
    ]


def test_what_did_not_happen_is_no_line(app, log):
    def fail():
        with writing() as session:
            session.add(Event(at=clock.now(), code="settings.changed.support"))
            session.flush()
            raise ZeroDivisionError

    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            fail()
        with writing() as session:
            session.add_all(Event(at=clock.now(), code="order.imported") for _ in range(MOST_LINES + 1))
    assert [line.partition(" INFO ")[2] for line in log()] == [f"{MOST_LINES + 1} lines of history"]
