"""What orders do to the stock: live ones take, cancels put back once what the form says, old ones move nothing."""

import io

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from models import MovementKind, Order, OrderStatus, StockMovement, writing
from tests.orders.deciding import cancel, drawn, save_status


def new_order(visitor, **typed):
    form = visitor.get("/orders/new").fields("/orders/new")
    item = {"items-0-name": "Adobo set", "items-0-sku": "ADOBO-4", "items-0-quantity": "2", "items-0-price": "480"}
    return visitor.post("/orders/new", data={**form, "customer_name": "Maria Santos", **item, **typed})


def movements(shop):
    return [(each.kind, each.quantity) for each in shop.all(select(StockMovement).order_by(StockMovement.id))][1:]


@pytest.mark.parametrize("spelled", ["ADOBO-4", "adobo-4", " Adobo-4 "])
def test_a_new_order_takes_its_pieces(sam, shop, spelled):
    product = shop.product("ADOBO-4", on_hand=10)
    assert new_order(sam, **{"items-0-sku": spelled}).status == 303
    assert shop.on_hand(product) == 8
    assert movements(shop) == [(MovementKind.ORDERED, -2)]


def test_what_is_not_there_is_taken_all_the_same_and_said(sam, shop):
    product = shop.product("ADOBO-4", on_hand=1)
    page = sam.follow(new_order(sam))
    assert "Adobo-4 is short by 1 in stock now." in " ".join(page.messages)
    assert shop.on_hand(product) == -1


@pytest.mark.parametrize("columns", [{"tracked": False, "on_hand": 0}, {"sku": "OTHER"}])
def test_what_is_not_counted_or_another_product_is_left_alone(sam, shop, columns):
    product = shop.product(**{"sku": "ADOBO-4", "on_hand": 5} | columns)
    before = shop.on_hand(product)
    new_order(sam)
    assert shop.on_hand(product) == before


NOTHING_TAKEN = "OTP is none of your products, so no stock was taken for it."


def test_what_is_none_of_the_products_comes_in_and_it_is_said_that_nothing_was_taken(sam, shop):
    shop.product("ADOBO-4")
    shop.product("WRAP", tracked=False, on_hand=0)
    rows = {"items-1-name": "Otap", "items-1-sku": "OTP", "items-1-price": "5", "items-2-name": "Wrap"}
    page = sam.follow(new_order(sam, **rows, **{"items-2-sku": "WRAP", "items-2-price": "5"}))
    assert page.messages[1:] == [NOTHING_TAKEN]
    assert [item.sku for item in shop.get(Order, 1).items] == ["ADOBO-4", "OTP", "WRAP"]


def test_of_many_such_a_few_are_named_and_each_once(sam, shop):
    shop.product()
    rows = [{"name": "Otap", "sku": sku, "quantity": "1", "price": "5"} for sku in ("A", "B", "a", "C", "D", "E")]
    typed = {f"items-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}
    page = sam.follow(new_order(sam, **typed))
    assert page.messages[1:] == ["A, B, C and 2 more are none of your products, so no stock was taken for them."]


@pytest.mark.parametrize("sku", ["OTP", ""])
def test_a_shop_that_keeps_no_products_or_an_item_without_a_sku_is_told_nothing(sam, shop, sku):
    if not sku:
        shop.product()
    assert len(sam.follow(new_order(sam, **{"items-0-sku": sku})).messages) == 1


def test_an_order_that_is_refused_says_nothing_of_the_stock(sam, shop):
    shop.product()
    shop.order(number="77")
    page = new_order(sam, number="77", **{"items-0-sku": "OTP"})
    assert (page.status, page.messages) == (422, [])


def test_an_order_that_is_refused_takes_nothing(sam, shop):
    product = shop.product("ADOBO-4", on_hand=10)
    shop.order(number="77")
    assert new_order(sam, number="77").status == 422
    assert shop.on_hand(product) == 10


def test_a_cancel_puts_back_what_was_taken(sam, shop):
    product = shop.product(on_hand=10)
    order = shop.sold(("ADOBO-4", 3, 100))
    page = sam.follow(cancel(sam, order))
    assert shop.on_hand(product) == 10
    assert "3 items put back" in page.one("#status-area").text


def test_per_item_if_wanted(sam, shop):
    adobo, otap = shop.product("ADOBO-4"), shop.product("OTAP")
    order = shop.sold(("ADOBO-4", 3, 100), ("OTAP", 2, 100))
    cancel(sam, order, **{f"back_{order.items[0].id}": "1"})
    assert (shop.on_hand(adobo), shop.on_hand(otap)) == (8, 10)


@pytest.mark.parametrize("typed", ["4", "-1", "x", "9" * 20])
def test_no_more_than_was_taken_and_no_number_is_refused_and_kept(sam, shop, typed):
    product = shop.product()
    order = shop.sold(("ADOBO-4", 3, 100))
    name = f"back_{order.items[0].id}"
    page = cancel(sam, order, **{name: typed})
    assert (page.status, page.errors) == (422, {name: "Write a whole number from 0 to 3."})
    assert page.value(name) == typed
    assert shop.on_hand(product) == 7


def test_none_of_it_if_that_is_unticked(sam, shop):
    product = shop.product()
    order = shop.sold(("ADOBO-4", 3, 100))
    page = sam.follow(cancel(sam, order, restock=None))
    assert shop.on_hand(product) == 7
    assert "not put back into stock" in page.text


def test_a_declined_order_gives_back_what_it_took(sam, shop):
    product = shop.product()
    order = shop.sold(("ADOBO-4", 3, 100))
    save_status(sam, order, status="declined")
    assert (shop.get(Order, order.id).status, shop.on_hand(product)) == (OrderStatus.DECLINED, 10)
    assert movements(shop)[-1] == (MovementKind.DECLINED, 3)


def test_a_product_that_is_not_counted_any_more_gets_back_what_it_gave(sam, shop):
    product = shop.product()
    order = shop.sold(("ADOBO-4", 3, 100))
    shop.change(product, tracked=False)
    cancel(sam, order)
    assert shop.on_hand(product) == 10


def test_a_product_that_was_added_later_gets_nothing(sam, shop):
    order = shop.order(items=[("ADOBO-4", 3, 100)])
    product = shop.product("ADOBO-4", on_hand=5)
    page = sam.get(f"/orders/{order.id}/cancel")
    assert "No stock changes: Suki took none for this order." in page.text
    cancel(sam, order)
    assert shop.on_hand(product) == 5


def test_imports_of_old_orders_move_no_stock_ever(sam, shop):
    product = shop.product("ADOBO-4", on_hand=10)
    file = (
        "number,placed_at,status,payment_status,payment_method,currency,total,paid,customer_name,customer_email,"
        "customer_phone,address,courier,waybill,item_sku,item_name,item_quantity,item_price\n"
        "5001,2026-11-01 10:00,pending,unpaid,cod,PHP,960,0,Maria,,,,,,ADOBO-4,Adobo set,2,480\n"
    )
    answer = sam.post("/orders/import", data={"file": (io.BytesIO(file.encode()), "orders.csv")})
    sam.post(f"{answer.location}/start")
    order = shop.first(select(Order).where(Order.number == "5001"))
    assert shop.on_hand(product) == 10
    cancel(sam, order)
    assert shop.get(Order, order.id).status is OrderStatus.CANCELLED
    assert shop.on_hand(product) == 10


@pytest.mark.parametrize(
    "mischief",
    [
        "UPDATE products SET on_hand = 99",
        "UPDATE stock_movements SET quantity = 99",
        "DELETE FROM stock_movements",
        "INSERT INTO stock_movements (product_id, quantity, on_hand_after, kind, at, note) "
        "VALUES (1, 5, 99, 'received', '2026-11-20', '')",
        "INSERT INTO stock_movements (product_id, quantity, on_hand_after, kind, at, note, order_item_id) "
        "VALUES (1, 4, 11, 'cancelled', '2026-11-20', '', 1)",
        "INSERT INTO stock_movements (product_id, quantity, on_hand_after, kind, at, note, order_item_id) "
        "VALUES (1, -1, 6, 'ordered', '2026-11-20', '', 1)",
    ],
)
def test_the_database_keeps_the_stock_the_sum_of_its_movements(shop, app, mischief):
    shop.product(on_hand=10)
    shop.sold(("ADOBO-4", 3, 100))
    with app.app_context(), pytest.raises(IntegrityError), writing() as session:
        session.execute(text(mischief))


def test_the_same_form_sent_twice_puts_back_once(sam, shop):
    product = shop.product()
    order = shop.sold(("ADOBO-4", 3, 100))
    url = f"/orders/{order.id}/cancel"
    form = drawn(sam.get(url), url)
    assert [sam.post(url, **form).status for _ in range(2)] == [303, 303]
    assert shop.on_hand(product) == 10
