"""What no page should wait for, such as delivering mail: one thread in each web process for each such task."""

import atexit
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread, current_thread

from flask import Flask

from models import DatabaseBusy, db

log = logging.getLogger("suki")
LOOK_EVERY_S = 5.0
FIRST_PAGES_S = 1.0
"""After a start whoever opens a page is served first: the first rounds of all tasks at once would hold that up."""
STOP_WITHIN_S = 5.0


@dataclass
class _Task:
    """A thread each, so that a mail server that hangs holds up no import, nor a long import the mail."""

    function: Callable[[], None]
    due: Event = field(default_factory=Event)


class _Worker(Thread):
    def __init__(self, app: Flask, task: _Task) -> None:
        super().__init__(name=f"suki-{task.function.__name__}", daemon=True)
        self.app, self.task, self.stopping = app, task, Event()
        self.began = self.ended = time.monotonic()

    def run(self) -> None:
        self.task.due.wait(FIRST_PAGES_S)
        while not self.stopping.is_set():
            self.began = time.monotonic()
            _run(self.app, self.task)
            self.ended = time.monotonic()
            self.task.due.wait(LOOK_EVERY_S)
            self.task.due.clear()


@dataclass(frozen=True)
class Pulse:
    """How a task does in this process."""

    is_alive: bool
    busy_s: float
    """For how long it has been at its present round; 0 between two rounds."""
    rested_s: float
    """How long ago its last round ended."""


_tasks: list[_Task] = []
_workers: list[_Worker] = []


def task(function: Callable[[], None]) -> Callable[[], None]:
    """Registers what is done at each round. It finds its own work when asked again, and stops when told to."""
    _tasks.append(_Task(function))
    return function


def wake() -> None:
    """There is something to do now; called after the commit that made it so."""
    for each in _tasks:
        each.due.set()


def pulse_of(function: Callable[[], None]) -> Pulse | None:
    """None where no thread of this process does it: it is another's to do."""
    for worker in _workers:
        if worker.task.function is function:
            now, began, ended = time.monotonic(), worker.began, worker.ended
            return Pulse(worker.is_alive(), busy_s=now - began if began > ended else 0.0, rested_s=now - ended)
    return None


def is_stopping() -> bool:
    """Asked by a task between two steps: its process is about to end. Never so on the command line."""
    worker = current_thread()
    return isinstance(worker, _Worker) and worker.stopping.is_set()


def run_once(app: Flask) -> None:
    """One round of everything; a failure of one task keeps no other from its turn."""
    for each in _tasks:
        _run(app, each)


def _run(app: Flask, each: _Task) -> None:
    with app.app_context():
        try:
            each.function()
        except DatabaseBusy:
            db.session.rollback()  # it finds its work again at the next round
        except Exception:
            db.session.rollback()
            log.exception("background task %s failed", each.function.__name__)


def start(app: Flask) -> None:
    """Daemons: what they are in the middle of when the process is killed is found again by the next one."""
    for each in _tasks:
        _workers.append(_Worker(app, each))
        _workers[-1].start()


@atexit.register
def stop() -> None:
    """Lets each task end the step that it is in: an email that the server has taken is noted before we go."""
    for worker in _workers:
        worker.stopping.set()
    wake()
    until = time.monotonic() + STOP_WITHIN_S
    while _workers:
        _workers.pop().join(max(0.0, until - time.monotonic()))
