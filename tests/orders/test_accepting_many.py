"""Accepting the ticked orders of the list: what is pending is accepted once, what is not is left and named."""

import pytest
from sqlalchemy import select

from blueprints.orders import accept_routes, accepting_many
from models import DatabaseBusy, EmailState, Event, Order, OrderStatus, Store
from tests.orders.asking import ask, link_of
from tests.people import Visitor, signed_in

ACCEPTED = ["order.status_changed"]


def ticks(visitor, *orders, url="/orders/"):
    """As the boxes of these orders are sent from the list that is shown now."""
    boxes = {int(box["value"].partition("-")[0]): box["value"] for box in visitor.get(url).select("[name=order]")}
    return [boxes[order.id] for order in orders]


def accept(visitor, sent, **asked):
    return visitor.post("/orders/accept", data={"order": sent}, **asked)


def said(visitor, answer):
    assert answer.status == 303, answer.text
    return [message.get_text(" ", strip=True) for message in visitor.follow(answer).select(".messages .notice")]


def state(shop, order):
    return shop.get(Order, order.id).status


def test_what_is_ticked_is_accepted_and_each_customer_told_as_by_a_single_change(sam, shop):
    orders = [shop.order(customer_email=f"{name}@example.com") for name in ("maria", "juan", "ana")]
    left = shop.order()
    assert said(sam, accept(sam, ticks(sam, *orders))) == ["3 orders are accepted."]
    assert [state(shop, order) for order in (*orders, left)] == [*["accepted"] * 3, "pending"]
    for order in orders:
        [email], [event] = shop.emails(order), shop.all(select(Event).where(Event.order_id == order.id))
        assert (email.kind, email.state, email.recipient) == (
            "order_accepted",
            EmailState.QUEUED,
            order.customer_email,
        )
        assert (event.code, event.to_status, event.email_id) == (*ACCEPTED, "accepted", email.id)
        assert event.user_id is not None
    assert shop.emails(left) == []


def test_a_second_click_does_nothing_twice(sam, shop):
    orders = [shop.order() for _ in range(2)]
    sent = ticks(sam, *orders)
    assert said(sam, accept(sam, sent)) == said(sam, accept(sam, sent)) == ["2 orders are accepted."]
    assert [(shop.events(order), len(shop.emails(order))) for order in orders] == [(ACCEPTED, 1)] * 2
    without_version = [str(order.id) for order in orders]
    assert said(sam, accept(sam, without_version)) == ["Not pending, so left as they are: 1001, 1002."]
    assert [(shop.events(order), len(shop.emails(order))) for order in orders] == [(ACCEPTED, 1)] * 2


@pytest.mark.parametrize("status", [status for status in OrderStatus if status != "pending"])
def test_what_is_not_pending_is_left(sam, shop, status):
    order, pending = shop.order(status=status), shop.order()
    assert said(sam, accept(sam, ticks(sam, order, pending))) == [
        "1 order is accepted.",
        "Not pending, so left as they are: 1001.",
    ]
    assert (state(shop, order), shop.events(order)) == (status, [])


def test_what_somebody_else_changed_since_the_list_was_shown_is_left(app, sam, shop):
    accepted, cancelled, corrected = orders = [shop.order() for _ in range(3)]
    sent = ticks(sam, *orders)
    olive = signed_in(app, "olive")
    for order, status in ((accepted, "accepted"), (cancelled, "cancelled")):
        olive.post(f"/orders/{order.id}/status", status=status, version="1")
    shop.change(corrected, address="9 Rizal Ave")
    events = [shop.events(order) for order in orders]
    assert said(sam, accept(sam, sent)) == [
        "Not pending, so left as they are: 1001, 1002.",
        "Changed since the list was shown, so not accepted. Look at them again: 1003.",
    ]
    assert [shop.events(order) for order in orders] == events
    assert said(sam, accept(sam, ticks(sam, corrected))) == ["1 order is accepted."]


def test_whose_customer_asks_to_cancel_is_answered_first(app, sam, shop):
    order = shop.order()
    sent = ticks(sam, order)
    ask(Visitor(app), link_of(app, order))
    assert said(sam, accept(sam, sent)) == [
        "Not accepted, as the customer asks to cancel. Open them and answer first: 1001."
    ]
    assert state(shop, order) == "pending"


def test_nobody_is_told_where_that_alert_is_off(sam, shop):
    shop.change(shop.get(Store, 1), alerts_on=False)
    order = shop.order()
    accept(sam, ticks(sam, order))
    assert [email.state for email in shop.emails(order)] == [EmailState.NOT_SENT]


@pytest.mark.parametrize("sent", [[], ["", "x", "-1", "1-", "1-x", "1.5", "9" * 19, "\0"], ["999", "999-1"]])
def test_ticks_that_name_no_order_change_nothing(sam, shop, sent):
    order = shop.order()
    [message] = said(sam, accept(sam, sent))
    assert message.startswith("No order was ticked.")
    assert state(shop, order) == "pending"


def test_more_than_a_page_is_refused_whole(sam, shop):
    order = shop.order()
    [message] = said(sam, accept(sam, [str(order_id) for order_id in range(1, 102)]))
    assert message == "At most 100 orders can be accepted together. Tick fewer. Nothing was changed."
    assert state(shop, order) == "pending"


def test_what_there_was_no_time_for_is_named_and_left(sam, shop, monkeypatch):
    order = shop.order()
    monkeypatch.setattr(accept_routes, "AT_ONCE_S", -1)
    [message] = said(sam, accept(sam, ticks(sam, order)))
    assert message == "Not accepted yet, as it took too long. Tick them and press the button again: 1001."
    assert (state(shop, order), shop.events(order)) == ("pending", [])


@pytest.mark.parametrize(
    ("fault", "why"),
    [(DatabaseBusy, "Not accepted yet, as it took too long."), (ValueError, "Not accepted, by a fault of ours.")],
)
def test_one_that_fails_keeps_no_other_from_its_turn(sam, shop, monkeypatch, fault, why):
    broken, other = shop.order(), shop.order()
    change = accepting_many.change_under_lock

    def break_down(session, order, **how):
        change(session, order, **how)
        if order.id == broken.id:
            raise fault

    monkeypatch.setattr(accepting_many, "change_under_lock", break_down)
    done, left = said(sam, accept(sam, ticks(sam, broken, other)))
    assert (done, left.startswith(why), left.endswith(": 1001.")) == ("1 order is accepted.", True, True)
    assert (shop.events(broken), shop.emails(broken), shop.events(other)) == ([], [], ACCEPTED)


def test_many_that_are_left_are_counted_not_all_named(sam, shop):
    orders = [shop.order(status=OrderStatus.SHIPPED) for _ in range(12)]
    [message] = said(sam, accept(sam, [str(order.id) for order in orders]))
    assert message.endswith("1009, 1010 and 2 more.")


def test_the_list_comes_back_as_it_was_asked_for(sam, shop):
    order = shop.order()
    answer = accept(sam, ticks(sam, order), q="maria", status="pending")
    assert answer.response.headers["Location"] == "/orders/?q=maria&status=pending"


def test_the_button_is_there_when_something_is_pending_and_after_the_one_that_asks_first(sam, shop):
    shop.order(status=OrderStatus.PROCESSING)
    assert [button.get("formaction") for button in sam.get("/orders/").select("#bulk button")] == [None]
    shop.order()
    assert [button.get("formaction") for button in sam.get("/orders/").select("#bulk button")] == [
        None,
        "/orders/accept",
    ]


def test_support_never(app, shop):
    order = shop.order()
    assert accept(signed_in(app, "uma"), [str(order.id)]).status == 403
    assert state(shop, order) == "pending"
