"""Who can't file a ticket, and for what."""

import threading

import pytest
from sqlalchemy.exc import IntegrityError

from models import AccessWindow, Email, OrderStatus, Ticket, TicketKind, TicketState
from tests.people import signed_in
from tests.shop import A_MORNING
from tests.support.conftest import mail_of, story_of


@pytest.mark.parametrize("number", ["0", "999", "99999999999999999999", "1e3", "-1", "٣", "x", "1%00"])
def test_an_order_that_is_not_there_is_not_found(sam, number):
    assert sam.get(f"/support/tickets/new?order={number}").status == 404
    assert sam.post(f"/support/tickets/new?order={number}", reason="Wrong address").status == 404


def test_a_stranger_files_nothing(mallory, shop):
    order = shop.booked_order()
    assert mallory.get(f"/support/tickets/new?order={order.id}").location == "/login"
    assert mallory.post("/support/tickets/new", subject="Hello", reason="Hello").location == "/login"
    assert shop.count(Ticket) == 0


def test_support_files_nothing_and_learns_nothing_of_an_order(uma, shop):
    order = shop.booked_order()
    page = uma.get(f"/support/tickets/new?order={order.id}")
    assert page.status == 403
    assert "Maria Santos" not in page.response.text
    assert uma.post(f"/support/tickets/new?order={order.id}", reason="Please").status == 403
    assert shop.count(Ticket) == 0


def test_without_a_reason_support_is_not_asked(olive, shop):
    order = shop.booked_order()
    page = olive.post(f"/support/tickets/new?order={order.id}", reason=" \n ", hours="4")
    assert page.status == 422
    assert page.errors == {"reason": "Say why it should be cancelled: support needs the reason."}
    assert page.value("hours") == "4"
    assert shop.count(Ticket) == 0


def test_a_question_needs_a_subject_and_words(olive, shop):
    page = olive.post("/support/tickets/new", subject="", reason="x" * 4001)
    assert page.status == 422
    assert set(page.errors) == {"subject", "reason"}
    assert page.value("reason") == "x" * 4001
    assert shop.count(Ticket) == 0


@pytest.mark.parametrize("hours", ["-1", "0", "5", "1e9", "1000000000", "²"])
def test_access_lasts_as_long_as_the_list_says(olive, shop, hours):
    order = shop.booked_order()
    page = olive.post(f"/support/tickets/new?order={order.id}", reason="Wrong", open_window="y", hours=hours)
    assert page.status == 422
    assert page.errors == {"hours": "Choose one of the spans in the list."}
    assert shop.count(Ticket) == shop.count(AccessWindow) == 0


@pytest.mark.parametrize("scope", ["everything", "ALL", "all; order", "1"])
def test_access_reaches_as_far_as_the_list_says(olive, shop, scope):
    order = shop.booked_order()
    page = olive.post(f"/support/tickets/new?order={order.id}", reason="Wrong", open_window="y", scope=scope)
    assert page.status == 422
    assert page.errors == {"scope": "Choose what support may see and cancel."}
    assert page.value("reason") == "Wrong"
    assert shop.count(Ticket) == shop.count(AccessWindow) == 0


def test_an_order_without_a_booking_is_cancelled_by_the_merchant(olive, shop):
    order = shop.order()
    page = olive.get(f"/support/tickets/new?order={order.id}")
    assert page.status == 409
    assert page.refusal == f"You can cancel order {order.number} yourself."
    assert page.select(f"a[href='/orders/{order.id}/cancel']")


def test_what_was_typed_for_it_stays(olive, shop):
    order = shop.booked_order(courier="Lalamove")
    page = olive.post(f"/support/tickets/new?order={order.id}", reason="Wrong address")
    assert page.status == 409
    assert page.value("reason") == "Wrong address"
    assert shop.count(Ticket) == shop.count(Email) == 0


@pytest.mark.parametrize("status", [OrderStatus.COMPLETED, OrderStatus.RETURNED])
def test_an_order_that_is_over_is_not_cancelled_by_anybody(olive, shop, status):
    order = shop.booked_order(status=status)
    page = olive.post(f"/support/tickets/new?order={order.id}", reason="Too late?")
    assert page.status == 409
    assert "so there is nothing to cancel" in page.refusal
    assert page.select("a[href='/support/tickets/new']")


@pytest.mark.parametrize("method", ["get", "post"])
def test_asking_again_leads_to_the_open_ticket(sam, shop, ask_to_cancel, method):
    order = shop.booked_order()
    ask_to_cancel(order)
    page = getattr(sam, method)(f"/support/tickets/new?order={order.id}")
    assert page.location == "/support/tickets/1"
    assert sam.follow(page).messages == ["This is ticket 1: it asks support to cancel the order already."]
    assert shop.count(Ticket) == 1
    assert len(mail_of(shop, 1, "ticket_opened")) == 1


def test_the_same_form_sent_twice_files_one_ticket(olive, shop):
    fields = olive.get("/support/tickets/new").fields("/support/tickets/new")
    fields |= {"subject": "Hello", "reason": "It smokes."}
    first, second = (olive.post("/support/tickets/new", data=fields) for _ in range(2))
    assert first.location == second.location == "/support/tickets/1"
    assert shop.count(Ticket) == shop.count(Email) == 1


@pytest.mark.parametrize(("field", "other"), [("reason", "It burns."), ("subject", "Help")])
def test_the_same_form_with_other_words_is_refused(olive, shop, field, other):
    fields = olive.get("/support/tickets/new").fields("/support/tickets/new")
    fields |= {"subject": "Hello", "reason": "It smokes."}
    olive.post("/support/tickets/new", data=fields)
    page = olive.post("/support/tickets/new", data=fields | {field: other})
    assert page.status == 409
    assert page.refusal == "This form was sent before, with other words."
    assert page.value(field) == other
    assert shop.count(Ticket) == 1


def test_nobody_chooses_what_is_not_on_the_form(olive, shop):
    order = shop.booked_order()
    data = {"state": "solved", "kind": "general", "opened_by_id": "3", "order_number": "1", "order_id": "9", "id": "77"}
    page = olive.post(f"/support/tickets/new?order={order.id}", reason="Wrong", open_window="y", data=data)
    ticket, window = shop.get(Ticket, 1), shop.get(AccessWindow, 1)
    assert page.location == "/support/tickets/1"
    assert (ticket.state, ticket.kind, ticket.order_number) == ("open", "cancellation", order.number)
    assert (window.scope, window.order_id) == ("order", order.id)


def test_many_ask_at_once_and_one_ticket_is_filed(app, shop):
    order = shop.booked_order()
    people = [signed_in(app, name) for name in ("olive", "sam") * 3]
    for visitor in people:
        visitor.get("/help/")
    answers = []

    def send(visitor):
        answers.append(visitor.post(f"/support/tickets/new?order={order.id}", reason="Wrong address"))

    threads = [threading.Thread(target=send, args=(visitor,)) for visitor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.location for answer in answers if answer.status != 503} == {"/support/tickets/1"}
    assert shop.count(Ticket) == 1
    assert story_of(shop, 1) == ["ticket.opened"]
    assert len(mail_of(shop, 1, "ticket_opened")) == 1


def test_the_database_itself_keeps_a_second_request_out(shop, ask_to_cancel):
    from models import writing

    order = shop.booked_order()
    ask_to_cancel(order)
    common = {"opened_by_id": 1, "opened_at": A_MORNING, "waiting_since": A_MORNING, "subject": "x", "reason": "x"}
    second = Ticket(kind=TicketKind.CANCELLATION, state=TicketState.OPEN, order_id=order.id, **common)
    with shop.app.app_context(), pytest.raises(IntegrityError), writing() as session:
        session.add(second)
