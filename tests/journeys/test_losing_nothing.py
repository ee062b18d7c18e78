"""What was typed outlives the session that it was typed in."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models import Cancellation, PaymentStatus, UserSession
from tests.people import PASSWORD

pytestmark = pytest.mark.browser
ROWS = 5


@pytest.fixture
def page(served, browser_page):
    page = browser_page()
    page.goto(f"{served}/login")
    sign_in(page)
    return page


def sign_in(page, who="sam"):
    page.get_by_label("Email").fill(f"{who}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def end_sessions(shop):
    for each in shop.all(select(UserSession)):
        shop.change(each, ended_at=datetime.now(UTC))


def test_the_way_back_from_an_order_leads_to_what_was_looked_for(page, served, shop):
    order = shop.order(customer_name="Marisol Peña")
    page.goto(f"{served}/orders/?q=pena&status=pending")
    page.get_by_role("link", name=order.number).click()
    page.get_by_label("Status", exact=True).select_option("accepted")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Orders").and_(page.locator(".back")).click()
    page.wait_for_url(f"{served}/orders/?q=pena&status=pending")


def fill_in_order(page, served):
    page.goto(f"{served}/orders/new")
    page.get_by_role("button", name="Add more rows").click()
    page.get_by_label("Customer name").fill("Marisol Peña")
    page.get_by_label("It is paid already").check()
    for row in range(ROWS):
        page.get_by_label("Item", exact=True).nth(row).fill(f"Bilao {row}")
        page.get_by_label("Price of one").nth(row).fill("100")


def save(page):
    page.get_by_role("button", name="Save the order").click()


def test_a_note(page, served, shop):
    order = shop.order()
    page.goto(f"{served}/orders/{order.id}/cancel")
    page.get_by_label("Note to Maria Santos").fill("The last set was sold.")
    end_sessions(shop)
    page.get_by_role("button", name=f"Save: cancel order {order.number}").click()
    sign_in(page)
    assert page.get_by_label("Note to Maria Santos").input_value() == "The last set was sold."


@pytest.fixture
def accepted(page, served, shop):
    """Looks at an order, with Accepted chosen."""
    page.goto(f"{served}/orders/{shop.order().id}")
    page.get_by_label("Status", exact=True).select_option("processing")
    return page


def is_saved(page):
    page.get_by_text("is now").first.wait_for()
    return page.get_by_label("Note to").input_value() == ""


def test_a_note_that_was_read_in_its_email_first_is_saved_once_and_for_all(accepted):
    accepted.get_by_label("Note to").fill("It leaves tomorrow.")
    accepted.get_by_role("button", name="See the email").click()
    accepted.locator("#preview").wait_for()
    accepted.get_by_role("button", name="Save", exact=True).click()
    assert is_saved(accepted)


def test_a_note_that_was_too_long_is_not_offered_again_once_a_shorter_one_is_saved(accepted):
    accepted.get_by_label("Note to").fill("Sorry po! " * 150)
    accepted.get_by_role("button", name="Save", exact=True).click()
    accepted.locator("[data-error-summary]").wait_for()
    accepted.get_by_label("Note to").fill("Sorry po!")
    accepted.get_by_role("button", name="Save", exact=True).click()
    assert is_saved(accepted)


def test_a_reply_outlives_what_is_saved_elsewhere_in_between(served, browser_page, shop, olive):
    ticket = olive.post("/support/tickets/new", subject="Labels", reason="How?").location
    page = browser_page()
    page.goto(f"{served}/login")
    sign_in(page, "olive")
    page.goto(f"{served}{ticket}")
    page.get_by_label("Reply").fill("It prints only half of it.")
    end_sessions(shop)
    page.get_by_role("button", name="Send").click()
    sign_in(page, "olive")
    page.goto(f"{served}/settings/alerts")
    page.get_by_role("button", name="Save").click()
    page.locator("[data-done]").wait_for()
    page.goto(f"{served}{ticket}")
    assert page.get_by_label("Reply").input_value() == "It prints only half of it."


def test_a_note_outlives_a_page_that_tells_of_something_done_long_ago(accepted, served):
    accepted.get_by_label("Note to").fill("It leaves tomorrow.")
    accepted.get_by_role("button", name="See the email").click()
    accepted.locator("#preview").wait_for()
    here = accepted.url.removesuffix("/status/preview#preview")
    accepted.goto(f"{served}/help/cancel-an-order")
    accepted.locator(".notice-done").first.wait_for()
    accepted.goto(here)
    assert accepted.get_by_label("Note to").input_value() == "It leaves tomorrow."


def test_a_note_of_a_cancel_that_was_given_up_goes_into_no_other_email(accepted):
    accepted.get_by_label("Note to").fill("Sorry, it is sold out.")
    accepted.get_by_role("link", name="Cancel order").click()
    accepted.get_by_role("link", name="Keep the order").click()
    accepted.get_by_label("Status", exact=True).wait_for()
    assert accepted.get_by_label("Note to").input_value() == ""


def test_who_is_not_to_be_mailed_is_not_after_a_look_at_the_email_either(accepted):
    accepted.get_by_label("Email Maria Santos").uncheck()
    accepted.get_by_role("button", name="See the email").click()
    accepted.locator("#preview").wait_for()
    accepted.get_by_role("link", name="Cancel order").click()
    accepted.get_by_role("button", name="Save: cancel order").wait_for()
    assert not accepted.get_by_label("Email Maria Santos").is_checked()


def test_what_support_is_asked_about_one_order_is_not_said_of_another(page, served, shop):
    first, second = shop.booked_order(), shop.booked_order(number="1002")
    page.goto(f"{served}/support/tickets/new?order={first.id}")
    page.get_by_label("Why should it be cancelled?").fill("The address is wrong.")
    for order, said in ((second, ""), (first, "The address is wrong.")):
        page.goto(f"{served}/support/tickets/new?order={order.id}")
        assert page.get_by_label("Why should it be cancelled?").input_value() == said


def test_a_proposed_text_that_was_written_anew_is_given_back_and_heard(served, browser_page, shop):
    page = browser_page()
    page.goto(f"{served}/login")
    sign_in(page, "olive")
    page.goto(f"{served}/settings/unpaid")
    note = page.get_by_label("Note to the customer when it is cancelled")
    usual = note.input_value()
    note.fill("Pay by Friday po, or tell us.")
    end_sessions(shop)
    page.get_by_role("button", name="Save").click()
    sign_in(page, "olive")
    page.goto(f"{served}/settings/unpaid")
    assert usual
    assert note.input_value() == "Pay by Friday po, or tell us."
    described = note.get_attribute("aria-describedby").split()
    assert "You typed this here earlier" in page.locator(f"#{described[-1]}").inner_text()


def test_a_slash_beside_a_form_does_not_leave_it(page, served):
    fill_in_order(page, served)
    page.locator("h1").click()
    page.keyboard.press("/")
    page.get_by_label("Customer name").wait_for()
    assert page.get_by_label("Customer name").input_value() == "Marisol Peña"


def test_a_note_that_went_along_to_the_cancel_page_is_saved_once_and_for_all(accepted):
    accepted.get_by_label("Note to").fill("Sorry po!")
    accepted.get_by_role("link", name="Cancel order").click()
    accepted.get_by_role("button", name="Save: cancel order").click()
    accepted.locator("#undo").get_by_role("button", name="Undo").click()
    accepted.get_by_text("Undone:").wait_for()
    assert accepted.get_by_label("Note to").input_value() == ""


@pytest.fixture
def paid_order(shop):
    shop.product("ADOBO-4")
    return shop.sold(payment_status=PaymentStatus.PAID)


@pytest.mark.parametrize("button", ["Save: cancel order", "See the email"])
def test_a_cancel_with_its_fee_and_its_reason(page, served, shop, paid_order, button):
    page.goto(f"{served}/orders/{paid_order.id}/cancel")
    page.get_by_role("radio").nth(1).check()
    page.get_by_label("Cancellation fee").fill("300")
    page.get_by_label("Email Maria Santos").uncheck()
    page.get_by_text("Not all of them?").click()
    page.get_by_label("ADOBO-4").fill("1")
    end_sessions(shop)
    page.get_by_role("button", name=button).click()
    assert not re.search("csrf_token|version|once", page.evaluate("JSON.stringify(sessionStorage)"))
    sign_in(page)
    page.goto(f"{served}/orders/{paid_order.id}/cancel")  # also when it is drawn a second time
    assert page.get_by_label("ADOBO-4").is_visible(), "the part that was folded away is open"
    page.get_by_role("button", name="Save: cancel order").click()
    page.get_by_text("Fee kept").wait_for()
    done = shop.first(select(Cancellation))
    assert (done.fee, done.reason_id is not None, shop.emails(paid_order)[0].reason) == (30000, True, "not_wanted")


def test_a_cancel_of_a_part(page, served, shop, paid_order):
    page.goto(f"{served}/orders/{paid_order.id}/cancel/items")
    page.get_by_label("ADOBO-4").first.fill("1")
    page.get_by_label("Cancellation fee").fill("80")
    end_sessions(shop)
    page.get_by_role("button", name="Save: cancel these items").click()
    sign_in(page)
    page.get_by_text("You typed this here earlier, and it was not saved.").wait_for()
    page.get_by_role("button", name="Save: cancel these items").click()
    page.get_by_text("Cancelled from this order").wait_for()
    assert shop.first(select(Cancellation)).fee == 8000


def test_a_new_order(page, served, shop):
    fill_in_order(page, served)
    end_sessions(shop)
    save(page)
    assert "this was not saved" in page.get_by_role("status").inner_text()
    sign_in(page)
    assert page.get_by_text("You typed this here earlier, and it was not saved.").is_visible()
    assert page.get_by_label("Customer name").input_value() == "Marisol Peña"
    save(page)
    assert page.get_by_role("status").inner_text().strip() == "Order 1001 was added. It comes to ₱500.00."
    assert page.get_by_text("Bilao").count() == ROWS
    assert page.get_by_text("₱500.00").count() >= 2, "all of it is paid, as it was ticked"


def test_an_order_that_was_saved_is_not_typed_in_for_the_next(page, served):
    fill_in_order(page, served)
    save(page)
    assert page.get_by_role("status").inner_text().strip() == "Order 1001 was added. It comes to ₱500.00."
    page.goto(f"{served}/orders/new")
    assert page.get_by_label("Customer name").input_value() == ""


def test_an_order_that_was_given_up_is_not_typed_in_for_the_next(page, served):
    fill_in_order(page, served)
    page.get_by_label("Customer name").fill("")
    save(page)
    page.get_by_role("link", name="Leave without saving").click()
    page.goto(f"{served}/orders/new")
    assert page.get_by_label("Item", exact=True).first.input_value() == ""
