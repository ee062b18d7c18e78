"""Files that are no orders: each is refused with a sentence, soon, and with nothing half done."""

import os
import sqlite3
import tracemalloc
from io import BytesIO
from itertools import count

import pytest
from sqlalchemy.exc import OperationalError

from blueprints import reading_csv
from blueprints.orders import background_tasks, checking, importing, reading_formats, receiving
from blueprints.reading_csv import FileFault, Table, Unreadable
from models import ImportChunk, OrderImport
from tests.full_disk import disk_full
from tests.orders.files import OURS, SHOPIFY, WOO, a_file, bring_in, counts, orders_in, send

HEADER = a_file(SHOPIFY).split("\r\n")[0]
XLSX = b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + os.urandom(500)
XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
UNKNOWN = (
    "Suki does not know the columns of this file. Choose an export of Shopify or WooCommerce, or a list whose first "
    "line has these names: number, placed_at, status, payment_status, total, customer_name, item_name, item_quantity, "
    "item_price."
)
NOT_CSV = {
    "empty": (b"", "This file is empty."),
    "blank": (b"\xef\xbb\xbf \r\n\r\n", "This file is empty."),
    "header only": (HEADER.encode(), "This file has the names of columns, but no orders under them."),
    "xlsx": (XLSX, "This is an Excel or zip file, not CSV."),
    "xls": (XLS, "This is an Excel or zip file, not CSV."),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "This is not a text file."),
    "pdf": (b"%PDF-1.7\n" + b"stream\n" * 99, "This is not a text file."),
    "utf-16": (a_file(SHOPIFY).encode("utf-16"), "This file is saved as UTF-16"),
    "utf-16 without mark": (a_file(SHOPIFY).encode("utf-16-le"), "This file is saved as UTF-16"),
    "other columns": (b"a,b,c\n1,2,3\n", UNKNOWN),
    "no total": (
        a_file({k: v for k, v in SHOPIFY.items() if k not in ("Total", "Created at")}).encode(),
        "Columns are missing: Total, Created at.",
    ),
    "own list": (b"Customer,Item,Qty,Price,Date\nMaria,Jam,1,80,2026-11-20\n", UNKNOWN),
    "own list of names that an export has too": (b"Name,Email,Total,Date,Customer\n#1,a@example.com,5,,\n", UNKNOWN),
    "little of Shopify's": (b"Name,Financial Status,Created at\n#1,paid,\n", "Columns are missing: Total, Lineitem"),
    "little of WooCommerce's": (b"order_date,billing_first_name\n,\n", "Columns are missing: status, order_total."),
    "little of its Analytics'": (b"Date,Order #,Customer,Items sold\n,1,,\n", "Columns are missing: N. Revenue"),
    "a misnamed column": (
        b"number,placed_at,status,payment_status,total,customer,item_name,item_quantity,item_price\n1,2\n",
        "Columns are missing: customer_name. The first line must name them as the sample does.",
    ),
    "many columns": (",".join(map(str, range(1001))).encode() + b"\n1\n", "This file has more than 1,000 columns"),
    "long header": (b"x" * 70_000 + b"\n1\n", "The first line of this file is far too long"),
    "long quoted header": (b'"x\n' + b"x" * 70_000 + b'"\n1\n', "The first line of this file is far too long"),
    "broken header": (b'Name,"Total"x,Email\n1,2,3\n', "The first line of this file can’t be read"),
}


@pytest.mark.parametrize(("content", "why"), NOT_CSV.values(), ids=NOT_CSV)
def test_what_is_no_file_of_orders_is_refused_beside_the_field(olive, shop, content, why):
    page = send(olive, content)
    assert page.status == 422
    assert page.errors["file"].startswith(why)
    assert shop.count(OrderImport) + shop.count(ImportChunk) == 0


@pytest.mark.parametrize(
    ("named", "leads"),
    [("other columns", True), ("own list", True), ("a misnamed column", True), ("no total", False)],
)
def test_whoever_writes_a_list_is_led_to_the_sample_and_who_exported_is_not(olive, named, leads):
    page = send(olive, NOT_CSV[named][0])
    assert [link["href"] for link in page.select("form a[download]")] == (
        ["/orders/import/sample.csv"] if leads else []
    )


def test_a_file_that_is_too_large_is_refused_before_it_is_read(app, olive, shop):
    app.config["IMPORT_MAX_BYTES"] = 1000
    page = send(olive, b"x" * 200_000)
    assert page.status == 413
    assert page.h1 == "That is too large"
    assert shop.count(OrderImport) == 0


def test_a_file_may_be_larger_than_other_forms(olive, shop):
    rows = [{"Name": f"#{number}", "Notes": "x" * 100_000} for number in range(20)]
    bring_in(olive, a_file(SHOPIFY, *rows))
    assert len(orders_in(shop)) == 20


TOO_MUCH = {
    "what the items come to": (OURS, {"item_quantity": "1000000", "item_price": "999999999999.99", "total": "1.00"}),
    "pieces": (WOO, {"line_item_1": "name:Jam|quantity:99999999999999999999|total:10.00|sub_total:10.00"}),
    "pieces that the database could hold": (WOO, {"line_item_1": f"name:Jam|quantity:{9 * 10**18}|total:1.00"}),
}


@pytest.mark.parametrize(("kind", "change"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_an_order_of_more_than_can_be_counted_stays_out_and_the_others_come_in(olive, shop, kind, change):
    file = a_file(kind, change, {"number" if kind is OURS else "order_number": "77"})
    assert "Its amounts, or its pieces, are more than any order has." in send(olive, file).text
    bring_in(olive, file)
    assert [order.number for order in orders_in(shop)] == ["77"]


def test_a_file_at_which_something_breaks_holds_up_no_other(app, monkeypatch):
    tried = []

    def carry_on(import_id, **_named):
        tried.append(import_id)
        raise OverflowError

    monkeypatch.setattr(importing, "waiting_imports", lambda: [1, 2])
    monkeypatch.setattr(importing, "carry_on", carry_on)
    with app.app_context():
        background_tasks.carry_on_imports()
    assert tried == [1, 2]


def test_of_a_file_that_could_not_be_stored_nothing_is_left(olive, shop, monkeypatch):
    def full(*_words, **_columns):
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(receiving, "ImportChunk", full)
    assert send(olive, a_file(SHOPIFY)).status == 500
    assert shop.count(OrderImport) == 0


@pytest.mark.parametrize(("step", "after"), [("INSERT INTO import_chunks", 1), ("UPDATE order_imports", 0)])
def test_a_file_that_fills_the_disk_leaves_the_disk_as_it_was(app, olive, shop, step, after):
    with disk_full(app, step, after=after):
        page = send(olive, a_file(SHOPIFY, *[{"Notes": "x" * 100_000}] * 12))
    assert (page.status, page.h1) == (503, "Suki could not write to its disk")
    assert shop.count(OrderImport) + shop.count(ImportChunk) == 0


class Endless:
    """A file of a gigabyte, whose bytes are made when they are read."""

    size = 1024**3

    def __init__(self, piece: bytes, first: bytes = b"") -> None:
        self.piece = piece * (1024 * 1024 // len(piece))
        self.first = first
        self.given = 0

    def chunks(self, offset: int):
        for number in count():
            if self.given > self.size:
                return
            chunk = self.first + self.piece if number == 0 else self.piece
            self.given += len(chunk)
            yield chunk


@pytest.mark.parametrize("first", [b"", b'"x\n'])
def test_a_header_of_a_gigabyte_is_refused_after_its_beginning(first):
    file = Endless(b"Name,", first)
    with pytest.raises(Unreadable) as refused:
        Table(file)
    assert refused.value.fault is FileFault.LONG_HEADER
    assert file.given < 3 * 1024 * 1024


@pytest.mark.parametrize("piece", [b"x", b"x,", b'"x,\n', b'"x\n",'])
def test_a_row_that_does_not_end_takes_no_memory(piece, monkeypatch):
    monkeypatch.setattr(Endless, "size", 4 * reading_csv.LONGEST_ROW)
    rows = iter(Table(Endless(piece, HEADER.encode() + b"\n")).rows())
    tracemalloc.start()
    faults = {row.fault for row in rows}
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40 * 1024 * 1024
    assert faults & {"cell_too_long", "row_broken", "too_many_cells"}


def wrong_rows(page):
    return [cell.get_text() for cell in page.select("#left-out tbody tr td:last-child")]


def test_a_cell_that_is_too_long_is_told_and_the_next_order_comes_in(olive, shop):
    file = a_file(SHOPIFY, {"Notes": "x" * 131_073}, {"Name": "#1002"})
    assert wrong_rows(send(olive, file)) == ["This row can’t be read: one of its cells is longer than any order’s."]
    bring_in(olive, file)
    assert [order.number for order in orders_in(shop)] == ["1002"]


def test_a_line_that_is_too_long_is_told_and_the_next_order_comes_in(olive, shop):
    file = a_file(SHOPIFY, {"Notes": "x" * (reading_csv.LONGEST_ROW * 2)}, {"Name": "#1002"})
    page = send(olive, file)
    assert len(wrong_rows(page)) == 1
    assert "2 1001" in page.text
    bring_in(olive, file)
    assert [order.number for order in orders_in(shop)] == ["1002"]


def test_a_file_in_which_nothing_can_be_read_is_given_up(olive, shop, monkeypatch):
    monkeypatch.setattr(checking, "HOPELESS", 3)
    monkeypatch.setattr(importing, "BATCH", 2)
    page = send(olive, a_file(SHOPIFY, *({"Name": f"#{number}", "Total": "x"} for number in range(100))))
    assert page.h1 == "Nothing new in this file"
    assert counts(shop) == {"bad": 4}


def test_an_order_without_end_is_told_and_none_of_it_comes_in(olive, shop, monkeypatch):
    monkeypatch.setattr(reading_formats, "MOST_ROWS", 3)
    page = send(olive, a_file(SHOPIFY, *[{}] * 10, {"Name": "#1002"}))
    assert wrong_rows(page)[0] == "This order has more rows than any order has."
    assert counts(shop) == {"new": 1, "bad": 4}


def test_a_long_stretch_of_blank_rows_is_passed_in_steps(olive, shop, monkeypatch):
    monkeypatch.setattr(reading_formats, "LONG_STRETCH", 10)
    first, second = a_file(SHOPIFY), a_file(SHOPIFY, {"Name": "#1002"}).split("\r\n", 1)[1]
    bring_in(olive, first + ",,,,\r\n" * 95 + second + "\r\n" * 25)
    assert [order.number for order in orders_in(shop)] == ["1001", "1002"]


def test_a_line_break_in_a_bare_cell_is_told(olive, shop):
    file = a_file(SHOPIFY, {"Notes": "Ring\rtwice"}, {"Name": "#1002"}).replace('"Ring\rtwice"', "Ring\rtwice")
    page = send(olive, file)
    assert wrong_rows(page) == ["This row can’t be read: its quotation marks or line breaks are not right."]
    assert "2 1001" in page.text
    bring_in(olive, file)
    assert [order.number for order in orders_in(shop)] == ["1002"]


def test_a_quotation_mark_that_never_ends_is_told(olive):
    page = send(olive, a_file(SHOPIFY, {}, {"Name": "#1002", "Notes": "OPEN"}, {"Name": "#1003"}).replace("OPEN", '"x'))
    assert page.h1 == "Import 1 order?"
    assert wrong_rows(page) == ["This row can’t be read: its quotation marks or line breaks are not right."]


def test_a_row_with_too_many_cells_is_told(olive):
    page = send(olive, a_file(SHOPIFY, {}, {"Name": "#1002", "Notes": "x"}).replace(",x\r\n", ",x,y\r\n"))
    assert wrong_rows(page) == [
        "This row has more cells than there are columns. Maybe a text in it holds the separator."
    ]


def test_a_broken_item_row_takes_its_whole_order_with_it(olive, shop):
    lines = a_file(SHOPIFY, {}, {"Total": "", "Notes": "x"}, {"Name": "#1002"}).replace(",x\r\n", ',"x"x\r\n')
    assert "3 1001" in send(olive, lines).text
    bring_in(olive, lines)
    assert [order.number for order in orders_in(shop)] == ["1002"]


def test_a_nul_in_a_text_is_taken_out(olive, shop):
    bring_in(olive, a_file(SHOPIFY, {"Shipping Name": "Ma\0ria"}))
    assert orders_in(shop)[0].customer_name == "Maria"


def test_any_name_of_a_file_is_shown_as_text(olive):
    page = olive.post("/orders/import", data={"file": (BytesIO(a_file(SHOPIFY).encode()), "../<b>\u202ex.csv")})
    assert page.status == 303
    assert "<b>x" in olive.get("/orders/import").text
