"""What a search finds goes out as a file that no spreadsheet runs, and that comes in again as it was."""

import csv
import re
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprints.cells import guarded, unguarded
from blueprints.orders import exporting
from blueprints.orders.reading_suki import COLUMNS
from models import Base, Order, OrderItem, OrderStatus, PaymentStatus, writing
from models.text import cleaned_line, cleaned_text
from tests.orders.breaking import drop_trigger
from tests.orders.files import OURS, a_file, bring_in

SIGNS = "=+-@\t\r＝＋－＠"  # noqa: RUF001 (full-width ones are what is tested)
CELL = st.text(max_size=30) | st.text(alphabet=f"x,;'\"\n{SIGNS}", max_size=30)


def rows_of(page):
    return list(csv.DictReader(StringIO(page.response.text, newline="")))


@pytest.fixture
def empty_shop(app):
    """Takes all orders out again, as if the shop were new."""

    def empty():
        with app.app_context(), writing() as session:
            drop_trigger(session, "events_no_delete")
            for name in ("events", "order_items", "import_findings", "order_imports", "orders"):
                session.execute(Base.metadata.tables[name].delete())

    return empty


def test_a_row_for_each_item_with_the_columns_that_are_promised(olive, shop):
    shop.booked_order(items=[("Adobo set", 2, 48000), ("Ube jam", 1, 18050)], payment_status=PaymentStatus.PAID)
    page = olive.get("/orders/export.csv")
    assert page.response.text.splitlines()[0] == ",".join(COLUMNS)
    first, second = rows_of(page)
    assert first == {
        "number": "1001",
        "placed_at": "2026-11-20 09:30:00+08:00",
        "status": "pending",
        "payment_status": "paid",
        "payment_method": "cod",
        "currency": "PHP",
        "total": "1140.50",
        "paid": "1140.50",
        "customer_name": "Maria Santos",
        "customer_email": "maria@example.com",
        "customer_phone": "0917 123 4567",
        "address": "12 Mabini St, Quezon City",
        "courier": "J&T Express",
        "waybill": "JT0912345678",
        "item_sku": "",
        "item_name": "Adobo set",
        "item_quantity": "2",
        "item_price": "480.00",
    }
    assert (second["number"], second["item_name"], second["item_price"]) == ("1001", "Ube jam", "180.50")


def test_it_is_a_file_to_save(olive, shop):
    shop.order()
    headers = olive.get("/orders/export.csv").response.headers
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Content-Disposition"].startswith('attachment; filename="orders-20')
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_only_what_the_search_and_the_filters_show_goes_out(olive, shop):
    shop.order(customer_name="Marisol Peña")
    shop.order(customer_name="Juan Peña", status=OrderStatus.CANCELLED)
    shop.order()
    assert [row["number"] for row in rows_of(olive.get("/orders/export.csv?q=pena"))] == ["1001", "1002"]
    assert [row["number"] for row in rows_of(olive.get("/orders/export.csv?q=pena&status=cancelled"))] == ["1002"]
    assert rows_of(olive.get("/orders/export.csv?q=nobody")) == []


def test_every_page_of_a_long_list_goes_out_once(olive, shop, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE", 2)
    numbers = [shop.order().number for _ in range(5)]
    assert [row["number"] for row in rows_of(olive.get("/orders/export.csv"))] == numbers


def test_support_exports_nothing(uma):
    assert uma.get("/orders/export.csv").status == 403


@pytest.mark.parametrize("sign", SIGNS)
def test_no_cell_is_a_formula(olive, shop, sign):
    shop.order(customer_name=f"{sign}cmd|' /C calc'!A0", customer_phone=f"{sign}63 917", address=f"{sign}1+1")
    cells = [cell for row in rows_of(olive.get("/orders/export.csv")) for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] and cell[:1] in SIGNS]


@pytest.mark.parametrize("name", ["x;=cmd|' /C calc'!A0;", 'x;"=1+1', "x, y;'+1", "x;＝1;-1"])  # noqa: RUF001 (full-width)
def test_no_cell_is_a_formula_where_semicolons_part_cells(olive, shop, name):
    """Such a spreadsheet heeds no quotation mark within what it takes for a cell, nor that a line break is quoted."""
    shop.order(customer_name=name, address=f"12 Mabini St\n{name[2:]}")
    cells = re.split(r"[;\r\n]", olive.get("/orders/export.csv").response.text)
    assert not [cell for cell in cells if cell.lstrip('"').startswith(tuple(SIGNS))]


@given(CELL)
def test_a_guarded_cell_is_read_as_what_it_was(cell):
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(tuple(SIGNS))
    assert not [part for part in re.split(r"[;\t\r\n]", guarded(cell)) if part.lstrip('"').startswith(tuple(SIGNS))]


def test_a_cancelled_booking_of_a_living_order_stays_behind(olive, shop):
    order = shop.booked_order(courier="Own rider")
    shop.change(order, booking_cancelled_at=order.booked_at)
    (row,) = rows_of(olive.get("/orders/export.csv"))
    assert (row["courier"], row["waybill"]) == ("", "")


LINE = CELL.map(cleaned_line).filter(bool)
ORDERS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.from_regex(r"[A-Z0-9='+@-]{1,12}", fullmatch=True),
            "customer_name": LINE,
            "customer_phone": st.none() | LINE,
            "address": CELL.map(cleaned_text),
            "status": st.sampled_from([status for status in OrderStatus if status is not OrderStatus.CANCELLED]),
            "total": st.integers(0, 10**9),
            "items": st.lists(st.tuples(LINE, st.integers(0, 99), st.integers(0, 10**6)), max_size=3),
        }
    ),
    max_size=4,
    unique_by=lambda order: order["number"],
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ORDERS)
def test_what_went_out_comes_in_and_goes_out_the_same(olive, shop, empty_shop, orders):
    empty_shop()
    for order in orders:
        shop.order(**order)
    out = olive.get("/orders/export.csv").response.text
    if not orders:
        return
    empty_shop()
    bring_in(olive, out)
    assert shop.count(Order) == len(orders)
    assert shop.count(OrderItem) == sum(len(order["items"]) for order in orders)
    assert olive.get("/orders/export.csv").response.text == out


def test_orders_in_every_state_go_out_the_same_again(olive, shop, empty_shop):
    for status in OrderStatus:
        shop.order(status=status)
        shop.order(status=status, payment_status=PaymentStatus.PAID)
    shop.order(payment_status=PaymentStatus.REFUNDED, paid=96000, refunded=96000)
    shop.order(payment_status=PaymentStatus.PARTIALLY_REFUNDED, paid=96000, refunded=5000)
    shop.order(currency="JPY", total=1250, shipping=0, items=[])
    shop.booked_order()
    shop.booked_order(courier="Lalamove", status=OrderStatus.CANCELLED)
    out = olive.get("/orders/export.csv").response.text
    empty_shop()
    bring_in(olive, out)
    assert olive.get("/orders/export.csv").response.text == out


def test_a_file_that_a_spreadsheet_saved_again_is_read(olive, shop):
    bring_in(olive, a_file(OURS, {"customer_phone": "'+63 917"}, separator=";"))
    assert rows_of(olive.get("/orders/export.csv"))[0]["customer_phone"] == "'+63 917"
    assert shop.all(Order.__table__.select().with_only_columns(Order.customer_phone)) == ["+63 917"]
