"""From a cancel that nobody heard of to a customer who was told, on a phone."""

import pytest

from models import Store
from tests.browser import sign_in, wait_until, width_of
from tests.mail.desk import MailDesk

pytestmark = pytest.mark.browser
NOBODY, MARIA = "mraia@example.com", "maria@example.com"


@pytest.fixture(params=[True, False], ids=["with scripts", "without"])
def page(request, served, browser_page):
    page = browser_page(width=390, java_script_enabled=request.param)
    sign_in(page, served, "sam")
    return page


def test_a_customer_who_was_not_told_is_found_and_told(page, served, app, shop, post_office):
    shop.change(shop.get(Store, 1), undo_seconds=0)
    order, desk = shop.order(customer_email=NOBODY), MailDesk(app)
    post_office.refuse[NOBODY] = "550 5.1.1 no such user here"
    page.goto(f"{served}/orders/{order.id}/cancel")
    page.get_by_label("Note to Maria Santos").fill("Sorry, the last set was sold.")
    page.get_by_role("button", name=f"Save: cancel order {order.number}").click()
    desk.deliver()

    page.goto(f"{served}/orders/")
    page.get_by_role("link", name="Customer not told").click()
    assert "Email failed" in page.locator("td.c-status").inner_text()
    page.get_by_role("link", name=order.number, exact=True).click()
    panel = page.locator("#emails")
    assert "because the mail server said: 550 5.1.1 no such user here" in panel.locator(".notice").inner_text()
    assert width_of(page) == 390

    typed = panel.get_by_label("Email address of the customer")
    typed.fill("maria at example")
    panel.get_by_role("button", name="Correct the address and send").click()
    assert panel.get_by_text("Write an email address such as").is_visible()
    assert typed.first.input_value() == "maria at example"
    assert typed.first.evaluate("field => field === document.activeElement")
    typed.first.fill(MARIA)
    panel.get_by_role("button", name="Correct the address and send").first.click()
    assert f"on its way to {MARIA}" in page.get_by_role("status").inner_text()
    desk.deliver()

    [letter] = post_office.letters
    assert letter.recipients == (MARIA,)
    assert "Sorry, the last set was sold." in letter.text
    page.reload()
    assert "Maria Santos was told of the cancel" in panel.locator(".notice").inner_text()
    page.goto(f"{served}/orders/?attention=not_told")
    assert page.get_by_text("Everybody was told").is_visible()


# An answer that comes when the test lets it.
HELD_UP = """() => {
    const ask = window.fetch
    window.fetch = (...asked) => new Promise(answer => { window.letIn = () => answer(ask(...asked)) })
}"""


def test_what_is_typed_while_the_emails_are_read_again_stays(served, browser_page, app, shop, post_office):
    shop.change(shop.get(Store, 1), undo_seconds=0)
    order, desk = shop.order(customer_email=NOBODY), MailDesk(app)
    post_office.refuse[NOBODY] = "451 try again later"
    desk.tell(order)
    desk.deliver()
    page = browser_page()
    sign_in(page, served, "sam")
    page.goto(f"{served}/orders/{order.id}")
    page.evaluate(HELD_UP)
    wait_until(page, "window.letIn !== undefined")
    for fold in ("What was written", "Correct the address"):
        page.locator("#emails summary").get_by_text(fold).click()
    typed = page.get_by_label("Email address of the customer")
    typed.fill(MARIA)
    page.locator("h1").click()
    page.evaluate("window.letIn()")
    page.wait_for_timeout(500)
    assert typed.input_value() == MARIA
