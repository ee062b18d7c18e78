"""Orders come in from a file: seen first, once, and without touching what is there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from blueprints import background
from blueprints.orders import importing, reading_formats, receiving
from blueprints.reading_csv import Upload
from models import Event, ImportChunk, ImportNumber, ImportState, Order, OrderImport, OrderStatus, db
from tests.orders.files import ANALYTICS, OURS, SHOPIFY, WOO, a_file, bring_in, counts, orders_in, send, worth_a_look
from tests.people import signed_in
from tests.shop import A_MORNING

THREE = a_file(SHOPIFY, {"Name": "#1001"}, {"Name": "#1002"}, {"Name": "#1003", "Email": ""})

OTHER_WAY = "Day and month are the other way round here from how Suki reads them in this file."


def left_over(shop):
    return shop.count(ImportChunk) + shop.count(ImportNumber)


def test_nothing_comes_in_before_somebody_says_so(olive, shop):
    page = send(olive, THREE)
    assert page.h1 == "Import 3 orders?"
    assert counts(shop) == {"new": 3, "without_email": 1}
    assert orders_in(shop) == []


def test_the_preview_shows_orders_as_they_will_look(app):
    with time_machine.travel(A_MORNING + timedelta(days=2)):
        page = send(signed_in(app, "olive"), THREE)
    assert "1001 Maria Santos maria@example.com 20 Nov 2 ₱1,040.00 Accepted Paid" in page.text
    assert "no email address" in page.text


def test_what_was_seen_comes_in(sam, shop):
    page = bring_in(sam, THREE)
    assert page.h1 == "3 orders came in"
    assert [order.number for order in orders_in(shop)] == ["1001", "1002", "1003"]
    assert shop.events(orders_in(shop)[0]) == ["order.imported"]
    assert left_over(shop) == 0


def test_nobody_is_mailed_about_what_comes_in(olive, shop):
    bring_in(olive, a_file(SHOPIFY, {}, {"Name": "#1002", "Cancelled at": "2026-11-21 10:00:00 +0800"}))
    assert [order.status for order in orders_in(shop)] == [OrderStatus.ACCEPTED, OrderStatus.CANCELLED]
    assert shop.emails() == []


def test_an_order_of_any_state_that_came_in_has_its_page(olive, shop):
    rows = [{"number": status, "status": status, "courier": "J&T Express", "waybill": "JT1"} for status in OrderStatus]
    bring_in(olive, a_file(OURS, *rows))
    for order in orders_in(shop):
        page = olive.get(f"/orders/{order.id}")
        assert page.status == 200
        assert "Olive Owner" in page.text


def test_an_order_that_is_there_is_never_changed(olive, shop):
    there = shop.order(number="1002", customer_name="Juan Dela Cruz")
    bring_in(olive, THREE)
    assert counts(shop) == {"new": 2, "already_there": 1, "imported": 2, "without_email": 1}
    again = shop.get(Order, there.id)
    assert (again.customer_name, again.version, again.status) == ("Juan Dela Cruz", 1, OrderStatus.PENDING)


def test_a_second_import_changes_nothing_and_says_so(olive, shop):
    bring_in(olive, THREE)
    page = send(olive, THREE)
    assert page.h1 == "Nothing new in this file"
    assert "All orders of this file are in Suki already." in page.text
    assert counts(shop) == {"already_there": 3}
    assert len(orders_in(shop)) == 3
    assert left_over(shop) == 0


def test_a_number_that_was_added_since_the_preview_is_left_as_it_is(olive, shop):
    preview = send(olive, THREE)
    shop.order(number="1003", customer_name="Somebody else")
    olive.post(f"{preview.response.request.path}/start")
    assert counts(shop) == {"new": 2, "imported": 2, "already_there": 1, "without_email": 1}


def test_two_clicks_import_once(olive, shop):
    start = f"{send(olive, THREE).response.request.path}/start"
    first, second = olive.post(start), olive.post(start)
    assert first.location == second.location
    assert len(orders_in(shop)) == 3
    assert counts(shop)["imported"] == 3


def test_a_file_that_is_not_wanted_is_forgotten(olive, shop):
    path = send(olive, THREE).response.request.path
    page = olive.follow(olive.post(f"{path}/discard"))
    assert page.messages == ["The file was not imported. Nothing was changed."]
    assert left_over(shop) == 0
    assert olive.get(path).h1 == "This file was not imported"
    olive.post(f"{path}/start")
    assert orders_in(shop) == []


@pytest.mark.parametrize("piece", [0, 1], ids=["after the first piece", "after the last"])
def test_a_file_that_is_discarded_while_it_arrives_is_forgotten_and_its_sender_reads_that(
    olive, sam, shop, monkeypatch, piece
):
    sam.get("/orders/import")

    class Discarded(Upload):
        def chunks(self, offset):
            for rank, chunk in enumerate(super().chunks(offset)):
                yield chunk
                if rank == piece and shop.count(OrderImport):
                    with ThreadPoolExecutor(1) as elsewhere:
                        assert elsewhere.submit(sam.post, "/orders/imports/1/discard").result().status == 303

    monkeypatch.setattr(receiving, "Upload", Discarded)
    page = send(olive, a_file(SHOPIFY, *[{"Notes": "x" * 100_000}] * 12))
    assert (page.status, page.h1) == (200, "This file was not imported")
    assert left_over(shop) == 0


def test_a_file_that_is_discarded_while_it_is_checked_is_read_no_further(olive, sam, shop, monkeypatch):
    sam.get("/orders/import")
    real_step = importing._step

    def discard_after(*batch):
        place = real_step(*batch)
        with ThreadPoolExecutor(1) as elsewhere:
            assert elsewhere.submit(sam.post, "/orders/imports/1/discard").result().status == 303
        return place

    monkeypatch.setattr(importing, "BATCH", 1)
    monkeypatch.setattr(importing, "_step", discard_after)
    rows = [{"Name": f"#{order}", "Notes": "x" * 100_000} for order in (1001, 1002, 1003) for _item in range(12)]
    page = send(olive, a_file(SHOPIFY, *rows))
    assert (page.status, page.h1) == (200, "This file was not imported")
    assert left_over(shop) == 0


def test_files_that_wait_beside_each_other_do_not_mix(olive, shop):
    other = a_file(SHOPIFY, {"Name": "#1004"}, {"Name": "#1001"})
    first, second, unwanted = (send(olive, file).response.request.path for file in (THREE, other, THREE))
    olive.post(f"{unwanted}/discard")
    for path in (first, second):
        olive.post(f"{path}/start")
    assert [order.number for order in orders_in(shop)] == ["1001", "1002", "1003", "1004"]
    assert left_over(shop) == 0


def test_what_came_in_is_not_taken_back_by_discarding(olive, shop):
    page = bring_in(olive, THREE)
    olive.post(f"{page.response.request.path}/discard")
    assert olive.get(page.response.request.path).h1 == "3 orders came in"


def test_a_file_is_forgotten_after_a_day(app, olive, shop):
    path = send(olive, THREE).response.request.path
    with time_machine.travel(timedelta(hours=25), tick=False):
        background.run_once(app)
    assert left_over(shop) == 0
    assert signed_in(app, "olive").get(path).h1 == "This file was not imported"


def test_what_somebody_said_is_to_come_in_comes_in_though_its_file_is_a_day_old_by_then(app, olive, shop, slowly):
    path = send(olive, THREE).response.request.path
    background.run_once(app)
    sent_at = shop.first(select(OrderImport)).created_at
    with time_machine.travel(sent_at + timedelta(hours=24, minutes=-1)):
        signed_in(app, "olive").post(f"{path}/start")
    with time_machine.travel(sent_at + timedelta(hours=24, minutes=1)):
        background.run_once(app)
    assert [order.number for order in orders_in(shop)] == ["1001", "1002", "1003"]
    assert left_over(shop) == 0


def test_an_import_that_stands_still_for_a_week_is_given_up_and_what_is_in_stays(app, olive, shop, slowly, monkeypatch):
    path = send(olive, THREE).response.request.path
    background.run_once(app)
    olive.post(f"{path}/start")
    monkeypatch.setattr(importing, "bring_in", lambda *_args, **_named: 1 / 0)
    sent_at = shop.first(select(OrderImport)).created_at
    for days, left in ((6.9, True), (7.1, False)):
        with time_machine.travel(sent_at + timedelta(days=days)):
            background.run_once(app)
        assert bool(left_over(shop)) is left
    assert "By then 1 order had come in; they stay." in signed_in(app, "olive").get(path).text
    assert [order.number for order in orders_in(shop)] == ["1001"]


def test_an_import_that_somebody_is_at_is_not_given_up_however_old_its_file_is(app, olive, shop, slowly):
    path = send(olive, THREE).response.request.path
    background.run_once(app)
    olive.post(f"{path}/start")
    found = shop.first(select(OrderImport))
    later = found.created_at + timedelta(days=8)
    shop.change(found, claimed_until=later + timedelta(seconds=20))
    with time_machine.travel(later):
        background.run_once(app)
    assert shop.get(OrderImport, found.id).state is ImportState.IMPORTING


def test_earlier_files_can_be_read_again(olive):
    bring_in(olive, THREE)
    page = olive.get("/orders/import")
    assert "orders.csv Shopify · today" in page.text
    assert "Olive Owner 3 orders Imported" in page.text


def test_support_imports_nothing(uma):
    assert uma.get("/orders/import").status == 403
    assert uma.post("/orders/import", data={"file": (BytesIO(THREE.encode()), "x.csv")}).status == 403


def test_a_strange_import_is_not_there(olive):
    assert olive.get("/orders/imports/99").status == 404
    assert olive.post("/orders/imports/99/start").status == 404


def test_sending_no_file_is_said_beside_the_field(olive):
    page = olive.post("/orders/import")
    assert page.status == 422
    assert page.errors == {"file": "Choose the file first."}


def test_a_bad_row_is_told_with_line_and_column_and_the_rest_comes_in(olive, shop):
    page = send(olive, a_file(SHOPIFY, {}, {"Name": "#1002", "Total": "lots"}, {"Name": "#1003"}))
    assert counts(shop) == {"new": 2, "bad": 1}
    assert "3 1002 Total lots This is not an amount." in page.text
    bring_in(olive, a_file(SHOPIFY, {}, {"Name": "#1002", "Total": "lots"}, {"Name": "#1003"}))
    assert [order.number for order in orders_in(shop)] == ["1001", "1003"]


def test_what_is_wrong_can_be_read_after_the_import_too(olive):
    page = bring_in(olive, a_file(SHOPIFY, {}, {"Name": "#1002", "Total": ""}))
    assert "3 1002 Total – This cell is empty." in page.text


MONEY = [
    (OURS, "total"),
    (OURS, "item_price"),
    (SHOPIFY, "Total"),
    (WOO, "order_total"),
    (ANALYTICS, "N. Revenue (formatted)"),
]


@pytest.mark.parametrize(("kind", "column"), MONEY)
@pytest.mark.parametrize("amount", ["$1,040.00", "USD 1,040.00", "1040 usd"])
def test_an_amount_of_another_currency_than_the_order_s_keeps_it_out(olive, kind, column, amount):
    page = send(olive, a_file(kind, {column: amount}))
    assert f"2 1001 {column} {amount} This is not an amount." in page.text


def test_a_day_that_is_still_to_come_is_told_and_the_order_comes_in(olive, shop):
    """Some of what another clock wrote is a few hours ahead, and nothing is wrong with it."""
    far, near = (f"{datetime.now(UTC) + timedelta(hours=hours):%m/%d/%Y %H:%M}Z" for hours in (25, 23))
    file = a_file(OURS, {"placed_at": far}, {"number": "1002", "placed_at": near})
    page = send(olive, file)
    assert worth_a_look(page) == [
        f"2 1001 placed_at {far} This day is still to come. Maybe its day and its month are the other way round."
    ]
    bring_in(olive, file)
    assert [order.number for order in orders_in(shop)] == ["1002", "1001"]


@pytest.mark.parametrize(
    ("kind", "number", "column"), [(OURS, "number", "placed_at"), (WOO, "order_number", "order_date")]
)
def test_a_date_with_slashes_is_read_as_the_others_of_its_file(olive, shop, kind, number, column):
    dates = ("5/10/2026", "26/10/2026", "2026-10-07")
    page = bring_in(olive, a_file(kind, *({number: date[:4], column: date} for date in dates)))
    assert worth_a_look(page) == []
    manila = (order.placed_at + timedelta(hours=8) for order in orders_in(shop))
    assert [f"{at:%d %b}" for at in manila] == ["05 Oct", "07 Oct", "26 Oct"]


def test_without_a_date_that_says_so_the_month_comes_first(olive, shop):
    bring_in(olive, a_file(OURS, {"placed_at": "5/10/2026 9:30"}, {"number": "1002", "placed_at": "10/5/2026 9:30"}))
    assert [f"{order.placed_at:%d %b}" for order in orders_in(shop)] == ["10 May", "05 Oct"]


def test_a_date_that_stands_the_other_way_round_than_others_is_worth_a_look(olive):
    dates = ("5/10/2026", "10/26/2026", "26/10/2026")
    page = send(olive, a_file(OURS, *({"number": str(at), "placed_at": date} for at, date in enumerate(dates))))
    assert worth_a_look(page) == [f"4 2 placed_at 26/10/2026 {OTHER_WAY}"]
    assert page.h1 == "Import 3 orders?"


def test_how_dates_stand_is_looked_up_in_the_first_rows_only(olive, monkeypatch):
    monkeypatch.setattr(reading_formats, "DATED_ROWS", 2)
    dates = ("26/10/2026", "5/10/2026", "10/26/2026", "27/10/2026")
    page = send(olive, a_file(OURS, *({"number": str(at), "placed_at": date} for at, date in enumerate(dates))))
    assert worth_a_look(page) == [f"4 2 placed_at 10/26/2026 {OTHER_WAY}"]


def test_of_a_thousand_problems_the_rest_is_counted(olive, shop):
    rows = [{"Name": f"#{number}", "Total": "lots"} for number in range(1100)]
    page = send(olive, a_file(SHOPIFY, *rows))
    assert len(page.select("#left-out tbody tr")) == 1000
    assert "and 100 more" in page.text


@pytest.fixture
def slowly(monkeypatch):
    """One order a batch, and no time for a second one while the page waits."""
    monkeypatch.setattr(importing, "BATCH", 1)
    monkeypatch.setattr("blueprints.orders.import_routes.AT_ONCE_S", -1)


def test_what_takes_longer_goes_on_behind_the_page(app, olive, shop, slowly):
    page = send(olive, THREE)
    assert page.h1 == "The file is being checked"
    assert page.one("#underway")["data-refresh-seconds"]
    background.run_once(app)
    page = olive.get(page.response.request.path)
    assert page.h1 == "Import 3 orders?"
    page = olive.follow(olive.post(f"{page.response.request.path}/start"))
    assert page.h1 == "Orders are coming in"
    assert "1 of 3 orders are in." in page.text
    background.run_once(app)
    assert [order.number for order in orders_in(shop)] == ["1001", "1002", "1003"]


def test_without_a_thread_behind_it_an_import_goes_on_by_hand(olive, shop, slowly):
    path = send(olive, THREE).response.request.path
    for _ in range(9):
        olive.post(f"{path}/start")
    assert olive.get(path).h1 == "3 orders came in"


def test_nobody_touches_what_somebody_is_at(app, olive, shop, slowly):
    path = send(olive, THREE).response.request.path
    found = shop.first(select(OrderImport))
    shop.change(found, claimed_until=found.created_at + timedelta(seconds=20))
    background.run_once(app)
    olive.post(f"{path}/start")
    assert shop.get(OrderImport, found.id).offset == found.offset


def test_whoever_died_is_followed_by_another(app, olive, shop, slowly):
    send(olive, THREE)
    found = shop.first(select(OrderImport))
    shop.change(found, claimed_until=found.created_at - timedelta(seconds=1))
    background.run_once(app)
    assert counts(shop)["new"] == 3


def test_whoever_gives_it_a_push_it_comes_in_in_the_name_of_who_started_it(app, olive, sam, shop, slowly):
    path = send(sam, THREE).response.request.path
    background.run_once(app)
    for visitor in (sam, olive, olive):
        visitor.post(f"{path}/start")
    assert len(orders_in(shop)) == 3
    events = shop.all(select(Event).order_by(Event.id).options(joinedload(Event.user)))
    assert [event.user.name for event in events] == ["Sam Staff"] * 3


def test_a_batch_that_another_has_done_is_not_done_again(app, olive, shop, slowly, monkeypatch):
    path = send(olive, THREE).response.request.path
    background.run_once(app)
    real_step = importing._step

    def overtaken(begun, batch, enough):
        monkeypatch.setattr(importing, "_step", real_step)
        shop.change(shop.first(select(OrderImport)), claimed_until=None)
        olive.post(f"{path}/start")
        return real_step(begun, batch, enough)

    monkeypatch.setattr(importing, "_step", overtaken)
    olive.post(f"{path}/start")
    background.run_once(app)
    assert [order.number for order in orders_in(shop)] == ["1001", "1002", "1003"]
    assert counts(shop) == {"new": 3, "imported": 3, "without_email": 1}


def test_the_search_finds_what_came_in(app, olive, shop):
    bring_in(olive, a_file(SHOPIFY, {"Shipping Name": "Marisol Peña"}))
    with app.app_context():
        from blueprints.orders.finding import Filters, find_orders

        assert [row.number for row in find_orders("pena", Filters()).rows] == ["1001"]
        assert db.session.scalar(select(func.count()).select_from(Order)) == 1


def test_a_courier_that_a_file_names_is_added_but_not_in_use(olive, shop):
    page = send(olive, a_file(OURS, {"courier": "Ate Beth", "waybill": "1"}))
    assert "Ate Beth You have no courier of this name." in page.text
    page = bring_in(olive, a_file(OURS, {"courier": "Ate Beth", "waybill": "1"}))
    courier = orders_in(shop)[0].courier
    assert (courier.name, courier.active, courier.integrated) == ("Ate Beth", False, False)
