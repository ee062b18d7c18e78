"""A clock that is wrong, and put right again, and wrong the other way: nobody gains a right by it, what was seen to be
over stays over, and no page fails. Where clocks are changed by law, what was granted for an hour lasts an hour."""

import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from blueprints import access, clock, windows
from blueprints.ask_links import token_for
from blueprints.auth import resetting_password
from blueprints.auth.resetting_password import LASTS as LINK_LASTS
from blueprints.auth.resetting_password import ask_for_reset
from blueprints.mailing import deliver
from blueprints.orders.cancelling_unpaid import look_after_unpaid
from blueprints.orders.refusals import OrderRefusal
from blueprints.orders.withdrawing import undo_cancel
from blueprints.seals import unsealed
from blueprints.sessions import tidy_sessions
from blueprints.support.granting import end_expired_windows
from models import Cancellation, Email, Order, OrderStatus, PaymentMethod, Store, UserSession, db, writing
from tests.auth.conftest import quick_hashes  # noqa: F401 (a fixture, for all of these)
from tests.gates.test_windows_edges import OLIVE
from tests.mail.conftest import app, open_app, post_office  # noqa: F401 (fixtures)
from tests.people import PASSWORD, Visitor, signed_in
from tests.shop import A_MORNING
from tests.support.conftest import ask_to_cancel, shop  # noqa: F401 (fixtures)
from tests.support.inside import enter, window_of

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
STARTS = {
    "Asia/Manila": A_MORNING,
    "Europe/Berlin, forward": datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    "Europe/Berlin, back": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
}
JUMPS = {
    "-2 h": [-2 * HOUR, timedelta(0)],
    "+1 h": [HOUR + MINUTE, MINUTE, 30 * MINUTE],
    "+1 day": [24 * HOUR, MINUTE, -2 * HOUR, MINUTE],
    "±2 h": [-2 * HOUR, 2 * HOUR, MINUTE, 29 * MINUTE],
    "to its end": [29 * MINUTE, 59 * MINUTE, HOUR - timedelta(milliseconds=1), HOUR, HOUR - MINUTE],
}
PAGES = ("/", "/orders/", "/orders/?placed=today", "/refunds/", "/insights/", "/support/access", "/settings/health")


class Right:
    """`may`: whether it can be used now. `lasts`: from the start, by the clock; what was seen over once is over."""

    def __init__(self, may: Callable[[], bool], lasts: timedelta) -> None:
        self.may, self.lasts = may, lasts
        self.is_over = False

    def should_be(self, passed: timedelta) -> bool:
        self.is_over |= passed >= self.lasts
        return not self.is_over and passed >= timedelta(0)


class World:
    def __init__(self, app, shop, ask_to_cancel, zone: str) -> None:  # noqa: F811 (fixtures' names)
        self.app, self.shop = app, shop
        self.errors: list[str] = []
        shop.change(shop.get(Store, 1), timezone=zone.partition(",")[0], customers_may_ask=True)
        self.olive = signed_in(app, "olive")
        order = shop.booked_order()
        ticket = ask_to_cancel(order, by=self.olive)
        self.agent = signed_in(app, "uma")
        enter(self.agent, window_of(shop, ticket))
        sam = signed_in(app, "sam")
        with app.app_context():
            link = f"/ask/{token_for(order.id, order.customer_email)}"
        self.rights = {
            "window": Right(self.opens(self.agent, f"/orders/{order.id}"), HOUR),
            "session": Right(self.opens(sam, "/help/"), HOUR + timedelta(microseconds=1)),
            "reset link": Right(self.opens(Visitor(app), self.reset_link()), LINK_LASTS),
            "ask link": Right(self.opens(Visitor(app), link), timedelta(days=60)),
        }
        with app.app_context(), writing() as session:  # so that a look is not a click, which keeps a session open
            session.execute(text("CREATE TRIGGER unseen BEFORE UPDATE OF last_seen_at ON user_sessions "
                                 "WHEN NEW.user_id = 2 BEGIN SELECT RAISE(IGNORE); END"))  # fmt: skip

    def opens(self, visitor: Visitor, url: str) -> Callable[[], bool]:
        """Each time with the cookie of this moment, as a thief would who copied it."""
        cookie = visitor.client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])

        def may() -> bool:
            with self.app.app_context(), writing() as session:  # the agent's own session is not what is asked here
                theirs = UserSession.user_id != 2, UserSession.ended_at.is_(None)
                session.execute(
                    update(UserSession).where(*theirs).values(created_at=clock.now(), last_seen_at=clock.now())
                )
            client = self.app.test_client()
            if cookie:
                client.set_cookie(cookie.key, cookie.value)
            return self.status(client, url) == 200

        return may

    def status(self, client: FlaskClient, url: str) -> int:
        answer = client.get(url)
        if answer.status_code >= 500:
            self.errors.append(f"{url} at {clock.now()}: {answer.status_code}")
        return answer.status_code

    def behind_the_pages(self) -> None:
        with self.app.app_context():
            end_expired_windows()
            tidy_sessions()
            look_after_unpaid(enough=lambda: False)
            deliver()

    def reset_link(self) -> str:
        with self.app.app_context():
            ask_for_reset(email="sam@example.com", address="127.0.0.1")
            email = db.session.scalars(select(Email).where(Email.kind == "password_reset")).one()
            found = re.search(r"/password/reset/\S+", unsealed(email)[0])
            assert found
            return found[0]


@pytest.fixture
def world(app, shop, ask_to_cancel, first_day, tmp_path):  # noqa: F811 (the fixtures)
    """world("Asia/Manila"): a store there, on its first day."""

    def begin(zone: str) -> World:
        with app.app_context():
            db.engine.dispose()
        for ending in ("-wal", "-shm"):
            (tmp_path / f"suki.db{ending}").unlink(missing_ok=True)
        shutil.copy(first_day, tmp_path / "suki.db")
        shop.change(shop.get(Store, 1), support_email="tulong@example.com")
        return World(app, shop, lambda order, by: ask_to_cancel(order, by=by, open_window="y", hours="1"), zone)

    return begin


def extra_rights(world, zone: str, jumps: list[timedelta]) -> list[str]:
    """What could be used that should not be, or the other way round; and which pages failed."""
    start, wrong = STARTS[zone], []
    with time_machine.travel(start, tick=False) as hand:
        here = world(zone)
        for passed in jumps:
            hand.move_to(start + passed)
            for name, right in here.rights.items():
                if (has := right.may()) != right.should_be(passed):
                    wrong.append(f"{name} at {passed}: {has}")
            for page in PAGES:
                here.status(here.olive.client, page)
            here.behind_the_pages()
    return wrong + here.errors


@pytest.mark.slow
def test_a_wrong_clock_gives_no_right_and_no_error(gate, world):
    everything = [(zone, jumps) for zone in STARTS for jumps in JUMPS]
    tried = everything if gate.is_full else [("Europe/Berlin, forward", "±2 h")]
    for zone, jumps in tried:
        assert extra_rights(world, zone, JUMPS[jumps]) == [], f"{zone} {jumps}"
    gate.figure(
        f"{len(tried)} wrong clocks × windows, sessions, reset links, ask links, pages: 0 extra rights, 0 errors"
    )


@pytest.mark.control
def test_without_ends_that_are_rows_what_was_over_comes_back(gate, world, monkeypatch):
    monkeypatch.setattr(windows, "end_expired_in_passing", lambda: None)
    monkeypatch.setattr("tests.gates.test_clock.end_expired_windows", lambda: None)
    monkeypatch.setattr("tests.gates.test_clock.tidy_sessions", lambda: None)
    monkeypatch.setattr(access, "_note", lambda *_, **__: None)
    monkeypatch.setattr(resetting_password, "_end_lapsed_link", lambda _secret: None)
    wrong = extra_rights(world, "Asia/Manila", JUMPS["+1 h"])
    assert {one.partition(" at ")[0] for one in wrong} == {"window", "session", "reset link"}
    gate.figure(f"nothing ended by rows: {len(wrong)} rights came back")


def test_undo_is_over_once_the_customer_was_told(gate, app, shop, world):  # noqa: F811 (the fixtures)
    with time_machine.travel(A_MORNING, tick=False) as hand:
        here, undone = world("Asia/Manila"), []
        orders = [shop.order() for _ in range(3)]
        for order in orders:
            assert here.olive.post(f"/orders/{order.id}/cancel", version="1", notify="y").status == 303
        for order, passed in zip(orders, (-2 * HOUR, timedelta(seconds=31), timedelta(seconds=10)), strict=True):
            hand.move_to(A_MORNING + passed)
            here.behind_the_pages()
            done = shop.first(select(Cancellation).where(Cancellation.order_id == order.id))
            with app.app_context(), suppress(OrderRefusal):
                undo_cancel(order.id, done.id, by=OLIVE)
            undone.append(shop.get(Order, order.id).status is OrderStatus.PENDING)
        assert undone == [True, False, False]
    gate.figure("undo: never after the email left, though the clock went back")


def test_the_timer_of_unpaid_orders_cancels_none_without_its_hours(gate, app, shop, world):  # noqa: F811 (the fixtures)
    """A clock that is ahead sends reminders early; what is cancelled had one, and all of the time after it."""
    with time_machine.travel(A_MORNING, tick=False) as hand:
        here = world("Asia/Manila")
        timer = {"unpaid_hours": 72, "unpaid_notice_hours": 24, "unpaid_since": A_MORNING}
        shop.change(shop.get(Store, 1), **timer)
        order = shop.order(payment_method=PaymentMethod.GCASH)
        for hours in (-2, 1, 24, 0, 49, 0, 48, 73 - 2, 49 + 23, 0):
            hand.move_to(A_MORNING + hours * HOUR)
            here.behind_the_pages()
            assert shop.get(Order, order.id).status is OrderStatus.PENDING, hours
        hand.move_to(A_MORNING + 75 * HOUR)
        here.behind_the_pages()
        assert shop.get(Order, order.id).status is OrderStatus.CANCELLED
    gate.figure("unpaid timer: 1 reminder, 24 h after it")


def test_a_clock_that_goes_back_gives_a_guesser_ten_more_and_the_owner_no_less(gate, app, world):  # noqa: F811 (the fixtures)
    with time_machine.travel(A_MORNING, tick=False) as hand:
        world("Asia/Manila")
        mallory, olive, hashed = Visitor(app), Visitor(app), 0
        olive.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
        for hours in (0, -2, 1, 24):
            hand.move_to(A_MORNING + hours * HOUR)
            mallory.get("/login"), olive.get("/login")
            answers = [mallory.post("/login", email="olive@example.com", password="wrong").status for _ in range(20)]
            assert sorted(set(answers)) == [422, 429], hours
            assert answers.count(422) <= 10, hours
            assert olive.post("/login", email="olive@example.com", password=PASSWORD).status == 303
            olive.post("/logout")
            hashed += answers.count(422)
    gate.figure(f"{hashed} guesses of 80 under four clocks")
