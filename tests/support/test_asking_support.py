"""What a merchant who needs support finds, and what support finds that nobody has let in."""

from urllib.parse import unquote

import pytest

from models import Store


@pytest.fixture
def reachable(shop):
    shop.change(shop.get(Store, 1), support_name="Tulong", support_email="tulong@example.com")


@pytest.mark.parametrize("number", ["0", "999", "99999999999999999999", "1e3", "-1", "٣", "x", "1%00"])
def test_an_order_that_is_not_there_is_not_found(sam, number):
    assert sam.get(f"/support/tickets/new?order={number}").status == 404


def test_support_learns_nothing_of_an_order_here(uma, shop):
    order = shop.booked_order()
    page = uma.get(f"/support/tickets/new?order={order.id}")
    assert page.status == 403
    assert "Maria Santos" not in page.text


def test_without_an_address_the_owner_is_led_to_where_it_is_set(olive, sam):
    assert olive.get("/support/tickets").select("main a[href='/settings/support']")
    page = sam.get("/support/tickets")
    assert "The owner of the store sets it in Settings." in page.text
    assert not page.select("main a[href^='/settings'], a[href^=mailto]")


def test_support_itself_reads_how_it_is_let_in(uma):
    page = uma.get("/support/tickets")
    assert "only while the merchant lets you in" in page.text
    assert not page.select("main a[href^='/orders']")


def test_a_merchant_finds_name_and_address(sam, reachable):
    page = sam.get("/support/tickets")
    assert "Tulong" in page.text
    assert page.select("a[href='mailto:tulong@example.com']")


def test_the_four_details_stand_on_the_page_and_in_the_email(sam, shop, reachable):
    order = shop.booked_order(number="1041", customer_name="Juan & Ñora <b>Dela Cruz</b>")
    page = sam.get(f"/support/tickets/new?order={order.id}")
    letter = unquote(str(page.one("a.button-primary")["href"]))
    assert letter.startswith("mailto:tulong@example.com?subject=Please cancel order 1041&body=")
    for detail in ("1041", "Juan & Ñora <b>Dela Cruz</b>", "20 November 2026", "J&T Express", "JT0912345678"):
        assert detail in page.text
        assert detail in letter
    assert "Reason for the cancellation:" in letter


def test_what_stands_in_a_name_adds_no_part_to_the_email(sam, shop, reachable):
    order = shop.order(number="10&bcc=all@example.com", customer_name="Eve?cc=eve@example.com&bcc=x")
    href = str(sam.get(f"/support/tickets/new?order={order.id}").one("a.button-primary")["href"])
    assert href.count("&") == 1
    assert href.count("?") == 1


def test_a_general_question_needs_no_order(sam, reachable):
    page = sam.get("/support/tickets/new")
    assert (page.status, page.h1) == (200, "Ask support")
