"""Shopify's exports, with all the quirks that real ones have."""

from datetime import UTC, datetime

import pytest

from models import OrderSource, OrderStatus, PaymentMethod, PaymentStatus
from tests.orders.files import SHOPIFY, a_file, bring_in, counts, item_row, orders_in, send


@pytest.fixture
def imported(olive, shop):
    """The orders that a file brings in."""

    def bring(*changes, **how):
        bring_in(olive, a_file(SHOPIFY, *changes, **how))
        return orders_in(shop)

    return bring


@pytest.fixture
def refused(olive):
    """What the preview says of a file with something wrong in it: line, number, column, what stood there, why."""

    def see(*changes):
        rows = send(olive, a_file(SHOPIFY, *changes)).select("#left-out tbody tr")
        return [[cell.get_text() for cell in row.select("td")] for row in rows]

    return see


def test_all_that_is_in_the_file_is_in_the_order(imported):
    (order,) = imported({"Payment Method": "GCash", "Notes": "Ring twice"})
    assert (order.number, order.source) == ("1001", OrderSource.SHOPIFY)
    assert order.placed_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert (order.total, order.shipping, order.paid, order.currency) == (104000, 8000, 104000, "PHP")
    assert (order.customer_name, order.customer_email) == ("Maria Santos", "maria@example.com")
    assert (order.payment_method, order.customer_note) == (PaymentMethod.GCASH, "Ring twice")
    (item,) = order.items
    assert (item.name, item.sku, item.quantity, item.price) == ("Adobo set", "ADO-2", 2, 48000)


def test_a_number_loses_all_signs_before_it_as_where_it_is_typed(imported):
    assert [order.number for order in imported({"Name": "##1001"}, {"Name": "'# 1002"})] == ["1001", "1002"]


def test_later_rows_of_an_order_are_items_of_it(imported):
    later = item_row(SHOPIFY, Lineitem_name="Ube jam", Lineitem_quantity="1", Lineitem_price="0.00")
    first, second = imported({}, later, {"Name": "#1002"})
    assert [item.name for item in first.items] == ["Adobo set", "Ube jam"]
    assert (first.item_count, second.item_count) == (3, 2)


def test_later_rows_may_repeat_email_and_date(imported):
    later = item_row(SHOPIFY, Lineitem_name="Ube jam", Lineitem_quantity="1", Lineitem_price="0.00")
    again = {"Email": "maria@example.com", "Created at": SHOPIFY["Created at"]}
    (order,) = imported({}, later | again)
    assert len(order.items) == 2


def test_rows_of_an_order_that_stand_apart_are_told_and_nothing_half_comes_in(olive, shop):
    later = item_row(SHOPIFY, Lineitem_name="Ube jam", Lineitem_quantity="1", Lineitem_price="180.00")
    file = a_file(SHOPIFY, {}, {"Name": "#1002"}, later)
    page = send(olive, file)
    assert "4 1001 – – Rows of this order are on line 2 as well." in page.text
    bring_in(olive, file)
    assert [order.number for order in orders_in(shop)] == ["1002"]
    assert counts(shop) == {"new": 1, "bad": 1, "imported": 1}


def test_an_item_row_that_comes_before_its_order_is_told(refused):
    first = item_row(SHOPIFY, Lineitem_name="Ube jam", Lineitem_quantity="1", Lineitem_price="180.00")
    rows = refused(first, {"Name": "#1002"}, {})
    assert [(row[0], row[1]) for row in rows] == [("2", "1001"), ("2", "1001"), ("4", "1001")]


def test_an_order_that_is_in_the_file_twice_comes_in_once(olive, shop):
    page = send(olive, a_file(SHOPIFY, {}, {"Name": "#1002"}, {"Shipping Name": "Somebody else"}))
    assert "4 1001 – – This order is on line 2 already." in page.text
    bring_in(olive, a_file(SHOPIFY, {}, {"Name": "#1002"}, {"Shipping Name": "Somebody else"}))
    assert [order.customer_name for order in orders_in(shop)] == ["Maria Santos", "Maria Santos"]


def test_of_two_orders_of_one_number_that_follow_one_another_neither_comes_in(olive, shop):
    """Which rows of items are whose, nothing says."""
    later = item_row(SHOPIFY, Lineitem_name="Ube jam", Lineitem_quantity="1", Lineitem_price="0.00")
    file = a_file(SHOPIFY, {}, {"Shipping Name": "Somebody else"}, later, {"Name": "#1002"})
    page = send(olive, file)
    assert "3 1001 Total 1,040.00 A second order of this number begins here. Neither of them comes in." in page.text
    bring_in(olive, file)
    assert [order.number for order in orders_in(shop)] == ["1002"]


def test_a_number_loses_its_sign_and_keeps_its_prefix(imported):
    orders = imported({}, {"Name": "#NENA-1002-PH"}, {"Name": "1003"})
    assert [order.number for order in orders] == ["1001", "NENA-1002-PH", "1003"]


def numbered(*changes):
    """One order for each of the changes."""
    return [{"Name": f"#{number}"} | change for number, change in enumerate(changes, start=1001)]


def test_a_time_is_read_with_its_offset_or_as_the_shops(imported):
    times = (
        "2026-11-20 09:30:00 +0800",
        "2026-11-20 06:30:00 +0500",
        "2026-11-20 01:30:00 UTC",
        "2026-11-20T01:30:00Z",
        "2026-11-20T09:30:00+08:00",
        "2026-11-20 09:30",
        "11/20/2026 9:30",
        "11/20/2026  9:30:00 AM",
        "20/11/2026 09:30",
    )
    orders = imported(*numbered(*({"Created at": time} for time in times)))
    assert {order.placed_at for order in orders} == {datetime(2026, 11, 20, 1, 30, tzinfo=UTC)}
    assert len(orders) == len(times)


def test_what_is_no_time_is_told(refused):
    times = ["yesterday", "2026-13-01 10:00", "2026-11-20 25:00", "0001-01-01 00:00", "20.11.2026"]
    rows = refused(*numbered(*({"Created at": time} for time in times)))
    assert [row[2:4] for row in rows] == [["Created at", time] for time in times]
    assert {row[4] for row in rows} == {"This is not a date and time that Suki can read. Write it as 2026-11-27 14:30."}


def test_a_status_follows_from_what_was_sent_and_paid(imported):
    cases = [
        ("unfulfilled", "pending", OrderStatus.PENDING),
        ("", "pending", OrderStatus.PENDING),
        ("", "authorized", OrderStatus.PENDING),
        ("unfulfilled", "paid", OrderStatus.ACCEPTED),
        ("partial", "paid", OrderStatus.PROCESSING),
        ("fulfilled", "pending", OrderStatus.SHIPPED),
        ("fulfilled", "paid", OrderStatus.COMPLETED),
        ("restocked", "refunded", OrderStatus.RETURNED),
        ("unfulfilled", "refunded", OrderStatus.RETURNED),
    ]
    orders = imported(*numbered(*({"Fulfillment Status": sent, "Financial Status": paid} for sent, paid, _ in cases)))
    assert [order.status for order in orders] == [status for *_, status in cases]


def test_a_cancelled_order_comes_in_as_cancelled(imported, shop):
    (order,) = imported({"Cancelled at": "2026-11-21 10:00:00 +0800", "Fulfillment Status": "fulfilled"})
    assert order.status is OrderStatus.CANCELLED
    assert order.cancelled_at == datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert shop.emails() == []


def test_payment_follows_from_its_status_and_amounts(imported):
    cases = [
        ({"Financial Status": "paid"}, 104000, 0, PaymentStatus.PAID),
        ({"Financial Status": "pending"}, 0, 0, PaymentStatus.UNPAID),
        ({"Financial Status": "voided"}, 0, 0, PaymentStatus.UNPAID),
        ({"Financial Status": "refunded", "Refunded Amount": "1040.00"}, 104000, 104000, PaymentStatus.REFUNDED),
        ({"Financial Status": "partially_paid", "Outstanding Balance": "40.00"}, 100000, 0, PaymentStatus.UNPAID),
        ({"Financial Status": "partially_paid"}, 0, 0, PaymentStatus.UNPAID),
        ({"Financial Status": "paid", "Total": "0.00"}, 0, 0, PaymentStatus.PAID),
    ]
    orders = imported(*numbered(*(changes for changes, *_ in cases)))
    got = [(order.paid, order.refunded, order.payment_status) for order in orders]
    assert got == [tuple(expected) for _, *expected in cases]


def test_a_part_that_was_refunded_is_noted(imported):
    (order,) = imported({"Financial Status": "partially_refunded", "Refunded Amount": "40.00"})
    assert (order.paid, order.refunded) == (104000, 4000)
    assert order.payment_status is PaymentStatus.PARTIALLY_REFUNDED


def test_a_part_that_was_paid_and_is_not_told_is_worth_a_look(olive):
    page = send(olive, a_file(SHOPIFY, {"Financial Status": "partially_paid"}))
    assert "The file does not say how much was paid." in page.text


def test_a_part_that_was_refunded_and_is_not_told_is_worth_a_look(olive):
    page = send(olive, a_file(SHOPIFY, {"Financial Status": "partially_refunded"}))
    assert "The file does not say how much was refunded." in page.text


def test_the_customers_name_is_the_first_that_is_known(imported):
    orders = imported(
        *numbered(
            {"Shipping Name": "Maria", "Billing Name": "Juan"},
            {"Shipping Name": "", "Billing Name": "Juan"},
            {"Shipping Name": ""},
            {"Shipping Name": "", "Email": ""},
        )
    )
    assert [order.customer_name for order in orders] == ["Maria", "Juan", "maria@example.com", "—"]


def test_a_spreadsheets_sign_is_no_part_of_a_phone_or_a_zip(imported):
    (order,) = imported({"Shipping Phone": "'+63 917 123", "Shipping City": "Quezon City", "Shipping Zip": "'0870"})
    assert order.customer_phone == "+63 917 123"
    assert order.address == "Quezon City, 0870"


def test_a_phone_is_the_first_that_is_known(imported):
    assert imported({"Shipping Phone": "", "Billing Phone": "", "Phone": "'0918"})[0].customer_phone == "0918"


def test_an_address_is_the_billing_one_when_there_is_no_other(imported):
    billing = {"Billing Address1": "12 Mabini St", "Billing City": "Pasig", "Billing Country": "PH"}
    assert imported(billing)[0].address == "12 Mabini St, Pasig, PH"


def test_a_note_keeps_its_line_breaks(imported):
    assert imported({"Notes": "Ring twice,\nplease."}, {"Name": "#2"})[0].customer_note == "Ring twice,\nplease."


def test_the_currency_is_the_orders_own(imported):
    (order,) = imported({"Currency": "JPY", "Total": "1,250", "Shipping": "0", "Lineitem price": "625"})
    assert (order.currency, order.total, order.items[0].price) == ("JPY", 1250, 625)


def test_tax_that_prices_include_is_no_part_of_the_sum(imported):
    (order,) = imported({"Taxes": "111.43"})
    assert (order.tax, order.subtotal) == (0, 96000)


def test_tax_that_is_added_is_part_of_the_sum(imported):
    (order,) = imported({"Taxes": "115.20", "Total": "1155.20"})
    assert (order.tax, order.subtotal) == (11520, 96000)


def test_a_payment_method_is_known_by_its_usual_names(imported):
    methods = {
        "Cash on Delivery (COD)": PaymentMethod.COD,
        "GCash via PayMongo": PaymentMethod.GCASH,
        "PayMaya": PaymentMethod.MAYA,
        "Shopify Payments": PaymentMethod.CARD,
        "Bank Deposit": PaymentMethod.BANK_TRANSFER,
        "Cash on pick-up": PaymentMethod.CASH_ON_PICKUP,
        "gift_card": PaymentMethod.OTHER,
        "": PaymentMethod.OTHER,
    }
    orders = imported(*numbered(*({"Payment Method": name} for name in methods)))
    assert [order.payment_method for order in orders] == list(methods.values())


def test_courier_and_waybill_in_a_note_are_a_booking(imported):
    (order,) = imported({"Note Attributes": "courier: JNT Express\nTracking No: JT0912345678"})
    assert (order.courier.name, order.waybill) == ("J&T Express", "JT0912345678")
    assert order.only_support_can_cancel


def test_a_courier_that_is_only_wished_for_is_no_booking(imported):
    assert not imported({"Note Attributes": "courier: J&T please"})[0].is_booked


def test_a_cancelled_order_of_an_integrated_courier_has_no_booking_any_more(imported):
    note = {"Note Attributes": "courier: J&T\nwaybill: JT1", "Cancelled at": "2026-11-21 10:00:00 +0800"}
    (order,) = imported(note)
    assert order.status is OrderStatus.CANCELLED
    assert (order.is_booked, order.courier_reference) == (False, "imported")


@pytest.mark.parametrize(("separator", "ending"), [(",", "\n"), (";", "\r\n"), ("\t", "\r")])
def test_any_separator_and_line_end_is_read(imported, separator, ending):
    orders = imported({}, {"Name": "#1002", "Notes": "a, b; c"}, separator=separator, ending=ending)
    assert [order.number for order in orders] == ["1001", "1002"]
    assert orders[1].customer_note == "a, b; c"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_names_are_right_in_every_encoding(olive, shop, encoding):
    bring_in(olive, a_file(SHOPIFY, {"Shipping Name": "Renée Peña-Ñonuevo"}).encode(encoding))
    assert orders_in(shop)[0].customer_name == "Renée Peña-Ñonuevo"


def test_a_file_put_together_from_two_encodings_is_read_line_by_line(olive, shop):
    old = a_file(SHOPIFY, {"Shipping Name": "Peña"}).encode("cp1252")
    new = a_file(SHOPIFY, {"Name": "#1002", "Shipping Name": "Peña"}).encode().split(b"\r\n", 1)[1]
    bring_in(olive, old + new)
    assert [order.customer_name for order in orders_in(shop)] == ["Peña", "Peña"]


def test_columns_are_known_by_name_in_any_order(olive, shop):
    columns = dict(reversed(SHOPIFY.items())) | {"Something new": "x"}
    bring_in(olive, a_file(columns).replace("Shipping Name", "shipping name", 1))
    assert orders_in(shop)[0].customer_name == "Maria Santos"


def test_an_email_that_is_none_is_left_out_and_told(olive, shop):
    page = send(olive, a_file(SHOPIFY, {"Email": "maria(at)example.com"}))
    assert "maria(at)example.com This is not an email address. The order comes in without one." in page.text
    bring_in(olive, a_file(SHOPIFY, {"Email": "maria(at)example.com"}))
    assert orders_in(shop)[0].customer_email is None


def test_what_is_wrong_is_told_with_its_column(refused):
    wrong = [
        ("Total", "-5", "This is not an amount. Write it as 480.00."),
        ("Total", "1.480", "This is not an amount. Write it as 480.00."),
        ("Total", "", "This cell is empty."),
        ("Name", "", "This cell is empty."),
        ("Name", "9" * 41, "An order number has at most 40 characters."),
        ("Lineitem quantity", "two", "This is not a number of pieces."),
        ("Lineitem quantity", "٣", "This is not a number of pieces."),
        ("Lineitem price", "free", "This is not an amount. Write it as 480.00."),
        ("Currency", "PESO", "This is not a currency."),
        ("Financial Status", "maybe", "Suki does not know this payment status."),
        ("Fulfillment Status", "lost", "Suki does not know this status."),
        ("Created at", "", "This cell is empty."),
    ]
    rows = refused(*numbered(*({column: text} for column, text, _ in wrong)))
    assert [row[2:] for row in rows] == [[column, text or "–", why] for column, text, why in wrong]
    assert [row[0] for row in rows] == [str(line) for line in range(2, 2 + len(wrong))]


def test_text_is_cleaned_as_in_a_form(imported):
    (order,) = imported({"Shipping Name": "  Ma\u202eria\0 \u200bSantos <script>alert(1)</script> "})
    assert order.customer_name == "Maria Santos <script>alert(1)</script>"


def test_what_is_too_long_is_cut_and_told(olive, shop):
    file = a_file(SHOPIFY, {"Notes": "x" * 2001})
    assert "This is too long." in send(olive, file).text
    bring_in(olive, file)
    assert len(orders_in(shop)[0].customer_note) == 2000
