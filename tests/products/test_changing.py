"""Changing how a product is called, and whether it is counted."""

import pytest
from sqlalchemy import select

from models import Event, Product


def test_strangers_and_support_change_nothing(mallory, uma, shop, stocked):
    product = stocked()
    assert mallory.post(f"/products/{product.id}/change", sku="X", name="X").location == "/login"
    assert uma.post(f"/products/{product.id}/change", sku="X", name="X").status == 403
    assert shop.get(Product, product.id).sku == "ADOBO-4"


@pytest.mark.parametrize("address", ["/products/7", "/products/9999999999999999999", "/products/0", "/products/-1"])
def test_what_is_not_there_is_not_found(sam, address):
    assert sam.get(address).status == 404
    assert sam.post(f"{address}/change", sku="X", name="X").status == 404
    assert sam.post(f"{address}/move", kind="received", pieces="1").status == 404


def test_a_sku_that_is_taken_is_refused_and_what_was_typed_stays(sam, shop, stocked):
    product, other = stocked(), stocked("UBE-350", "Ube jam")
    page = sam.post(f"/products/{product.id}/change", sku="ube-350", name="Adobo for four", tracked="y")
    assert page.status == 409
    assert page.errors == {"sku": "UBE-350 is “Ube jam” already."}
    assert (page.value("sku"), page.value("name")) == ("ube-350", "Adobo for four")
    assert page.one(f"#called a[href='/products/{other.id}']")
    assert (shop.get(Product, product.id).sku, shop.count(Event)) == ("ADOBO-4", 0)


@pytest.mark.parametrize(("sku", "name"), [("", "Adobo"), ("A", ""), ("x" * 81, "Adobo"), ("A", "x" * 301)])
def test_what_can_not_be_is_refused(sam, shop, stocked, sku, name):
    product = stocked()
    page = sam.post(f"/products/{product.id}/change", sku=sku, name=name, tracked="y")
    assert page.status == 422
    assert (page.value("sku"), page.value("name")) == (sku, name)
    assert shop.get(Product, product.id).sku == "ADOBO-4"


def test_a_renamed_product_is_found_by_its_new_name_only(sam, stocked):
    product = stocked()
    page = sam.follow(sam.post(f"/products/{product.id}/change", sku="adobo-5", name="Kaldereta", tracked="y"))
    assert "“Kaldereta” is saved." in page.messages
    assert sam.get("/products/?q=kalder").select(".products .row-link")
    assert not sam.get("/products/?q=adobo+set").select(".products .row-link")


def test_capitals_of_its_own_sku_can_be_changed(sam, shop, stocked):
    product = stocked()
    assert sam.post(f"/products/{product.id}/change", sku="Adobo-4", name="Adobo set", tracked="y").status == 303
    assert shop.get(Product, product.id).sku == "Adobo-4"


def test_the_stock_is_kept_while_nobody_counts(sam, shop, stocked, movements):
    product = stocked(on_hand=5)
    url = f"/products/{product.id}/change"
    page = sam.follow(sam.post(url, sku="ADOBO-4", name="Adobo set"))
    assert page.one(".on-hand").get_text(strip=True) == "not counted"
    page = sam.follow(sam.post(url, sku="ADOBO-4", name="Adobo set", tracked="y"))
    assert page.one(".on-hand").get_text(strip=True) == "5"
    assert movements(product) == [("counted", 5, 5)]


def test_each_change_leaves_one_event_and_none_leaves_none(sam, shop, stocked):
    product = stocked()
    sam.post(f"/products/{product.id}/change", sku="ADOBO-4", name="Adobo set", tracked="y")
    assert shop.count(Event) == 0
    sam.post(f"/products/{product.id}/change", sku="ADOBO-4", name="Adobo")
    assert [event.code for event in shop.all(select(Event))] == ["product.changed"]
