"""The one thread of a web process that does what no page should wait for, such as delivering mail."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from flask import Flask

from models import db

log = logging.getLogger("suki")
LOOK_EVERY_S = 5.0

_due = Event()
_tasks: list[Callable[[], None]] = []


def task(function: Callable[[], None]) -> Callable[[], None]:
    """Registers what is done at each round. It must stop by itself soon, and find its own work when asked again."""
    _tasks.append(function)
    return function


def wake() -> None:
    """There is something to do now; called after the commit that made it so."""
    _due.set()


def run_once(app: Flask) -> None:
    """One round of everything; a failure of one task keeps no other from its turn."""
    for function in _tasks:
        with app.app_context():
            try:
                function()
            except Exception:
                db.session.rollback()
                log.exception("background task %s failed", function.__name__)


def start(app: Flask) -> Thread:
    """A daemon: what it is in the middle of when the process ends is found again by the next one."""

    def forever() -> None:
        while True:
            run_once(app)
            _due.wait(LOOK_EVERY_S)
            _due.clear()

    thread = Thread(target=forever, name="suki-background", daemon=True)
    thread.start()
    return thread
