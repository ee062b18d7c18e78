"""Orders that nobody pays for, by thumb at 390 px: switched on, reminded, one kept, one cancelled; and real letters."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from blueprints import background
from models import Order, OrderStatus, PaymentMethod
from tests.browser import sign_in, width_of

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser_page):
    return browser_page(width=390)


def sign_in_anew(page, served):
    """After each jump of the clock, which ends the session."""
    page.context.clear_cookies()
    sign_in(page, served, "olive")


def notice(page, served, order):
    page.goto(f"{served}/orders/{order.id}")
    assert width_of(page) <= 390
    return page.locator("#unpaid").inner_text()


def later(start, **span):
    return time_machine.travel(start + timedelta(**span))


def letters(app, post_office):
    """What is due is written in the first round, and has left after the second."""
    for _ in range(2):
        background.run_once(app)
    return [(letter.recipients[0], letter.message["Subject"]) for letter in post_office.letters]


def test_from_the_switch_to_the_cancel(page, served, shop, app, post_office):
    sign_in_anew(page, served)
    page.goto(f"{served}/settings/")
    page.get_by_role("link", name="Unpaid orders").click()
    page.get_by_label("Remind customers who have not paid, and cancel what stays unpaid").check()
    page.get_by_label("Hours until the order is cancelled").fill("48")
    page.get_by_label("Hours before that for the reminder").fill("24")
    page.get_by_label("Note to the customer").fill("Sorry po, we could not keep it longer.")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Cancelled after 2 days, with a reminder before").wait_for()

    start = datetime.now(UTC)
    maria, juan = (
        shop.order(placed_at=start, payment_method=PaymentMethod.GCASH, customer_email=f"{name}@example.com")
        for name in ("maria", "juan")
    )
    assert "If it is not paid, Maria Santos is reminded" in notice(page, served, maria)

    with later(start, hours=24, seconds=1):
        reminders = letters(app, post_office)
        assert reminders == [
            ("maria@example.com", "Your order 1001 is not paid yet"),
            ("juan@example.com", "Your order 1002 is not paid yet"),
        ]
        sign_in_anew(page, served)
        assert "was reminded today" in notice(page, served, juan)
        page.locator("#unpaid").get_by_role("button", name="Keep this order").click()
        page.get_by_text("Order 1002 is kept. It waits until you decide.").wait_for()

    with later(start, hours=48, seconds=30):
        assert letters(app, post_office) == reminders
        sign_in_anew(page, served)
        page.goto(f"{served}/orders/{maria.id}")
        area = page.locator("#status-area")
        area.get_by_text("It was not paid in time.").wait_for()
        assert "Sorry po, we could not keep it longer." in area.inner_text()
        assert area.get_by_role("button", name="Undo").is_visible()
        assert "was not paid in time, so Suki cancels the order." in page.locator("#history").inner_text()

    with later(start, hours=48, minutes=2):
        assert letters(app, post_office)[2:] == [("maria@example.com", "Your order 1001 is cancelled")]
    assert "Sorry po, we could not keep it longer." in post_office.letters[2].text
    assert "How: GCash" in post_office.letters[0].text
    assert [shop.get(Order, order.id).status for order in (maria, juan)] == [OrderStatus.CANCELLED, OrderStatus.PENDING]
