"""A customer asks for their data, and then to be forgotten: the owner does both from the order's page, by mouse and by
thumb."""

import json

import pytest
from sqlalchemy import select

from models import Erasure, Order, OrderStatus
from tests.browser import width_of
from tests.people import PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1440])
def test_from_the_order_to_the_file_and_to_being_forgotten(served, shop, browser_page, width):
    order = shop.order(status=OrderStatus.COMPLETED)
    other = shop.order(status=OrderStatus.COMPLETED, customer_email="other@example.com")
    page = browser_page(width=width)
    page.goto(f"{served}/login?next=/orders/{order.id}")
    page.get_by_label("Email").fill("olive@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Customer’s data").click()
    page.get_by_label(f"Order {order.number}").wait_for()
    assert page.get_by_label(f"Order {order.number}").is_checked()
    assert not page.get_by_label(f"Order {other.number}").is_checked()
    page.get_by_role("button", name="Go on").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    found = json.loads(waiting.value.path().read_text("utf-8"))
    assert [each["number"] for each in found["orders"]] == [order.number]
    page.get_by_role("link", name="Erase").click()
    assert width_of(page) <= width
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Erase for good").dblclick()
    page.get_by_text("The customer’s data is erased.").wait_for()
    page.get_by_role("link", name=f"Order {order.number}").click()
    page.locator("#customer").get_by_text("Erased customer").wait_for()
    assert len(shop.all(select(Erasure))) == 1
    assert shop.get(Order, other.id).customer_email == "other@example.com"
