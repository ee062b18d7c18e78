"""Correcting who an order is for: the order has it from then on, history says that and not what, and mail follows."""

import pytest
from sqlalchemy import select

from blueprints import clock
from models import Email, EmailState, Event, NotSentReason, Order, OrderStatus
from tests.mail.desk import MailDesk
from tests.orders.deciding import drawn, save_status
from tests.privacy.customers import erase

NEW = {
    "customer_name": "María Dela Cruz",
    "customer_email": "maria.cruz@example.com",
    "customer_phone": "0918 765 4321",
    "address": "7 Rizal Ave\nManila",
}
OLD_EMAIL = "maria@example.com"


def url_of(order):
    return f"/orders/{order.id}/customer"


def correct(visitor, order, **typed):
    url = url_of(order)
    return visitor.post(url, **drawn(visitor.get(url), url, **typed))


def details(order):
    return {column: getattr(order, column) for column in NEW}


@pytest.fixture
def desk(app):
    return MailDesk(app)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"customer_name": " \t"}, {"customer_name": "Write the customer’s name."}),
        ({"customer_email": "maria@"}, {"customer_email": "Write an email address such as maria@example.com."}),
        (
            {"customer_phone": "call the shop"},
            {"customer_phone": "Write the phone number with digits, such as 0917 123 4567."},
        ),
        ({"address": "x" * 501}, {"address": "This is 501 characters long; at most 500 fit."}),
    ],
)
def test_what_can_not_be_right_is_said_beside_its_field_and_all_that_was_typed_stays(sam, shop, typed, said):
    order = shop.order()
    page = correct(sam, order, **NEW | typed)
    assert (page.status, page.errors) == (422, said)
    assert {name: page.value(name) for name in NEW if name not in typed} == {
        name: text for name, text in NEW.items() if name not in typed
    }
    assert details(shop.get(Order, order.id)) == details(order)
    assert shop.events(order) == []


def test_a_stale_page_corrects_nothing_says_what_changed_and_keeps_what_was_typed(sam, olive, shop):
    order = shop.order()
    typed = drawn(sam.get(url_of(order)), url_of(order), **NEW)
    save_status(olive, order, status="accepted")
    page = sam.post(url_of(order), **typed)
    assert page.status == 409
    assert "Olive Owner changed the status from Pending to Accepted." in page.text
    assert page.value("customer_name") == NEW["customer_name"]
    assert "maria@example.com" in page.one("main dl").text, "what the order has is shown beside what was typed"
    assert details(shop.get(Order, order.id)) == details(order)
    assert sam.post(url_of(order), **drawn(page, url_of(order))).status == 303
    assert details(shop.get(Order, order.id)) == NEW


def test_what_was_erased_does_not_come_back(sam, olive, shop):
    order = shop.order(status=OrderStatus.COMPLETED)
    stale = drawn(sam.get(url_of(order)), url_of(order), **NEW)
    assert erase(olive, [order]).status == 303
    assert not sam.get(f"/orders/{order.id}").select(f"a[href='{url_of(order)}']")
    for page in (sam.get(url_of(order)), sam.post(url_of(order), **stale)):
        assert page.status == 409
        assert page.refusal == f"The customer’s data of order {order.number} was erased."
    assert shop.get(Order, order.id).customer_email is None
    assert correct(sam, shop.order(), **NEW).status == 303, "another order is corrected as ever"


def test_the_order_has_it_from_then_on_and_is_found_by_it(sam, shop):
    order = shop.order()
    assert sam.get(f"/orders/{order.id}").select(f"a[href='{url_of(order)}']")
    page = sam.follow(correct(sam, order, **NEW))
    assert page.messages == [f"The customer’s details on order {order.number} are corrected."]
    assert details(shop.get(Order, order.id)) == NEW
    for typed in ("cruz", "maria.cruz@example.com", "0918765"):
        assert [cell.get_text() for cell in sam.get(f"/orders/?q={typed}").select("td.c-number")] == [order.number]
    assert not sam.get(f"/orders/?q={OLD_EMAIL}").select("td.c-number")


def test_history_says_who_corrected_what_and_keeps_nothing_of_it(sam, shop):
    order = shop.order()
    correct(sam, order, customer_name="María Santos", customer_phone="", address="")
    history = sam.get(f"/orders/{order.id}").one("#history").get_text()
    for what in ("name", "phone", "address"):
        assert f"Sam Staff corrected the customer’s {what}." in history
    assert "email" not in history.replace("emails", "")
    events = shop.all(select(Event).where(Event.order_id == order.id))
    assert {(event.note_id, event.internal_note_id, event.email_id) for event in events} == {(None, None, None)}
    corrected = shop.get(Order, order.id)
    assert (corrected.customer_phone, corrected.address) == (None, "")
    assert {event.order_version for event in events} == {corrected.version}


def test_saved_as_it_was_nothing_happened(sam, shop):
    order = shop.order()
    page = sam.follow(correct(sam, order))
    assert page.messages == ["Nothing was different, so nothing was saved."]
    assert shop.get(Order, order.id).version == order.version
    assert shop.events(order) == []


def test_saved_as_it_was_beside_another_change_nothing_is_said_to_be_corrected(sam, olive, shop):
    order = shop.order()
    typed = drawn(sam.get(url_of(order)), url_of(order))
    save_status(sam, order, status="accepted")
    assert correct(olive, order, customer_name="María Santos").status == 303
    page = sam.follow(sam.post(url_of(order), **typed | {"customer_name": "María Santos"}))
    assert page.messages[-1] == "Nothing was different, so nothing was saved."


def test_a_second_click_gets_the_first_answer_and_corrects_nothing_more(sam, shop):
    order = shop.order()
    typed = drawn(sam.get(url_of(order)), url_of(order), customer_name="María Santos")
    for _click in range(2):
        page = sam.follow(sam.post(url_of(order), **typed))
        assert page.messages == [f"The customer’s details on order {order.number} are corrected."]
    assert shop.events(order) == ["order.name_corrected"]


def test_what_a_program_leaves_out_stays(sam, shop):
    order = shop.order()
    assert sam.post(url_of(order), version=str(order.version), customer_phone="0918 765 4321").status == 303
    assert details(shop.get(Order, order.id)) == details(order) | {"customer_phone": "0918 765 4321"}


def test_a_phone_that_came_in_without_digits_stands_in_nobodys_way(sam, shop):
    order = shop.order(customer_phone="n/a")
    assert correct(sam, order, customer_name="María Santos").status == 303
    assert correct(sam, order, customer_phone="none").status == 422


@pytest.mark.parametrize("state", [EmailState.HELD, EmailState.QUEUED])
def test_what_waits_for_the_old_address_goes_to_the_new_one_and_what_left_stays(state, sam, shop, desk):
    order, elsewhere = shop.order(), shop.order()
    waiting, left, of_another = desk.tell(order), desk.tell(order, kind="order_accepted"), desk.tell(elsewhere)
    shop.change(waiting, state=state)
    shop.change(left, state=EmailState.SENT, sent_at=clock.now())
    correct(sam, order, customer_email=NEW["customer_email"])
    assert (desk.again(waiting).recipient, desk.again(waiting).state) == (NEW["customer_email"], state)
    assert desk.again(left).recipient == OLD_EMAIL
    assert desk.again(of_another).recipient == OLD_EMAIL
    assert shop.events(order) == ["order.email_corrected"]


def test_without_an_address_nobody_gets_what_waited_and_the_page_says_why(sam, shop, desk):
    order = shop.order()
    waiting = desk.tell(order)
    correct(sam, order, customer_email="")
    kept = desk.again(waiting)
    assert (kept.recipient, kept.state, kept.reason) == (None, EmailState.NOT_SENT, NotSentReason.NO_ADDRESS)
    assert "no email address" in sam.get(f"/orders/{order.id}").one("#emails").get_text()
    assert shop.count(Email) == 1


def test_another_name_alone_leaves_the_emails_as_they_are(sam, shop, desk):
    order = shop.order()
    shop.change(desk.tell(order), recipient="elsewhere@example.com")
    correct(sam, order, customer_name="María Santos")
    assert [email.recipient for email in shop.emails(order)] == ["elsewhere@example.com"]
