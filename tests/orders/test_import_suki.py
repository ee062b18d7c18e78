"""Suki's own file comes in as it went out, and gets nobody around a rule."""

import re

import pytest

from blueprints.orders import importing
from blueprints.orders.import_forms import FINDINGS, past_finding_in_words
from blueprints.orders.incoming import OrderFinding
from models import Courier, OrderSource, OrderStatus, PaymentStatus
from tests.orders.files import (
    ANALYTICS,
    OURS,
    SHOPIFY,
    WOO,
    a_file,
    bring_in,
    counts,
    orders_in,
    send,
    worth_a_look,
)


@pytest.fixture
def imported(olive, shop):
    def bring(*changes):
        rows = [{"number": str(number)} | change for number, change in enumerate(changes, start=1001)]
        bring_in(olive, a_file(OURS, *rows))
        return orders_in(shop)

    return bring


def test_all_that_is_in_the_file_is_in_the_order(imported):
    first, _ = imported({"status": "processing", "address": "12 Mabini St,\nQuezon City"}, {})
    assert (first.number, first.source, first.status) == ("1001", OrderSource.SUKI, OrderStatus.PROCESSING)
    assert (first.address, first.total, first.shipping) == ("12 Mabini St,\nQuezon City", 104000, 8000)
    assert (first.items[0].name, first.items[0].sku, first.items[0].price) == ("Adobo set", "ADO-2", 48000)


@pytest.mark.parametrize("written", ["#1001", "# 1001", " #  1001 ", "## 1001"])
def test_a_number_is_the_same_however_it_is_marked(olive, shop, written):
    shop.order(number="1001")
    assert send(olive, a_file(OURS, {"number": written})).h1 == "Nothing new in this file"


def test_rows_of_one_number_are_one_order(imported):
    (order,) = imported({}, {"number": "1001", "item_name": "Ube jam", "item_quantity": "1", "item_price": "80"})
    assert [item.name for item in order.items] == ["Adobo set", "Ube jam"]
    assert (order.shipping, order.discount) == (0, 0)


def test_rows_of_one_number_that_stand_apart_are_told(olive):
    page = send(olive, a_file(OURS, {}, {"number": "1002"}, {"item_name": "Ube jam"}))
    assert "4 1001 – – Rows of this order are on line 2 as well." in page.text
    assert page.h1 == "Import 1 order?"


def test_the_order_s_own_sign_and_code_are_no_part_of_an_amount(olive, shop):
    amounts = [("PHP", "₱1,040"), ("PHP", "Php. 1,040.00"), ("PHP", "P1,040"), ("USD", "$1,040"), ("USD", "US$ 1,040")]
    amounts += [("MYR", "RM1,040.00"), ("SGD", "S$1,040")]
    rows = [{"number": str(at), "currency": code, "total": text} for at, (code, text) in enumerate(amounts)]
    bring_in(olive, a_file(OURS, *rows))
    assert [(order.currency, order.total) for order in orders_in(shop)] == [(code, 104000) for code, _ in amounts]


def test_an_address_that_mail_can_go_to_comes_in_in_whatever_alphabet(olive, shop):
    addresses = ["ana@peña.example", "peña@example.com", "=?x?=@example.com", "maria@example.com"]
    bring_in(olive, a_file(OURS, *({"number": str(at), "customer_email": each} for at, each in enumerate(addresses))))
    assert [order.customer_email for order in orders_in(shop)] == ["ana@peña.example", None, None, "maria@example.com"]


def test_a_doubt_about_an_order_that_is_left_out_is_not_said_to_come_in(olive):
    page = send(olive, a_file(OURS, {"customer_email": "nobody", "total": "a lot"}, {"number": "1002"}))
    assert "2 1001 total a lot This is not an amount." in page.one("#left-out").get_text(" ", strip=True)
    assert worth_a_look(page) == []


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("placed_at", "2026-11-21 10:00"),
        ("customer_name", "Juan Dela Cruz"),
        ("customer_email", "juan@example.com"),
        ("total", "80.00"),
    ],
)
def test_a_row_that_tells_of_another_order_keeps_both_out(olive, column, text):
    page = send(olive, a_file(OURS, {}, {column: text, "item_name": "Ube jam"}, {"number": "1002"}))
    assert f"3 1001 {column} {text} The first row of this order says something else." in page.text
    assert page.h1 == "Import 1 order?"


def test_later_rows_of_an_order_may_leave_empty_what_the_first_one_says(imported):
    of_the_order = dict.fromkeys(("placed_at", "customer_name", "customer_email", "total"), "")
    (order,) = imported({}, {"number": "1001", "item_name": "Ube jam"} | of_the_order)
    assert (order.customer_name, len(order.items)) == ("Maria Santos", 2)


def test_a_row_that_stands_there_twice_is_worth_a_look(olive):
    page = send(olive, a_file(OURS, {}, {}))
    assert worth_a_look(page) == ["3 1001 – – This row says the same as one before it. Its item counts twice."]
    assert page.h1 == "Import 1 order?"


def test_a_number_that_a_spreadsheet_has_changed_is_told(olive):
    page = send(olive, a_file(OURS, *({"number": number} for number in ("2.02611E+11", "1001.0", "1002"))))
    changed = "It seems that a spreadsheet changed this number. Save its column as text."
    assert f"2 2.02611E+11 number 2.02611E+11 {changed}" in page.one("#left-out").get_text(" ", strip=True)
    assert worth_a_look(page) == [f"3 1001.0 number 1001.0 {changed}"]
    assert page.h1 == "Import 2 orders?"


def test_what_is_wrong_after_much_that_is_worth_a_look_keeps_the_order_out(olive):
    long = [{"item_name": f"{'x' * 300} {number}"} for number in range(50)]
    page = send(olive, a_file(OURS, *long, {"item_price": "free"}, {"number": "1002"}))
    assert "52 1001 item_price free This is not an amount." in page.text
    assert page.h1 == "Import 1 order?"


def test_an_order_without_items_comes_in(imported):
    (order,) = imported({"item_name": "", "item_sku": "", "item_quantity": "", "item_price": ""})
    assert (order.items, order.item_count, order.total) == ([], 0, 104000)


@pytest.mark.parametrize("price", ["", " "])
def test_an_item_without_a_price_keeps_its_order_out_and_a_free_one_does_not(olive, price):
    page = send(olive, a_file(OURS, {"item_price": price}, {"number": "1002", "item_price": "0"}))
    assert "2 1001 item_price – This cell is empty." in page.text
    assert page.h1 == "Import 1 order?"


def test_an_item_without_a_name_is_worth_a_look(olive):
    page = send(olive, a_file(OURS, {"item_name": ""}))
    assert worth_a_look(page) == ["2 1001 item_name – This item has no name. It comes in without one."]
    assert page.h1 == "Import 1 order?"


@pytest.mark.parametrize("left", ["item_sku", "item_price"])
def test_no_row_with_anything_of_an_item_is_dropped(olive, left):
    item = {"item_sku": "UBE-1", "item_price": "180"}
    rest = dict.fromkeys(("item_sku", "item_name", "item_quantity", "item_price"), "") | {left: item[left]}
    page = send(olive, a_file(OURS, {}, rest, {"number": "1002"}))
    assert "3 1001 item_quantity – This is not a number of pieces." in page.text
    assert page.h1 == "Import 1 order?"


def test_payment_is_as_the_file_says(imported):
    orders = imported(
        {"payment_status": "unpaid", "paid": "500.00"},
        {"payment_status": "paid", "paid": "1,040.00"},
        {"payment_status": "paid", "paid": ""},
        {"payment_status": "refunded", "paid": "1040"},
    )
    assert [(order.payment_status, order.paid, order.refunded) for order in orders] == [
        (PaymentStatus.UNPAID, 50000, 0),
        (PaymentStatus.PAID, 104000, 0),
        (PaymentStatus.PAID, 104000, 0),
        (PaymentStatus.REFUNDED, 104000, 104000),
    ]


@pytest.mark.parametrize(
    ("status", "paid"),
    [("paid", "0.00"), ("paid", "40.00"), ("unpaid", "1040.00"), ("paid", "1040.01"), ("refunded", "2000.00")],
)
def test_a_payment_that_contradicts_its_status_is_worth_a_look(olive, status, paid):
    page = send(olive, a_file(OURS, {"payment_status": status, "paid": paid}))
    said = "This does not go with the payment status or the total. All of them come in as they are."
    assert worth_a_look(page) == [f"2 1001 paid {paid} {said}"]
    assert page.h1 == "Import 1 order?"


def test_a_payment_that_goes_with_its_status_is_not_told(olive):
    payments = [("paid", "1040"), ("paid", ""), ("unpaid", "500"), ("unpaid", ""), ("refunded", "500")]
    rows = [{"number": str(at), "payment_status": status, "paid": paid} for at, (status, paid) in enumerate(payments)]
    free = {"number": "9", "total": "0", "item_price": "0"}
    assert worth_a_look(send(olive, a_file(OURS, *rows, free))) == []


def test_a_part_that_was_refunded_is_the_least_there_is_and_worth_a_look(olive, shop):
    file = a_file(OURS, {"payment_status": "partially_refunded", "paid": "1040.00"})
    assert "The file does not say how much was refunded." in send(olive, file).text
    bring_in(olive, file)
    order = orders_in(shop)[0]
    assert (order.payment_status, order.paid, order.refunded) == (PaymentStatus.PARTIALLY_REFUNDED, 104000, 1)


@pytest.mark.parametrize(
    ("status", "paid"), [("refunded", "0.00"), ("partially_refunded", "0.00"), ("partially_refunded", "0.01")]
)
def test_what_was_never_paid_was_not_refunded_and_the_other_orders_come_in(olive, shop, status, paid):
    wrong = {"number": "1001", "payment_status": status, "paid": paid}
    page = bring_in(olive, a_file(OURS, wrong, {"number": "1002"}))
    assert page.status == 200
    assert [order.number for order in orders_in(shop)] == ["1002"]


def test_what_is_wrong_is_told_with_its_column(olive):
    wrong = [
        ("status", "lost"),
        ("payment_status", "maybe"),
        ("payment_method", "shells"),
        ("total", "lots"),
        ("item_price", "1.480"),
        ("item_quantity", "-1"),
        ("placed_at", "once"),
    ]
    rows = [{"number": str(number), column: text} for number, (column, text) in enumerate(wrong)]
    page = send(olive, a_file(OURS, {}, *rows))
    told = [[cell.get_text() for cell in row.select("td")[2:4]] for row in page.select("#left-out tbody tr")]
    assert told == [list(pair) for pair in wrong]
    assert "Use one of these words: unpaid, paid, partially_refunded, refunded." in page.text


def test_a_booking_comes_in_with_its_courier(imported):
    (order,) = imported({"courier": "J&T Express", "waybill": "JT1", "status": "processing"})
    assert (order.courier.name, order.waybill, order.booked_at) == ("J&T Express", "JT1", order.placed_at)
    assert order.only_support_can_cancel


@pytest.mark.parametrize("name", ["J&T", "JNT Express", "j & t express", "J and T Express", "J&T Express PH"])
def test_no_spelling_of_an_integrated_courier_gets_around_support(imported, shop, name):
    (order,) = imported({"courier": name, "status": "processing"})
    assert order.courier.name == "J&T Express"
    assert order.only_support_can_cancel
    assert shop.count(Courier) == 3


def test_an_order_in_the_file_as_cancelled_has_no_booking_any_more(imported, shop):
    """The file of another store says that it is over there; here nobody has cancelled anything."""
    integrated, own = imported(
        {"courier": "J&T Express", "waybill": "JT1", "status": "cancelled"},
        {"courier": "Own rider", "status": "cancelled"},
    )
    assert (integrated.is_booked, integrated.courier_reference) == (False, "imported")
    assert (own.is_booked, own.courier_reference) == (False, None)
    assert integrated.cancelled_at == integrated.placed_at
    assert shop.emails() == []


def test_a_booked_order_is_not_cancelled_by_importing_it_once_more(olive, shop):
    there = shop.booked_order(number="1001")
    page = send(olive, a_file(OURS, {"status": "cancelled", "courier": "J&T Express"}))
    assert page.h1 == "Nothing new in this file"
    (order,) = orders_in(shop)
    assert (order.status, order.version, order.is_booked) == (there.status, there.version, True)


def test_an_order_in_another_currency_than_the_store_s_is_worth_a_look_once_for_each(olive, shop):
    told = [{"currency": "USD", "total": "a lot"}, {"currency": "usd"}, {"currency": "USD"}, {"currency": "SGD"}, {}]
    page = send(olive, a_file(OURS, *({"number": str(at)} | each for at, each in enumerate(told, start=1001))))
    said = "This is not your store’s currency. The order comes in as it is. Others with this currency are not listed."
    assert worth_a_look(page) == [f"3 1002 currency USD {said}", f"5 1004 currency SGD {said}"]
    assert counts(shop) == {"new": 4, "bad": 1}


@pytest.mark.parametrize(
    ("kind", "number", "column", "without"),
    [
        (OURS, "number", "customer_name", ["customer_name"]),
        (SHOPIFY, "Name", "Shipping Name", ["Shipping Name", "Email", "Phone"]),
        (
            WOO,
            "order_number",
            "billing_first_name",
            ["billing_first_name", "billing_last_name", "billing_email", "billing_phone"],
        ),
        (ANALYTICS, "Order #", "Customer", ["Customer"]),
    ],
)
def test_an_order_without_a_customer_s_name_is_worth_a_look_once(olive, monkeypatch, kind, number, column, without):
    """Also when the file is read in more than one go."""
    monkeypatch.setattr(importing, "BATCH", 2)
    nameless = dict.fromkeys(without, "")
    page = send(olive, a_file(kind, {}, *({number: str(at)} | nameless for at in range(1002, 1007))))
    said = "No name stands here. The order comes in without one. Others without a name are not listed."
    assert worth_a_look(page) == [f"3 1002 {column} – {said}"]


def test_once_a_file_is_in_its_doubts_tell_what_became_of_its_orders(olive):
    doubtful = {"courier": "Habal-habal", "customer_email": "nobody", "customer_name": "", "item_name": "x" * 301}
    file = a_file(OURS, doubtful)
    assert "These orders come in all the same." in send(olive, file).one("#worth-a-look").get_text()
    page = bring_in(olive, file)
    assert "These orders came in all the same." in page.one("#worth-a-look").get_text()
    for said in (
        "You had no courier of this name. It was added to Settings, not in use.",
        "This is not an email address. The order came in without one.",
        "No name stands here. The order came in without one.",
        "This was too long. The end of it was left out.",
    ):
        assert said in page.text
    assert not [row for row in worth_a_look(page) if "comes in" in row or "will be" in row]


@pytest.mark.parametrize("code", sorted(FINDINGS))
def test_of_a_file_that_is_in_nothing_is_said_to_be_still_to_come(app, code):
    finding = OrderFinding(2, "", code)
    with app.test_request_context():
        words = past_finding_in_words(finding)
    assert not re.search(r"\b(comes? in|will be)\b", words)
