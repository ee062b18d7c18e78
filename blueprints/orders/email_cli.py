"""`flask outbox`: delivering from a timer, and looking at what waits, without the pages."""

import sys
from collections import Counter

import click
from flask.cli import AppGroup
from sqlalchemy import select

from blueprints.commands import in_a_store
from blueprints.mailing import deliver
from blueprints.orders import orders
from blueprints.orders.asking_for_link import mail_links
from blueprints.outbox import mail_is_configured
from blueprints.retrying import Outcome
from blueprints.webhooks.delivering import clear_old
from blueprints.webhooks.delivering import deliver as deliver_webhooks
from blueprints.webhooks.listing import any_endpoint
from models import Email, EmailState, db

outbox = AppGroup("outbox", help="Emails that wait to be sent.")
orders.cli.add_command(outbox)

_FINISHED = (EmailState.SENT, EmailState.NOT_SENT)


@outbox.command("deliver")
@in_a_store
def deliver_outbox() -> None:
    """Send what is due now, emails and webhooks. Fails when any of it could not be sent."""
    webhooks = any_endpoint()
    if not mail_is_configured() and not webhooks:
        raise click.ClickException("No mail server is set up: FLASK_MAIL_SERVER is to name one.")
    mailed: Counter[Outcome] = Counter()
    told: Counter[Outcome] = Counter()
    mail_links()
    if mail_is_configured():
        mailed = deliver()
        click.echo(_in_words(mailed))
    if webhooks:
        told = deliver_webhooks()
        clear_old()
        click.echo(f"Webhooks: {_in_words(told)}")
    if mailed[Outcome.UNREACHABLE]:
        click.echo("The mail server could not be reached; everything that was due waits.", err=True)
    sys.exit(1 if (mailed + told).keys() - {Outcome.SENT} else 0)


def _in_words(outcomes: Counter[Outcome]) -> str:
    put_off = outcomes[Outcome.PUT_OFF] + outcomes[Outcome.UNREACHABLE]
    return f"Sent {outcomes[Outcome.SENT]}, failed {outcomes[Outcome.FAILED]}, to be tried again {put_off}."


@outbox.command("list")
@click.option("--all", "with_finished", is_flag=True, help="Those that were sent, too.")
@click.option("--limit", default=50, show_default=True, help="How many at most.")
@in_a_store
def list_outbox(with_finished: bool, limit: int) -> None:
    """Show what waits or has failed, the newest first."""
    found = select(Email).order_by(Email.id.desc())
    if not with_finished:
        found = found.where(Email.state.not_in(_FINISHED))
    for email in db.session.scalars(found.limit(limit)):
        said = email.answer or (email.reason.value if email.reason else "")
        click.echo(f"{email.id:>6}  {email.state.value:<8}  {email.recipient or '-'}  {email.subject}  {said}".rstrip())
