"""`flask orders cancel-unpaid`, for whoever prefers a timer; and the same behind the pages."""

import sys
from datetime import timedelta

import click
from flask import current_app

from blueprints import background, clock
from blueprints.commands import in_a_store
from blueprints.orders.cancelling_unpaid import Did, is_off, look_after_unpaid
from blueprints.orders.cli import orders_cli

LOOK_EVERY = timedelta(minutes=1)
_LOOKED_AT = "unpaid_orders_looked_at"


@background.task
def look_after_unpaid_in_background() -> None:
    """No order waits for seconds, so it rests between two looks; not after one that had something to do."""
    now, looked_at = clock.now(), current_app.extensions.get(_LOOKED_AT)
    if looked_at is not None and timedelta(0) <= now - looked_at < LOOK_EVERY:
        return
    did = look_after_unpaid(enough=background.is_stopping)
    if not did[Did.REMINDED] + did[Did.CANCELLED]:
        current_app.extensions[_LOOKED_AT] = now


@orders_cli.command("cancel-unpaid")
@in_a_store
def cancel_unpaid() -> None:
    """Remind customers who have not paid, and cancel what stays unpaid, as Settings has it.

    Emails are only written: flask outbox deliver sends them. Fails when any order could not be dealt with.
    """
    if is_off():
        click.echo("Unpaid orders are left alone: it is off in Settings, Unpaid orders.")
        return
    did = look_after_unpaid(enough=background.is_stopping)
    failed = f", failed {did[Did.FAILED]}: the log says more" if did[Did.FAILED] else ""
    click.echo(f"Reminded {did[Did.REMINDED]}, cancelled {did[Did.CANCELLED]}{failed}.")
    sys.exit(1 if did[Did.FAILED] else 0)
