"""`flask outbox`: delivering from a timer, and looking at what waits, without the pages."""

import sys

import click
from flask.cli import AppGroup
from sqlalchemy import select

from blueprints.mailing import Outcome, deliver
from blueprints.orders import orders
from blueprints.orders.asking_for_link import mail_links
from blueprints.outbox import mail_is_configured
from models import DatabaseBusy, Email, EmailState, db

outbox = AppGroup("outbox", help="Emails that wait to be sent.")
orders.cli.add_command(outbox)

_FINISHED = (EmailState.SENT, EmailState.NOT_SENT)


@outbox.command("deliver")
def deliver_outbox() -> None:
    """Send what is due now. Fails when any email could not be sent."""
    if not mail_is_configured():
        raise click.ClickException("No mail server is set up: FLASK_MAIL_SERVER is to name one.")
    try:
        mail_links()
        outcomes = deliver()
    except DatabaseBusy as error:
        raise click.ClickException("Somebody else is saving all the time. Try again in a moment.") from error
    put_off = outcomes[Outcome.PUT_OFF] + outcomes[Outcome.UNREACHABLE]
    click.echo(f"Sent {outcomes[Outcome.SENT]}, failed {outcomes[Outcome.FAILED]}, to be tried again {put_off}.")
    if outcomes[Outcome.UNREACHABLE]:
        click.echo("The mail server could not be reached; everything that was due waits.", err=True)
    sys.exit(1 if put_off or outcomes[Outcome.FAILED] else 0)


@outbox.command("list")
@click.option("--all", "with_finished", is_flag=True, help="Those that were sent, too.")
@click.option("--limit", default=50, show_default=True, help="How many at most.")
def list_outbox(with_finished: bool, limit: int) -> None:
    """Show what waits or has failed, the newest first."""
    found = select(Email).order_by(Email.id.desc())
    if not with_finished:
        found = found.where(Email.state.not_in(_FINISHED))
    for email in db.session.scalars(found.limit(limit)):
        said = email.answer or (email.reason.value if email.reason else "")
        click.echo(f"{email.id:>6}  {email.state.value:<8}  {email.recipient or '-'}  {email.subject}  {said}".rstrip())
