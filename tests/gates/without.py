"""Suki with one guard taken out, for the controls: python -m tests.gates.without GUARD serve, or any other command."""

import sys
import time
from collections.abc import Callable
from threading import BoundedSemaphore, Thread
from typing import Any

from flask import current_app
from flask.cli import main
from sqlalchemy import event
from sqlalchemy.engine import Engine

from blueprints import serving
from blueprints.backups import upgrading
from blueprints.orders import cancelling, change_routes
from models import Cancellation, Order, base, postgresql, writing


def sync() -> None:
    """synchronous=NORMAL: a commit is not on the disk yet when it is answered."""
    event.listen(Engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=NORMAL"))


def one_transaction() -> None:
    """A cancel's email is written a moment after it."""
    cancel, tell, later = cancelling.cancel_order, cancelling.tell_of_cancel, []

    def and_then_tell(*asked: Any, **named: Any) -> None:
        later.clear()
        cancel(*asked, **named)
        for order_id, done_id, message in later:
            with writing() as session:
                order, done = session.get_one(Order, order_id), session.get_one(Cancellation, done_id)
                done.email_id = tell(session, order, done, message)

    cancelling.tell_of_cancel = lambda _session, order, done, message: later.append((order.id, done.id, message))
    change_routes.cancel_order = and_then_tell


def commit_first() -> None:
    """A cancel is answered before it is committed."""
    cancel = change_routes.cancel_order

    def soon(*asked: Any, **named: Any) -> None:
        app = current_app._get_current_object()

        def do() -> None:
            time.sleep(0.02)
            with app.app_context():
                cancel(*asked, **named)

        Thread(target=do).start()

    change_routes.cancel_order = soon


def limits() -> None:
    """waitress as it comes: a hundred connections."""
    make = serving.create_server

    def as_it_comes(*words: Any, **named: Any) -> Any:
        return make(*words, **{name: value for name, value in named.items() if name != "connection_limit"})

    serving.create_server = as_it_comes


def semaphore() -> None:
    """As many may wait for the lock as come."""
    base._writers = BoundedSemaphore(1_000)


def outer_transaction() -> None:
    """Each change of a migration is kept as it is done."""
    bring_up_to_date = upgrading.schema.bring_up_to_date

    def keep(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.split()[0].upper() in ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE"):
            cursor.connection.execute("COMMIT")
            cursor.connection.execute("BEGIN IMMEDIATE")

    def bit_by_bit() -> None:
        event.listen(Engine, "after_cursor_execute", keep)
        bring_up_to_date()

    upgrading.schema.bring_up_to_date = bit_by_bit


def store_lock() -> None:
    """On PostgreSQL: whoever writes waits for nobody."""
    postgresql.lock_store = lambda _connection, _wait_ms: None


TAKEN_OUT: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (sync, one_transaction, commit_first, limits, semaphore, outer_transaction, store_lock)
}

if __name__ == "__main__":
    TAKEN_OUT[sys.argv.pop(1)]()
    sys.argv[0] = "flask"
    main()
