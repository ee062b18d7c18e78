"""One order's page: what stands on it, and how the customer is reached from it."""

import pytest

from models import Event, OrderStatus, PaymentMethod, PaymentStatus, writing
from tests.orders.deciding import cancel
from tests.orders.files import OURS, a_file, bring_in
from tests.orders.watching import statements
from tests.pages import words
from tests.shop import A_MORNING


def panel(page, name):
    return words(page.one(f"#{name}"))


def test_an_order_shows_its_items_and_what_they_come_to(sam, shop):
    order = shop.order(
        items=[("Adobo set", 2, 48000), ("Otap", 1, 16000)], shipping=8000, discount=5000, total=115000, tax=0
    )
    page = sam.get(f"/orders/{order.id}")
    assert page.h1 == f"Order {order.number}"
    assert panel(page, "items") == (
        f"Items Items of order {order.number} Item Amount Adobo set × 2 ₱480.00 each ₱960.00 Otap × 1 ₱160.00 "
        "Subtotal ₱1,120.00 Shipping ₱80.00 Discount \N{MINUS SIGN}₱50.00 Total ₱1,150.00 Cancel some of the items … "
        "Print a packing slip"
    )
    assert "Still to be paid ₱1,150.00" in panel(page, "money")


def test_of_an_order_without_a_name_the_list_and_the_page_say_so(sam, shop):
    bring_in(sam, a_file(OURS, {"customer_name": ""}))
    page = sam.get("/orders/")
    assert words(page.one(".c-customer")) == "No name"
    page = sam.get(page.one(".row-link")["href"])
    assert words(page.select(".lede")[0]).startswith("No name · ₱1,040.00")
    assert panel(page, "customer").startswith("Customer No name")


def test_a_paid_order_says_how_it_was_paid(sam, shop):
    order = shop.order(payment_status=PaymentStatus.PAID, payment_method=PaymentMethod.GCASH)
    assert "Paid · GCash ₱960.00" in panel(sam.get(f"/orders/{order.id}"), "money")


def test_a_part_that_was_paid_stands_beside_unpaid(sam, shop):
    order = shop.order(paid=50000)
    assert "Unpaid ₱500.00 of it paid" in words(sam.get(f"/orders/{order.id}").one(".title"))
    assert "Unpaid · ₱500.00 of it paid" in words(sam.get(f"/orders/{order.id}/cancel").one(".lede"))
    for one in (shop.order(), shop.order(payment_status=PaymentStatus.PAID)):
        assert "of it paid" not in sam.get(f"/orders/{one.id}").text


def test_the_customer_is_one_press_away(sam, shop):
    order = shop.order(customer_email="o'hara+1@example.com", customer_phone="+63 (917) 123-4567")
    links = [link["href"] for link in sam.get(f"/orders/{order.id}").select("#customer a[href]")]
    links.remove(f"/orders/{order.id}/customer")
    assert links == ["mailto:o%27hara+1@example.com", "tel:+639171234567", "/orders/?q=o'hara%2B1@example.com"]


@pytest.mark.parametrize(
    ("email", "phone"),
    [("maria@example.com?bcc=x@example.com", "ring at the door"), ("javascript:alert(1)", "12"), ("a b@c", "1" * 16)],
)
def test_what_is_no_address_and_no_number_is_no_link(sam, shop, email, phone):
    order = shop.order(customer_email=email, customer_phone=phone)
    page = sam.get(f"/orders/{order.id}")
    assert [link["href"] for link in page.select("#customer a") if not link["href"].startswith("/")] == []
    assert email in panel(page, "customer")
    assert phone in panel(page, "customer")


def test_all_orders_of_a_customer_are_one_press_away(sam, shop):
    for columns in ({}, {"customer_email": None}, {"customer_email": None, "customer_phone": None}):
        order = shop.order(**columns)
        url = sam.get(f"/orders/{order.id}").select("#customer a")[-1]["href"]
        assert order.number in [words(cell) for cell in sam.get(url).select("td.c-number")]


def test_what_was_typed_by_customers_is_shown_as_text(sam, shop):
    text = '"><script>alert(1)</script>'
    order = shop.order(customer_name=text, address=text, customer_note=text, items=[(text, 1, 1)])
    page = sam.get(f"/orders/{order.id}")
    for part in ("customer", "items"):
        assert text in panel(page, part)


def test_a_booked_order_says_why_it_can_not_be_cancelled_here_and_where(sam, shop):
    order = shop.booked_order()
    page = sam.get(f"/orders/{order.id}")
    assert "J&T Express" in panel(page, "courier")
    assert "JT0912345678" in panel(page, "courier")
    assert page.one(f"a[href='/support/tickets/new?order={order.id}']")
    assert not page.select(f"a[href='/orders/{order.id}/cancel']")


def test_an_order_that_is_not_there_is_not_found(sam):
    assert sam.get("/orders/999").status == 404


def asked_for(app, visitor, order):
    visitor.get(f"/orders/{order.id}")
    with statements(app) as asked:
        visitor.get(f"/orders/{order.id}")
    return len(asked)


def test_an_order_with_many_items_and_events_asks_as_much_as_a_small_one(sam, app, shop):
    small, big = shop.order(), shop.order(items=[(f"Item {n}", 1, 100) for n in range(80)])
    with app.app_context(), writing() as session:
        for _ in range(80):
            session.add(Event(at=A_MORNING, code="order.paid", order_id=big.id, user_id=1, amount=100))
    assert asked_for(app, sam, big) == asked_for(app, sam, small)


@pytest.mark.parametrize("state", ["pending", "booked", "cancelled"])
def test_a_page_asks_the_database_few_questions(sam, app, shop, state):
    order = shop.booked_order() if state == "booked" else shop.order(payment_status=PaymentStatus.PAID)
    if state == "cancelled":
        cancel(sam, order, note="Sorry.", internal_note="Shelf was empty.")
    frame = 3  # who is there (and the store), the menu, who was let in
    assert asked_for(app, sam, order) <= frame + 6


def test_a_cancelled_order_asks_for_no_payment(sam, shop):
    order = shop.order(status=OrderStatus.CANCELLED, cancelled_at=A_MORNING)
    page = sam.get(f"/orders/{order.id}")
    assert "Still to be paid" not in page.text
    assert not page.select(f"a[href='/orders/{order.id}/payment']")


def test_a_fact_has_no_full_stop_that_could_stand_alone_below_it(sam, shop):
    page = sam.follow(cancel(sam, shop.order(), notify=None))
    facts = [words(fact) for fact in page.select("#status-area .facts dd")]
    assert "Nobody was emailed: “Email the customer” was not ticked" in facts
    assert "“Email the customer” was not ticked." in page.one("#history").text


def test_a_slip_is_printed_for_what_is_still_to_be_handed_over(sam, shop):
    waiting, over = shop.order(), shop.order(status=OrderStatus.CANCELLED)
    assert sam.get(f"/orders/{waiting.id}").select("#items [data-print=slip]")
    assert not sam.get(f"/orders/{over.id}").select("[data-print]")
