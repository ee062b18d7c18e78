"""Ticking orders and seeing what would happen to them: nothing does, and the page is true."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints import background, clock
from models import Alert, BulkCancel, BulkOrder, BulkState, Cancellation, OrderStatus, PaymentStatus, writing
from tests.orders.many import gather
from tests.orders.watching import statements
from tests.pages import words
from tests.people import signed_in
from tests.shop import A_MORNING

PAID = {"payment_status": PaymentStatus.PAID}


def seed(app, count):
    assert app.test_cli_runner().invoke(args=["seed", "--orders", str(count)]).exit_code == 0


def happens(page):
    return [words(item) for item in page.select(".consequences li")]


def groups(page):
    """Why orders are refused, with their numbers."""
    return {
        words(group.h3): [words(link) for link in group.select(".row-link")] for group in page.select(".bulk-group")
    }


def numbers(page):
    return [words(link) for link in page.select(".bulk-lines .row-link")]


def test_each_order_in_the_list_can_be_ticked(sam, shop):
    order = shop.order()
    box = sam.get("/orders/").one("tbody input")
    assert (box["name"], box["value"], box["form"]) == ("order", f"{order.id}-{order.version}", "bulk")
    assert box["aria-label"] == "Order 1001"


def test_where_all_have_come_to_their_end_there_is_nothing_to_tick(sam, shop):
    for name in ("CANCELLED", "COMPLETED", "RETURNED", "DECLINED"):
        shop.order(status=OrderStatus[name])
    assert sam.get("/orders/").select(".c-pick, form#bulk") == []
    shop.booked_order()
    assert len(sam.get("/orders/").select("tbody .c-pick")) == 5


def test_all_that_a_search_shows_can_be_cancelled_also_from_a_page_where_all_are_finished(sam, shop):
    shop.order(number="1")
    for number in range(2, 52):
        shop.order(number=str(number), status=OrderStatus.COMPLETED, placed_at=A_MORNING + timedelta(minutes=number))
    assert sam.get("/orders/?q=maria").select("button[form=bulk][name=all]")


def test_today_has_nothing_to_tick(sam, shop):
    shop.order()
    assert sam.get("/").select(".c-pick") == []


def test_what_was_ticked_is_looked_at_and_nothing_is_done(sam, shop):
    first, second, _third = (shop.order() for _ in range(3))
    page = sam.get(gather(sam, first, second))
    assert page.h1 == "Cancel 2 orders?"
    assert numbers(page) == ["1002", "1001"], "the newest first, as in the list"
    assert shop.count(Cancellation) == 0
    assert shop.emails() == []
    assert shop.get(type(first), first.id).version == 1


def test_the_sums_stand_on_top(sam, shop):
    shop.product("ADOBO-4")
    sold = shop.sold(("ADOBO-4", 3, 32000), **PAID)
    orders = [sold, shop.order(**PAID, currency="USD"), shop.order(), shop.order(customer_email=None)]
    page = sam.get(gather(sam, *orders))
    assert happens(page) == [
        "4 orders become Cancelled.",
        "₱960.00 + $960.00 is owed back for 2 paid orders. Suki moves no money: you settle it with the customers, "
        "and Suki keeps track.",
        "3 items go back into stock, unless you untick that below.",
        "3 customers get an email, unless you untick that below.",
        "1 customer gets no email: no email address is on file.",
        "For 30 seconds after its cancel each of them can be undone, on its own page or in the list.",
    ]


def test_when_the_alert_is_off_it_says_that_nobody_is_told(app, sam, shop):
    with app.app_context(), writing() as session:
        session.add(Alert(kind="order_cancelled", on=False))
    page = sam.get(gather(sam, shop.order()))
    assert "1 customer gets no email: this email alert is off in Settings." in happens(page)


def test_those_that_are_refused_stand_under_why(sam, shop):
    gone = [shop.order(status=OrderStatus[name]) for name in ("CANCELLED", "COMPLETED", "RETURNED", "DECLINED")]
    booked, changed, fine = shop.booked_order(), shop.order(), shop.order()
    url = gather(sam, *gone, booked, changed, fine)
    shop.change(changed, address="Elsewhere")
    page = sam.get(url)
    assert page.h1 == "Cancel 1 order?"
    assert groups(page) == {
        "1 that only support can cancel": ["1005"],
        "1 that changed since you looked": ["1006"],
        "3 completed, returned or declined": ["1004", "1003", "1002"],
        "1 cancelled already": ["1001"],
        "1 order": ["1007"],
    }
    assert "6 orders stay as they are: see below why." in happens(page)


def test_a_booked_one_that_support_was_asked_about_leads_to_its_ticket(sam, shop):
    order = shop.booked_order()
    ticket = sam.post(f"/support/tickets/new?order={order.id}", reason="Why").location
    page = sam.get(gather(sam, order))
    assert page.h1 == "None of these can be cancelled"
    assert words(page.one(f"a[href='{ticket}']")) == "Ticket 1"


def test_those_on_their_way_are_warned_about(sam, shop):
    page = sam.get(gather(sam, shop.order(status=OrderStatus.SHIPPED), shop.order()))
    assert "1 order is on its way to the customer. Cancelling here does not stop a parcel" in page.text


def test_all_that_the_list_shows_is_gathered_from_all_of_its_pages(app, sam, shop):
    seed(app, 150)
    for number in ("A1", "A2"):
        shop.order(number=number, customer_name="Ligaya Unlike-Anybody")
    assert len(sam.get("/orders/?q=unlike-anybody").select("button[name=all]")) == 1
    found = sam.post("/orders/bulk", all="y", q="unlike-anybody").location
    assert len(numbers(sam.get(found))) == 2
    everything = sam.post("/orders/bulk", all="y").location
    assert len(numbers(sam.get(everything))) == 152


def test_filters_are_minded_as_in_the_list(sam, shop):
    paid = shop.order(**PAID)
    shop.order()
    shop.booked_order(**PAID)
    answer = sam.post("/orders/bulk", data={"all": "y", "payment": "paid", "booked": "no", "from": "2020-01-02"})
    assert numbers(sam.get(answer.location)) == [paid.number]


def test_more_than_a_thousand_are_not_begun(app, sam, shop):
    seed(app, 1001)
    answer = sam.post("/orders/bulk", all="y", booked="")
    page = sam.follow(answer)
    assert "more than 1,000 orders" in page.messages[0]
    assert shop.count(BulkCancel) == 0
    assert page.response.request.path == "/orders/"
    sent = sam.post("/orders/bulk", data={"order": [str(number) for number in range(20_000)], "q": "maria"})
    assert sent.status == 413
    assert shop.count(BulkCancel) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"order": ["", "x", "-1", "9" * 19, "9" * 5000, "1.5", "\0", "٣"]},
        {"order": ["999"]},
        {"all": "y", "q": "nobody is called this", "status": "no such", "from": "yesterday"},
    ],
)
def test_without_an_order_it_leads_back_and_says_so(sam, shop, fields):
    shop.order()
    page = sam.follow(sam.post("/orders/bulk", data=fields))
    assert page.h1 == "Orders"
    assert page.messages == ["No order was ticked. Tick those that you want to cancel, then press the button again."]
    assert shop.count(BulkCancel) == 0


def test_numbers_that_are_no_orders_are_passed_over(sam, shop):
    order = shop.order()
    answer = sam.post("/orders/bulk", data={"order": ["9" * 18, "x", str(order.id), str(order.id)]})
    assert numbers(sam.get(answer.location)) == [order.number]


def test_looking_costs_the_same_for_five_and_for_five_hundred(app, sam, shop):
    """Also for the gathering, and with orders of each kind among them."""
    seed(app, 500)
    shop.order(number="A1")
    shop.booked_order(number="A2")
    shop.order(number="A3", status=OrderStatus.CANCELLED)
    sam.get("/orders/")
    costs = []
    for most in (5, 500):
        ids = [str(503 - number) for number in range(most)]
        with statements(app) as gathering:
            url = sam.post("/orders/bulk", data={"order": ids}).location
        with statements(app) as looking:
            page = sam.get(url)
        assert len(numbers(page)) == most
        costs.append((len(gathering), len(looking)))
    assert costs[0] == costs[1]


def test_what_is_left_alone_is_left_alone(sam, shop):
    order = shop.order()
    url = gather(sam, order)
    page = sam.follow(sam.post(f"{url}/discard"))
    assert page.messages == ["Nothing was cancelled: the orders are as they were."]
    assert sam.post(f"{url}/start").status == 303
    assert sam.get(url).h1 == "These orders were left as they are"
    assert shop.get(type(order), order.id).status is OrderStatus.PENDING
    assert shop.count(BulkOrder) == 0


def test_what_nobody_decided_about_is_forgotten_after_a_day(app, sam, shop):
    old = gather(sam, shop.order())
    with time_machine.travel(clock.now() + timedelta(hours=20)):
        background.run_once(app)
    assert shop.first(select(BulkCancel)).state is BulkState.DRAFT
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        background.run_once(app)
    assert signed_in(app, "sam").get(old).h1 == "These orders were left as they are"


@pytest.mark.parametrize("way", ["", "/start", "/discard", "/tickets"])
def test_what_is_not_there_is_404(sam, way):
    for number in ("1", "9" * 18, "9" * 19):
        url = f"/orders/bulk/{number}{way}"
        assert (sam.post(url) if way else sam.get(url)).status == 404


def test_support_inside_a_window_ticks_nothing(olive, uma, shop):
    order = shop.booked_order()
    ticket = olive.post(f"/support/tickets/new?order={order.id}", reason="Why", open_window="y", hours="1").location
    window = next(f["action"] for f in uma.get(ticket).select("form") if f["action"].endswith("/enter"))
    uma.post(window)
    assert uma.get("/orders/").select("tbody tr") != []
    assert uma.get("/orders/").select(".c-pick, form#bulk, a[href='/orders/bulk/']") == []
    assert uma.post("/orders/bulk", order=str(order.id)).status == 403
    assert uma.get("/orders/bulk/").status == 403


def test_a_stranger_gathers_nothing(mallory, shop):
    order = shop.order()
    assert mallory.post("/orders/bulk", order=str(order.id)).location == "/login"
    assert shop.count(BulkCancel) == 0
