"""Adding an order by form: what is refused, what is kept, what comes of it."""

import pytest
from sqlalchemy import select

from blueprints.orders.adding import RECENT, RECENTLY_ENTERED
from models import Courier, Order, PaymentStatus
from tests.explaining import plan_of
from tests.orders.files import OURS, a_file, bring_in
from tests.pages import words


def filled(page, **changes):
    """The form as the page has it, with one item and a name, and what a test changes."""
    row = {"items-0-name": "Adobo set", "items-0-quantity": "2", "items-0-price": "480"}
    return {**page.fields("/orders/new"), "customer_name": "Maria Santos", **row, **changes}


def add(visitor, **changes):
    return visitor.post("/orders/new", data=filled(visitor.get("/orders/new"), **changes))


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("number", "", "Write the order’s number."),
        ("number", "x" * 41, "This is 41 characters long; at most 40 fit."),
        ("customer_name", " \0\u200b ", "Write the customer’s name."),
        ("customer_name", "x" * 201, "This is 201 characters long; at most 200 fit."),
        ("customer_email", "maria", "Write an email address such as maria@example.com."),
        (
            "customer_email",
            "maria@example.com\r\nBcc: x@example.com",
            "Write an email address such as maria@example.com.",
        ),
        ("customer_email", "peña@example.com", "Write an email address such as maria@example.com."),
        ("customer_email", "=?utf-8?q?x?=@example.com", "Write an email address such as maria@example.com."),
        ("customer_email", "x" * 4799, "This is 4,799 characters long; at most 254 fit."),
        ("customer_phone", "ring the bell", "Write the phone number with digits, such as 0917 123 4567."),
        ("address", "x" * 501, "This is 501 characters long; at most 500 fit."),
        ("customer_note", "x" * 100_000, "This is 100,000 characters long; at most 2,000 fit."),
        ("items-0-name", "", "Write what it is."),
        ("items-0-name", "x" * 301, "This is 301 characters long; at most 300 fit."),
        ("items-0-price", "", "Write what one costs."),
        ("items-0-price", "-5", "Write an amount such as 1250.00."),
        ("items-0-price", "12,5x", "Write an amount such as 1250.00."),
        ("items-0-price", "$5", "Write an amount such as 1250.00."),
        ("items-0-price", "5 €", "Write an amount such as 1250.00."),
        ("items-0-price", "1.480", "Write an amount such as 1250.00."),
        ("items-0-price", "1.2345", "Write an amount such as 1250.00."),
        ("items-0-price", "9" * 40, "Write an amount such as 1250.00."),
        ("items-0-quantity", "", "Write how many."),
        ("items-0-quantity", "0", "Write how many: a whole number from 1 to 100,000."),
        ("items-0-quantity", "1.5", "Write how many: a whole number from 1 to 100,000."),
        ("items-0-quantity", "100001", "Write how many: a whole number from 1 to 100,000."),
        ("discount", "1000", "The discount is more than everything else together."),
        ("shipping", "free", "Write an amount such as 1250.00."),
        ("waybill", "JT1", "Choose the courier too, or leave the waybill empty."),
        ("courier", "999", "The store does not work with this courier any more. Choose another one."),
        ("courier", "x", "The store does not work with this courier any more. Choose another one."),
    ],
)
def test_what_can_not_be_is_said_at_its_field(sam, shop, field, typed, error):
    answer = add(sam, **{field: typed})
    assert answer.status == 422
    assert answer.errors[field] == error
    assert shop.count(Order) == 0


def test_the_summary_says_which_row_is_meant(sam):
    second = {"items-1-name": "Ube jam", "items-1-quantity": "1", "items-1-price": "dear"}
    page = add(sam, **second)
    assert words(page.one("[data-error-summary] a[href='#items-1-price']")) == (
        "Row 2: Price of one: Write an amount such as 1250.00."
    )


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("number", "x" * 41, "Order number: This is 41 characters long; at most 40 fit."),
        ("customer_note", "x" * 2001, "What the customer wrote: This is 2,001 characters long; at most 2,000 fit."),
        ("discount", "x", "Discount: Write an amount such as 1250.00."),
        ("customer_name", "", "Write the customer’s name."),
    ],
)
def test_the_summary_names_the_field_where_its_sentence_does_not(sam, field, typed, said):
    page = add(sam, **{field: typed})
    assert words(page.one(f"[data-error-summary] a[href='#{field}']")) == said


def test_an_order_without_items_is_not_added(sam, shop):
    answer = add(sam, **{"items-0-name": "", "items-0-price": ""})
    assert (answer.status, answer.errors) == (422, {"items": "Write at least one item."})


def test_more_than_can_be_counted_is_not_added(sam, shop):
    answer = add(sam, **{"items-0-quantity": "100000", "items-0-price": "1000000000000"})
    assert answer.errors == {"items": "This comes to more than can be counted. Check the quantities and prices."}
    assert shop.count(Order) == 0


def test_a_number_is_given_once(sam, shop):
    taken = shop.order()
    answer = add(sam, number=f"#{taken.number}")
    assert answer.status == 422
    assert answer.errors == {"number": f"Another order has the number {taken.number} already."}
    assert shop.count(Order) == 1


def test_what_was_typed_is_kept(sam):
    typed = {"customer_name": "<script>", "items-0-price": "abc", "shipping": "1,250.00", "address": "12\nMabini"}
    answer = add(sam, **typed)
    assert {name: answer.value(name) for name in typed} == typed


def test_more_rows_keep_what_was_typed_and_add_nothing(sam, shop):
    answer = sam.post("/orders/new/rows", data=filled(sam.get("/orders/new"), **{"items-0-price": "abc"}))
    assert answer.status == 200
    assert answer.value("items-0-price") == "abc"
    assert len(answer.select("[name$=-price]")) == 8
    assert shop.count(Order) == 0


def test_the_store_s_own_sign_may_stand_before_an_amount(sam, shop):
    add(sam, **{"items-0-price": "₱1,250.50", "items-0-quantity": "1"})
    assert shop.first(select(Order)).total == 125050


def rows(number):
    row = {"name": "Otap", "quantity": "1", "price": "10"}
    return {f"items-{place}-{name}": value for place in range(number) for name, value in row.items()}


@pytest.mark.parametrize("url", ["/orders/new", "/orders/new/rows"])
def test_more_rows_than_fit_are_refused_and_never_left_out(sam, shop, url):
    answer = sam.post(url, data=filled(sam.get("/orders/new"), **rows(200)))
    assert answer.status == 422
    assert answer.errors == {"items": "At most 100 rows of items fit in one order."}
    assert len(answer.select("[name$=-price]")) == 101
    assert shop.count(Order) == 0


def test_a_hundred_rows_fit(sam, shop):
    add(sam, **rows(100))
    assert shop.first(select(Order)).item_count == 100


def test_an_order_is_added_whole(sam, shop):
    answer = add(
        sam,
        number="# 2001",
        customer_name="  Peña,\u202e Marisol\0 ",
        customer_email="Maria@Example.com",
        address="12 Mabini St\r\nQuezon City",
        **{"items-2-name": "Otap", "items-2-price": "1,250.00", "items-2-sku": "OTP"},
        shipping="80",
        discount="50.50",
    )
    order = shop.first(select(Order))
    assert answer.location == f"/orders/{order.id}"
    assert (order.number, order.customer_name, order.address) == ("2001", "Peña, Marisol", "12 Mabini St\nQuezon City")
    assert (order.total, order.item_count, order.payment_status) == (223950, 3, PaymentStatus.UNPAID)
    assert shop.events(order) == ["order.created"]
    assert sam.follow(answer).messages == ["Order 2001 was added. It comes to ₱2,239.50."]
    assert sam.get("/orders/?q=pena").text.count("2001") == 1


def test_it_may_be_paid_and_booked_already(sam, shop):
    courier = shop.first(select(Courier).where(Courier.integrated))
    add(sam, is_paid="y", courier=str(courier.id), waybill="JT1")
    order = shop.first(select(Order))
    assert (order.payment_status, order.paid) == (PaymentStatus.PAID, 96000)
    assert (order.is_booked, order.booking_integrated, order.waybill) == (True, True, "JT1")
    assert shop.events(order) == ["order.created", "order.booked"]


@pytest.mark.parametrize(
    ("there", "suggested"),
    [
        ([], "1001"),
        (["1001", "1007", "1003"], "1008"),
        (["SK-0107", "900"], "901"),
        (["900", "SK-0109"], "SK-0110"),
        (["cash sale"], "1001"),
        (["9" * 18], "1" + "0" * 18),
    ],
)
def test_the_next_number_is_filled_in(sam, shop, there, suggested):
    for number in there:
        shop.order(number=number)
    assert sam.get("/orders/new").value("number") == suggested


def test_the_next_number_goes_on_with_the_shop_s_own_after_a_file_came_in(sam, shop):
    add(sam, number="1123")
    bring_in(sam, a_file(OURS, *({"number": f"B-{each}"} for each in range(1, RECENT + 9))))
    assert sam.get("/orders/new").value("number") == "1124"


def test_where_all_orders_are_from_a_file_the_next_number_goes_on_with_those(sam, shop):
    bring_in(sam, a_file(OURS, {"number": "B-8"}))
    assert sam.get("/orders/new").value("number") == "B-9"


def test_the_next_number_is_found_without_reading_the_orders(app):
    with app.app_context():
        steps = plan_of(RECENTLY_ENTERED, without=("seqscan", "sort"))
    assert "ix_events_code" in " ".join(steps)
    assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN")]


def test_support_adds_nothing(uma):
    assert uma.get("/orders/new").status == 403
    assert uma.post("/orders/new").status == 403


@pytest.mark.parametrize("row", ["²", "9" * 5000, "-1", "1e3", ""])
@pytest.mark.parametrize("page", ["new", "new/rows"])
def test_rows_of_any_other_number_are_no_rows(sam, shop, row, page):
    assert sam.post(f"/orders/{page}", **{f"items-{row}-name": "Adobo set"}).status in (200, 422)
    assert shop.count(Order) == 0
