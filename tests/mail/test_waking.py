"""A web process delivers by itself: at once after a commit, and without holding up any page."""

import time
from threading import Event

import pytest

from blueprints import background
from models import EmailState


@pytest.fixture
def awake(app, monkeypatch):
    """It looks by itself so rarely that what happens in a test was asked for."""
    monkeypatch.setattr(background, "LOOK_EVERY_S", 60)
    monkeypatch.setattr(background, "FIRST_PAGES_S", 0)
    background.start(app)
    yield
    background.stop()


def wait_for(condition, *, at_most_s: float = 60.0) -> None:
    until = time.perf_counter() + at_most_s
    while not condition():
        assert time.perf_counter() < until, "it did not happen in time"
        time.sleep(0.02)


def test_mail_leaves_as_soon_as_the_change_is_saved(awake, shop, desk, post_office):
    time.sleep(0.2)  # the first round found nothing
    desk.tell(shop.order())
    wait_for(lambda: post_office.letters)


def test_after_a_start_pages_come_first_but_for_what_is_asked_for(app, monkeypatch):
    monkeypatch.setattr(background, "FIRST_PAGES_S", 3600)
    done = Event()
    worker = background._Worker(app, background._Task(done.set))
    worker.start()
    assert not done.wait(0.2)
    worker.task.due.set()
    assert done.wait(60)
    worker.stopping.set()
    worker.task.due.set()
    worker.join(60)
    assert not worker.is_alive()


def test_pages_answer_while_the_mail_server_hangs(awake, sam, shop, desk, post_office):
    post_office.mode = "hang"
    email = desk.tell(shop.order())
    wait_for(lambda: desk.again(email).state is EmailState.SENDING)
    for _ in range(3):
        assert sam.get(f"/orders/emails/{email.id}").status == 200
        assert desk.again(email).state is EmailState.SENDING, "the page is there, and the server has said nothing yet"
    post_office.close()


def test_a_process_that_ends_finishes_the_letter_in_its_hands(awake, desk, post_office):
    for _ in range(30):
        desk.queue()
    wait_for(lambda: post_office.letters)
    background.stop()
    noted = sum(desk.email(number).state is EmailState.SENT for number in range(1, 31))
    assert noted == len(post_office.letters)


def test_one_task_that_fails_keeps_no_other_from_its_turn(app, monkeypatch, caplog):
    done = []

    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(background, "_tasks", [])
    background.task(broken)
    background.task(lambda: done.append("turn"))
    background.run_once(app)
    assert done == ["turn"]
    assert "background task broken failed" in caplog.text
