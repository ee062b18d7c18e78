"""Whoever delivers the mail may be killed at any point, and there may be any number of them: nothing is lost, and
nothing comes twice but what was taken by the server and not noted yet."""

import json
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from blueprints.retrying import LEASE
from models import Email, EmailState, db
from tests.mail.conftest import app, desk, open_app, post_office  # noqa: F401 (fixtures)

ROOT = Path(__file__).parents[2]
LATER_S = LEASE.total_seconds() + 200


@pytest.fixture(scope="module")
def deliverers():
    """They load everything once for all tests."""
    command = [sys.executable, "-m", "tests.gates.deliverer"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


@pytest.fixture
def deliver(deliverers, tmp_path, app, post_office):  # noqa: F811 (the fixtures)
    """deliver(die_at=7): what killed it; 0 when nothing did."""

    def run(**order) -> int:
        deliverers.stdin.write(json.dumps({"folder": str(tmp_path), "port": post_office.port, **order}) + "\n")
        deliverers.stdin.flush()
        return int(deliverers.stdout.readline())

    return run


@pytest.fixture
def killed_at(tmp_path, app, desk, shop, post_office, deliver):  # noqa: F811 (the fixtures)
    """killed_at(7): what came of two emails whose deliverer was killed at the point 7, and was followed by another."""
    for name in ("ana", "ben"):
        desk.queue(f"{name}@example.com")
    with app.app_context():
        db.engine.dispose()
    shutil.copy(tmp_path / "suki.db", tmp_path / "start.db")

    def run(point, **order):
        for ending in ("-wal", "-shm"):
            Path(f"{tmp_path}/suki.db{ending}").unlink(missing_ok=True)
        shutil.copy(tmp_path / "start.db", tmp_path / "suki.db")
        post_office.letters.clear()
        killed = deliver(die_at=point, **order)
        assert killed in (0, signal.SIGKILL)
        emails = shop.all(select(Email))
        came = Counter(post_office.ids)
        # A letter may come again when the server took it before it was noted, and no other.
        may_repeat = {one.message_id for one in emails if one.state is EmailState.SENDING and came[one.message_id]}
        assert deliver(later_s=LATER_S, **order) == 0
        faults = [f"{one.state}" for one in shop.all(select(Email)) if one.state is not EmailState.SENT]
        came = Counter(post_office.ids)
        faults += [f"{one.recipient} lost" for one in emails if not came[one.message_id]]
        faults += [
            f"{name} came {times} times"
            for name, times in came.items()
            if times > (2 if name in may_repeat else 1) or name not in {one.message_id for one in emails}
        ]
        with app.app_context():
            db.engine.dispose()
        return killed, faults, sum(came.values()) - len(came)

    return run


@pytest.mark.slow
def test_one_that_is_killed_at_any_point_loses_nothing(gate, killed_at):
    step, point, points, repeats, killed = gate.size(quick=7, full=1), 0, 0, 0, signal.SIGKILL
    while killed:
        killed, faults, again = killed_at(point)
        assert faults == [], f"killed at {point}"
        points, repeats, point = points + 1, repeats + again, point + step
    assert point > 40
    gate.figure(f"killed at {points} points: 0 lost, {repeats} repeated after a 250 that was not noted")


@pytest.mark.control
def test_with_sent_noted_first_mail_is_lost(gate, killed_at):
    lost = []
    for point in range(10, 30, 2):
        _, faults, _ = killed_at(point, without="noting afterwards")
        lost += [fault for fault in faults if fault.endswith("lost")]
    assert lost
    gate.figure(f"`sent` noted first: {len(lost)} lost in 10 kills")


@pytest.mark.slow
def test_two_at_once_send_each_email_once(gate, desk, shop, post_office, deliver):  # noqa: F811 (the fixtures)
    mails = gate.size(quick=40, full=500)
    for number in range(mails):
        desk.queue(f"customer{number}@example.com")
    assert deliver(many=2, thinks=True) == 0
    assert len(post_office.letters) == mails
    assert len({letter.recipients for letter in post_office.letters}) == len(set(post_office.ids)) == mails
    assert {one.state for one in shop.all(select(Email))} == {EmailState.SENT}
    gate.figure(f"two processes, {mails} emails: {mails} came, all of them distinct")


@pytest.mark.control
def test_without_the_row_count_two_send_the_same(gate, desk, post_office, deliver):  # noqa: F811 (the fixtures)
    for number in range(40):
        desk.queue(f"customer{number}@example.com")
    assert deliver(many=2, thinks=True, without="the row count") == 0
    assert len(set(post_office.ids)) == 40
    assert len(post_office.letters) > 40
    gate.figure(f"without the row count: {len(post_office.letters)} came of 40")
