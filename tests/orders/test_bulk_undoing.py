"""Many orders that were cancelled at once: each can be undone where one lands, while it lasts."""

from models import Order, OrderStatus
from tests.orders.books import later
from tests.orders.many import cancel_all
from tests.orders.watching import statements
from tests.pages import words


def undos(page):
    """The forms that take one of them back, by the order's number."""
    lines = page.select("#cancelled li")
    return {words(line.select_one(".row-link")): str(form["action"]) for line in lines for form in line.select("form")}


def test_each_can_be_undone_where_one_lands(sam, shop):
    first, second = shop.order(), shop.order()
    page = cancel_all(sam, first, second)
    assert "Undo takes one back, until " in page.one("#cancelled").text
    landed, undo = page.response.request.path, undos(page)
    assert sorted(undo) == ["1001", "1002"]
    page = sam.follow(sam.post(undo["1001"], **page.fields(undo["1001"])))
    assert page.response.request.path == landed
    assert page.messages == ["Undone: order 1001 is as it was. Nobody was told."]
    assert shop.get(Order, first.id).status is OrderStatus.PENDING
    assert sorted(undos(page)) == ["1002"]
    with later(seconds=31):
        assert "Undo" not in sam.get(landed).one("#cancelled").text


def test_looking_back_costs_the_same_for_one_and_for_twelve(app, sam, shop):
    costs = []
    for count in (1, 12):
        url = cancel_all(sam, *(shop.order() for _ in range(count))).response.request.path
        with statements(app) as looking:
            assert len(undos(sam.get(url))) == count
        costs.append(len(looking))
    assert costs[0] == costs[1]
