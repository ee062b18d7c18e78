"""The store's products in the rows of a new order: offered, and their names filled in by SKU."""

import pytest

from blueprints.orders import offering
from blueprints.products import routes
from models import Order
from tests.orders.watching import statements
from tests.storing import ON_POSTGRES


def add(visitor, *rows, **typed):
    """What a browser sends of the form: of each row a SKU, and what else is given."""
    form = visitor.get("/orders/new").fields("/orders/new") | {"customer_name": "Maria Santos"} | typed
    for place, row in enumerate(rows):
        told = {"name": "", "quantity": "1", "price": "100"} | row
        form |= {f"items-{place}-{part}": value for part, value in told.items()}
    return visitor.post("/orders/new", data=form)


def offered(page):
    return [(option["value"], option.get_text()) for option in page.select("#products option")]


@pytest.fixture
def shelves(shop):
    shop.product("UBE-350", name="Ube jam, jar 350 g")
    shop.product("WRAP", name="Gift wrapping", tracked=False, on_hand=0)
    return shop


def test_products_are_offered_by_name(sam, shelves):
    page = sam.get("/orders/new")
    assert offered(page) == [("WRAP", "Gift wrapping"), ("UBE-350", "Ube jam, jar 350 g")]
    assert {field["list"] for field in page.select("[name$=-sku]")} == {"products"}


def test_a_shop_without_products_is_offered_none(sam, shop):
    page = sam.get("/orders/new")
    assert page.select("datalist, [list]") == []
    assert "Of a product" not in page.text


def test_of_a_larger_shop_the_newest_stand_in_the_page_and_the_others_are_looked_for(sam, shop, monkeypatch):
    monkeypatch.setattr(offering, "MOST", 2)
    for sku in ("A", "B", "C"):
        shop.product(sku, name=f"Jam {sku}")
    page = sam.get("/orders/new")
    assert offered(page) == [("B", "Jam B"), ("C", "Jam C")]
    url = page.one("#products")["data-search"]
    assert sam.get(f"{url}?q=jam+a").response.json == [{"sku": "A", "name": "Jam A"}]


def test_a_shop_all_of_whose_products_stand_in_the_page_asks_for_no_others(sam, shelves):
    assert not sam.get("/orders/new").one("#products").has_attr("data-search")


@pytest.mark.parametrize("typed", ["", "%00", "'\"<", "x" * 3000, "nobody+sells+this"])
def test_whatever_is_looked_for_is_answered_with_a_list(sam, shelves, typed):
    answer = sam.get(f"/products/offered?q={typed}")
    assert (answer.status, answer.response.mimetype) == (200, "application/json")


def test_no_more_is_told_than_a_form_can_show(sam, shop, monkeypatch):
    monkeypatch.setattr(routes, "OFFERED", 2)
    for sku in ("JAM", "JAM-1", "JAM-2", "JAM-3"):
        shop.product(sku, name=f"Jam {sku}")
    told = sam.get("/products/offered?q=jam").response.json
    assert [product["sku"] for product in told] == ["JAM", "JAM-1"]


def test_nobody_else_is_told_what_the_shop_sells(mallory, uma, shelves):
    assert mallory.get("/products/offered?q=ube").location == "/login"
    assert uma.get("/products/offered?q=ube").status == 403


@pytest.mark.parametrize("typed", ["UBE-350", "ube-350", " Ube-350 "])
def test_a_row_that_says_only_a_sku_is_named_after_its_product(sam, shelves, typed):
    add(sam, {"sku": typed}, {"sku": "WRAP"})
    assert [item.name for item in shelves.get(Order, 1).items] == ["Ube jam, jar 350 g", "Gift wrapping"]


def test_a_name_that_was_typed_stays(sam, shelves):
    add(sam, {"sku": "UBE-350", "name": "Ube halaya"})
    assert [item.name for item in shelves.get(Order, 1).items] == ["Ube halaya"]


def test_a_product_knows_no_price_so_it_is_asked_for_and_the_name_stands_there_already(sam, shelves):
    page = add(sam, {"sku": "UBE-350", "price": ""})
    assert (page.status, page.errors) == (422, {"items-0-price": "Write what one costs."})
    assert page.value("items-0-name") == "Ube jam, jar 350 g"
    assert shelves.count(Order) == 0


@pytest.mark.parametrize("sku", ["NOBODY-SELLS", "x" * 80, "\u0301"])
def test_a_row_that_says_only_the_sku_of_no_product_is_asked_what_it_is(sam, shelves, sku):
    page = add(sam, {"sku": sku})
    assert (page.status, page.errors) == (422, {"items-0-name": "Write what it is."})


def test_a_sku_that_is_too_long_for_any_product_is_refused_as_before(sam, shelves):
    page = add(sam, {"sku": "x" * 100_000})
    assert page.errors["items-0-sku"] == "This is 100,000 characters long; at most 80 fit."


def test_many_rows_cost_no_more_questions_than_a_few(app, sam, shelves):
    def asked(count, number):
        rows = [
            {"sku": "UBE-350" if place % 2 else "OTP", "name": "" if place % 2 else "Otap"} for place in range(count)
        ]
        with statements(app) as seen:
            assert add(sam, *rows, number=number).status == 303
        return len([statement for statement in seen if statement.startswith("SELECT") and "stock_mov" not in statement])

    asked(1, "1")
    assert asked(40, "40") == asked(4, "4")


@pytest.mark.skipif(ON_POSTGRES, reason="in SQLite's words")
def test_what_is_offered_is_found_without_reading_every_product(app, sam, shelves):
    with statements(app) as seen:
        sam.get("/orders/new")
    (asked,) = [statement for statement in seen if "FROM products" in statement]
    assert "ORDER BY products.id DESC" in asked
    assert "LIMIT" in asked
