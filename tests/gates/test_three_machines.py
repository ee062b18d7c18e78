"""Three web processes that share a PostgreSQL server and nothing else: one cancel is one, and an end is an end."""

import os
import random
import shutil
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from blueprints import schema
from blueprints.settings.opening import open_store
from models import Language, OrderStatus, PaymentStatus, db
from tests.conftest import make_app
from tests.gates.machines import machines
from tests.gates.test_concurrent_cancels import ROLES, press_together
from tests.gates.test_windows_edges import LATE
from tests.people import add_people, signed_in
from tests.postgres import programs, server
from tests.support.conftest import ask_to_cancel, shop  # noqa: F401 (fixtures)
from tests.support.inside import open_window, window_of

MANY = 3


@pytest.fixture(scope="module")
def postgres():
    binaries = programs()
    missing = [name for name in ("unshare", "ip", "setpriv") if not shutil.which(name)]
    if binaries is None or missing or os.geteuid():
        pytest.skip(f"THREE MACHINES WERE NOT TRIED: PostgreSQL, root and {missing or 'unshare'} are needed for it")
    if subprocess.run(["unshare", "--net", "--mount", "true"], check=False).returncode:
        pytest.skip("THREE MACHINES WERE NOT TRIED: a network of its own can't be made here")
    with server(binaries) as made:
        yield made


@pytest.fixture
def app(postgres, tmp_path):
    """A store on the server, which this process serves as a fourth."""
    app = make_app(tmp_path / "instance", SQLALCHEMY_DATABASE_URI=f"{postgres.address}/postgres")
    with app.app_context():
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        schema.bring_up_to_date()
        open_store(name="Aling Nena’s", currency="PHP", timezone="Asia/Manila", language=Language.ENGLISH)
        add_people()
    yield app
    with app.app_context():
        db.engine.dispose()


@contextmanager
def people_at_three(app, postgres, names, guard=None):
    """Who signed in here goes on at one of the three, each at another."""
    folder = Path(app.instance_path)
    with machines(MANY, folder, postgres.from_another_network("postgres"), guard) as three:
        people = []
        for number, name in enumerate(names):
            found = signed_in(app, name).client.get_cookie(app.config["SESSION_COOKIE_NAME"])
            people.append(three[number % MANY].caller((found.key, found.value)))
        try:
            assert [call.get("/help/").status for call in people] == [200] * len(people)
            yield people
        finally:
            for call in people:
                call.line.close()


@pytest.fixture
def window(app, shop, ask_to_cancel):  # noqa: F811 (the fixtures)
    """A ticket's, on all orders."""
    olive = signed_in(app, "olive")
    ticket = ask_to_cancel(shop.booked_order(), by=olive)
    assert open_window(olive, ticket, scope="all").status == 303
    return window_of(shop, ticket)


def race(app, shop, postgres, window, *, rounds, guard=None):  # noqa: F811 (a fixture's name)
    """Orders of which something was not so."""
    shop.product(on_hand=1000)
    orders = [shop.sold(payment_status=PaymentStatus.PAID) for _ in range(rounds)]
    with people_at_three(app, postgres, ROLES, guard) as people:
        return press_together(app, orders, window, dict(zip(people, ROLES, strict=True))).wrong


@pytest.mark.slow
def test_of_sixteen_at_three_machines_one_cancels(gate, app, shop, postgres, window):  # noqa: F811 (the fixtures)
    rounds = gate.size(quick=2, full=50)
    assert race(app, shop, postgres, window, rounds=rounds) == []
    gate.figure(f"{len(ROLES)} sessions at {MANY} machines × {rounds} rounds: 1 success, event, email, refund each")


@pytest.mark.control
@pytest.mark.minutes
def test_without_the_lock_of_the_store_more_is_tried_than_may_be(gate, app, shop, postgres, window):  # noqa: F811 (the fixtures)
    rounds = 10
    wrong = race(app, shop, postgres, window, rounds=rounds, guard="store_lock")
    assert wrong
    gate.figure(f"no lock: {len(wrong)} of {rounds} rounds went wrong")


@pytest.mark.minutes
def test_an_end_at_one_machine_is_an_end_at_all(gate, app, shop, postgres, window):  # noqa: F811 (the fixtures)
    rounds, dice, found = 100, random.Random(7), Counter()
    ahead = 0.05
    with people_at_three(app, postgres, ["olive", "uma"]) as (olive, uma), ThreadPoolExecutor(1) as pool:
        for _ in range(rounds):
            assert uma.post(f"/support/windows/{window.id}/enter").status == 303
            order = shop.order()
            sent = pool.submit(uma.post, f"/orders/{order.id}/cancel", version="1", note="As asked.", notify="y")
            time.sleep(dice.uniform(0.5, 1.5) * ahead)
            assert olive.post(f"/support/windows/{window.id}/revoke").status == 303
            status = sent.result(60).status
            found[status] += 1
            ahead *= 1.25 if status == 403 else 0.8  # so that the end comes about when the lock is had
            is_cancelled = shop.get(type(order), order.id).status is OrderStatus.CANCELLED
            assert is_cancelled == (status == 303)
            opened = olive.post(f"/support/tickets/{window.ticket_id}/window", scope="all", hours="1")
            assert opened.status == 303
            window = window_of(shop, window.ticket_id)
    with app.app_context():
        assert db.session.execute(text(LATE)).all() == []
    assert set(found) <= {303, 403}
    gate.figure(f"{rounds} races with a revoke at another machine: {found[303]} in time, {found[403]} refused, 0 late")
