"""What happens is told once to whoever asked, with the change itself or not at all."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from blueprints import announcing, clock
from models import (
    Cancellation,
    EmailState,
    Order,
    PaymentStatus,
    Refund,
    Store,
    UnsentReason,
    WebhookMessage,
    WebhookType,
    writing,
)
from tests.orders.books import cancel_items, later, reinstate, undo
from tests.orders.deciding import cancel, drawn
from tests.orders.watching import statements

PAID = {"payment_status": PaymentStatus.PAID}


@pytest.fixture
def order(shop):
    return shop.order(**PAID)


def at_once(shop):
    """Nothing is held: a cancel is told of when it is made."""
    shop.change(shop.get(Store, 1), undo_seconds=0)


def test_a_cancel_is_told_with_its_money_and_without_its_customer(sam, shop, hooks, receiver, order):
    at_once(shop)
    hooks.add(receiver)
    cancel(sam, order, reason="1", note="Sorry, Maria.", internal_note="The shelf.", fee="10")
    assert hooks.deliver() == {"sent": 1}
    [told] = receiver.told
    assert told.type == "order.cancelled"
    done = shop.first(select(Cancellation))
    assert told.data == {
        "id": order.id,
        "number": "1001",
        "status": "cancelled",
        "payment_status": "paid",
        "currency": "PHP",
        "total": 96000,
        "paid": 96000,
        "refunded": 0,
        "cancelled_at": done.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "previous_status": "pending",
        "reason": "Customer changed their mind",
        "refund_owed": 95000,
        "fee": 1000,
    }
    for somebody in (b"Maria", b"maria@", b"0917", b"Mabini", b"shelf", b"Sorry"):
        assert somebody not in told.body


def test_it_is_held_as_long_as_the_email_is(sam, shop, hooks, receiver, order):
    hooks.add(receiver)
    cancel(sam, order)
    [message] = hooks.messages()
    assert (message.state, message.due_at) == (EmailState.HELD, shop.first(select(Cancellation)).undo_until)
    assert hooks.deliver() == {}
    with later(seconds=31):
        assert hooks.deliver() == {"sent": 1}


def test_a_message_is_held_no_longer_than_until_its_time_though_nobody_delivers(olive, sam, hooks, receiver, order):
    page = f"/settings/webhooks/{hooks.add(receiver).id}"
    cancel(sam, order)
    promises = ("Held", "can’t be undone any more")
    assert all(promise in olive.get(page).text for promise in promises)
    with later(minutes=5):
        said = olive.get(page).text
    assert not [promise for promise in promises if promise in said]
    assert "Waiting to be sent" in said


def test_an_undone_cancel_tells_nobody(sam, hooks, receiver, order):
    hooks.add(receiver)
    cancel(sam, order)
    undo(sam, order)
    with later(minutes=5):
        assert hooks.deliver() == {}
    [message] = hooks.messages()
    assert (message.state, message.reason) == (EmailState.NOT_SENT, UnsentReason.UNDONE)
    assert receiver.connections == 0


def test_nor_does_one_that_is_reinstated_while_it_is_held(sam, hooks, receiver, order):
    hooks.add(receiver)
    cancel(sam, order)
    reinstate(sam, order)
    with later(minutes=5):
        assert hooks.deliver() == {}
    assert hooks.states() == ["not_sent"]


def test_whoever_was_told_of_the_cancel_is_told_that_it_is_over(sam, shop, hooks, receiver, order):
    hooks.add(receiver)
    cancel(sam, order)
    with later(minutes=5):
        hooks.deliver()
        reinstate(sam, order)
        hooks.deliver()
    assert receiver.types == ["order.cancelled", "order.reinstated"]
    assert receiver.told[1].data["status"] == "pending"


def test_one_that_may_have_been_told_hears_only_of_the_end(sam, hooks, receiver, order):
    """Its answer was lost: the cancel is not told of any more, and the reinstating is."""
    hooks.add(receiver)
    cancel(sam, order)
    receiver.close()
    with later(minutes=5):
        assert hooks.deliver() == {"put_off": 1}
        reinstate(sam, order)
    assert [(message.type, message.state) for message in hooks.messages()] == [
        (WebhookType.ORDER_CANCELLED, EmailState.NOT_SENT),
        (WebhookType.ORDER_REINSTATED, EmailState.QUEUED),
    ]


def test_a_part_is_no_cancel_of_the_order(sam, shop, hooks, receiver):
    at_once(shop)
    hooks.add(receiver)
    cancel_items(sam, shop.order(), {0: 1})
    assert hooks.messages() == []


def test_a_refund_is_told_of_when_the_last_of_it_is_settled(sam, shop, hooks, receiver, order):
    cancel(sam, order)
    hooks.add(receiver)
    refund = shop.first(select(Refund))
    page, url = f"/refunds/{refund.id}", f"/refunds/{refund.id}/settle"
    sam.post(url, **drawn(sam.get(page), url, amount="100"))
    assert hooks.messages() == []
    sam.post(url, **drawn(sam.get(page), url, amount="860"))
    hooks.deliver()
    [told] = receiver.told
    assert (told.type, told.data["amount"], told.data["order"]["number"]) == ("refund.settled", 96000, "1001")


def test_a_waived_refund_went_back_to_nobody(sam, shop, hooks, receiver, order):
    cancel(sam, order)
    hooks.add(receiver)
    url = "/refunds/1/waive"
    assert sam.post(url, **drawn(sam.get("/refunds/1"), url, because="A voucher.")).status == 303
    assert hooks.messages() == []


@pytest.mark.parametrize(("word", "many"), [("solve", 1), ("close", 0)])
def test_a_ticket_is_told_of_when_it_is_solved(sam, uma, shop, hooks, receiver, word, many):
    hooks.add(receiver)
    order = shop.booked_order()
    ticket = sam.post(f"/support/tickets/new?order={order.id}", reason="Why").location
    (uma if word == "solve" else sam).post(f"{ticket}/{word}")
    hooks.deliver()
    assert receiver.types == ["ticket.solved"] * many
    if many:
        assert receiver.told[0].data["order"] == {"id": order.id, "number": order.number}


def test_only_what_was_asked_for_and_only_while_it_is_on(olive, sam, shop, hooks, receiver, order):
    at_once(shop)
    hooks.add(receiver, types=["refund.settled"])
    off = hooks.add(receiver)
    olive.post(f"/settings/webhooks/{off.id}/off")
    cancel(sam, order)
    assert hooks.messages() == []


def test_what_is_not_saved_is_not_told(app, hooks, receiver, order):
    hooks.add(receiver)

    def change_and_fail():
        with app.app_context(), writing() as session:
            announcing.announce(session, WebhookType.ORDER_CANCELLED, dict, at=clock.now(), order_id=order.id)
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    assert hooks.messages() == []


def test_twenty_endpoints_that_do_not_care_cost_one_question(app, hooks, order):
    for number in range(20):
        hooks.add(f"https://example.com/{number}", types=["ticket.solved"])
    with app.app_context(), writing() as session:
        session.execute(select(1))
        with statements(app) as seen:
            announcing.announce(session, WebhookType.ORDER_CANCELLED, lambda: 1 / 0, at=clock.now())
    assert len([statement for statement in seen if "webhook" in statement]) == 1


def test_the_words_of_the_shop_come_through(sam, shop, hooks, receiver):
    at_once(shop)
    hooks.add(receiver)
    cancel(sam, shop.order(number="Ñ-“1”"))
    hooks.deliver()
    [told] = receiver.told
    assert told.data["number"] == "Ñ-“1”"
    assert told.body == json.dumps(json.loads(told.body), ensure_ascii=False, separators=(",", ":")).encode()


def test_in_a_demo_it_stays_here(sam, shop, hooks, receiver, order):
    hooks.add(receiver)
    shop.change(shop.get(Store, 1), is_demo=True)
    cancel(sam, order)
    with later(minutes=5):
        assert hooks.deliver() == {}
        reinstate(sam, order)
    assert [message.reason for message in hooks.messages()] == [UnsentReason.DEMO] * 2
    assert receiver.connections == 0
    assert shop.get(Order, order.id).status == "pending"
    assert shop.count(WebhookMessage) == 2
    assert timedelta(0) < hooks.messages()[1].created_at - hooks.messages()[0].created_at


def test_what_is_undone_in_a_demo_would_have_told_nobody(sam, shop, hooks, receiver, order):
    hooks.add(receiver)
    shop.change(shop.get(Store, 1), is_demo=True)
    cancel(sam, order)
    undo(sam, order)
    assert [message.reason for message in hooks.messages()] == [UnsentReason.UNDONE]
