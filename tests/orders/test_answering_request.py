"""What a customer asked for is answered once: a cancel approves it, whoever cancels; or it is declined with a note."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from models import Event, Order, OrderStatus, PaymentStatus, RequestState, Store, writing
from tests.orders.asking import REASON, ask, link_of, requests_of
from tests.orders.books import books, cancel_items, later, reinstate, undo
from tests.orders.deciding import cancel, drawn, save_status
from tests.orders.many import cancel_all
from tests.people import Visitor, signed_in
from tests.support.inside import enter, filled_in, open_window, window_of

S, R = OrderStatus, RequestState
NOTE = "Sorry po, it has left already."


@pytest.fixture
def order(shop):
    shop.product(on_hand=10)
    return shop.sold(status=S.PROCESSING, payment_status=PaymentStatus.PAID)


@pytest.fixture
def asked(app, order):
    """The order of which its customer asks to cancel it."""
    ask(Visitor(app), link_of(app, order))
    return order


def decline(visitor, order, note=NOTE, **typed):
    url = f"/orders/{order.id}/request/decline"
    return visitor.post(url, **drawn(visitor.get(url), url, note=note, **typed))


def state(shop, order):
    return requests_of(shop, order)[-1].state


def test_the_merchant_meets_it_on_today_in_the_list_and_on_the_order(sam, shop, asked):
    other = shop.order()
    assert "Asks to cancel 1" in sam.get("/").text
    page = sam.get("/orders/?attention=asked")
    assert f"/orders/{asked.id}" in page.response.text
    assert f'/orders/{other.id}"' not in page.response.text
    panel = sam.get(f"/orders/{asked.id}").one("#asked")
    assert "Maria Santos asks to cancel this order" in panel.text
    assert REASON in panel.text
    links = [link["href"] for link in panel.select("a")]
    assert links == [f"/orders/{asked.id}/cancel", f"/orders/{asked.id}/request/decline"]
    assert REASON in sam.get(f"/orders/{asked.id}/cancel").text
    assert not sam.get(f"/orders/{other.id}").select("#asked")


def test_who_declines_reads_that_the_note_goes_out_whatever_the_store_has_switched_off(sam, asked):
    page = sam.get(f"/orders/{asked.id}/request/decline")
    assert "They get your note by email, even if emails to customers are off." in page.text


def test_the_cancel_approves_it_and_its_email_is_the_answer(sam, shop, asked):
    cancel(sam, asked)
    [request] = requests_of(shop, asked)
    assert (request.state, request.cancellation_id, request.decided_by_id) == (R.APPROVED, 1, 2)
    assert [email.kind for email in shop.emails(asked)] == ["cancel_request_received", "order_cancelled"]
    assert not sam.get(f"/orders/{asked.id}").select("#asked")
    assert "Nobody asks to cancel" in sam.get("/orders/?attention=asked").text


def test_so_does_choosing_cancelled_in_the_status_area(sam, shop, asked):
    save_status(sam, asked, status="cancelled")
    assert state(shop, asked) is R.APPROVED


def test_so_does_a_cancel_of_many_at_once(sam, shop, asked):
    cancel_all(sam, asked, shop.order())
    assert state(shop, asked) is R.APPROVED


def test_so_does_support_inside_of_a_window_and_it_sees_and_answers_nothing_else(olive, uma, app, shop, order):
    booked = shop.booked_order(status=S.ACCEPTED)
    ask(Visitor(app), link_of(app, booked), "It is the wrong address.")
    assert REASON not in uma.get(f"/orders/{booked.id}").text
    assert uma.get(f"/orders/{booked.id}/request/decline").status == 403
    url = f"/support/tickets/new?order={booked.id}"
    assert olive.get(f"/orders/{booked.id}").select(f"#asked a[href='{url}']")
    page = olive.get(url)
    assert page.value("reason") == "It is the wrong address."
    olive.post(url, reason=page.value("reason"))
    open_window(olive, 1)
    enter(uma, window_of(shop, 1))
    panel = uma.get(f"/orders/{booked.id}").one("#asked")
    assert "It is the wrong address." in panel.text
    assert not panel.select("a")
    assert uma.post(f"/orders/{booked.id}/request/decline", request="1", note=NOTE).status == 403
    url, fields = filled_in(uma, booked, courier_reference="JT-1")
    assert uma.post(url, **fields).status == 303
    assert state(shop, booked) is R.APPROVED


def test_a_cancel_of_a_part_does_not(sam, shop, asked):
    cancel_items(sam, asked, {0: 1})
    assert state(shop, asked) is R.OPEN


def test_cancel_and_undo_leave_the_request_as_it_was(sam, app, shop, asked):
    before = books(app)
    assert before["requests"][0][1] == "open"
    cancel(sam, asked)
    assert books(app)["requests"] != before["requests"]
    undo(sam, asked)
    assert books(app) == before
    assert sam.get(f"/orders/{asked.id}").select("#asked")
    cancel(sam, asked)
    assert requests_of(shop, asked)[0].cancellation_id == 2


def test_reinstating_leaves_it_decided(sam, shop, asked):
    cancel(sam, asked)
    with later(minutes=5):
        reinstate(sam, asked)
    assert (state(shop, asked), shop.get(Order, asked.id).status) == (R.APPROVED, S.PROCESSING)
    assert not sam.get(f"/orders/{asked.id}").select("#asked")


def test_declining_tells_the_customer_why_and_the_order_goes_on(sam, app, shop, asked):
    before = books(app)
    answer = decline(sam, asked)
    assert (answer.status, answer.location) == (303, f"/orders/{asked.id}")
    page = sam.follow(answer)
    assert page.messages == ["Declined: order 1001 goes on, and the customer reads why."]
    assert not page.select("#asked")
    assert NOTE in page.one("#history").text
    [request] = requests_of(shop, asked)
    _, email = shop.emails(asked)
    assert (request.state, request.decided_by_id, request.answer_id) == (R.DECLINED, 2, email.id)
    assert (email.kind, email.recipient) == ("cancel_request_declined", "maria@example.com")
    assert NOTE in email.text
    assert NOTE in email.html
    assert shop.events(asked)[-1] == "order.cancel_request_declined"
    after = books(app)
    assert {name for name in before if before[name] != after[name]} == {"requests", "emails"}
    page = Visitor(app).get(link_of(app, asked))
    assert (page.status, page.h1) == (200, "Order 1001 is not cancelled")
    assert NOTE not in page.text, "it stands in the customer's own mail, not on a page that was forwarded"


def test_once_declined_the_link_asks_for_nothing_more(sam, app, shop, asked):
    decline(sam, asked)
    ask(Visitor(app), link_of(app, asked), "Please!")
    assert [request.reason for request in requests_of(shop, asked)] == [REASON]
    assert len(shop.emails(asked)) == 2


def test_the_answer_depends_on_no_alert(sam, shop, asked):
    shop.change(shop.get(Store, 1), alerts_on=False)
    decline(sam, asked)
    assert [email.reason for email in shop.emails(asked)] == [None, None]


def test_of_an_order_that_is_cancelled_after_all_the_link_says_that_and_no_more_of_the_no(sam, app, asked):
    decline(sam, asked)
    cancel(sam, asked)
    page = Visitor(app).get(link_of(app, asked))
    assert page.h1 == "Order 1001 is cancelled"
    assert "our email about it says what you get back" in page.text
    assert "could not" not in page.text
    assert REASON in page.text


@pytest.mark.parametrize(("note", "said"), [("", "why the order goes on"), (" \x00 ", "why"), ("x" * 1001, "1,001")])
def test_it_takes_a_note_and_keeps_what_was_typed(sam, shop, asked, note, said):
    page = decline(sam, asked, note)
    assert (page.status, list(page.errors)) == (422, ["note"])
    assert said in page.errors["note"]
    assert state(shop, asked) is R.OPEN


def test_a_second_click_changes_nothing_and_another_person_is_told(sam, olive, shop, asked):
    url = f"/orders/{asked.id}/request/decline"
    fields = drawn(sam.get(url), url, note=NOTE)
    theirs = drawn(olive.get(url), url, note="No.")
    assert [sam.post(url, **fields).status for _ in range(2)] == [303, 303]
    page = olive.post(url, **theirs)
    assert page.status == 409
    assert "is answered already" in page.refusal
    assert "Sam Staff declined it" in page.text
    assert "No." in page.response.text
    assert len(shop.emails(asked)) == 2
    assert sam.get(url).status == 409


def test_a_page_about_an_older_request_declines_no_newer_one(sam, app, shop, asked):
    url = f"/orders/{asked.id}/request/decline"
    stale = drawn(sam.get(url), url, note=NOTE)
    cancel(sam, asked)
    with later(minutes=5):
        reinstate(sam, asked)
        ask(Visitor(app), link_of(app, asked), "Once more.")
        page = sam.post(url, **stale)
    assert (page.status, "Sam Staff cancelled the order" in page.text) == (409, True)
    assert state(shop, asked) is R.OPEN


@pytest.mark.parametrize("wrong", ["", "0", "2", "9" * 30, "x", "1 OR 1"])
def test_what_is_no_request_of_this_order_is_not_declined(sam, shop, asked, wrong):
    other = shop.order()
    assert decline(sam, asked, request=wrong).status == 409
    assert sam.post(f"/orders/{other.id}/request/decline", request="1", note=NOTE).status == 409
    assert state(shop, asked) is R.OPEN


def test_of_a_cancel_and_a_decline_at_once_one_answers(app, shop, sam, asked):
    cancelling, declining = f"/orders/{asked.id}/cancel", f"/orders/{asked.id}/request/decline"
    people = []
    for number in range(6):
        person, url = signed_in(app, "sam"), declining if number % 2 else cancelling
        people.append((person, url, drawn(person.get(url), url, note=NOTE)))
    start = threading.Barrier(len(people))

    def click(who):
        person, url, fields = who
        start.wait()
        return person.post(url, **fields).status

    with ThreadPoolExecutor(len(people)) as threads:
        answers = set(threads.map(click, people))
    assert answers <= {303, 409, 503}
    [request] = requests_of(shop, asked)
    kinds = [email.kind for email in shop.emails(asked)]
    assert kinds.count("cancel_request_declined") == (request.state is R.DECLINED)
    assert kinds.count("order_cancelled") == (shop.get(Order, asked.id).status is S.CANCELLED)
    assert request.state in (R.APPROVED, R.DECLINED)


def test_of_asking_and_cancelling_at_once_no_request_is_left_open(app, shop, sam, order):
    link, url = link_of(app, order), f"/orders/{order.id}/cancel"
    maria = Visitor(app)
    maria.get(link)
    fields = drawn(sam.get(url), url)
    start = threading.Barrier(2)

    def click(visitor, url, fields):
        start.wait()
        return visitor.post(url, **fields).status

    with ThreadPoolExecutor(2) as threads:
        asking = threads.submit(click, maria, link, {"reason": REASON})
        cancelling = threads.submit(click, sam, url, fields)
    done, asked = cancelling.result(), asking.result()
    assert (done in (303, 503), asked in (303, 409, 503)) == (True, True)
    states = [request.state for request in requests_of(shop, order)]
    assert states == ([R.APPROVED if done == 303 else R.OPEN] if asked == 303 else [])


def test_an_order_that_is_completed_meanwhile_still_wants_an_answer(sam, shop, asked):
    save_status(sam, asked, status="completed")
    panel = sam.get(f"/orders/{asked.id}").one("#asked")
    assert "can’t be cancelled" in panel.text
    assert [link["href"] for link in panel.select("a")] == [f"/orders/{asked.id}/request/decline"]
    assert decline(sam, asked).status == 303


def test_an_order_that_is_declined_wants_none(sam, app, shop):
    order = shop.order()
    ask(Visitor(app), link_of(app, order))
    save_status(sam, order, status="declined", note="We are closed.")
    [request] = requests_of(shop, order)
    assert (request.state, request.decided_by_id, request.answer_id) == (R.DECLINED, 2, None)
    assert [email.kind for email in shop.emails(order)] == ["cancel_request_received", "order_declined"]
    page = Visitor(app).get(link_of(app, order))
    assert (page.status, page.h1) == (200, "We cannot take your order 1001")
    assert "Nothing will be sent" in page.text
    assert "could not" not in page.text


def test_a_fault_in_the_middle_declines_nothing(sam, app, shop, asked, monkeypatch):
    before = books(app)
    monkeypatch.setattr("blueprints.orders.declining_request.leave_event_beside", lambda *_, **__: 1 / 0)
    assert decline(sam, asked).status == 500
    assert books(app) == before


def test_the_database_opens_no_declined_request_again(sam, app, asked):
    decline(sam, asked)
    for change in (
        "state = 'open', decided_at = NULL, decided_by_id = NULL, note_id = NULL, answer_id = NULL",
        "decided_at = asked_at",
    ):
        with app.app_context(), pytest.raises(IntegrityError), writing() as session:
            session.execute(text(f"UPDATE cancel_requests SET {change}"))


def test_insights_time_what_customers_asked_for(sam, app, order):
    with later(hours=-5):
        ask(Visitor(app), link_of(app, order))
    cancel(sam, order)
    page = sam.get("/insights/")
    said = page.one("#customers-requests").get_text(" ", strip=True)
    assert said == "From the customer’s request 5 hours 1 customer asked, and you cancelled"
    assert "support was asked for none" in page.text
    lines = sam.client.get("/insights/cancellations.csv").text.splitlines()
    assert lines[0].endswith(",hours_from_customers_request")
    assert lines[1].endswith(",,5.00")


def test_no_event_holds_what_a_customer_wrote(sam, app, shop, asked):
    decline(sam, asked)
    for event in shop.all(select(Event).where(Event.order_id == asked.id)):
        assert REASON not in str(vars(event))
