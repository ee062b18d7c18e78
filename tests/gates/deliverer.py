"""Deliverers, each in a process of its own that can be killed at any point: python -m tests.gates.deliverer.

Reads a line for each time that they are to deliver, such as {"folder": "…", "port": 25, "die_at": 7, "many": 1}, has as
many children do that, and answers with a line when they have ended: the signal that killed one of them, or 0. It loads
everything once, and forks.
"""

import inspect
import json
import os
import signal
import sys
import time
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import event

from app import create_app
from blueprints import clock, mailing, retrying
from blueprints.smtp import _Server
from models import EmailState, db


class Fuse:
    """Kills this process, without a word, at the point that is due: before or after a statement, a commit, or anything
    that is said to the mail server or heard from it."""

    def __init__(self, die_at: int | None) -> None:
        self.left = die_at

    def burn(self, *_: Any, **__: Any) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Any) -> Any:
        def watched(*args: Any, **said: Any) -> Any:
            self.burn()
            result = function(*args, **said)
            self.burn()
            return result

        return watched

    def lay(self) -> None:
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(db.engine, name, self.burn)
        event.listen(db.session, "after_commit", self.burn)
        for name in ("send", "getreply"):
            setattr(_Server, name, self.around(getattr(_Server, name)))


def replaced(module: Any, name: str, old: str, new: str) -> None:
    source = inspect.getsource(getattr(module, name))
    assert source.count(old) == 1, f"{name} has no {old!r}"
    exec(source.replace(old, new), vars(module))


def note_before_sending() -> None:
    send = mailing._send

    def noted_first(line: Any, email: Any) -> Any:
        mailing._note(email, state=EmailState.SENT, sent_at=clock.now(), answer="")
        return send(line, email)

    mailing._send = noted_first


def ignore_the_row_count() -> None:
    change = "change_rows(session, taken)"
    replaced(retrying, "claim", f"if {change} == 0:\n            return None", change)


def think_before_claiming() -> None:
    """A moment between looking and taking, in which another may look as well."""
    claim = retrying.claim

    def slowly(*asked: Any) -> Any:
        time.sleep(0.002)
        return claim(*asked)

    retrying.claim = slowly


WITHOUT = {"noting afterwards": note_before_sending, "the row count": ignore_the_row_count, "": lambda: None}


def deliver(app: Flask, order: dict[str, Any]) -> None:
    WITHOUT[order.get("without", "")]()
    if order.get("thinks"):
        think_before_claiming()
    with app.app_context(), time_machine.travel(time.time() + order.get("later_s", 0)):
        Fuse(order.get("die_at")).lay()
        mailing.deliver()
        db.engine.dispose()


def app_in(folder: str, port: int) -> Flask:
    return create_app(
        {
            "INSTANCE_PATH": folder,
            "SECRET_KEY": "a key for the tests, and long enough for them",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": port,
            "MAIL_DEFAULT_SENDER": "shop@example.com",
        }
    )


def main() -> None:
    apps: dict[tuple[str, int], Flask] = {}
    for line in sys.stdin:
        order = json.loads(line)
        where = order["folder"], order["port"]
        app = apps.setdefault(where, apps.get(where) or app_in(*where))
        children = []
        for _ in range(order.get("many", 1)):
            child = os.fork()
            if child == 0:
                deliver(app, order)
                os._exit(0)
            children.append(child)
        ends = [os.waitpid(child, 0)[1] for child in children]
        sys.stdout.write(f"{max(os.WTERMSIG(end) if os.WIFSIGNALED(end) else os.WEXITSTATUS(end) for end in ends)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
