"""All products go out as a file that no spreadsheet runs, and that comes in again as it was."""

import csv
from io import BytesIO, StringIO
from pathlib import Path

import pytest

from blueprints.products import exporting
from blueprints.products.reading_products import COLUMNS
from blueprints.stock import move
from models import MovementKind, Product, writing
from models.text import cleaned_line
from tests.products.conftest import BY
from tests.products.test_finding import shop_order
from tests.shop import A_MORNING


def rows_of(page):
    return list(csv.reader(StringIO(page.response.text, newline="")))


def test_strangers_and_support_get_no_file(mallory, uma, stocked):
    stocked()
    assert mallory.get("/products/export.csv").location == "/login"
    assert uma.get("/products/export.csv").status == 403


def test_a_row_for_each_with_the_columns_that_are_promised(sam, stocked):
    stocked("UBE-350", "Ube jam, jar 350 g", 7)
    stocked("WRAP", "Gift wrapping", tracked=False)
    stocked("ADOBO-4", "Adobo set")
    page = sam.get("/products/export.csv")
    headers = page.response.headers
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Content-Disposition"].startswith('attachment; filename="products-20')
    assert rows_of(page) == [
        ["sku", "name", "tracked", "on_hand"],
        ["UBE-350", "Ube jam, jar 350 g", "yes", "7"],
        ["WRAP", "Gift wrapping", "no", ""],
        ["ADOBO-4", "Adobo set", "yes", "0"],
    ]


def test_no_cell_is_a_formula(sam, stocked):
    stocked("=1+1", "@SUM(A1)")
    stocked("-2", "＝cmd")  # noqa: RUF001 (a full-width sign is what is tested)
    assert rows_of(sam.get("/products/export.csv"))[1:] == [
        ["'=1+1", "'@SUM(A1)", "yes", "0"],
        ["'-2", "'＝cmd", "yes", "0"],  # noqa: RUF001 (as above)
    ]


def test_each_stands_there_once_however_many_pages_it_takes(sam, stocked, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE", 2)
    for number in range(5):
        stocked(f"S-{number}", f"Set {9 - number}")
    assert [row[0] for row in rows_of(sam.get("/products/export.csv"))[1:]] == [f"S-{number}" for number in range(5)]


@pytest.fixture
def odd_ones(app, stocked):
    """What is hard to carry, cleaned as forms do: signs, quotes, a count below nothing, one not counted any more."""
    for place, name in enumerate(["=1", "'", "''=x", 'He said "hi", twice', "Piña; jam", "日本 ½", "e\u200d\u0301"]):
        stocked(cleaned_line(f"{name[:20]}{place}"), cleaned_line(name), place)
    stocked("0012", "With zeros before it", 1_000_000_000)
    gone = stocked("GONE", "Not counted any more", 5)
    short = stocked("SHORT", "More was ordered", 1)
    with app.app_context(), writing() as session:
        session.get_one(Product, gone.id).tracked = False
        item = shop_order(session, 3)
        product = session.get_one(Product, short.id)
        move(session, product, -3, MovementKind.ORDERED, by=BY, at=A_MORNING, order_item_id=item)


@pytest.mark.parametrize("change", [str, lambda text: "\ufeff" + text.replace("\r\n", "\n")], ids=["as it is", "saved"])
def test_what_goes_out_comes_in_as_no_change(sam, odd_ones, change):
    file = change(sam.get("/products/export.csv").response.text)
    page = sam.post("/products/import", file=(BytesIO(file.encode()), "products.csv"))
    assert (page.status, page.h1) == (200, "Nothing to save in this file")
    assert not page.select("#left-out, #changed, #new")
    assert page.select(".tile-number")[2].get_text() == "10"


def test_the_columns_are_explained():
    words = (Path(__file__).parents[2] / "docs" / "products.md").read_text()
    assert [column for column in COLUMNS if f"`{column}`" not in words] == []
