"""A new product: what is refused, and what is there afterwards."""

import pytest
from sqlalchemy import select

from models import Event, Product, StockMovement

NEW = {"sku": "ADOBO-4", "name": "Adobo set", "tracked": "y"}


def test_a_stranger_and_support_add_nothing(mallory, uma, shop):
    assert mallory.post("/products/new", **NEW).location == "/login"
    assert uma.post("/products/new", **NEW).status == 403
    assert shop.count(Product) == 0


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"sku": ""}, "sku"),
        ({"sku": "  \x00\u200b\u202e "}, "sku"),
        ({"sku": "\u0301"}, "sku"),
        ({"sku": "x" * 81}, "sku"),
        ({"sku": "\ufdfa" * 80}, "sku"),  # each is eighteen letters, written out
        ({"name": " "}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"on_hand": "-1"}, "on_hand"),
        ({"on_hand": "1.5"}, "on_hand"),
        ({"on_hand": "1,000"}, "on_hand"),
        ({"on_hand": "١٢"}, "on_hand"),
        ({"on_hand": "1000000001"}, "on_hand"),
        ({"on_hand": "9" * 5000}, "on_hand"),
        ({"on_hand": "5", "tracked": None}, "on_hand"),
    ],
)
def test_what_can_not_be_is_refused_and_kept(sam, shop, typed, field):
    sent = {name: value for name, value in {**NEW, "on_hand": "3", **typed}.items() if value is not None}
    page = sam.post("/products/new", **sent)
    assert (page.status, list(page.errors)) == (422, [field])
    assert page.value("name") == sent["name"].strip()
    assert page.value("on_hand") == sent["on_hand"]
    assert shop.count(Product) + shop.count(StockMovement) + shop.count(Event) == 0


def test_of_a_sku_that_is_too_long_nothing_else_is_said(sam):
    page = sam.post("/products/new", **NEW | {"sku": "x" * 4799})
    assert page.errors == {"sku": "This is 4,799 characters long; at most 80 fit."}


@pytest.mark.parametrize("sku", ["ADOBO-4", " adobo-4 ", "Ádobo-4"])
def test_a_sku_is_one_products_and_the_page_leads_there(sam, shop, stocked, sku):
    there = stocked(name="Adobo <b>set</b>")
    page = sam.post("/products/new", sku=sku, name="Another", tracked="y")
    assert page.status == 409
    assert page.errors == {"sku": "ADOBO-4 is “Adobo <b>set</b>” already."}
    assert page.one(f"main .form a[href='/products/{there.id}']").get_text() == "Open “Adobo <b>set</b>”"
    assert shop.count(Product) == 1


def test_two_clicks_add_one(sam, shop):
    assert sam.post("/products/new", **NEW).status == 303
    assert sam.post("/products/new", **NEW).status == 409
    assert shop.count(Product) == 1


def test_it_starts_with_what_was_counted(sam, shop, movements):
    page = sam.follow(sam.post("/products/new", **NEW, on_hand="12"))
    assert "“Adobo set” is among your products now." in page.messages
    assert (page.h1, page.one(".on-hand").get_text(strip=True)) == ("Adobo set", "12")
    assert movements(shop.get(Product, 1)) == [("counted", 12, 12)]
    assert [(event.code, event.user_id) for event in shop.all(select(Event))] == [("product.added", 2)]


@pytest.mark.parametrize("on_hand", ["", "0"])
def test_without_a_count_it_starts_with_none(sam, shop, movements, on_hand):
    page = sam.follow(sam.post("/products/new", **NEW, on_hand=on_hand))
    assert page.one(".on-hand").get_text(" ", strip=True) == "0 none left"
    assert movements(shop.get(Product, 1)) == []


def test_one_that_is_not_counted_has_no_count(olive, shop):
    page = olive.follow(olive.post("/products/new", sku="WRAP", name="Gift wrapping"))
    assert page.one(".on-hand").get_text(strip=True) == "not counted"
    assert not page.select("form[action='/products/1/move']")


def test_a_name_of_signs_that_are_whole_sentences_is_kept(sam, shop):
    assert sam.post("/products/new", **NEW | {"name": "\ufdfa" * 300}).status == 303
    assert [product.name for product in shop.all(select(Product))] == ["\ufdfa" * 300]
    assert sam.get("/products/").status == 200
