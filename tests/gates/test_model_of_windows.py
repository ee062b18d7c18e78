"""Anything, in any order, against a small model of who may act when: no act is ever kept outside of a window."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError

from blueprints import clock, windows
from blueprints.orders.cancelling import CancelWish, cancel_order
from blueprints.orders.refusals import AlreadyCancelled
from blueprints.support.entering import enter_store, leave_store
from blueprints.support.granting import end_expired_windows, extend_access, grant_access, revoke_access
from blueprints.support.refusals import TicketRefusal
from blueprints.support.replying import Words, reply
from blueprints.support.reporting import report_act
from blueprints.support.solving import solve
from blueprints.windows import WindowClosed, record_look
from models import AccessWindow, Actor, Order, Role, UserSession, WindowScope, db
from tests.people import signed_in
from tests.shop import A_MORNING
from tests.support.conftest import ask_to_cancel, shop  # noqa: F401 (fixtures)

OLIVE = Actor(1, "Olive Owner", Role.OWNER)
UMA = Actor(3, "Uma Support", Role.SUPPORT)
ORDERS = TICKETS = (1, 2, 3)
AGENTS = st.sampled_from(["first", "second"])
HOURS = st.sampled_from([1, 4, 24, 72])
ANY = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 9])
"""A window: the latest, the one before it, …; beyond the first, none."""

# Rows that must not be: what the product promises, asked of the database itself.
NEVER = """
SELECT 'an act outside of its window' FROM events e LEFT JOIN access_windows w ON w.id = e.window_id
 WHERE e.user_id = 3 AND e.code LIKE 'order%'
   AND (w.id IS NULL OR e.at < w.opened_at OR e.at >= w.expires_at OR e.at >= w.ended_at
        OR (w.scope = 'order' AND w.order_id <> e.order_id))
UNION ALL SELECT 'a window of more than seven days' FROM access_windows
 WHERE julianday(expires_at) - julianday(opened_at) > 7.0000001
UNION ALL SELECT 'a cancel without its event' FROM cancellations c WHERE NOT EXISTS
 (SELECT 1 FROM events e WHERE e.order_id = c.order_id AND e.code = 'order.cancelled' AND e.window_id IS NOT NULL)
UNION ALL SELECT 'a booking given up without its event' FROM orders o WHERE booking_cancelled_at IS NOT NULL
 AND NOT EXISTS (SELECT 1 FROM events e WHERE e.order_id = o.id AND e.code = 'order.booking_cancelled')
UNION ALL SELECT 'an end without its event' FROM access_windows w WHERE ended_at IS NOT NULL AND 1 <>
 (SELECT count(*) FROM events e WHERE e.window_id = w.id
   AND e.code IN ('access.revoked', 'access.expired', 'access.ended'))
UNION ALL SELECT 'an entry without its event' FROM window_entries n GROUP BY window_id HAVING count(*) <>
 (SELECT count(*) FROM events e WHERE e.window_id = n.window_id AND e.code = 'access.entered')
"""


@pytest.fixture
def shop_with_tickets(app, shop, ask_to_cancel):  # noqa: F811 (the fixtures)
    """Three booked orders, each with its ticket, and two browsers of the same agent."""
    with time_machine.travel(A_MORNING, tick=False):
        olive = signed_in(app, "olive")
        for number in ORDERS:
            ask_to_cancel(shop.booked_order(number=str(1000 + number)), by=olive)
        for _ in range(2):
            signed_in(app, "uma")
    with app.app_context():
        sessions = list(db.session.scalars(select(UserSession.id).where(UserSession.user_id == UMA.user_id)))
        db.session.remove()
        event.listen(db.engine, "checkout", lambda raw, *_: raw.execute("PRAGMA synchronous=OFF"))  # no power cuts here
        db.engine.dispose()
    shutil.copy(f"{app.instance_path}/suki.db", f"{app.instance_path}/start.db")
    return dict(zip(("first", "second"), sessions, strict=True))


class Store(RuleBasedStateMachine):
    app = None
    sessions: dict = {}  # noqa: RUF012 (set by the test, for all examples)

    @initialize()
    def open_shop(self):
        for ending in ("-wal", "-shm"):
            Path(f"{self.app.instance_path}/suki.db{ending}").unlink(missing_ok=True)
        self.context = self.app.test_request_context()
        self.context.push()
        shutil.copy(f"{self.app.instance_path}/start.db", f"{self.app.instance_path}/suki.db")
        self.travel = time_machine.travel(A_MORNING, tick=False)
        self.clock = self.travel.start()
        self.windows: dict[int, dict] = {}
        self.inside: dict[str, int] = {}
        self.solved: set[int] = set()
        self.cancelled: set[int] = set()

    def teardown(self):
        if hasattr(self, "travel"):
            self.travel.stop()
            db.session.remove()
            db.engine.dispose()
            self.context.pop()

    # What the model knows

    def picked(self, back):
        return max(len(self.windows) - back, 0)

    def is_open(self, window_id):
        window = self.windows.get(window_id)
        return bool(window) and not window["over"] and window["from"] <= clock.now() < window["until"]

    def end(self, *, ticket):
        for window in self.windows.values():
            window["over"] |= window["ticket"] == ticket

    def may_act(self, agent, window_id, order):
        window = self.windows.get(window_id)
        is_inside = window_id in self.inside.values()
        return is_inside and self.is_open(window_id) and (window["all"] or window["ticket"] == order)

    # What anybody may try

    @rule(ticket=st.sampled_from(TICKETS), hours=HOURS, everything=st.booleans())
    def open(self, ticket, hours, everything):
        is_open = any(self.is_open(key) and one["ticket"] == ticket for key, one in self.windows.items())
        waits = any(
            not one["over"] and clock.now() < one["from"] and one["ticket"] == ticket for one in self.windows.values()
        )
        scope = WindowScope.ALL if everything else WindowScope.ORDER
        try:
            grant_access(ticket, scope=scope, hours=hours, by=OLIVE)
        except TicketRefusal:
            assert is_open or waits or ticket in self.solved
            return
        assert not is_open
        assert ticket not in self.solved
        self.end(ticket=ticket)
        now = clock.now()
        self.windows[len(self.windows) + 1] = {
            "ticket": ticket, "all": everything, "from": now, "until": now + timedelta(hours=hours), "over": False,
        }  # fmt: skip

    @rule(window_id=ANY, hours=HOURS)
    def extend(self, window_id, hours):
        window_id = self.picked(window_id)
        window = self.windows.get(window_id)
        if window is None:
            return
        until = window["until"] + timedelta(hours=hours)
        may = self.is_open(window_id) and until - window["from"] <= timedelta(days=7)
        try:
            extend_access(window_id, hours=hours, by=OLIVE)
        except TicketRefusal:
            assert not may
            return
        assert may
        window["until"] = until

    @rule(window_id=ANY)
    def revoke(self, window_id):
        window_id = self.picked(window_id)
        if window_id in self.windows:
            revoke_access(window_id, by=OLIVE)
            self.windows[window_id]["over"] = True

    @rule(minutes=st.sampled_from([1, 1, 1, 30, 59, 60, 240, 4320]))
    def time_passes(self, minutes):
        self.clock.shift(timedelta(minutes=minutes))
        end_expired_windows()  # as the task behind the pages does every few seconds
        for window in self.windows.values():
            window["over"] |= window["until"] <= clock.now()

    @rule(minutes=st.sampled_from([1, 60, 130]))
    def the_clock_is_set_back(self, minutes):
        self.clock.shift(timedelta(minutes=-minutes))

    @rule(ticket=st.sampled_from(TICKETS))
    def solve_ticket(self, ticket):
        try:
            solve(ticket, by=UMA)
        except TicketRefusal:
            assert ticket in self.solved
        self.solved.add(ticket)
        self.end(ticket=ticket)

    @rule(ticket=st.sampled_from(TICKETS))
    def ask_again(self, ticket):
        try:
            reply(ticket, Words("It is still not done."), by=OLIVE)
        except TicketRefusal:
            return
        self.solved.discard(ticket)

    @rule(agent=AGENTS, window_id=ANY)
    def enter(self, agent, window_id):
        window_id = self.picked(window_id)
        if window_id not in self.windows:
            return
        try:
            enter_store(window_id, user_session_id=self.sessions[agent], by=UMA)
        except WindowClosed:
            assert not self.is_open(window_id)
            return
        assert self.is_open(window_id)
        self.inside[agent] = window_id

    @rule(agent=AGENTS, ticket=st.sampled_from(TICKETS), hours=HOURS, everything=st.booleans())
    def is_let_in(self, agent, ticket, hours, everything):
        """The common way: without it hardly anything would ever be allowed."""
        self.ask_again(ticket)
        self.open(ticket, hours, everything)
        self.enter(agent, 0)

    @rule(agent=AGENTS, back=ANY, order=st.sampled_from(ORDERS), step=st.sampled_from(["open", "time", "end"]))
    def is_overtaken(self, agent, back, order, step):
        """Let in; then something happens between the page and its form; then the form."""
        self.is_let_in(agent, order, 1, back == 1)
        if step == "time":
            self.time_passes(60)
        elif step == "end":
            self.revoke(0) if back else self.solve_ticket(order)
        self.look(agent, 0, order)
        self.cancel(agent, 0, order, solves=back == 2)

    @rule(agent=AGENTS, window_id=ANY)
    def leave(self, agent, window_id):
        window_id = self.picked(window_id)
        leave_store(window_id, user_session_id=self.sessions[agent])
        if self.inside.get(agent) == window_id:
            del self.inside[agent]

    @rule(agent=AGENTS, window_id=ANY, order=st.sampled_from(ORDERS))
    def look(self, agent, window_id, order):
        """With whatever window the request began in, which may be over by now."""
        window_id = self.picked(window_id)
        may = self.may_act(agent, window_id, order)
        by = Actor(UMA.user_id, UMA.name, UMA.role, window_id=window_id or None)
        if windows._was_just_noted(db.session(), by, order, clock.now()):
            return
        try:
            record_look(by, order_id=order)
        except WindowClosed:
            assert not may
            return
        assert may

    @rule(agent=AGENTS, window_id=ANY, order=st.sampled_from(ORDERS), solves=st.booleans())
    def cancel(self, agent, window_id, order, solves):
        window_id = self.picked(window_id)
        may = self.may_act(agent, window_id, order)
        by = Actor(UMA.user_id, UMA.name, UMA.role, window_id=window_id or None)
        version = db.session.scalar(select(Order.version).where(Order.id == order))

        def report(session, window, at):
            report_act(session, window, at, order_id=order, body="Done.", solve=solves, by=by)

        try:
            cancel_order(order, version=version, wish=CancelWish(courier_reference="J-1"), by=by, report=report)
        except WindowClosed:
            assert not may
            return
        except AlreadyCancelled:
            assert order in self.cancelled
            return
        assert may
        self.cancelled.add(order)
        ticket = self.windows[window_id]["ticket"]
        if solves:
            self.solved.add(ticket)
            self.end(ticket=ticket)

    @invariant()
    def nothing_is_that_must_not_be(self):
        if hasattr(self, "context"):
            assert list(db.session.scalars(text(NEVER))) == []
            db.session.rollback()


def run(app, sessions, *, examples, steps=10, phases=tuple(Phase)):
    Store.app, Store.sessions = app, sessions
    run_state_machine_as_test(
        Store,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_act_is_ever_kept_outside_of_a_window(gate, app, shop_with_tickets):
    examples, steps = gate.size(quick=60, full=200), gate.size(quick=10, full=50)
    run(app, shop_with_tickets, examples=examples, steps=steps)
    gate.figure(f"{examples} × up to {steps} steps, 0 disagreements")


@pytest.mark.control
def test_without_the_question_under_the_lock_the_model_notices(gate, app, shop_with_tickets, monkeypatch):
    def believe(session, by, *, order_id, at):
        return session.get(AccessWindow, by.window_id) if by.window_id else None

    monkeypatch.setattr(windows, "require_open", believe)
    with pytest.raises((AssertionError, BaseExceptionGroup, IntegrityError)) as found:
        run(app, shop_with_tickets, examples=20, phases=[Phase.generate])
    gate.figure(f"asked before the lock only: {found.type.__name__} within 20")
