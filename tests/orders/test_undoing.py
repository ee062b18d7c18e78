"""Undo: for a moment after a cancel, one click makes everything as it was, and nobody hears of it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from models import (
    Cancellation,
    EmailState,
    NotSentReason,
    Order,
    OrderStatus,
    PaymentStatus,
    Refund,
    Store,
    Withdrawal,
    writing,
)
from tests.orders.books import books, cancel_items, later, undo
from tests.orders.deciding import cancel, drawn, save_status
from tests.people import signed_in

PAID = {"payment_status": PaymentStatus.PAID}


@pytest.fixture
def product(shop):
    return shop.product(on_hand=10)


@pytest.fixture
def order(shop, product):
    return shop.sold(status=OrderStatus.PROCESSING, **PAID)


def cancellation(shop):
    return shop.first(select(Cancellation).order_by(Cancellation.id.desc()))


def test_a_cancel_and_its_undo_change_nothing_but_the_history(sam, app, shop, order):
    before = books(app)
    cancel(sam, order, note="Sold out.", internal_note="The shelf was empty.")
    assert books(app) != before
    answer = undo(sam, order)
    assert (answer.status, answer.location) == (303, f"/orders/{order.id}")
    assert books(app) == before
    page = sam.follow(answer)
    assert page.messages == ["Undone: order 1001 is as it was. Nobody was told."]
    assert shop.events(order) == ["order.cancelled", "order.cancel_undone"]
    assert "undid the cancel: the order is “Processing” again" in page.text
    assert "Sold out." not in page.one("#status-area").text


def test_the_customer_hears_nothing_while_it_can_be_undone(sam, app, shop, order):
    sam.follow(cancel(sam, order))
    (email,) = shop.emails(order)
    assert email.state is EmailState.HELD
    assert email.due_at == cancellation(shop).undo_until == cancellation(shop).at + timedelta(seconds=30)
    undo(sam, order)
    (email,) = shop.emails(order)
    assert (email.state, email.reason) == (EmailState.NOT_SENT, NotSentReason.UNDONE)


def test_the_page_says_until_when_and_who_is_told_then(sam, order):
    page = sam.follow(cancel(sam, order))
    assert "Maria Santos is told by email" in page.one("#undo").text
    assert page.select("#undo [data-until]")


def test_the_time_left_is_said_only_where_something_counts_it(sam, order):
    page = sam.follow(cancel(sam, order))
    assert page.select("#undo [hidden] > [data-until]")
    page.one("#undo [hidden]").extract()
    assert "Time left" not in page.text


def test_what_was_paid_is_owed_no_more(sam, shop, order):
    cancel(sam, order)
    undo(sam, order)
    (refund,) = shop.all(select(Refund))
    assert (refund.settled, refund.waived_at, refund.withdrawn_at is None) == (0, None, False)
    assert "Maria Santos" not in sam.get("/refunds/").text


def test_the_stock_is_as_it_was(sam, shop, order, product):
    assert shop.on_hand(product) == 8
    cancel(sam, order)
    assert shop.on_hand(product) == 10
    undo(sam, order)
    assert shop.on_hand(product) == 8


def test_it_can_be_cancelled_again_and_undone_again(sam, app, order):
    before = books(app)
    for _ in range(2):
        cancel(sam, order)
        undo(sam, order)
    assert books(app) == before


def test_a_second_click_changes_nothing_more(sam, shop, order):
    cancel(sam, order)
    url = f"/orders/{order.id}/undo"
    fields = sam.get(f"/orders/{order.id}").fields(url)
    assert [sam.post(url, **fields).status for _ in range(2)] == [303, 303]
    assert shop.events(order) == ["order.cancelled", "order.cancel_undone"]


def test_another_person_is_told_that_it_is_done(sam, olive, shop, order):
    cancel(sam, order)
    url = f"/orders/{order.id}/undo"
    form = olive.get(f"/orders/{order.id}").fields(url)
    undo(sam, order)
    assert olive.post(url, **form).status == 409
    assert shop.events(order) == ["order.cancelled", "order.cancel_undone"]


def test_of_eight_at_once_one_undoes_it(app, shop, sam, order, product):
    cancel(sam, order)
    people = [signed_in(app, name) for name in ("olive", "sam") * 4]
    for person in people:
        person.get("/help/")
    start, done = threading.Barrier(len(people)), cancellation(shop).id

    def click(person):
        start.wait()
        return person.post(f"/orders/{order.id}/undo", cancellation=str(done)).status

    with ThreadPoolExecutor(len(people)) as threads:
        answers = set(threads.map(click, people))
    assert answers <= {303, 409, 503}
    assert shop.events(order) == ["order.cancelled", "order.cancel_undone"]
    assert shop.on_hand(product) == 8


def test_after_the_time_it_is_too_late_and_the_way_on_is_said(sam, app, shop, order):
    cancel(sam, order)
    url = f"/orders/{order.id}/undo"
    fields = sam.get(f"/orders/{order.id}").fields(url)
    with later(seconds=31):
        after = books(app)
        page = sam.post(url, **fields)
        assert page.status == 409
        assert page.refusal == "It is too late to undo this: the customer may have heard of it."
        assert page.select(f"[data-refusal] ~ * a[href='/orders/{order.id}/reinstate?cancellation=1']")
        assert not page.select("#undo")
        assert books(app) == after


def test_a_clock_that_is_set_back_brings_no_undo_back_once_the_email_left(sam, shop, order):
    cancel(sam, order)
    (email,) = shop.emails(order)
    shop.change(email, state=EmailState.SENT, sent_at=datetime.now(UTC))
    page = sam.get(f"/orders/{order.id}")
    assert not page.select("#undo")
    assert sam.post(f"/orders/{order.id}/undo", cancellation="1").status == 409


@pytest.mark.parametrize(("seconds", "state"), [(0, EmailState.QUEUED), (900, EmailState.HELD)])
def test_settings_say_how_long(sam, shop, order, seconds, state):
    shop.change(shop.get(Store, 1), undo_seconds=seconds)
    page = sam.follow(cancel(sam, order))
    assert shop.emails(order)[0].state is state
    assert bool(page.select("#undo")) is bool(seconds)
    with later(seconds=890):
        assert sam.post(f"/orders/{order.id}/undo", cancellation="1").status == (303 if seconds else 409)


def test_once_money_went_back_nothing_is_undone(sam, shop, order):
    cancel(sam, order)
    url = "/refunds/1/settle"
    sam.post(url, **drawn(sam.get("/refunds/1"), url, amount="100"))
    page = sam.post(f"/orders/{order.id}/undo", cancellation="1")
    assert (page.status, "settled or waived" in page.refusal) == (409, True)
    assert not sam.get("/orders/").select(f"form[action='/orders/{order.id}/undo']")
    assert shop.get(Order, order.id).status is OrderStatus.CANCELLED


def test_nor_once_some_was_returned_though_a_fee_took_it_all(sam, shop, order):
    cancel(sam, order, fee="960")
    url = f"/orders/{order.id}/refund"
    assert sam.post(url, **drawn(sam.get(url), url, amount="100")).status == 303
    assert sam.post(f"/orders/{order.id}/undo", cancellation="1").status == 409


def test_what_was_settled_for_a_part_before_does_not_hide_that(sam, shop):
    order = shop.order(items=[("Adobo", 1, 30000), ("Buko", 1, 70000)], **PAID)
    cancel_items(sam, order, {0: 1})
    sam.post("/refunds/1/settle", **drawn(sam.get("/refunds/1"), "/refunds/1/settle"))
    cancel(sam, order, fee="700")
    url = f"/orders/{order.id}/refund"
    assert sam.post(url, **drawn(sam.get(url), url, amount="100")).status == 303
    page = sam.post(f"/orders/{order.id}/undo", cancellation="2")
    assert (page.status, "settled or waived" in page.refusal) == (409, True)


def test_a_copy_that_was_sent_by_hand_has_told_the_customer(sam, shop, order):
    cancel(sam, order, notify=None)
    (email,) = shop.emails(order)
    assert sam.post(f"/orders/emails/{email.id}/again").status == 303
    assert sam.post(f"/orders/{order.id}/undo", cancellation="1").status == 409


@pytest.mark.parametrize("wrong", ["0", "2", "9" * 18, "9" * 40, "٣", "1e3", "-1"])
def test_what_is_no_cancel_of_this_order_is_not_undone(sam, shop, order, wrong):
    shop.order()
    page = sam.post(f"/orders/{order.id}/undo", cancellation=wrong)
    assert (page.status, page.refusal) == (409, "Order 1001 has no cancel that could be taken back.")


def test_a_cancel_of_another_order_is_not_undone_from_here(sam, shop, order):
    other = shop.order()
    cancel(sam, other)
    assert sam.post(f"/orders/{order.id}/undo", cancellation="1").status == 409
    assert shop.get(Order, other.id).status is OrderStatus.CANCELLED


def test_strangers_undo_nothing(mallory, uma, sam, shop, order):
    cancel(sam, order)
    assert mallory.post(f"/orders/{order.id}/undo", cancellation="1").status == 303
    assert uma.post(f"/orders/{order.id}/undo", cancellation="1").status == 403
    assert shop.get(Order, order.id).status is OrderStatus.CANCELLED


def test_the_list_offers_it_too_and_leads_back_to_the_list(sam, shop, order):
    cancel(sam, order)
    page = sam.get("/orders/?status=cancelled&q=maria")
    url = f"/orders/{order.id}/undo"
    answer = sam.post(url, **page.fields(url))
    assert answer.response.headers["Location"] == "/orders/?q=maria&status=cancelled"
    assert shop.get(Order, order.id).status is OrderStatus.PROCESSING
    cancel(sam, order)
    with later(seconds=40):
        page = sam.get("/orders/")
        assert (page.h1, page.select(f"form[action='{url}']")) == ("Orders", [])


def test_a_cancel_in_the_status_area_is_undone_alike(sam, app, order):
    before = books(app)
    save_status(sam, order, status="cancelled", note="Sold out.")
    undo(sam, order)
    assert books(app) == before


def test_the_form_that_cancelled_does_not_cancel_again_behind_the_undo(sam, shop, order):
    url = f"/orders/{order.id}/cancel"
    form = drawn(sam.get(url), url, note="Sold out.")
    sam.post(url, **form)
    undo(sam, order)
    page = sam.post(url, **form)
    assert (page.status, "was changed while you had this page open" in page.refusal) == (409, True)
    assert shop.get(Order, order.id).status is OrderStatus.PROCESSING
    assert sam.post(url, **{**form, "version": page.value("version")}).status == 409, "its token is used up"
    assert sam.post(url, **drawn(page, url)).status == 303, "the page that told what changed is a form of its own"
    assert shop.get(Order, order.id).status is OrderStatus.CANCELLED


def test_a_fault_in_the_middle_undoes_nothing(sam, app, shop, order, monkeypatch):
    cancel(sam, order)
    before = books(app)
    monkeypatch.setattr("blueprints.orders.withdrawing.leave_event", lambda *_, **__: 1 / 0)
    assert sam.post(f"/orders/{order.id}/undo", cancellation="1").status == 500
    assert books(app) == before
    assert cancellation(shop).withdrawn_at is None


@pytest.mark.parametrize(
    "mischief",
    [
        "UPDATE orders SET status = 'pending', cancelled_at = NULL",
        "UPDATE cancellations SET withdrawn_at = at",
        "UPDATE cancellations SET undo_until = NULL, withdrawal = 'undone'",
    ],
)
def test_the_database_lets_no_order_out_of_cancelled_in_another_way(sam, app, order, mischief):
    cancel(sam, order)
    with app.app_context(), pytest.raises(IntegrityError), writing() as session:
        session.execute(text(mischief))


def test_a_cancel_that_was_taken_back_stays_so(sam, app, shop, order):
    cancel(sam, order)
    undo(sam, order)
    assert cancellation(shop).withdrawal is Withdrawal.UNDONE
    with app.app_context(), pytest.raises(IntegrityError), writing() as session:
        session.execute(text("UPDATE cancellations SET withdrawn_at = NULL, withdrawal = NULL"))


@pytest.mark.parametrize("notify", ["y", None])
def test_no_row_of_the_email_is_lost_nor_still_to_be_told(sam, shop, order, notify):
    cancel(sam, order, notify=notify)
    undo(sam, order)
    assert [email.reason for email in shop.emails(order)] == [NotSentReason.UNDONE]
