"""A merchant asks support, and nothing has to be told twice."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from models import AccessWindow, Email, Event, Role, Store, Ticket, User
from tests.people import PASSWORD, signed_in
from tests.shop import A_MORNING
from tests.support.conftest import mail_of, story_of

FOUR_DETAILS = ("1041", "Juan Dela Cruz", "20 November 2026", "The customer moved away.")


@pytest.fixture
def order(shop):
    return shop.booked_order(number="1041", customer_name="Juan Dela Cruz")


def test_the_form_is_filled_in_and_only_the_reason_is_missing(sam, order):
    page = sam.get(f"/support/tickets/new?order={order.id}")
    for detail in ("1041", "Juan Dela Cruz", "20 November 2026", "J&T Express", "JT0912345678"):
        assert detail in page.text
    fields = page.fields(f"/support/tickets/new?order={order.id}")
    assert set(fields) == {"csrf_token", "once", "reason", "open_window", "hours", "scope"}
    assert (fields["reason"], fields["open_window"], fields["hours"]) == ("", "y", "24")
    assert fields["scope"] == "order"


def test_filing_keeps_the_four_details_as_fields(order, shop, ask_to_cancel):
    ticket = shop.get(Ticket, ask_to_cancel(order, "The customer moved away."))
    assert (ticket.order_number, ticket.customer_name, ticket.reason) == ("1041", "Juan Dela Cruz", FOUR_DETAILS[3])
    assert ticket.order_placed_at == order.placed_at
    assert (ticket.courier_name, ticket.waybill) == ("J&T Express", "JT0912345678")
    assert ticket.subject == "Please cancel order 1041"


def test_support_is_mailed_all_four_details(order, shop, ask_to_cancel):
    [mail] = mail_of(shop, ask_to_cancel(order, "The customer moved away."), "ticket_opened")
    assert (mail.recipient, mail.reply_to, mail.state) == ("tulong@example.com", "nena@example.com", "queued")
    assert mail.subject == "Ticket 1: please cancel order 1041"
    for detail in (*FOUR_DETAILS, "JT0912345678", "http://127.0.0.1:5000/support/tickets/1"):
        assert detail in mail.text
        assert detail in mail.html


def test_the_tick_opens_a_window_for_this_order(order, shop, ask_to_cancel):
    ticket = ask_to_cancel(order, open_window="y", hours="4")
    [window] = shop.all(select(AccessWindow))
    assert (window.ticket_id, window.scope, window.order_id) == (ticket, "order", order.id)
    assert window.expires_at - window.opened_at == timedelta(hours=4)
    assert story_of(shop, ticket) == ["ticket.opened", "access.opened"]
    [mail] = mail_of(shop, ticket, "access_opened")
    assert mail.recipient == "olive@example.com"
    assert mail_of(shop, ticket, "access_granted") == []  # it stands in the mail about the ticket
    [mail] = mail_of(shop, ticket, "ticket_opened")
    assert "You may act on this order in the store until" in mail.text


@pytest.mark.parametrize("no", ["", "0", "no", "off"])
def test_a_no_in_its_place_opens_none(no, order, shop, ask_to_cancel):
    ask_to_cancel(order, open_window=no, hours="4")
    assert shop.count(AccessWindow) == 0


def test_somebody_who_just_signed_in_lets_them_into_all_orders(order, shop, ask_to_cancel):
    ticket = ask_to_cancel(order, open_window="y", scope="all")
    [window] = shop.all(select(AccessWindow))
    assert (window.ticket_id, window.scope, window.order_id) == (ticket, "all", None)


def test_all_orders_are_opened_after_the_password_and_the_ticket_is_filed_before(app, order, shop):
    with time_machine.travel(A_MORNING + timedelta(days=9), tick=False) as clock:
        olive = signed_in(app, "olive")
        clock.shift(timedelta(minutes=11))
        asked = {"reason": "She moved away.", "open_window": "y", "hours": "4", "scope": "all"}
        page = olive.post(f"/support/tickets/new?order={order.id}", **asked)
        assert (page.location, shop.count(AccessWindow)) == ("/confirm", 0)
        assert shop.first(select(Ticket)).reason == "She moved away."
        page = olive.follow(page)
        assert page.messages[0].startswith("Ticket 1 is with support. They are not let in yet")
        page = olive.follow(olive.post("/confirm", password=PASSWORD, next=page.value("next")))
        assert (page.value("scope"), page.value("hours")) == ("all", "4")


def test_without_the_tick_no_password_is_asked_for(app, order, shop, ask_to_cancel):
    with time_machine.travel(A_MORNING + timedelta(days=9), tick=False) as clock:
        olive = signed_in(app, "olive")
        clock.shift(timedelta(minutes=11))
        assert ask_to_cancel(order, by=olive, scope="all") == 1
    assert shop.count(AccessWindow) == 0


def test_nor_for_the_one_order(app, order, shop, ask_to_cancel):
    with time_machine.travel(A_MORNING + timedelta(days=9), tick=False) as clock:
        olive = signed_in(app, "olive")
        clock.shift(timedelta(minutes=11))
        ask_to_cancel(order, by=olive, open_window="y", hours="4", scope="order")
    [window] = shop.all(select(AccessWindow))
    assert window.order_id == order.id


def test_a_day_unless_somebody_says_otherwise(order, shop, ask_to_cancel):
    ask_to_cancel(order, open_window="y")
    [window] = shop.all(select(AccessWindow))
    assert window.expires_at - window.opened_at == timedelta(hours=24)


def test_without_the_tick_nobody_is_let_in(order, shop, ask_to_cancel):
    ticket = ask_to_cancel(order, hours="24")
    assert shop.count(AccessWindow) == 0
    assert story_of(shop, ticket) == ["ticket.opened"]


def test_the_order_tells_of_its_ticket(order, olive, shop, ask_to_cancel):
    ask_to_cancel(order)
    [event] = shop.all(select(Event).where(Event.order_id == order.id))
    assert (event.code, event.ticket_id) == ("ticket.opened", 1)


def test_the_orders_page_leads_to_its_open_ticket(order, sam, uma, ask_to_cancel):
    assert sam.get(f"/orders/{order.id}").select(f"main a[href='/support/tickets/new?order={order.id}']")
    ticket = ask_to_cancel(order)
    for url in (f"/orders/{order.id}", f"/orders/{order.id}/cancel"):
        page = sam.get(url)
        assert "Ticket 1 is open with support" in page.text
        assert page.select(f"main a[href='/support/tickets/{ticket}']")
        assert not page.select("main a[href^='/support/tickets/new']")
    uma.post(f"/support/tickets/{ticket}/solve")
    assert "Ticket 1" not in sam.get(f"/orders/{order.id}").one("#courier").get_text()


def test_with_a_question_support_is_let_into_all_orders_or_not_at_all(olive, shop, ask):
    ask()
    ask(hours="24", scope="all")
    assert shop.count(AccessWindow) == 0
    refused = olive.post("/support/tickets/new", subject="x", reason="x", open_window="y", hours="4", scope="order")
    assert (refused.status, list(refused.errors)) == (422, ["scope"])
    ticket = ask(open_window="y", hours="4")
    [window] = shop.all(select(AccessWindow))
    assert (window.ticket_id, window.scope, window.expires_at - window.opened_at) == (ticket, "all", timedelta(hours=4))
    [mail] = mail_of(shop, ticket, "ticket_opened")
    assert "You may act on all orders in the store until" in mail.text


def test_a_question_is_filed_before_the_password_that_lets_them_in_is_asked_for(app, shop, ask):
    with time_machine.travel(A_MORNING + timedelta(days=9), tick=False) as clock:
        olive = signed_in(app, "olive")
        clock.shift(timedelta(minutes=11))
        asked = {"subject": "The printer", "reason": "It smokes.", "open_window": "y", "hours": "4", "scope": "all"}
        assert olive.post("/support/tickets/new", **asked).location == "/confirm"
    assert (shop.count(Ticket), shop.count(AccessWindow)) == (1, 0)


@pytest.mark.parametrize("url", ["/support/tickets/new", "/support/tickets/new?order=1", "/support/tickets/1"])
def test_who_asks_is_told_where_nobody_would_read_it(olive, sam, order, shop, ask, url):
    ask()
    nobody = "Nobody can sign in as support yet"
    assert nobody not in olive.get(url).text
    shop.change(shop.first(select(User).where(User.role == Role.SUPPORT)), disabled_at=A_MORNING)
    assert olive.get(url).select("main a[href='/settings/users/new']")
    page = sam.get(url)
    assert nobody in page.text
    assert not page.select("main a[href='/settings/users/new']")


def test_anything_else_needs_no_order(olive, shop, ask):
    ticket = shop.get(Ticket, ask("The printer is on fire"))
    assert (ticket.kind, ticket.order_id, ticket.subject) == ("general", None, "The printer is on fire")
    [mail] = mail_of(shop, 1, "ticket_opened")
    assert mail.subject == "Ticket 1: a question for support"
    assert "The printer is on fire" in mail.text


def test_an_error_page_leads_here_with_its_reference(olive):
    assert olive.get("/support/tickets/new?reference=1f2e3d4c").value("subject") == "Error page 1f2e3d4c"
    assert olive.get("/support/tickets/new?reference=<b>").value("subject") == ""


def test_an_error_page_offers_the_merchant_to_report_it(olive, uma, mallory):
    assert olive.get("/orders/9999").select("main a[href^='/support/tickets/new']")
    assert not uma.get("/orders/9999").select("main a[href^='/support/tickets/new']")
    assert not mallory.get("/no-such-page").select("a[href^='/support']")


def test_without_an_address_of_support_the_ticket_works_and_says_so(olive, shop, order, ask_to_cancel):
    shop.change(shop.get(Store, 1), support_email=None)
    ticket = ask_to_cancel(order)
    [mail] = mail_of(shop, ticket, "ticket_opened")
    assert (mail.recipient, mail.state, mail.reason) == (None, "not_sent", "no_address")
    page = olive.get(f"/support/tickets/{ticket}")
    assert "nobody is mailed about tickets" in page.text
    assert page.select("main a[href='/settings/support']")


def test_the_store_without_an_address_gives_that_of_whoever_asks(sam, shop, ask):
    shop.change(shop.get(Store, 1), email=None)
    [mail] = mail_of(shop, ask(by=sam), "ticket_opened")
    assert mail.reply_to == "sam@example.com"


@pytest.mark.parametrize("number", ["=?utf-8?q?Eve=0D=0ABcc=3A_x?=", "1041\u2028x", "№ 7"])
def test_no_free_text_gets_into_a_header(shop, ask_to_cancel, number):
    order = shop.booked_order(number=number, customer_name="Eve\r\nBcc: eve@example.com")
    [mail] = mail_of(shop, ask_to_cancel(order), "ticket_opened")
    assert mail.subject == "Ticket 1: please cancel an order"


def test_what_was_typed_is_text_in_the_mail_and_on_the_page(olive, shop, ask_to_cancel):
    order = shop.booked_order(customer_name="<b>Juan</b>")
    ticket = ask_to_cancel(order, "<script>alert(1)</script>")
    [mail] = mail_of(shop, ticket, "ticket_opened")
    page = olive.get(f"/support/tickets/{ticket}")
    for html in (mail.html, page.response.text):
        assert "<script>alert" not in html
        assert "<b>Juan" not in html
    assert "<script>alert(1)</script>" in page.text


def test_a_new_ticket_for_an_order_whose_ticket_is_over(olive, uma, shop, order, ask_to_cancel):
    uma.post(f"/support/tickets/{ask_to_cancel(order)}/solve")
    assert ask_to_cancel(order) == 2
    assert shop.count(Email) == 4  # two to support, and the solved one to Olive and to the store
