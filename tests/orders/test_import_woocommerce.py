"""WooCommerce's exports: the full one with its 55 columns, and the short one of Analytics."""

from datetime import UTC, datetime

import pytest

from models import OrderSource, OrderStatus, PaymentMethod, PaymentStatus
from tests.orders.files import ANALYTICS, WOO, a_file, bring_in, counts, orders_in, send, worth_a_look


@pytest.fixture
def imported(olive, shop):
    def bring(*changes, kind=WOO):
        key = "order_number" if kind is WOO else "Order #"
        rows = [{key: str(number)} | change for number, change in enumerate(changes, start=1001)]
        bring_in(olive, a_file(kind, *rows))
        return orders_in(shop)

    return bring


def test_all_that_is_in_the_file_is_in_the_order(imported):
    (order,) = imported({"customer_note": "Ring\ntwice", "billing_address_1": "12 Mabini St", "billing_city": "Pasig"})
    assert (order.number, order.source) == ("1001", OrderSource.WOOCOMMERCE)
    assert order.placed_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert (order.total, order.shipping, order.currency) == (104000, 8000, "PHP")
    assert (order.customer_name, order.customer_email) == ("Maria Santos", "maria@example.com")
    assert (order.address, order.customer_note) == ("12 Mabini St, Pasig", "Ring\ntwice")
    assert order.payment_method is PaymentMethod.COD
    (item,) = order.items
    assert (item.name, item.sku, item.quantity, item.price) == ("Adobo set", "ADO-2", 2, 48000)


def test_the_number_is_the_id_where_there_is_no_other(imported):
    assert imported({"order_number": ""})[0].number == "77"


def test_a_date_may_have_its_month_first(imported):
    first, second = imported({"order_date": "11/20/2026 9:30:00"}, {"order_date": "9/6/2016  6:29:00"})
    assert first.placed_at == datetime(2016, 9, 5, 22, 29, tzinfo=UTC)
    assert second.placed_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


def test_each_status_has_its_own_with_or_without_the_prefix(imported):
    statuses = {
        "pending": OrderStatus.PENDING,
        "wc-on-hold": OrderStatus.PENDING,
        "wc-processing": OrderStatus.PROCESSING,
        "Completed": OrderStatus.COMPLETED,
        "wc-cancelled": OrderStatus.CANCELLED,
        "refunded": OrderStatus.RETURNED,
        "failed": OrderStatus.DECLINED,
    }
    orders = imported(*({"status": status} for status in statuses))
    assert [order.status for order in orders] == list(statuses.values())


def test_a_status_of_some_extension_is_told(olive):
    page = send(olive, a_file(WOO, {"status": "wc-teleported"}))
    assert "2 1001 status wc-teleported Suki does not know this status." in page.text


def test_what_has_a_date_of_payment_is_paid(imported):
    orders = imported({}, {"paid_date": "2026-11-20 09:31:00"}, {"status": "completed"}, {"status": "refunded"})
    assert [(order.payment_status, order.paid, order.refunded) for order in orders] == [
        (PaymentStatus.UNPAID, 0, 0),
        (PaymentStatus.PAID, 104000, 0),
        (PaymentStatus.PAID, 104000, 0),
        (PaymentStatus.REFUNDED, 104000, 104000),
    ]


def test_refunds_of_a_part_are_summed(imported):
    refunds = "amount:30.00|reason:broken, amount:1|date:2026;amount:10.00|reason:"
    (order,) = imported({"paid_date": "2026-11-20 09:31:00", "refund_items": refunds})
    assert (order.refunded, order.payment_status) == (4000, PaymentStatus.PARTIALLY_REFUNDED)


def test_a_cancelled_order_without_a_date_was_cancelled_when_it_was_placed(imported):
    (order,) = imported({"status": "cancelled"})
    assert order.cancelled_at == order.placed_at


def test_items_stand_in_as_many_columns_as_there_are(imported):
    (order,) = imported({"line_item_2": "name:Ube jam|quantity:1|total:0.00|sub_total:0.00", "line_item_3": ""})
    assert [(item.name, item.quantity) for item in order.items] == [("Adobo set", 2), ("Ube jam", 1)]


def test_a_name_may_hold_the_signs_that_part_the_pairs(imported):
    item = "name:Soap | Lavender: 2|product_id:1|sku:|quantity:3|total:90.00|sub_total:100.00"
    (order,) = imported({"line_item_1": item, "discount_total": "10.00", "order_total": "170.00"})
    (item,) = order.items
    assert (item.name, item.quantity, item.price) == ("Soap | Lavender: 2", 3, 3333)


@pytest.mark.parametrize(
    "more",
    [
        "refunded:480.00",
        "_variation_id:77",
        "refunded:480.00|_variation_id:77",
        'tax_data:{"total":{"1":"115.2"}}|refunded:480.00',
    ],
)
def test_what_the_exporter_says_of_an_item_besides_is_no_part_of_its_amount(imported, more):
    (order,) = imported({"line_item_1": f"{WOO['line_item_1']}|{more}"})
    (item,) = order.items
    assert (item.name, item.sku, item.quantity, item.price) == ("Adobo set", "ADO-2", 2, 48000)


def test_an_item_that_cant_be_read_is_told(olive):
    page = send(olive, a_file(WOO, {"line_item_1": "Adobo set, two pieces"}))
    assert "2 1001 line_item_1 Adobo set, two pieces This item can’t be read." in page.text


def test_more_decimals_than_the_currency_has_are_rounded(imported):
    (order,) = imported({"order_total": "1040.004", "tax_total": "111.4286"})
    assert (order.total, order.tax) == (104000, 0)


def test_three_decimals_that_may_be_thousands_are_worth_a_look(olive, shop):
    file = a_file(WOO, {"order_total": "1.480", "tax_total": "33.3333"})
    page = send(olive, file)
    assert worth_a_look(page) == [
        "2 1001 order_total 1.480 Suki takes what follows the point for decimals. Look whether thousands are meant."
    ]
    bring_in(olive, file)
    assert orders_in(shop)[0].total == 148


def test_the_shipping_name_goes_before_the_billing_one(imported):
    shipped = {"shipping_first_name": "Juan", "shipping_last_name": "Dela Cruz", "shipping_phone": "'0918"}
    nobody = {"billing_first_name": "", "billing_last_name": ""}
    first, second = imported(shipped, nobody)
    assert (first.customer_name, first.customer_phone) == ("Juan Dela Cruz", "0918")
    assert second.customer_name == "maria@example.com"


def test_the_short_export_comes_in_and_says_who_cant_be_mailed(olive, shop):
    file = a_file(ANALYTICS, {}, {"Order #": "1002", "Status": "processing"})
    page = send(olive, file)
    assert "New, without email 2 can’t be emailed" in page.text
    bring_in(olive, file)
    first, second = orders_in(shop)
    assert (first.total, first.currency, first.customer_email) == (104000, "PHP", None)
    assert [(item.name, item.quantity) for item in first.items] == [("Adobo set", 2), ("Ube jam", 1)]
    assert (first.payment_status, second.payment_status) == (PaymentStatus.PAID, PaymentStatus.UNPAID)
    assert counts(shop)["without_email"] == 2


@pytest.mark.parametrize("revenue", ["₱1,040.00", "&#8369;1,040.00", "PHP 1040", "1.040,00 ₱"])
def test_a_formatted_revenue_is_read(imported, revenue):
    assert imported({"N. Revenue (formatted)": revenue}, kind=ANALYTICS)[0].total == 104000


def test_a_product_may_have_a_comma_in_its_name(imported):
    (order,) = imported({"Product(s)": "2× Coffee, 250 g, 1× Ube jam"}, kind=ANALYTICS)
    assert [(item.name, item.quantity) for item in order.items] == [("Coffee, 250 g", 2), ("Ube jam", 1)]
