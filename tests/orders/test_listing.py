"""The list of orders and the Today page: what they show, where their links lead, what they cost."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from blueprints.filters import when
from blueprints.orders.find_forms import filters_of
from blueprints.orders.finding import Filters, positions_of
from models import OrderStatus, Store, writing
from tests.explaining import plan_of
from tests.orders.watching import statements
from tests.pages import words
from tests.shop import A_MORNING
from tests.storing import ON_POSTGRES


def numbers(page):
    return [words(cell) for cell in page.select("td.c-number")]


def tab(page, label):
    return next(link for link in page.select("nav.tabs a") if words(link).startswith(label))


def seed(app, count):
    assert app.test_cli_runner().invoke(args=["seed", "--orders", str(count)]).exit_code == 0


def test_a_shop_without_orders_is_told_how_to_begin(sam):
    for url in ("/", "/orders/"):
        page = sam.get(url)
        assert "No orders yet" in page.text
        assert {link["href"] for link in page.select(".empty a")} == {"/orders/import", "/orders/new"}, url


def test_the_way_to_a_file_of_orders_is_called_alike_wherever_it_begins(sam, shop):
    empty = words(sam.get("/orders/").one(".empty a[href='/orders/import']"))
    shop.order()
    listed = words(sam.get("/orders/").one("main a[href='/orders/import']"))
    told = words(sam.get("/help/bring-your-orders-in").one("article a[href='/orders/import'], main .steps a"))
    assert {empty, listed, told, sam.get("/orders/import").h1} == {"Import orders"}


def test_filters_are_applied(sam, shop):
    shop.order()
    assert words(sam.get("/orders/").one(".filters button")) == "Apply"


def test_the_list_says_of_each_order_what_matters(sam, shop):
    order = shop.booked_order(customer_name="Peña, Marisol", status=OrderStatus.PROCESSING)
    row = sam.get("/orders/").one("tbody tr")
    placed = words(row.select_one("time"))
    assert words(row) == f"{order.number} Peña, Marisol {placed} 2 ₱960.00 Processing Unpaid J&T Express"
    assert row.select_one("a")["href"] == f"/orders/{order.id}"


def test_a_search_without_a_match_says_so_and_lets_go(sam, shop):
    shop.order()
    page = sam.get("/orders/?q=pena+99")
    assert "No order matches “pena 99”" in page.text
    assert page.value("q") == "pena 99"
    assert page.one(".empty a")["href"] == "/orders/"


def test_a_search_among_some_orders_offers_to_search_all(sam, shop):
    order = shop.order()
    page = sam.get("/orders/?q=maria&status=cancelled")
    assert numbers(sam.get(page.one(".empty a")["href"])) == [order.number]


def test_a_search_says_how_many_it_found_when_all_are_on_the_page(sam, shop):
    for _each in range(50):
        shop.order()
    shop.order(customer_name="Juan Peña")
    assert "1 order found" in sam.get("/orders/?q=pena").text
    assert "50 orders found" in sam.get("/orders/?q=santos").text
    shop.order()
    for url in ("/orders/?q=santos", "/orders/"):
        assert "found" not in sam.get(url).one("main").get_text()


def test_search_and_filters_stay_in_every_link(sam, app):
    seed(app, 150)
    asked = {"q": ["example"], "booked": ["yes"], "from": ["2020-01-02"], "to": ["2099-01-02"]}
    page = sam.get("/orders/?q=example&booked=yes&from=2020-01-02&to=2099-01-02")
    following = parse_qs(urlsplit(page.one("a[rel=next]")["href"]).query)
    assert following.pop("after")
    assert following == asked
    assert parse_qs(urlsplit(tab(page, "To do")["href"]).query) == {
        "q": ["example"],
        "status": ["pending"],
        "from": ["2020-01-02"],
        "to": ["2099-01-02"],
    }
    hidden = {field["name"] for field in page.select("form.search input[type=hidden]")}
    assert hidden == {"booked", "from", "to"}


def test_pages_lead_back_to_where_they_came_from(sam, app):
    seed(app, 120)
    first = sam.get("/orders/")
    second = sam.get(first.one("a[rel=next]")["href"])
    assert not set(numbers(first)) & set(numbers(second))
    assert numbers(sam.get(second.one("a[rel=prev]")["href"])) == numbers(first)


@pytest.mark.parametrize(
    "query",
    [
        "before=abc",
        "before=-1",
        "before=99999999999999999999",
        "after=9223372036854775807",
        "before=٣",
        "status=nonsense",
        "status=pending&status=%00",
        "from=31-02-2026",
        "from=0001-01-01",
        "to=9999-12-31",
        "q=%00",
        "attention=x&booked=maybe&payment=",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_first_page(sam, shop, query):
    order = shop.order()
    page = sam.get(f"/orders/?{query}")
    assert (page.status, numbers(page)) == (200, [order.number])


def test_every_page_names_the_zone_of_its_times(sam, shop):
    assert "Times as in Asia/Manila" in sam.get("/orders/").one("footer").text
    shop.change(shop.get(Store, 1), timezone="America/Argentina/Buenos_Aires")
    assert "Times as in America/Argentina/Buenos Aires" in sam.get(f"/orders/{shop.order().id}").one("footer").text


def test_days_are_the_days_of_the_shop(sam, shop):
    order = shop.order(placed_at=A_MORNING.replace(hour=17))  # 1:00 of the next day in Manila
    assert numbers(sam.get("/orders/?from=2026-11-21&to=2026-11-21")) == [order.number]
    assert numbers(sam.get("/orders/?to=2026-11-20")) == []


def test_names_are_shown_as_text(sam, shop):
    shop.order(customer_name="<script>alert(1)</script>")
    assert "<script>alert(1)</script>" in sam.get("/orders/?q=<script>").text


@pytest.mark.parametrize("number", [1, 120])
def test_today_counts_what_waits_and_leads_there(sam, app, shop, number):
    for _ in range(number):
        shop.order()
    tile = sam.get("/").select(".tile")[0]
    assert words(tile) == f"To do {'99+' if number > 99 else number} new, to be accepted"
    assert len(numbers(sam.get(tile.select_one("a")["href"]))) == min(number, 50)


@pytest.mark.parametrize("url", ["/", "/orders/", "/orders/?q=maria", "/orders/?q=sy&status=to_send&booked=no"])
def test_a_page_asks_as_much_of_a_big_shop_as_of_a_small_one(sam, app, url):
    seen = []
    for number in (10, 290):
        _make_demo(app)
        seed(app, number)
        sam.get(url)
        with statements(app) as asked:
            sam.get(url)
        seen.append(len(asked))
    assert seen[0] == seen[1]
    assert seen[0] <= 6  # who is there, who was let in, the menu, what waits, the number, the orders


def _make_demo(app):
    with app.app_context(), writing() as session:
        session.get_one(Store, 1).is_demo = True


QUERIES = [
    "",
    "q=ana",
    "q=a",
    "status=pending",
    "payment=paid",
    "booked=yes",
    "status=to_send",
    "status=shipped&payment=paid",
]


@pytest.mark.parametrize("query", [*QUERIES, *(f"{query}&from=2026-01-01&to=2026-02-01" for query in QUERIES)])
def test_no_page_reads_all_orders(app, query):
    asked = {name: value for name, [value] in parse_qs(query).items()}
    with app.app_context():
        statement = positions_of(asked.get("q", ""), filters_of(asked)).limit(51)
        plan = plan_of(statement)
        for_words = plan_of(statement, without=("seqscan", "indexscan", "indexonlyscan"))
    if ON_POSTGRES:
        assert not [step for step in plan if "Seq Scan" in step], plan
        if "q" in asked and "from" not in asked:  # among the few of these days it looks at each
            assert "Bitmap Index Scan on order_search" in " ".join(for_words), for_words
        return
    assert not [step for step in plan if step.startswith("SCAN orders") and "USING" not in step]
    assert not [step for step in plan if "TEMP B-TREE" in step], plan


def test_filters_that_say_nothing_find_everything():
    assert filters_of({}) == Filters()


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        ("Europe/Berlin", "2026-10-25", datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
        ("Asia/Manila", "2026-03-29", datetime(2026, 3, 28, 16, tzinfo=UTC), 24),
    ],
)
def test_a_day_has_its_own_hours_when_the_clocks_change(sam, shop, zone, day, begins, hours):
    shop.change(shop.get(Store, 1), timezone=zone)
    second, ends = timedelta(seconds=1), begins + timedelta(hours=hours)
    for number, placed_at in (("1", begins - second), ("2", begins), ("3", ends - second), ("4", ends)):
        shop.order(number=number, placed_at=placed_at)
    assert numbers(sam.get(f"/orders/?from={day}&to={day}")) == ["3", "2"]
    with time_machine.travel(ends - second, tick=False), sam.app.app_context():
        assert [when(at).startswith("today") for at in (begins - second, begins, ends - second, ends)] == [
            False,
            True,
            True,
            False,
        ]
