"""The page of one product: what moved it, and for which order."""

import pytest
from sqlalchemy import select

from blueprints.products.showing import movements_of
from blueprints.stock import move, put_back, put_back_by, take_again, take_for_order
from models import Cancellation, MovementKind, OrderItem, OrderStatus, Product, writing
from tests.orders.watching import statements
from tests.products.conftest import BY
from tests.shop import A_MORNING


@pytest.fixture
def order_of(app, shop):
    """An order of so many pieces, that took them from the stock."""

    def make(quantity=2, sku="adobo-4"):
        order = shop.order(items=[("Adobo set", quantity, 100)])
        with app.app_context(), writing() as session:
            items = list(session.scalars(select(OrderItem).where(OrderItem.order_id == order.id)))
            items[0].sku = sku
            take_for_order(session, items, by=BY, at=A_MORNING)
        return order

    return make


def what(page):
    return [cell.get_text(" ", strip=True) for cell in page.select(".m-what")]


def test_strangers_and_support_see_no_product(mallory, uma, stocked):
    product = stocked()
    assert mallory.get(f"/products/{product.id}").location == "/login"
    assert uma.get(f"/products/{product.id}").status == 403


def test_what_was_ordered_beyond_what_is_there_is_said(sam, stocked, movements, order_of):
    product = stocked(on_hand=1)
    order = order_of()
    page = sam.get(f"/products/{product.id}")
    assert page.one(".on-hand").get_text(" ", strip=True) == "−1 1 short"  # noqa: RUF001 (a minus, as on the page)
    assert "More was ordered than was there." in page.text
    assert page.one(f"#movements a[href='/orders/{order.id}']").get_text() == f"Went to order {order.number}"
    assert movements(product) == [("counted", 1, 1), ("ordered", -2, -1)]


def test_what_came_back_and_went_again_names_the_order(app, sam, stocked, movements, order_of):
    product = stocked(on_hand=5)
    order = order_of()
    with app.app_context(), writing() as session:
        cancellation = Cancellation(
            order_id=order.id, at=A_MORNING, previous_status=OrderStatus.PENDING, restock=True, notify=False
        )
        session.add(cancellation)
        session.flush()
        pieces = {item.id: 2 for item in session.scalars(select(OrderItem))}
        at = {"by": BY, "at": A_MORNING}
        put_back(session, pieces, cancellation_id=cancellation.id, **at)
        take_again(session, put_back_by(session, cancellation.id), MovementKind.UNDONE, **at)
        put_back(session, pieces, cancellation_id=cancellation.id, **at)
        take_again(session, put_back_by(session, cancellation.id)[:1], MovementKind.REINSTATED, **at)
    assert what(sam.get(f"/products/{product.id}")) == [
        "Went again: order 1001 was taken up again",
        "Came back: cancelled in order 1001",
        "Went again: the cancel of order 1001 was undone",
        "Came back: cancelled in order 1001",
        "Went to order 1001",
        "Counted",
    ]
    assert movements(product)[-1] == ("reinstated", -2, 3)


def test_a_product_that_nothing_moved_says_so(sam, stocked):
    assert "Nothing has moved yet." in sam.get(f"/products/{stocked().id}").text


def test_only_its_own_movements_stand_there(sam, stocked):
    stocked("UBE-350", "Ube jam", 7)
    assert what(sam.get(f"/products/{stocked().id}")) == []


def test_pages_of_movements_hang_together(app, sam, stocked):
    product = stocked()
    with app.app_context(), writing() as session:
        there = session.get_one(Product, product.id)
        for _delivery in range(5):
            move(session, there, 1, MovementKind.RECEIVED, by=BY, at=A_MORNING)
    with app.app_context():
        first = movements_of(product.id, limit=2)
        second = movements_of(product.id, after=first.next, limit=2)
        third = movements_of(product.id, after=second.next, limit=2)
        pages = [[row.on_hand_after for row in page.rows] for page in (first, second, third)]
        assert pages == [[5, 4], [3, 2], [1]]
        assert (first.previous, third.next) == (None, None)
        assert movements_of(product.id, before=third.previous, limit=2).rows == second.rows
        assert movements_of(product.id, before=second.previous, limit=2).rows == first.rows
    for query in ("?before=x", "?after=0", "?after=99999999999999999999", "?before=999"):
        assert len(what(sam.get(f"/products/{product.id}{query}"))) == 5


def test_sixty_movements_cost_as_many_statements_as_two(app, sam, stocked, order_of):
    product = stocked()

    def cost():
        with statements(app) as seen:
            sam.client.get(f"/products/{product.id}")
        return len(seen)

    order_of(), order_of()
    few = cost()
    for _order in range(58):
        order_of()
    assert cost() == few
