"""Sixteen people press Cancel on one order at the same moment: one of them does it, and everything happens once."""

import inspect
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select, text

from blueprints.orders import cancelling
from models import AccessWindow, Email, Event, MovementKind, Order, PaymentStatus, Refund, StockMovement, db, writing
from tests.gates.real import Caller, callers, waitress
from tests.people import signed_in
from tests.support.conftest import ask_to_cancel, shop  # noqa: F401 (fixtures)
from tests.support.inside import open_window, window_of

ROLES = 6 * ["olive"] + 5 * ["sam"] + 5 * ["uma"]
PATIENCE = 60
"""How often a form is sent again when the store is busy."""


@dataclass
class Outcome:
    answers: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0


@pytest.fixture
def agents_window(app, shop, ask_to_cancel):  # noqa: F811 (the fixtures)
    """Support may act on all orders."""
    olive = signed_in(app, "olive")
    ticket = ask_to_cancel(shop.booked_order(), by=olive)
    assert open_window(olive, ticket, scope="all").status == 303
    return window_of(shop, ticket)


def press(call: Caller, order: Order, together: threading.Barrier) -> tuple[list[int], float]:
    """What it was answered, 503s before it, and the slowest of the answers."""
    statuses, slowest = [], 0.0
    together.wait(60)
    while not statuses or (statuses[-1] == 503 and len(statuses) < PATIENCE):
        reply = call.post(f"/orders/{order.id}/cancel", version="1", note="Sold out.", restock="y", notify="y")
        statuses.append(reply.status)
        slowest = max(slowest, reply.seconds)
    return statuses, slowest


def effects(app, order: Order) -> list[int]:
    """Events, emails to the customer, refunds, movements of stock."""
    counted = (
        select(func.count()).where(Event.order_id == order.id, Event.code == "order.cancelled"),
        select(func.count()).where(Email.order_id == order.id),
        select(func.count()).where(Refund.order_id == order.id),
        select(func.count()).where(
            StockMovement.kind == MovementKind.CANCELLED,
            StockMovement.order_item_id.in_([item.id for item in order.items]),
        ),
    )
    with app.app_context():
        return [db.session.scalar(one) or 0 for one in counted]


def race(app, shop, window, *, rounds: int, names: list[str]) -> Outcome:  # noqa: F811 (a fixture's name)
    shop.product(on_hand=1000)
    orders = [shop.sold(payment_status=PaymentStatus.PAID) for _ in range(rounds)]
    with waitress(app) as port, callers(app, port, names) as people:
        return press_together(app, orders, window, dict(zip(people, names, strict=True)))


def press_together(app, orders: list[Order], window: AccessWindow, people: dict[Caller, str]) -> Outcome:
    """All of them on each of the orders, one order after the other."""
    found = Outcome()
    with ThreadPoolExecutor(len(people)) as pool:
        for call, name in people.items():
            assert name != "uma" or call.post(f"/support/windows/{window.id}/enter").status == 303
        for order in orders:
            together = threading.Barrier(len(people))
            pressed = [pool.submit(press, call, order, together) for call in people]
            results = [one.result(120) for one in pressed]
            answers = Counter(status for statuses, _ in results for status in statuses)
            found.answers += answers
            found.slowest = max(found.slowest, *(slowest for _, slowest in results))
            del answers[503]
            if answers != {303: 1, 409: len(people) - 1} or effects(app, order) != [1, 1, 1, 1]:
                found.wrong.append(f"order {order.id}: {dict(answers)}, {effects(app, order)}")
    return found


@pytest.mark.slow
def test_of_sixteen_one_cancels_and_all_of_it_happens_once(gate, app, shop, agents_window):  # noqa: F811 (the fixtures)
    rounds = gate.size(quick=5, full=100)
    found = race(app, shop, agents_window, rounds=rounds, names=ROLES)
    assert found.wrong == []
    if gate.is_full:
        assert found.answers[503] < found.answers.total() / 2, "most get their answer at the first try"
    gate.figure(
        f"{len(ROLES)} sessions × {rounds} rounds: 1 success, event, email, refund and restock each; "
        f"{found.answers[503]} were asked to try again; the slowest answer took {found.slowest:.2f} s"
    )


@pytest.mark.control
def test_decided_before_the_lock_more_than_one_cancels(gate, app, shop, agents_window, monkeypatch):  # noqa: F811 (the fixtures)
    """Read, decide, write: the questions come before the lock, and the database does not ask them a third time."""
    source = inspect.getsource(cancelling.cancel_order)
    questions = """        refuse_to_cancel(session, order, by=by)
        if version is not None:
            refuse_if_changed(order, version)
"""
    assert source.count(questions) == 1
    start = "    with writing() as session:\n"
    asked_first = "    decided = reread(db.session(), order_id)\n    refuse_to_cancel(db.session(), decided, by=by)\n"
    asked_first += "    together.wait(60)\n"
    planted: dict[str, object] = {}
    together = threading.Barrier(4)
    exec(
        source.replace(questions, "").replace(start, asked_first + start),
        {**vars(cancelling), "db": db, "together": together},
        planted,
    )
    monkeypatch.setattr("blueprints.orders.change_routes.cancel_order", planted["cancel_order"])
    with app.app_context(), writing() as session:
        session.execute(text("DROP INDEX uq_cancellations_current"))
    found = race(app, shop, agents_window, rounds=1, names=["olive", "olive", "sam", "sam"])
    assert found.answers[303] > 1, found
    gate.figure(f"asked before the lock: {found.answers[303]} of 4 cancelled one order")
