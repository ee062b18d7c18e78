"""A shopkeeper with a phone: a new product, a delivery, and a file with what was counted."""

import re

import pytest
from sqlalchemy import select

from models import Product
from tests.browser import sign_in, width_of

pytestmark = pytest.mark.browser

FILE = """sku,name,tracked,on_hand
ube-350,,,10
ADOBO-4,"Adobo set, good for 4",yes,24
WRAP,Gift wrapping,no,
TAPA-500,Tapang baka,yes,plenty
"""


@pytest.fixture
def page(served, browser_page):
    page = browser_page(width=390)
    sign_in(page, served, "sam")
    return page


def fits(page):
    return width_of(page) <= 390


def test_stock_is_kept_on_a_phone(page, served, shop):
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Products").click()
    page.get_by_role("main").get_by_role("link", name="New product").click()
    page.get_by_label("SKU", exact=True).fill("UBE-350")
    page.get_by_label("Name", exact=True).fill("Ube jam, jar 350 g")
    page.get_by_role("button", name="Save the product").click()
    assert page.locator(".on-hand").inner_text().split() == ["0", "none", "left"]

    page.get_by_label("How many", exact=True).fill("12")
    page.get_by_role("textbox", name="Note").fill("From Good Shepherd")
    page.get_by_role("button", name="Record it").click()
    page.get_by_text("Recorded: +12. On hand now: 12.").wait_for()
    assert "From Good Shepherd" in page.locator("#movements").inner_text()
    assert fits(page)

    page.goto(f"{served}/products/")
    page.get_by_role("link", name="Import products").click()
    page.get_by_label("File with products").set_input_files(
        {"name": "counted.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    page.get_by_role("button", name="Check the file").click()
    assert re.search(r"12\s+→\s+10", page.locator("#changed").inner_text())
    assert "This is not a whole number" in page.locator("#left-out").inner_text()
    assert fits(page)
    assert [product.on_hand for product in shop.all(select(Product))] == [12]

    page.get_by_role("button", name="Save these changes").click()
    page.get_by_text("2 products were added. 1 product was changed.").wait_for()
    rows = page.locator(".products tbody tr").all_inner_texts()
    assert [" ".join(row.split()) for row in rows] == [
        "ADOBO-4 Adobo set, good for 4 24",
        "WRAP Gift wrapping not counted",
        "UBE-350 Ube jam, jar 350 g 10",
    ]
    assert fits(page)
