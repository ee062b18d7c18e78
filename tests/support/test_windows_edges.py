"""What began in time and comes too late changes nothing: at the window's end, after Revoke, and after the ticket."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from blueprints import clock
from blueprints.support import window_routes
from blueprints.windows import WindowClosed, require_open
from models import (
    AccessWindow,
    Actor,
    Cancellation,
    Email,
    Event,
    Order,
    OrderStatus,
    Role,
    TicketMessage,
    User,
    UserSession,
    WindowEntry,
    db,
    writing,
)
from tests.people import signed_in
from tests.shop import A_MORNING
from tests.storing import lock_held
from tests.support.inside import acts, enter, filled_in, open_window, stored, window_of

END = A_MORNING + timedelta(hours=1)
ACTS = ("order.booking_cancelled", "order.cancelled")


@pytest.fixture
def order(shop):
    return shop.booked_order(number="1041", customer_name="Juan Dela Cruz")


class Travel:
    """Moves the clock, while everybody goes on clicking: no session gets idle."""

    def __init__(self, app, traveller):
        self.app, self.traveller = app, traveller

    def move_to(self, moment):
        self.traveller.move_to(moment)
        with self.app.app_context(), writing() as session:
            session.execute(text(f"UPDATE user_sessions SET last_seen_at = '{stored(moment)}'"))


@pytest.fixture
def travel(app):
    with time_machine.travel(A_MORNING, tick=False) as traveller:
        yield Travel(app, traveller)


@pytest.fixture
def window(travel, app, shop, order, ask_to_cancel):
    return window_of(shop, ask_to_cancel(order, open_window="y", hours="1", by=signed_in(app, "olive")))


@pytest.fixture
def agent(app, window):
    agent = signed_in(app, "uma")
    enter(agent, window)
    return agent


@pytest.fixture
def other_agent(app, window):
    with app.app_context(), writing() as session:
        session.add(
            User(email="ugo@example.com", name="Ugo", role="support", password_hash="x", created_at=clock.now())
        )
    other = signed_in(app, "ugo")
    enter(other, window)
    return other


def nothing_was_done(shop, order, window):
    assert shop.get(Order, order.id).status is OrderStatus.PENDING
    assert not set(acts(shop, window)) & set(ACTS)
    assert not [mail for mail in shop.all(select(Email)) if mail.order_id or mail.kind == "access_acted"]
    assert (shop.count(Cancellation), shop.count(TicketMessage)) == (0, 0)


def shows_no_order(page):
    assert page.status == 403
    assert "1041" not in page.response.text
    assert "Juan" not in page.response.text


def when_the_lock_is_had(monkeypatch, happens):
    """Runs between the wall, which let the request through, and its transaction."""
    from blueprints.orders import change_routes

    cancel_order = change_routes.cancel_order

    def late(*args, **said):
        happens()
        return cancel_order(*args, **said)

    monkeypatch.setattr(change_routes, "cancel_order", late)


def test_a_second_before_the_end_it_is_done(agent, shop, travel, order, window):
    travel.move_to(END - timedelta(seconds=30))
    url, fields = filled_in(agent, order)
    travel.move_to(END - timedelta(seconds=1))
    assert agent.post(url, **fields).status == 303
    assert shop.get(Order, order.id).status is OrderStatus.CANCELLED


def test_at_the_end_it_is_not(agent, shop, travel, order, window):
    url, fields = filled_in(agent, order)
    travel.move_to(END)
    page = agent.post(url, **fields)
    shows_no_order(page)
    assert page.h1 == "Your access to this store has ended"
    nothing_was_done(shop, order, window)


def test_the_end_comes_while_another_process_holds_the_lock(app, agent, shop, travel, order, window, monkeypatch):
    """Sent a second before the end, with the lock had half a second after it."""
    travel.move_to(END - timedelta(seconds=10))
    url, fields = filled_in(agent, order)
    travel.move_to(END - timedelta(seconds=1))
    _late(
        app, agent, monkeypatch, url, fields, lambda _file: travel.traveller.move_to(END + timedelta(milliseconds=500))
    )
    nothing_was_done(shop, order, window)


def _late(app, agent, monkeypatch, url, fields, happens):
    """The agent sends the form while another process holds the lock, in which `happens`."""
    import threading

    answers, waits = [], threading.Event()
    when_the_lock_is_had(monkeypatch, waits.set)
    with lock_held(app) as other:
        sender = threading.Thread(target=lambda: answers.append(agent.post(url, **fields)))
        sender.start()
        assert waits.wait(20)  # past the wall and the door
        happens(other)
    sender.join(20)
    shows_no_order(answers[0])


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE access_windows SET ended_at = '{now}', \"end\" = 'revoked', ended_by_id = 1",
        "UPDATE access_windows SET ended_at = '{now}', \"end\" = 'solved', ended_by_id = 1",
        "UPDATE window_entries SET left_at = '{now}'",
        "UPDATE users SET disabled_at = '{now}' WHERE role = 'support'",
        "UPDATE user_sessions SET ended_at = '{now}'",
    ],
    ids=["revoked", "solved", "left", "disabled", "signed out"],
)
def test_what_ends_it_under_the_lock_ends_it(app, agent, shop, travel, order, window, monkeypatch, end):
    travel.move_to(A_MORNING + timedelta(minutes=30))
    url, fields = filled_in(agent, order)
    sql = end.format(now=stored(clock.now()))
    _late(app, agent, monkeypatch, url, fields, lambda other: other.run(sql))
    nothing_was_done(shop, order, window)


@pytest.mark.usefixtures("other_agent")
def test_who_has_left_does_nothing_while_another_agent_is_inside(app, agent, shop, order, window, monkeypatch):
    url, fields = filled_in(agent, order)
    left = f"UPDATE window_entries SET left_at = '{stored(clock.now())}' WHERE user_id = 3"
    _late(app, agent, monkeypatch, url, fields, lambda other: other.run(left))
    nothing_was_done(shop, order, window)


def test_the_merchant_revokes_between_the_page_and_the_form(app, agent, shop, order, window):
    url, fields = filled_in(agent, order)
    signed_in(app, "olive").post(f"/support/windows/{window.id}/revoke")
    shows_no_order(agent.post(url, **fields))
    shows_no_order(agent.get(f"/orders/{order.id}"))
    nothing_was_done(shop, order, window)


def test_a_clock_that_goes_back_opens_nothing_again(agent, shop, travel, order, window):
    url, fields = filled_in(agent, order)
    travel.move_to(END + timedelta(seconds=1))
    shows_no_order(agent.get(f"/orders/{order.id}"))
    travel.move_to(A_MORNING + timedelta(minutes=1))
    shows_no_order(agent.get(f"/orders/{order.id}"))
    shows_no_order(agent.post(url, **fields))
    assert window_of(shop, window.ticket_id).end == "expired"
    nothing_was_done(shop, order, window)


def minutes_in(many):
    return A_MORNING + timedelta(minutes=many)


def revoked_at(app, shop, travel, window, moment):
    """Its end, as it is noted then."""
    travel.move_to(moment)
    assert signed_in(app, "olive").post(f"/support/windows/{window.id}/revoke").status == 303
    return shop.get(AccessWindow, window.id).ended_at


def test_with_a_clock_set_back_it_ends_after_what_was_done_in_it(app, agent, shop, travel, order, window, ask):
    travel.move_to(minutes_in(30))
    assert agent.get(f"/orders/{order.id}").status == 200
    other = ask(by=signed_in(app, "olive"))
    open_window(signed_in(app, "olive"), other, scope="all")
    enter(agent, window_of(shop, other))
    travel.move_to(minutes_in(40))
    assert agent.get(f"/orders/{order.id}").status == 200
    ended_at = revoked_at(app, shop, travel, window, minutes_in(10))
    assert ended_at == minutes_in(30) + timedelta(microseconds=1)


def test_where_nothing_was_done_it_ends_at_once_and_not_before_it_began(app, agent, shop, travel, window, ask):
    assert revoked_at(app, shop, travel, window, minutes_in(-10)) == A_MORNING
    travel.move_to(minutes_in(10))
    other = ask(by=signed_in(app, "olive"))
    open_window(signed_in(app, "olive"), other, scope="all")
    travel.move_to(minutes_in(30))
    enter(agent, window_of(shop, other))
    assert revoked_at(app, shop, travel, window_of(shop, other), minutes_in(20)) == minutes_in(20)


def test_who_leaves_after_its_end_was_put_out_before(agent, shop, travel, window):
    travel.move_to(END + timedelta(minutes=5))
    assert agent.post("/logout").status == 303
    assert acts(shop, window)[-1] == "access.expired"


def test_who_is_signed_out_before_the_lock_is_had_enters_nothing(app, shop, window, monkeypatch):
    enter_store = window_routes.enter_store

    def late(*args, **said):
        for each in shop.all(select(UserSession)):
            shop.change(each, ended_at=clock.now())
        return enter_store(*args, **said)

    monkeypatch.setattr(window_routes, "enter_store", late)
    shows_no_order(enter(signed_in(app, "uma"), window))
    assert shop.count(WindowEntry) == 0


def test_before_its_first_moment_nothing_is_open_either(app, agent, travel, order, window):
    travel.move_to(A_MORNING - timedelta(minutes=20))
    by = Actor(3, "Uma Support", Role.SUPPORT, window_id=window.id)
    with app.app_context(), pytest.raises(WindowClosed):
        require_open(db.session(), by, order_id=order.id, at=clock.now())


def test_however_late_it_is_asked_it_ended_when_its_time_was_up(app, agent, travel, order, window):
    travel.move_to(END + timedelta(hours=3))
    by = Actor(3, "Uma Support", Role.SUPPORT, window_id=window.id)
    with app.app_context(), pytest.raises(WindowClosed) as closed:
        require_open(db.session(), by, order_id=order.id, at=clock.now())
    assert closed.value.at == END


def test_what_expired_unseen_is_ended_behind_the_pages(app, shop, travel, window):
    from blueprints.support.granting import end_expired_windows

    travel.move_to(END + timedelta(hours=3))
    with app.app_context():
        end_expired_windows()
        end_expired_windows()
    ended = window_of(shop, window.ticket_id)
    assert (ended.end, ended.ended_at) == ("expired", END)
    assert acts(shop, window) == ["access.opened", "access.expired"]
    [mail] = [mail for mail in shop.all(select(Email)) if mail.kind == "access_ended"]
    assert "/support/access" in mail.text


def test_two_agents_are_inside_at_once_and_one_cancels(agent, other_agent, shop, order, window):
    sends = [(who, *filled_in(who, order)) for who in (agent, other_agent)]
    assert [who.post(url, **fields).status for who, url, fields in sends] == [303, 409]
    assert acts(shop, window).count("order.cancelled") == 1
    assert acts(shop, window).count("access.entered") == 2


def test_an_agent_who_is_disabled_inside_is_out(app, agent, shop, order, window):
    url, fields = filled_in(agent, order)
    assert signed_in(app, "olive").post("/settings/users/3/disable").status == 303
    assert agent.post(url, **fields).location == "/login"
    nothing_was_done(shop, order, window)


@pytest.mark.parametrize("code", ["order.cancelled", "order.status_changed", "order.seen", "orders.listed"])
def test_the_database_takes_no_act_of_support_without_a_window(app, agent, shop, order, window, code):
    with app.app_context(), pytest.raises(Exception, match="in an access window only"), writing() as session:
        session.add(Event(at=clock.now(), code=code, user_id=3, order_id=order.id))


@pytest.mark.parametrize("late", [timedelta(seconds=-1), timedelta(hours=1), timedelta(days=1)])
def test_the_database_takes_no_act_outside_of_its_window(app, agent, order, window, late):
    event = {"code": "order.seen", "user_id": 3, "order_id": order.id, "window_id": window.id}
    with app.app_context(), pytest.raises(Exception, match="outside of an access window"), writing() as session:
        session.add(Event(at=A_MORNING + late, **event))


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = '2099-01-01 00:00:00.000000'",
        "opened_at = '2020-01-01 00:00:00.000000'",
        "scope = 'all', order_id = NULL",
        "ticket_id = 99",
        "opened_by_id = 2",
    ],
)
def test_the_database_keeps_what_was_granted(app, window, change):
    with app.app_context(), pytest.raises(Exception, match=r"never changed|(?i:check)"), writing() as session:
        session.execute(text(f"UPDATE access_windows SET {change}"))


@pytest.mark.parametrize("change", ['ended_at = NULL, "end" = NULL', "expires_at = '2026-11-21 00:00:00.000000'"])
def test_the_database_reopens_nothing(app, window, change):
    signed_in(app, "olive").post(f"/support/windows/{window.id}/revoke")
    with app.app_context(), pytest.raises(Exception, match="stays as it was"), writing() as session:
        session.execute(text(f"UPDATE access_windows SET {change}"))


def test_the_database_lets_nobody_into_a_closed_window(app, window):
    signed_in(app, "olive").post(f"/support/windows/{window.id}/revoke")
    with app.app_context(), pytest.raises(Exception, match="not open"), writing() as session:
        session.add(WindowEntry(window_id=window.id, user_id=3, user_session_id=1, entered_at=clock.now()))
