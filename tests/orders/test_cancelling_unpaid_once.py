"""The timer of unpaid orders: two at once, a power cut, a wrong clock, a payment in between. Once, or not at all."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from blueprints import background, clock
from blueprints.orders import cancelling_unpaid
from blueprints.orders.awaiting_payment import due, terms_of
from blueprints.orders.sending_again import NotSentAgain, send_again
from models import SYSTEM, Cancellation, EmailState, NotSentReason, Order, PaymentReminder, Store, db, writing
from tests.explaining import plan_of
from tests.orders.auditing import Auditor
from tests.orders.deciding import cancel, drawn
from tests.orders.order_desk import Fuse, PowerCut
from tests.orders.waiting import CANCELLED, HOURS, NOTICE, REMINDED, TO_PAY_FIRST, TWO_LETTERS, pay
from tests.orders.watching import statements
from tests.people import signed_in
from tests.storing import ON_POSTGRES, shop_of


def kinds(shop, order):
    return [email.kind for email in shop.emails(order)]


def at_once(timer, count):
    begin = threading.Barrier(count)

    def work():
        with timer.app.app_context():
            begin.wait(timeout=30)
            return cancelling_unpaid.look_after_unpaid(enough=lambda: False)

    with ThreadPoolExecutor(count) as pool:
        return sum((each.result(timeout=60) for each in [pool.submit(work) for _ in range(count)]), Counter())


def test_three_at_once_remind_and_cancel_each_order_once(shop, timer):
    orders = [timer.order() for _ in range(8)]
    timer.at(HOURS - NOTICE)
    assert at_once(timer, 3)["reminded"] == 8
    timer.deliver()
    timer.at(HOURS)
    assert at_once(timer, 3)["cancelled"] == 8
    assert [shop.events(order) for order in orders] == 8 * [CANCELLED]
    assert [kinds(shop, order) for order in orders] == 8 * [TWO_LETTERS]


def look_with_cuts(timer, fuse, audit):
    """The power fails at the first statement, then at the second, and so on, until it lasts; how often that was."""
    untouched, cut = audit.everything(), 0
    while True:
        fuse.left = cut
        try:
            did = timer.look()
        except PowerCut:
            fuse.left = None
            assert audit.everything() == untouched, f"half done when cut at {cut}"
            cut += 1
        else:
            fuse.left = None
            assert sum(did.values()) == 1
            return cut


def test_wherever_the_power_fails_each_is_done_whole_and_once(app, shop, timer):
    product, fuse = shop.product(on_hand=10), Fuse()
    order = shop.sold(**TO_PAY_FIRST)
    audit = Auditor(shop_of(app))
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", fuse.count)
        event.listen(db.engine, "commit", fuse.count)
    for hours in (HOURS - NOTICE, HOURS):
        timer.at(hours)
        assert look_with_cuts(timer, fuse, audit) > 8
        assert timer.look() == {}
        timer.deliver()
    assert shop.events(order) == CANCELLED
    assert kinds(shop, order) == TWO_LETTERS
    assert (shop.on_hand(product), shop.count(PaymentReminder), shop.count(Cancellation)) == (10, 1, 1)
    assert audit.faults() == []
    audit.close()


def meanwhile(monkeypatch, what):
    """Between the look that found the order, and the lock under which it is judged."""
    found = cancelling_unpaid._due_now

    def due_and_then():
        order_ids = found()
        what()
        return order_ids

    monkeypatch.setattr(cancelling_unpaid, "_due_now", due_and_then)


@pytest.mark.parametrize("hours", [HOURS - NOTICE, HOURS], ids=["reminder", "cancel"])
def test_paid_while_the_timer_waits_for_the_lock_nothing_happens(app, shop, timer, monkeypatch, hours):
    order = timer.order()
    if hours == HOURS:
        timer.remind()
    before = shop.events(order)
    timer.at(hours)
    meanwhile(monkeypatch, lambda: pay(app, order))
    assert timer.look() == {"nothing": 1}
    assert shop.events(order) == [*before, "order.paid"]


def test_a_payment_that_holds_the_lock_when_the_timer_comes_wins(app, shop, timer, monkeypatch):
    order = timer.order()
    timer.remind()
    timer.at(HOURS)
    has_lock, goes_on = threading.Event(), threading.Event()

    def pay_slowly():
        with app.app_context(), writing() as session:
            has_lock.set()
            assert goes_on.wait(30)
            session.execute(text(f"UPDATE orders SET paid = total, payment_status = 'paid' WHERE id = {order.id}"))

    meanwhile(monkeypatch, lambda: (payment.start(), has_lock.wait(30)))
    decide = cancelling_unpaid._deal_with
    monkeypatch.setattr(cancelling_unpaid, "_deal_with", lambda order_id: goes_on.set() or decide(order_id))
    payment = threading.Thread(target=pay_slowly)
    assert timer.look() == {"nothing": 1}
    payment.join(30)
    assert shop.events(order) == REMINDED


def ship(app, order):
    sam = signed_in(app, "sam")
    url = f"/orders/{order.id}"
    sam.post(f"{url}/status", **drawn(sam.get(url), f"{url}/status", status="shipped", notify=None))


ENDED = {
    "paid": pay,
    "kept": lambda app, order: signed_in(app, "sam").post(f"/orders/{order.id}/keep"),
    "cancelled": lambda app, order: cancel(signed_in(app, "sam"), order, notify=None),
    "shipped": ship,
}


@pytest.mark.parametrize("end", ENDED.values(), ids=ENDED)
def test_a_reminder_that_waits_for_the_mail_server_does_not_leave_after_that(app, shop, timer, end):
    order = timer.order()
    timer.at(HOURS - NOTICE)
    timer.look()
    end(app, order)
    reminder = shop.emails(order)[0]
    assert (reminder.state, reminder.reason) == (EmailState.NOT_SENT, NotSentReason.UNDONE)
    timer.at(1000)
    assert timer.look() == {}


def test_a_reminder_that_left_is_not_sent_again_once_it_is_paid(app, shop, timer):
    order = timer.order()
    timer.remind()
    pay(app, order)
    [reminder] = shop.emails(order)
    assert reminder.state is EmailState.SENT
    with app.app_context(), pytest.raises(NotSentAgain):
        send_again(reminder.id, by=SYSTEM)


def test_switched_off_while_the_timer_waits_for_the_lock_nothing_happens(shop, timer, monkeypatch):
    order = timer.order()
    timer.remind()
    timer.at(HOURS)
    meanwhile(monkeypatch, lambda: timer.on(hours=None))
    assert timer.look() == {"nothing": 1}
    assert shop.events(order) == REMINDED


def test_set_back_while_the_timer_waits_for_the_lock_the_clock_is_asked_again(shop, timer, monkeypatch):
    order = timer.order()
    timer.remind()
    timer.at(HOURS)
    meanwhile(monkeypatch, lambda: timer.at(HOURS, seconds=-1))
    assert timer.look() == {"nothing": 1}
    assert shop.events(order) == REMINDED


@pytest.mark.parametrize("hours", [-1000, HOURS - 1])
def test_a_clock_that_is_set_back_after_the_reminder_changes_nothing(shop, timer, hours):
    order = timer.order()
    timer.remind()
    timer.at(hours)
    assert timer.look() == {}
    timer.at(HOURS)
    assert timer.look() == {"cancelled": 1}
    timer.at(hours)
    assert timer.look() == {}
    assert (shop.events(order), kinds(shop, order)) == (CANCELLED, TWO_LETTERS)


def test_a_clock_that_jumps_ahead_reminds_first_and_the_notice_begins_there(timer):
    timer.order()
    timer.remind(10_000)
    assert timer.look() == {}
    timer.at(10_000 + NOTICE, seconds=-1)
    assert timer.look() == {}
    timer.at(10_000 + NOTICE)
    assert timer.look() == {"cancelled": 1}


def test_the_database_takes_no_second_reminder(app, shop, timer):
    order = timer.order()
    timer.remind()
    [email] = shop.emails(order)
    again = PaymentReminder(order_id=order.id, at=clock.now(), email_id=email.id, pay_by=clock.now())
    with app.app_context(), pytest.raises(IntegrityError, match=r"(?i)unique"), writing() as session:
        session.add(again)


def test_one_that_fails_for_a_fault_of_ours_keeps_no_other(shop, timer, monkeypatch):
    first, second = timer.order(), timer.order()
    write = cancelling_unpaid.reminder_email

    def fail(order, pay_by):
        if order.id == first.id:
            raise RuntimeError("no such template")
        return write(order, pay_by)

    timer.at(HOURS - NOTICE)
    with monkeypatch.context() as patch:
        patch.setattr(cancelling_unpaid, "reminder_email", fail)
        assert timer.look() == {"failed": 1, "reminded": 1}
    assert (shop.events(first), shop.events(second)) == ([], REMINDED)
    assert timer.look() == {"reminded": 1}


def test_a_look_costs_the_same_however_many_wait_and_reads_only_those(app, timer):
    def look():
        with statements(app) as seen:
            assert timer.look() == {}
        return len(seen)

    timer.order()
    few = look()
    for _ in range(20):
        timer.order()
    assert look() == few
    with app.app_context():
        terms = terms_of(db.session.get(Store, 1))
        query = due(terms, clock.now()).order_by(Order.placed_at, Order.id).limit(200)
        plan = " | ".join(plan_of(query))
    if ON_POSTGRES:
        assert "using ix_orders_to_be_paid" in plan or "on ix_orders_to_be_paid" in plan, plan
        assert "Seq Scan on orders" not in plan
        return
    assert "SEARCH orders USING" in plan
    assert "ix_orders_to_be_paid (payment_status=? AND placed_at>? AND placed_at<?)" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


def test_behind_the_pages_it_rests_for_a_minute_when_there_is_nothing_to_do(app, shop, timer):
    def looks(**later):
        timer.travel.move_to(began + timedelta(**later), tick=False)
        with statements(app) as seen:
            background.run_once(app)
        return any("payment_reminders" in statement for statement in seen)

    order, began = timer.order(), timer.at(HOURS - NOTICE, seconds=-5)
    assert [looks(seconds=0), looks(seconds=59)] == [True, False]
    assert looks(days=-1), "a clock that is set back is no reason to rest for a day"
    assert shop.events(order) == []
    assert looks(seconds=60)
    assert shop.events(order) == REMINDED


def test_a_timer_of_the_machine_can_do_it_instead(app, shop, timer):
    def command():
        answer = app.test_cli_runner().invoke(args=["orders", "cancel-unpaid"])
        return answer.exit_code, answer.output

    order = timer.order()
    timer.at(HOURS - NOTICE)
    assert command() == (0, "Reminded 1, cancelled 0.\n")
    timer.deliver()
    timer.at(HOURS)
    assert command() == (0, "Reminded 0, cancelled 1.\n")
    assert shop.events(order) == CANCELLED
    timer.on(hours=None)
    assert command() == (0, "Unpaid orders are left alone: it is off in Settings, Unpaid orders.\n")
