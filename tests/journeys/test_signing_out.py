"""After signing out, nobody who sits down there reads on: not by going back, nor in a tab that stayed open."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import UserSession
from tests.browser import sign_in
from tests.people import signed_in
from tests.support.inside import open_window

pytestmark = pytest.mark.browser


@pytest.fixture
def page(served, browser_page):
    """Sam's, who has just signed in."""
    page = browser_page()
    sign_in(page, served, "sam")
    return page


def test_back_shows_the_sign_in_page_and_no_order(served, page, shop):
    order = shop.order(customer_name="Maria Santos")
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


def test_a_page_that_reads_itself_again_ends_at_the_sign_in_page_when_nobody_clicks(app, served, page, shop):
    olive, order = signed_in(app, "olive"), shop.booked_order()
    ticket = olive.post(f"/support/tickets/new?order={order.id}", reason="Why").location.rpartition("/")[2]
    open_window(olive, int(ticket))
    its_session = shop.first(select(UserSession))
    page.goto(f"{served}/support/access")
    shop.change(its_session, last_seen_at=its_session.created_at - timedelta(minutes=50))
    with page.expect_response(f"{served}/support/access") as again:
        pass
    assert again.value.status == 200
    assert shop.get(UserSession, its_session.id).last_seen_at < its_session.created_at, "nobody has clicked"
    shop.change(its_session, last_seen_at=its_session.created_at - timedelta(minutes=61))
    page.wait_for_url(f"{served}/login?next=**")
