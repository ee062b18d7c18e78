"""Many orders, and who goes on with them: once, whoever else does. A real kill amid them: gates/test_long_work.py."""

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from blueprints.orders import bulk_cancelling, bulk_routes, cancelling
from models import BulkCancel, BulkOrder, BulkOutcome
from tests.orders.books import later
from tests.orders.many import cancel_all, gather, start
from tests.orders.test_bulk_cancelling import CANCELLED, effects, rows
from tests.people import signed_in
from tests.storing import Outsider, shop_of


def let_lease_lapse(app):
    """As twenty seconds would."""
    with Outsider(shop_of(app)) as other:
        other.run("UPDATE bulk_cancels SET claimed_until = '2026-01-01 00:00:00.000000'")


def test_a_claim_that_lapsed_in_the_middle_is_taken_up(app, sam, shop, slowly, monkeypatch):
    """What a process leaves behind that is killed between two orders."""
    orders = [shop.order() for _ in range(3)]
    url = gather(sam, *orders)
    start(sam, url)
    let_lease_lapse(app)
    assert "Go on" in sam.get(url).text
    monkeypatch.setattr(bulk_routes, "AT_ONCE_S", 60)
    assert sam.follow(sam.post(f"{url}/start")).h1 == "3 orders were cancelled"
    assert [effects(shop, order) for order in orders] == 3 * [CANCELLED]


def test_two_at_the_same_one_do_each_order_once_even_when_both_think_it_theirs(app, sam, shop, slowly, monkeypatch):
    orders = [shop.order() for _ in range(20)]
    url = gather(sam, *orders)
    start(sam, url)
    monkeypatch.setattr(bulk_cancelling, "claim", lambda *_asked: True)
    begin = threading.Barrier(3)

    def work():
        with app.app_context():
            begin.wait(timeout=30)
            bulk_cancelling.carry_on(1, enough=lambda: False, ask=lambda *_asked: None)

    with ThreadPoolExecutor(3) as pool:
        for worker in [pool.submit(work) for _ in range(3)]:
            worker.result(timeout=60)
    assert [effects(shop, order) for order in orders] == 20 * [CANCELLED]
    assert sam.get(url).h1 == "20 orders were cancelled"


def test_who_comes_late_to_what_is_finished_leaves_it_so(app, sam, shop, monkeypatch):
    cancel_all(sam, shop.order())
    finished = shop.first(select(BulkCancel))
    assert finished.claimed_until is None
    monkeypatch.setattr(bulk_cancelling, "claim", lambda *_asked: True)
    with later(hours=1), app.app_context():
        bulk_cancelling.carry_on(1, enough=lambda: False, ask=lambda *_asked: None)
    assert shop.first(select(BulkCancel)).finished_at == finished.finished_at


def test_what_failed_here_and_was_cancelled_there_is_noted_as_cancelled(sam, shop, monkeypatch):
    """Between the fault and the note of it somebody else takes the order up."""
    order, write, faults = shop.order(), cancelling.customer_email, [RuntimeError("no such template")]
    note_fault = bulk_cancelling._pass_over

    def fail_once(*args, **fields):
        if faults:
            raise faults.pop()
        return write(*args, **fields)

    def note_late(*args):
        bulk_cancelling._cancel_next(1, lambda: False)
        return note_fault(*args)

    monkeypatch.setattr(cancelling, "customer_email", fail_once)
    monkeypatch.setattr(bulk_cancelling, "_pass_over", note_late)
    assert cancel_all(sam, order).h1 == "1 order was cancelled"
    assert effects(shop, order) == CANCELLED


def test_two_clicks_at_once_start_it_once(app, shop):
    visitors = [signed_in(app, name) for name in 3 * ("olive", "sam")]
    orders = [shop.order() for _ in range(5)]
    url = gather(visitors[0], *orders)
    forms = [(visitor, visitor.get(url).fields(f"{url}/start")) for visitor in visitors]
    begin = threading.Barrier(len(forms))

    def press(visitor, form):
        begin.wait(timeout=30)
        return visitor.post(f"{url}/start", **form).status

    with ThreadPoolExecutor(len(forms)) as pool:
        answers = [answer.result(timeout=60) for answer in [pool.submit(press, *form) for form in forms]]
    assert set(answers) <= {303, 409, 503}, "the other one, who did not start it, is told so"
    assert 303 in answers
    while any(row.outcome is BulkOutcome.WAITING for row in rows(shop)):
        visitors[0].post(f"{url}/start")
    assert [effects(shop, order) for order in orders] == 5 * [CANCELLED]
    assert len(shop.all(select(BulkOrder))) == 5
