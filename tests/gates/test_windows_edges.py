"""What begins inside of a window and comes to the lock after its end is refused, and leaves nothing; and whoever races
with its end is either in time or too late, and never both."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text, update

from blueprints import clock, windows
from blueprints.orders import change_routes
from blueprints.support.entering import enter_store
from blueprints.support.granting import grant_access, revoke_access
from models import AccessWindow, Actor, Order, OrderStatus, Role, UserSession, WindowScope, db, writing
from tests.gates.test_model_of_windows import NEVER
from tests.people import signed_in
from tests.shop import A_MORNING
from tests.storing import lock_held
from tests.support.conftest import ask_to_cancel, shop  # noqa: F401 (fixtures)
from tests.support.inside import stored

OLIVE = Actor(1, "Olive Owner", Role.OWNER)
LATE = NEVER.partition("UNION ALL")[0]
UMA = Actor(3, "Uma Support", Role.SUPPORT)


class Store:
    """With a ticket, whose window is opened again for each race, and an agent who goes in."""

    def __init__(self, app, shop, ticket) -> None:  # noqa: F811 (a fixture's name)
        self.app, self.shop, self.ticket = app, shop, ticket
        self.sign_in()

    def sign_in(self) -> None:
        self.agent = signed_in(self.app, "uma")
        self.agent.get("/help/")
        with self.app.app_context():
            self.session_id = db.session.scalars(select(UserSession.id).order_by(UserSession.id.desc())).first()

    def open(self, lasts: timedelta | None = None) -> int:
        """The window, which the agent is inside of."""
        with self.app.app_context():
            grant_access(self.ticket, scope=WindowScope.ALL, hours=1, by=OLIVE)
            window_id = db.session.scalars(select(AccessWindow.id).order_by(AccessWindow.id.desc())).first()
            enter_store(window_id, user_session_id=self.session_id, by=UMA)
            if lasts:
                with writing() as session:  # no form gives less than an hour; the database keeps what was granted
                    session.execute(text("DROP TRIGGER IF EXISTS access_windows_keep_what_was_granted"))
                    window = session.get_one(AccessWindow, window_id)
                    window.expires_at = window.opened_at + lasts
            return window_id

    def see_the_agent(self) -> None:
        """Their session begins anew."""
        with self.app.app_context(), writing() as session:
            session.execute(update(UserSession).values(created_at=clock.now(), last_seen_at=clock.now()))

    def send(self, order: Order) -> int:
        fields = {"csrf_token": self.agent.token, "version": "1", "note": "Asked for it.", "notify": "y"}
        return self.agent.client.post(f"/orders/{order.id}/cancel", data=fields).status_code

    def is_cancelled(self, order: Order) -> bool:
        return self.shop.get(Order, order.id).status is OrderStatus.CANCELLED

    def revoke(self, window_id: int) -> None:
        with self.app.app_context():
            revoke_access(window_id, by=OLIVE)

    def never(self) -> list[str]:
        with self.app.app_context():
            return list(db.session.scalars(text(LATE)))


@pytest.fixture
def store(app, shop, ask_to_cancel):  # noqa: F811 (the fixtures)
    with time_machine.travel(A_MORNING):
        return Store(app, shop, ask_to_cancel(shop.booked_order(), by=signed_in(app, "olive")))


def late_acts(store, monkeypatch, ends, *, rounds: int) -> list[str]:
    """Sent a second before the end, with the lock had after it: what was answered, when it was anything but 403."""
    cancel_order, waits = change_routes.cancel_order, threading.Event()

    def past_the_wall(*args, **said):
        waits.set()
        return cancel_order(*args, **said)

    monkeypatch.setattr(change_routes, "cancel_order", past_the_wall)
    late = []
    with time_machine.travel(A_MORNING, tick=False) as hand, ThreadPoolExecutor(1) as pool:
        for _ in range(rounds):
            hand.shift(timedelta(minutes=90))
            store.sign_in()
            window_id, order = store.open(), store.shop.order()
            hand.shift(timedelta(minutes=29))
            store.see_the_agent()
            assert store.agent.client.get(f"/orders/{order.id}/cancel").status_code == 200
            waits.clear()
            with lock_held(store.app) as other:
                sent = pool.submit(store.send, order)
                assert waits.wait(30), "it never came past the wall"
                ends(hand, other, window_id)
            status = sent.result(30)
            if status != 403 or store.is_cancelled(order):
                late.append(f"{status}, {store.shop.get(Order, order.id).status}")
            store.revoke(window_id)
    return late + store.never()


def by_time(hand, _other, _window_id):
    hand.shift(timedelta(minutes=31, milliseconds=1))


def by_revoke(hand, other, window_id):
    hand.shift(timedelta(seconds=1))
    other.run(
        f"UPDATE access_windows SET ended_at = '{stored(clock.now())}', end = 'revoked', ended_by_id = 1 "
        f"WHERE id = {window_id}"
    )


@pytest.mark.slow
def test_an_end_that_comes_while_another_holds_the_lock_is_an_end(gate, store, monkeypatch):
    rounds = gate.size(quick=2, full=20)
    for ends in (by_time, by_revoke):
        with monkeypatch.context() as patch:
            assert late_acts(store, patch, ends, rounds=rounds) == []
    gate.figure(f"{rounds} expiries and {rounds} revokes under a held lock: 0 late acts")


@pytest.mark.slow
def test_whoever_races_with_the_end_is_in_time_or_refused(gate, store):
    rounds, dice = gate.size(quick=10, full=200), random.Random(7)
    found: Counter[int] = Counter()
    edge = [0.05, 0.05]
    with time_machine.travel(A_MORNING + timedelta(minutes=1)), ThreadPoolExecutor(2) as pool:
        for number in range(rounds):
            moment = timedelta(seconds=dice.uniform(0.5, 1.5) * edge[number % 2])
            window_id, order = store.open(lasts=moment if number % 2 else None), store.shop.order()
            sent = pool.submit(store.send, order)
            if not number % 2:
                time.sleep(moment.total_seconds())
                store.revoke(window_id)
            status = sent.result(30)
            found[status] += 1
            edge[number % 2] *= 1.25 if status == 403 else 0.8  # so that the end comes about when the lock is had
            assert store.is_cancelled(order) == (status == 303)
            store.revoke(window_id)
    assert set(found) <= {303, 403}
    assert store.never() == []
    gate.figure(f"{rounds} races with the end: {found[303]} in time, {found[403]} refused, 0 late acts")


@pytest.mark.control
def test_asked_before_the_lock_only_the_act_is_late(gate, store, monkeypatch):
    def believe(session, by, *, order_id, at):
        return session.get(AccessWindow, by.window_id) if by.window_id else None

    monkeypatch.setattr(windows, "require_open", believe)
    with store.app.app_context(), writing() as session:
        for name in ("events_inside_their_window", "events_of_support_have_a_window"):
            session.execute(text(f"DROP TRIGGER {name}"))
    late = late_acts(store, monkeypatch, by_revoke, rounds=2)
    assert "303, cancelled" in late
    assert "an act outside of its window" in late
    gate.figure(f"asked before the lock only: {late.count('303, cancelled')} late acts of 2")
