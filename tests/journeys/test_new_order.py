"""An order that came by message, typed on a phone: products are picked, and the total is said before it is saved."""

import pytest
from sqlalchemy import select

from blueprints.orders import offering
from models import Order
from tests.browser import found_by_axe, sign_in, width_of

pytestmark = pytest.mark.browser


@pytest.fixture
def shelves(shop):
    shop.product("UBE-350", name="Ube jam, jar 350 g")
    shop.product("UBE", name="Ube")
    return shop


@pytest.fixture
def page(served, shelves, browser_page):
    page = browser_page(width=390)
    sign_in(page, served, "sam")
    page.goto(f"{served}/orders/new")
    return page


def row(page, place):
    return {part: page.locator(f"#items-{place}-{part}") for part in ("name", "sku", "quantity", "price")}


def test_a_product_brings_its_name_or_its_sku_and_the_total_is_said(page, shelves):
    first, second = row(page, 0), row(page, 1)
    first["sku"].fill("ube-350")
    assert first["name"].input_value() == "Ube jam, jar 350 g"
    second["name"].fill("Ube jam, jar 350 g")
    assert second["sku"].input_value() == "UBE-350"
    assert second["name"].get_attribute("list") == "products-by-name"
    first["quantity"].fill("2")
    first["price"].fill("1,250.50")
    second["price"].fill("₱80")
    page.get_by_label("Shipping").fill("50")
    page.get_by_label("Discount").fill("0.5")
    assert page.get_by_label("Total").inner_text() == "₱2,630.50"
    assert found_by_axe(page) == []
    assert width_of(page) <= 390

    page.get_by_label("Customer name").fill("Maria Santos")
    page.get_by_role("button", name="Save the order").click()
    page.get_by_text("Order 1001 was added. It comes to ₱2,630.50.").wait_for()
    assert shelves.first(select(Order)).total == 263050


def test_what_was_filled_in_gives_way_and_what_was_typed_does_not(page):
    first = row(page, 0)
    first["sku"].press_sequentially("UBE-350")
    assert first["name"].input_value() == "Ube jam, jar 350 g", "and not that of UBE, which it was for a moment"
    first["sku"].press_sequentially("-X")
    assert first["name"].input_value() == ""
    first["name"].fill("Halaya")
    first["sku"].fill("UBE-350")
    assert first["name"].input_value() == "Halaya"


def test_a_name_that_goes_on_is_of_the_same_product(page):
    first = row(page, 0)
    first["name"].press_sequentially("Ube jam, jar 350 g, less sweet")
    assert first["sku"].input_value() == "UBE-350"
    first["name"].fill("Halaya")
    assert first["sku"].input_value() == ""


def test_of_two_products_with_one_name_none_is_meant(served, shelves, browser_page):
    shelves.product("SHIRT-S", name="T-shirt")
    shelves.product("SHIRT-M", name="T-shirt")
    page = browser_page()
    sign_in(page, served, "sam")
    page.goto(f"{served}/orders/new")
    first = row(page, 0)
    first["name"].fill("T-shirt")
    assert first["sku"].input_value() == ""
    first["sku"].fill("SHIRT-S")
    assert first["name"].input_value() == "T-shirt"


@pytest.mark.parametrize("most", [200, 1])
def test_on_the_page_with_more_rows_another_name_brings_its_own_sku(served, shelves, browser_page, monkeypatch, most):
    """And in a larger shop the page knows again what was found while somebody typed."""
    monkeypatch.setattr(offering, "MOST", most)
    page = browser_page()
    sign_in(page, served, "sam")
    page.goto(f"{served}/orders/new")
    row(page, 0)["sku"].fill("UBE-350")
    row(page, 0)["name"].fill("Ube jam, jar 350 g")
    page.get_by_role("button", name="Add more rows").click()
    page.locator("#items-7-name").wait_for()
    first = row(page, 0)
    assert first["sku"].input_value() == "UBE-350"
    first["name"].fill("Ube")
    assert first["sku"].input_value() == "UBE"


@pytest.mark.parametrize(
    ("part", "typed"), [("price", "1.480"), ("price", "dear"), ("quantity", "1.5"), ("price", "-5")]
)
def test_of_what_can_not_be_read_there_is_no_total(page, part, typed):
    first = row(page, 0)
    first["price"].fill("100")
    assert page.get_by_label("Total").inner_text() == "₱100.00"
    first[part].fill(typed)
    assert page.get_by_label("Total").inner_text() == "–"


@pytest.mark.parametrize(("part", "typed"), [("name", "Halaya"), ("sku", "HALAYA")])
def test_while_a_row_has_no_price_there_is_no_total(page, part, typed):
    first, second = row(page, 0), row(page, 1)
    first["price"].fill("100")
    second[part].fill(typed)
    assert page.get_by_label("Total").inner_text() == "–", "₱100.00 is not what it will come to"
    second["price"].fill("0")
    assert page.get_by_label("Total").inner_text() == "₱100.00", "what is given along has a price: none"
    second["price"].fill("")
    second[part].fill(" ")
    assert page.get_by_label("Total").inner_text() == "₱100.00"


def test_the_total_stands_where_the_money_is(page):
    total, paid = page.locator(".order-total").bounding_box(), page.locator("[name=is_paid]").bounding_box()
    method = page.locator("[name=payment_method]").bounding_box()
    assert method["y"] < total["y"] < paid["y"], "what is paid is the total"
    assert paid["y"] < page.locator("[name=courier]").bounding_box()["y"]


def test_in_a_larger_shop_the_others_are_found_as_somebody_types(browser_page, served, shelves, monkeypatch):
    monkeypatch.setattr(offering, "MOST", 1)
    page = browser_page()
    sign_in(page, served, "sam")
    page.goto(f"{served}/orders/new")
    assert page.locator("#products option").count() == 1
    first = row(page, 0)
    with page.expect_response("**/products/offered**"):
        first["name"].press_sequentially("jar ub")
    page.locator("#products option[value='UBE-350']").wait_for(state="attached")
    first["name"].fill("Ube jam, jar 350 g")
    assert first["sku"].input_value() == "UBE-350"
