"""After signing out, nobody who sits down there reads on: not by going back, nor in a tab that stayed open."""

import pytest

from tests.people import PASSWORD

pytestmark = pytest.mark.browser


def test_back_shows_the_sign_in_page_and_no_order(served, browser_page, shop):
    order = shop.order(customer_name="Maria Santos")
    page = browser_page()
    page.goto(f"{served}/login")
    page.get_by_label("Email").fill("sam@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{served}/orders/{order.id}")
    other = page.context.new_page()
    other.goto(f"{served}/orders/{order.id}")
    page.locator("[data-menu] summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{served}/login")
    page.go_back()
    page.wait_for_url(f"{served}/login?next=**")
    assert "Maria Santos" not in page.content()
    other.reload()
    assert "Maria Santos" not in other.content()
