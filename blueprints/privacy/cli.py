"""`flask tidy`, for whoever prefers a timer, and `flask vacuum`: the database file written anew."""

import sqlite3

import click

from blueprints.commands import in_a_store
from blueprints.privacy import privacy
from blueprints.privacy.clearing import clear_old_emails
from blueprints.privacy.sweeping import sweep_up
from blueprints.privacy.vacuuming import write_anew
from models.base import on_postgresql


@privacy.cli.command("tidy")
@in_a_store
def tidy() -> None:
    """Clear the texts of old emails, as Settings has it, and sweep the search after an erasure."""
    sweep_up()
    many = clear_old_emails()
    click.echo(f"Emails cleared: {many}.")


@privacy.cli.command("vacuum")
@in_a_store
def vacuum() -> None:
    """Write the database file anew, without the parts that are not used any more.

    Worth it once after an upgrade from a Suki that did not overwrite yet what it took out. Stop Suki first."""
    if on_postgresql():
        raise click.ClickException("PostgreSQL does that by itself: it is what its autovacuum is for.")
    try:
        before, after = write_anew()
    except (sqlite3.Error, OSError) as problem:
        raise click.ClickException(f"{problem}. Stop Suki, and try again.") from problem
    click.echo(f"Written anew: {before:,} bytes before, {after:,} now.")
