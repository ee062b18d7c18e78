"""A cancel that comes from a program is the same cancel: what it does, what refuses it, and what people read of it."""

from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import select

from models import (
    Cancellation,
    Email,
    EmailState,
    Event,
    Order,
    OrderStatus,
    PaymentStatus,
    Reason,
    Refund,
    Store,
    TokenEvent,
    User,
)
from tests.orders.books import books
from tests.orders.deciding import cancel, save_status

PAID = {"payment_status": PaymentStatus.PAID}
NOTHING = (0, 0, 0)


def effects(shop):
    return shop.count(Cancellation), shop.count(Refund), shop.count(Email)


def test_it_leaves_the_same_books_as_on_the_page(app, sam, shop, program):
    product = shop.product(on_hand=10)
    by_hand, by_program = shop.sold(**PAID), shop.sold(**PAID)
    wish = {"note": "Sold out.", "internal_note": "The shelf was empty.", "reason": "1"}
    cancel(sam, by_hand, fee="100", **wish)
    reason = shop.get(Reason, 1).label
    answer = program.cancel(by_program, fee=10000, **{**wish, "reason": reason})
    assert answer.status == 200, answer.text
    assert shop.on_hand(product) == 10
    one, two = books_of(shop, by_hand, by_program)
    assert one == two


def books_of(shop, *orders):
    for before in orders:
        order = shop.get(Order, before.id)
        done = shop.first(select(Cancellation).where(Cancellation.order_id == order.id))
        refund = shop.first(select(Refund).where(Refund.order_id == order.id))
        (email,) = shop.emails(order)
        yield {
            "order": (order.status, order.version, order.paid, order.refunded, order.item_count),
            "done": (done.previous_status, done.reason_id, done.restock, done.pieces_back, done.notify, done.fee),
            "notes": (done.note_id is None, done.internal_note_id is None, done.undo_until - done.at),
            "refund": (refund.owed, refund.settled),
            "email": (email.kind, email.state, email.recipient, email.text.replace(order.number, "")),
            "events": shop.events(order),
        }


def test_the_answer_says_what_came_of_it(shop, program):
    order = shop.order(**PAID)
    answer = program.cancel(order, note="Sold out.")
    said = answer.json["cancellation"]
    assert (answer.json["status"], answer.json["version"]) == ("cancelled", order.version + 1)
    assert answer.json["can_be_cancelled"] is False
    assert (said["by"], said["note"], said["refund_owed"], said["fee"]) == ("Storefront (API)", "Sold out.", 96000, 0)
    assert said["email"] == {"kind": "order_cancelled", "state": "held", "why_not_sent": None}
    left = datetime.fromisoformat(said["undo_until"]) - datetime.fromisoformat(said["at"])
    assert left == timedelta(seconds=30)
    assert program.get(f"/orders/{order.id}").json == answer.json


def test_why_nobody_is_told_is_said(shop, program):
    silent = program.cancel(shop.order(customer_email=None)).json["cancellation"]["email"]
    unwanted = program.cancel(shop.order(), notify=False).json["cancellation"]["email"]
    assert [email["why_not_sent"] for email in (silent, unwanted)] == ["no_address", "not_wanted"]


def test_people_read_which_program_it_was_and_can_take_it_back(app, olive, sam, shop, program):
    order = shop.order()
    before = books(app)
    program.cancel(order, note="Sold out.")
    page = olive.get(f"/orders/{order.id}")
    assert "Cancelled by Storefront (API) on" in page.one("#status-area").text
    assert "Storefront (API) cancelled the order." in page.one("#history").text
    assert "Storefront (API) cancelled it on" in sam.post(f"/orders/{order.id}/cancel", version="1").text
    event = shop.first(select(Event))
    assert shop.get(User, event.user_id).name == "Olive Owner"
    assert [(row.event_id, row.token_id) for row in shop.all(select(TokenEvent))] == [(event.id, 1)]
    done = shop.first(select(Cancellation))
    sam.post(f"/orders/{order.id}/undo", cancellation=str(done.id))
    assert books(app) == before
    assert program.get(f"/orders/{order.id}").json["cancellation"] is None


def test_which_program_it_was_is_known_whatever_the_clock_said(olive, shop, program):
    order = shop.order()
    program.cancel(order)
    done = shop.first(select(Cancellation))
    shop.change(done, at=done.at - timedelta(seconds=1))
    assert "Cancelled by Storefront (API) on" in olive.get(f"/orders/{order.id}").one("#status-area").text
    assert program.get(f"/orders/{order.id}").json["cancellation"]["by"] == "Storefront (API)"


def test_an_order_that_came_to_its_end_is_not_cancelled(shop, program):
    for status in ("completed", "returned", "declined"):
        answer = program.cancel(shop.order(status=OrderStatus(status)))
        assert (answer.status, answer.code, answer.json["order_status"]) == (409, "not_cancellable", status)
    assert effects(shop) == NOTHING


def test_an_order_that_a_courier_holds_is_for_support(shop, program):
    answer = program.cancel(shop.booked_order())
    assert (answer.status, answer.code) == (409, "booked_with_courier")
    assert (answer.json["courier"], answer.json["waybill"]) == ("J&T Express", "JT0912345678")
    assert effects(shop) == NOTHING


def test_a_second_cancel_is_told_who_was_first_and_when(sam, shop, program):
    order = shop.order(**PAID)
    cancel(sam, order)
    before = effects(shop)
    answer = program.cancel(order)
    assert (answer.status, answer.code, answer.json["by"]) == (409, "already_cancelled", "Sam Staff")
    cancelled_at = shop.get(Order, order.id).cancelled_at
    assert datetime.fromisoformat(answer.json["at"]) == cancelled_at
    assert effects(shop) == before


def test_what_was_changed_since_it_was_read_is_not_cancelled_unseen(sam, shop, program):
    order = shop.order()
    save_status(sam, order, status="accepted")
    answer = program.cancel(order, version=order.version)
    assert (answer.status, answer.code, answer.json["since"], answer.json["version"]) == (409, "order_changed", 1, 2)
    assert program.cancel(order, version=2).status == 200


def test_a_fee_and_a_reason_are_held_to_the_same_rules(shop, program):
    order = shop.order(**PAID)
    answer = program.cancel(order, fee=96001)
    assert (answer.status, answer.code, answer.json["most"]) == (409, "fee_too_high", 96000)
    assert program.cancel(order, reason="Because").code == "reason_unknown"
    shop.change(shop.get(Reason, 1), active=False)
    assert program.cancel(order, reason=shop.get(Reason, 1).label).code == "reason_unknown"
    assert effects(shop)[:2] == (0, 0)


def test_an_order_that_is_not_there_is_not_found(shop, program):
    answers = [program.post(f"/orders/{which}/cancel", {}, key="k") for which in ("1", "0", "9" * 18, "9" * 40, "x")]
    assert {(answer.status, answer.code) for answer in answers} == {(404, "not_found")}


def test_without_a_key_that_is_one_nothing_is_cancelled(shop, program):
    order = shop.order()
    for key in (None, "", " ", "x" * 256, "é", "tab\there"):
        headers = {} if key is None else {"Idempotency-Key": key.encode().decode("latin-1")}
        answer = program.post(f"/orders/{order.id}/cancel", {}, headers=headers)
        assert (answer.status, answer.code) == (400, "key_missing" if key is None else "key_malformed")
    assert shop.get(Order, order.id).status is OrderStatus.PENDING


def test_the_email_waits_and_leaves_as_after_any_cancel(shop, program):
    order = shop.order()
    program.cancel(order)
    assert shop.emails(order)[0].state is EmailState.HELD
    shop.change(shop.get(Store, 1), undo_seconds=0)
    other = shop.order()
    assert program.cancel(other).json["cancellation"]["undo_until"] is None
    assert shop.emails(other)[0].state is EmailState.QUEUED


def test_a_store_that_speaks_filipino_mails_so_and_answers_programs_in_english(shop, program):
    shop.change(shop.get(Store, 1), language="fil")
    order = shop.order()
    assert program.cancel(order).status == 200
    assert "kinansela" in shop.emails(order)[0].text.lower() or "kanselado" in shop.emails(order)[0].text.lower()
    again = program.cancel(order)
    assert again.json["title"] == "The order is already cancelled"
    bad = program.create(customer_phone="1" * 41)
    assert bad.json["errors"] == [{"detail": "must have at most 40 characters", "pointer": "/customer_phone"}]


def test_the_hour_does_not_matter(shop, program):
    with time_machine.travel(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), tick=False):
        assert program.cancel(shop.order()).json["cancellation"]["at"] == "2026-03-29T01:30:00Z"
