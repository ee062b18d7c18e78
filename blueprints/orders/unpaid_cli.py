"""`flask orders cancel-unpaid`, for whoever prefers a timer to the background task."""

import sys

import click

from blueprints import background
from blueprints.commands import in_a_store
from blueprints.orders.cancelling_unpaid import Did, is_off, look_after_unpaid
from blueprints.orders.cli import orders_cli


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
