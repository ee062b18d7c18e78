"""Reading orders: one, by number, and page by page; with the same few questions however many there are."""

from datetime import timedelta

from models import OrderStatus, PaymentStatus
from tests.orders.watching import statements
from tests.shop import A_MORNING


def test_an_order_by_its_number(shop, program):
    order = shop.order(number="SK-0107")
    shop.order()
    for number in ("SK-0107", "%23SK-0107", "%20SK-0107"):
        assert [found["id"] for found in program.get(f"/orders?number={number}").json["orders"]] == [order.id]
    assert program.get("/orders?number=SK-010").json == {"orders": [], "next": None}
    assert program.get("/orders?number=%00%FF").json["orders"] == []


def test_the_newest_first_and_page_by_page(shop, program):
    made = [shop.order(placed_at=A_MORNING + timedelta(days=day)) for day in (3, 1, 2, 1)]
    numbers, url = [], "/orders?limit=2"
    for _ in range(2):
        page = program.get(url).json
        numbers += [order["number"] for order in page["orders"]]
        url = f"/orders?limit=2&after={page['next']}"
    assert page["next"] is None
    assert numbers == [made[index].number for index in (0, 2, 3, 1)]
    assert program.get("/orders?after=1").json == {"orders": [], "next": None}


def test_a_question_that_is_not_described_is_refused(program):
    for query, at in (
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("limit=", "limit"),
        ("limit=%D9%A3", "limit"),
        ("limit=5&limit=6", "limit"),
        ("after=x", "after"),
        ("after=" + "9" * 19, "after"),
        ("number=", "number"),
        ("number=" + "x" * 41, "number"),
        ("nubmer=5001", "nubmer"),
    ):
        answer = program.get(f"/orders?{query}")
        assert (answer.status, answer.code, answer.pointers) == (422, "invalid", [at])


def test_what_is_not_described_is_refused_wherever_nothing_is_asked(shop, program):
    for url in (f"/orders/{shop.order().id}", "/openapi.json"):
        answer = program.get(f"{url}?nmuber=5001")
        assert (answer.status, answer.code, answer.pointers) == (422, "invalid", ["nmuber"])


def test_an_order_that_is_not_there_is_not_found(program):
    for which in ("1", "0", "9" * 18, "9" * 30, "-1", "x"):
        assert program.get(f"/orders/{which}").code == "not_found"


def test_a_cancel_in_the_past_is_read_as_what_it_is(sam, shop, program):
    imported = shop.order(status=OrderStatus.CANCELLED)
    answer = program.get(f"/orders/{imported.id}").json
    assert (answer["status"], answer["cancelled_at"], answer["cancellation"]) == (
        "cancelled",
        "2026-11-20T01:30:00Z",
        None,
    )


def test_what_a_page_of_orders_costs_does_not_grow_with_it(app, shop, program):
    def cost(url):
        with statements(app) as seen:
            assert program.get(url).status == 200
        return len(seen)

    one = shop.order(payment_status=PaymentStatus.PAID)
    program.cancel(one)
    few = cost("/orders")
    for _ in range(4):
        program.cancel(shop.order(payment_status=PaymentStatus.PAID, items=[("Otap", 1, 100)] * 3))
        shop.booked_order()
    assert cost("/orders") == few <= 6  # token, store, orders, items, couriers with them, cancellations
    assert cost(f"/orders/{one.id}") <= 6
