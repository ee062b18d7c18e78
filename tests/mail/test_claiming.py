"""Any number of deliverers may work at once, each may die at any point; gates/test_deliverers.py kills real ones."""

import sys
import threading
from datetime import timedelta

import pytest
import time_machine

from blueprints import clock, mailing, retrying
from blueprints.mailing import claim
from blueprints.retrying import LEASE
from models import EmailState
from models.base import DiskFailed
from tests.full_disk import disk_full
from tests.storing import lock_held


def claim_and_die(app) -> None:
    """The process was killed after it had claimed an email, before it sent it."""
    with app.app_context():
        assert claim() is not None


def test_what_somebody_claimed_is_left_alone(desk, app, post_office):
    desk.queue()
    claim_and_die(app)
    assert desk.deliver() == {}


def test_an_email_whose_deliverer_died_is_sent_later_as_the_same_email(desk, app, post_office):
    email = desk.queue()
    claim_and_die(app)
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        assert desk.deliver() == {"sent": 1}
    assert post_office.ids == [email.message_id]
    assert desk.again(email).attempts == 2


def test_who_was_too_slow_notes_nothing_over_whoever_has_it_now(desk, app):
    email = desk.queue()
    with app.app_context():
        mine = claim()
        with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
            assert claim() is not None
            mailing._put_off(mine, "451 later")
    row = desk.again(email)
    assert (row.state, row.attempts, row.answer) == (EmailState.SENDING, 2, "")


def test_after_a_lost_250_it_comes_once_more_and_can_be_known_by_its_id(desk, post_office):
    email = desk.queue()
    post_office.mode = "drop"
    assert desk.deliver() == {"unreachable": 1}
    post_office.mode = "ok"
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert desk.deliver() == {"sent": 1}
    assert post_office.ids == [email.message_id] * 2


def test_one_that_died_before_it_could_note_the_250_repeats_it_as_the_same_email(desk, post_office, monkeypatch):
    email = desk.queue()
    with monkeypatch.context() as patch:
        patch.setattr(mailing, "_note", lambda *_args, **_values: sys.exit())
        with pytest.raises(SystemExit):
            desk.deliver()
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        assert desk.deliver() == {"sent": 1}
    assert post_office.ids == [email.message_id] * 2


def test_it_is_noted_though_somebody_else_is_saving_for_long(desk, app, post_office):
    email = desk.queue()
    locked, release = threading.Event(), threading.Event()

    def hold_the_lock() -> None:
        with lock_held(app):
            locked.set()
            release.wait(10)

    deliverer = threading.Thread(target=desk.deliver)
    holder = threading.Thread(target=hold_the_lock)
    post_office.before_250 = lambda: (holder.start(), locked.wait(10))
    deliverer.start()
    locked.wait(10)
    deliverer.join(1.7)  # longer than one try to get the lock takes
    assert deliverer.is_alive()
    release.set()
    deliverer.join(10)
    holder.join(10)
    assert desk.again(email).state is EmailState.SENT


def test_it_is_noted_though_the_disk_is_full_for_a_moment(desk, app, post_office):
    email = desk.queue()
    with disk_full(app, "UPDATE emails", after=1, tries=3):  # the first is the claim
        assert desk.deliver() == {"sent": 1}
    assert desk.again(email).state is EmailState.SENT
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        assert desk.deliver() == {}
    assert post_office.ids == [email.message_id]


def test_a_disk_that_stays_full_is_not_waited_for_for_ever_and_nothing_more_is_sent(
    desk, app, post_office, monkeypatch
):
    monkeypatch.setattr(retrying, "NOTE_WITHIN_S", 0.1)
    emails = [desk.queue(), desk.queue()]
    with disk_full(app, "UPDATE emails", after=1):
        for _ in range(2):
            with pytest.raises(DiskFailed):
                desk.deliver()
    assert [desk.again(email).state for email in emails] == [EmailState.SENDING, EmailState.QUEUED]
    assert len(post_office.ids) == 1
