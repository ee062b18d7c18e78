"""Many orders are cancelled at once: each as if it were alone, once, with one reason and note for all."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from blueprints import background, clock
from blueprints.orders import bulk_routes, cancelling
from blueprints.orders.bulk_cancelling import start_bulk
from blueprints.orders.cancelling import CancelWish
from blueprints.orders.refusals import DecidedAlready
from models import (
    BulkCancel,
    BulkOrder,
    BulkOutcome,
    BulkState,
    Cancellation,
    Courier,
    Order,
    OrderStatus,
    PaymentStatus,
    Reason,
    Refund,
    User,
    db,
    writing,
)
from tests.orders.breaking import refuse
from tests.orders.deciding import drawn
from tests.orders.many import cancel_all, gather, start
from tests.orders.test_bulk_looking import groups, numbers

PAID = {"payment_status": PaymentStatus.PAID}


def effects(shop, order):
    """Status, events, emails, cancellations and what is owed."""
    cancels = shop.all(select(Cancellation).where(Cancellation.order_id == order.id))
    owed = sum(refund.owed for refund in shop.all(select(Refund).where(Refund.order_id == order.id)))
    return shop.get(Order, order.id).status, shop.events(order), len(shop.emails(order)), len(cancels), owed


UNTOUCHED = (OrderStatus.PENDING, [], 0, 0, 0)
CANCELLED = (OrderStatus.CANCELLED, ["order.cancelled"], 1, 1, 0)
CANCELLED_AND_OWED = (*CANCELLED[:4], 96000)


def rows(shop):
    return shop.all(select(BulkOrder).order_by(BulkOrder.order_id))


def state(shop):
    return shop.first(select(BulkCancel).order_by(BulkCancel.id.desc())).state


def test_each_is_cancelled_as_if_it_were_alone(sam, shop):
    free, paid = shop.order(), shop.order(**PAID)
    page = cancel_all(sam, free, paid, note="Sold out.", internal_note="The flood.", reason="2")
    assert page.h1 == "2 orders were cancelled"
    assert effects(shop, free) == CANCELLED
    assert effects(shop, paid) == CANCELLED_AND_OWED
    for order in (free, paid):
        assert "Sold out." in shop.emails(order)[0].text
        alone = sam.get(f"/orders/{order.id}").text
        assert "Sold out." in alone
        assert "The flood." in alone
        assert "Sam Staff" in alone
    assert {cancel.reason_id for cancel in shop.all(select(Cancellation))} == {2}


def test_the_result_can_be_read_again_later_by_others(sam, olive, shop):
    paid, gone = shop.order(**PAID), shop.order(status=OrderStatus.CANCELLED)
    url = gather(sam, paid, gone)
    start(sam, url, note="Sold out.\nSorry!", internal_note="The flood.", reason="2", restock=None)
    page = olive.get(olive.get("/orders/bulk/").one(".list a")["href"])
    assert page.response.request.path == url
    assert "Sam Staff" in page.text
    assert "₱960.00 is owed back." in page.text
    assert "1 order stayed as it was: see below why." in page.text
    for said in ("Sold out.", "The flood.", shop.get(Reason, 2).label, "Not put back into stock"):
        assert said in page.text
    assert groups(page) == {"1 cancelled already": [gone.number], "1 order": [paid.number]}
    assert len(rows(shop)) == 2


def test_the_boxes_are_minded(sam, shop):
    order = shop.order()
    cancel_all(sam, order, restock=None, notify=None)
    done = shop.first(select(Cancellation))
    assert (done.restock, done.notify) == (False, False)
    assert shop.emails(order)[0].reason == "not_wanted"


def test_one_that_changed_since_it_was_looked_at_is_not_cancelled_unseen(sam, shop):
    changed, fine = shop.order(), shop.order()
    url = gather(sam, changed, fine)
    page_as_drawn = sam.get(url)
    assert numbers(page_as_drawn) == [fine.number, changed.number]
    shop.change(changed, address="Elsewhere")
    page = sam.follow(start(sam, url))
    assert effects(shop, changed) == UNTOUCHED
    assert effects(shop, fine) == CANCELLED
    assert groups(page)["1 that changed since you looked"] == [changed.number]


def test_one_that_somebody_else_cancelled_meanwhile_is_not_cancelled_twice(sam, olive, shop):
    order, other = shop.order(**PAID), shop.order()
    url = gather(sam, order, other)
    olive.post(f"/orders/{order.id}/cancel", version="1")
    start(sam, url)
    assert effects(shop, order) == CANCELLED_AND_OWED
    assert rows(shop)[0].refusal == "already_cancelled"


def test_one_that_was_booked_meanwhile_is_left_to_support(sam, shop):
    order = shop.order()
    url = gather(sam, order)
    jt = shop.first(select(Courier).where(Courier.integrated))
    shop.change(order, courier_id=jt.id, booking_integrated=True, booked_at=clock.now())
    sam.post(f"{url}/start")
    assert effects(shop, order) == UNTOUCHED
    assert rows(shop)[0].refusal == "booked_with_courier"


@pytest.mark.parametrize("name", ["COMPLETED", "RETURNED", "DECLINED"])
def test_what_came_to_its_end_stays(sam, shop, name):
    order = shop.order(status=OrderStatus[name])
    sam.post(f"{gather(sam, order)}/start")
    assert effects(shop, order) == (OrderStatus[name], [], 0, 0, 0)
    assert rows(shop)[0].refusal == "not_cancellable"


def test_sent_again_it_is_the_same_answer_and_nothing_happens_twice(sam, olive, shop):
    orders = [shop.order(**PAID) for _ in range(3)]
    url = gather(sam, *orders)
    first = start(sam, url, note="Sold out.")
    again = [sam.post(f"{url}/start", note="Sold out."), olive.post(f"{url}/start")]
    assert {(page.status, page.location) for page in [first, *again]} == {(303, url)}
    assert [effects(shop, order) for order in orders] == 3 * [CANCELLED_AND_OWED]
    assert shop.first(select(BulkCancel)).note == "Sold out."


OTHERWISE = [
    {"note": "Typhoon: we reopen Monday."},
    {"internal_note": "The flood."},
    {"reason": "2"},
    {"restock": None},
    {"notify": None},
    {"asks_support": "y", "ticket_reason": "The flood."},
    {"reason": "gone"},
]


@pytest.mark.parametrize("otherwise", OTHERWISE, ids=lambda typed: "-".join(typed))
def test_with_other_words_it_is_refused_and_both_can_be_read(sam, shop, slowly, otherwise):
    orders = [shop.order(), shop.order(), shop.booked_order()]
    url = gather(sam, *orders)
    first_tab, second_tab = sam.get(url), sam.get(url)
    sam.post(f"{url}/start", **drawn(first_tab, f"{url}/start", note="Sold out."))
    page = sam.post(f"{url}/start", **drawn(second_tab, f"{url}/start", **{"note": "Sold out.", **otherwise}))
    assert page.status == 409
    assert "Sam Staff started to cancel them" in page.refusal
    assert "Sold out." in page.text
    assert page.select(f"a[href='{url}']")
    typed = {name: text for name, text in otherwise.items() if text and name.endswith(("note", "ticket_reason"))}
    assert {name: page.value(name) for name in typed} == typed
    underway = shop.first(select(BulkCancel))
    assert (underway.note, underway.internal_note, underway.reason_id, underway.asks_support) == (
        "Sold out.",
        "",
        None,
        False,
    )


@pytest.mark.parametrize("typed", ["Typhoon: we reopen Monday.", "Sold out."])
def test_somebody_else_is_told_who_was_first_and_keeps_what_they_typed(sam, olive, shop, typed):
    url = gather(sam, shop.order())
    page_as_drawn = olive.get(url)
    start(sam, url, note="Sold out.")
    page = olive.post(f"{url}/start", **drawn(page_as_drawn, f"{url}/start", note=typed))
    assert page.status == 409
    assert "Sam Staff started to cancel them" in page.refusal
    assert "Sold out." in page.text
    assert page.value("note") == typed


def test_words_for_what_was_left_alone_meanwhile_are_refused(sam, shop):
    order = shop.order()
    url = gather(sam, order)
    form = drawn(sam.get(url), f"{url}/start")
    sam.post(f"{url}/discard")
    page = sam.post(f"{url}/start", **form)
    assert (page.status, page.refusal) == (409, "They were left as they are, so nothing was started.")
    assert effects(shop, order) == UNTOUCHED


def test_what_was_started_can_not_be_left_alone_any_more(sam, shop):
    order = shop.order()
    url = gather(sam, order)
    start(sam, url)
    assert sam.post(f"{url}/discard").location == url
    assert effects(shop, order) == CANCELLED


def test_what_takes_longer_goes_on_behind_the_page(app, sam, shop, slowly):
    orders = [shop.order() for _ in range(5)]
    url = gather(sam, *orders)
    page = sam.follow(start(sam, url))
    assert page.h1 == "Orders are being cancelled"
    assert "1 of 5 orders are through." in page.text
    assert page.one("#underway")["data-refresh-seconds"] == "2"
    assert page.select(f"a[href='{url}']"), "without JavaScript it is looked at again by a link"
    background.run_once(app)
    assert sam.get(url).h1 == "5 orders were cancelled"
    assert [effects(shop, order) for order in orders] == 5 * [CANCELLED]
    assert {cancel.user_id for cancel in shop.all(select(Cancellation))} == {2}, "as Sam, who started it"


def test_emails_from_behind_the_page_read_as_all_others(app, sam, shop, slowly):
    orders = [shop.order(customer_name="Maria Santos", total=96000) for _ in range(2)]
    start(sam, gather(sam, *orders), note="Sold out.")
    background.run_once(app)
    first, second = (shop.emails(order)[0] for order in orders)
    assert first.text.replace("1001", "1002") == second.text


def test_while_somebody_is_at_it_nobody_else_is(app, sam, shop, slowly):
    orders = [shop.order() for _ in range(3)]
    url = gather(sam, *orders)
    start(sam, url)
    underway = shop.first(select(BulkCancel))
    shop.change(underway, claimed_until=clock.now() + timedelta(seconds=20))
    background.run_once(app)
    sam.post(f"{url}/start")
    assert [row.outcome for row in rows(shop)].count(BulkOutcome.WAITING) == 2
    assert sam.get(url).select("main form") == [], "there is no need to go on"
    shop.change(underway, claimed_until=clock.now() - timedelta(seconds=1))
    assert sam.post(f"{url}/start").status == 303
    background.run_once(app)
    assert state(shop) is BulkState.DONE


def test_a_fault_with_one_keeps_no_other_from_its_turn(sam, shop, monkeypatch):
    orders = [shop.order(**PAID) for _ in range(3)]
    write = cancelling.customer_email

    def fail(order, *args, **fields):
        if order.number == "1002":
            raise RuntimeError("no such template")
        return write(order, *args, **fields)

    monkeypatch.setattr(cancelling, "customer_email", fail)
    page = cancel_all(sam, *orders)
    assert page.h1 == "2 orders were cancelled"
    assert groups(page)["1 not cancelled through a fault of ours"] == ["1002"]
    assert "It is our fault, not yours, and nothing was changed on them." in page.text
    assert [effects(shop, order) for order in orders] == [CANCELLED_AND_OWED, UNTOUCHED, CANCELLED_AND_OWED]


@pytest.mark.parametrize("table", ["notes", "cancellations", "refunds", "emails", "events"])
def test_when_one_row_of_a_cancel_cannot_be_written_none_is(app, sam, shop, table):
    order = shop.order(**PAID)
    url = gather(sam, order)
    form = sam.get(url).fields(f"{url}/start")
    refuse(app, f"BEFORE INSERT ON {table}")
    assert sam.post(f"{url}/start", **{**form, "note": "Sold out."}).status == 303
    assert effects(shop, order) == UNTOUCHED
    assert rows(shop)[0].refusal == "failed"


def test_when_the_note_of_it_cannot_be_written_the_order_is_not_cancelled(app, sam, shop):
    order = shop.order(**PAID)
    url = gather(sam, order)
    form = sam.get(url).fields(f"{url}/start")
    refuse(app, "BEFORE UPDATE ON bulk_orders WHEN NEW.outcome = 'cancelled'")
    sam.post(f"{url}/start", **form)
    assert effects(shop, order) == UNTOUCHED


def test_a_reason_that_is_gone_is_refused_and_what_was_typed_stays(sam, shop):
    order = shop.order()
    url = gather(sam, order)
    form = sam.get(url).fields(f"{url}/start")
    shop.change(shop.get(Reason, 2), active=False)
    page = sam.post(f"{url}/start", **{**form, "reason": "2", "note": "Sold out."})
    assert page.status == 422
    assert "not on the store’s list any more" in page.errors["reason"]
    assert page.value("note") == "Sold out."
    assert effects(shop, order) == UNTOUCHED


def test_a_reason_that_goes_at_the_last_moment_is_refused_under_the_lock(sam, shop, monkeypatch):
    order, reason = shop.order(), shop.get(Reason, 2)
    url = gather(sam, order)
    shop.change(reason, active=False)
    monkeypatch.setattr(bulk_routes, "reasons_to_choose", lambda: [reason])
    page = sam.post(f"{url}/start", reason="2", note="Sold out.", internal_note="")
    assert page.status == 422
    assert "not on the store’s list any more" in page.errors["reason"]
    assert page.value("note") == "Sold out."
    assert effects(shop, order) == UNTOUCHED
    assert state(shop) is BulkState.DRAFT


@pytest.mark.parametrize(
    "typed",
    [
        {"note": "x" * 1001},
        {"internal_note": "x" * 300_000},
        {"reason": "9" * 19},
        {"reason": "x"},
        {"asks_support": "y", "ticket_reason": ""},
        {"asks_support": "y", "ticket_reason": "x" * 2001},
    ],
)
def test_what_can_not_be_taken_is_said_beside_its_field(sam, shop, typed):
    order = shop.order()
    shop.booked_order()
    url = gather(sam, *shop.all(select(Order)))
    page = start(sam, url, **typed)
    assert page.status == 422
    assert list(page.errors) == [list(typed)[-1]]
    assert effects(shop, order) == UNTOUCHED
    assert state(shop) is BulkState.DRAFT


def test_without_the_boxes_of_the_page_the_customer_is_told_as_usual(sam, shop):
    order = shop.order()
    sam.post(f"{gather(sam, order)}/start")
    done = shop.first(select(Cancellation))
    assert (done.restock, done.notify) == (True, True)


def test_a_shop_that_cancelled_nothing_together_is_told_how(sam):
    page = sam.get("/orders/bulk/")
    assert "No orders were cancelled together yet" in page.text
    assert sam.get("/orders/bulk/?after=nothing").status == 200


def test_earlier_ones_are_listed_page_by_page(app, sam, shop):
    order = shop.order()
    with app.app_context(), writing() as session:
        for _ in range(60):
            bulk = BulkCancel(user_id=2, created_at=clock.now())
            session.add(bulk)
            session.flush()
            session.add(BulkOrder(bulk_id=bulk.id, order_id=order.id, version=1))
    page = sam.get("/orders/bulk/")
    assert len(page.select(".list > li")) == 50
    assert len(sam.get(page.one("a[rel=next]")["href"]).select(".list > li")) == 10


def test_who_pressed_save_a_moment_later_decides_nothing(app, sam, shop, slowly):
    """Both had found it undecided; the lock lets one through."""
    url = gather(sam, shop.order(), shop.order())
    start(sam, url, note="Sold out.")
    with app.app_context():
        olive = db.session.get_one(User, 1).as_actor()
        with pytest.raises(DecidedAlready):
            start_bulk(1, CancelWish(note="Other words"), by=olive)
    underway = shop.first(select(BulkCancel))
    assert (underway.note, underway.user_id, underway.state) == ("Sold out.", 2, BulkState.RUNNING)
