"""`flask backup`, `flask restore`, `flask upgrade`: the store as one file, and back, and onward."""

import sqlite3
import sys
from pathlib import Path

import click
from flask import current_app

from blueprints import schema
from blueprints.backups import backups
from blueprints.backups.copying import NotInAFile, NotWhole, StillOpen, copy_whole, database_file
from blueprints.backups.copying_to_postgresql import NotEmpty, NotReached, NotTaken, NotTheSame, OlderSchema, copy_to
from blueprints.backups.keeping_backups import BackupKind, BeingMade, make
from blueprints.backups.restoring import NewerBackup, restore
from blueprints.backups.upgrading import upgrade
from blueprints.schema import NewerSchema
from config import DRIVER, database_address

REFUSALS = (NotInAFile, NotWhole, BeingMade, NewerBackup, NewerSchema, StillOpen, OSError, sqlite3.Error)
WORDING = {
    NotInAFile: "the database is not a file: its server has backups of its own",
    BeingMade: "another backup is being made at this moment; try again when it is done",
    NewerSchema: "the database was made by a newer Suki; upgrade Suki first",
    NewerBackup: "the file was made by a newer Suki; upgrade Suki first",
    StillOpen: "Suki is running; stop it first",
    NotEmpty: "that database is not empty, and was left alone",
    OlderSchema: "the store here is not up to date; run: flask upgrade",
}


def why(refusal: Exception) -> str:
    """Of those that are in REFUSALS."""
    if isinstance(refusal, NotWhole):
        return f"what was read is no whole store ({refusal.finding})"
    return WORDING.get(type(refusal), str(refusal))


@backups.cli.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
def backup(file: Path | None) -> None:
    """Copy the whole store into FILE while it is in use, and look whether the copy is good.

    Without FILE it is kept among the backups of the instance folder."""
    try:
        if not database_file().exists():
            sys.exit("There is no store yet, so there is nothing to back up.")
        if file is None:
            file = make(BackupKind.BY_HAND, keep=current_app.config["BACKUP_KEEP"]).path
        elif file.exists():
            sys.exit(f"{file} is there already, and was left alone. Name another file.")
        else:
            copy_whole(database_file(), file)
    except REFUSALS as refusal:
        sys.exit(f"No backup was made: {why(refusal)}.")
    click.echo(f"The store is in {file}, {file.stat().st_size:,} bytes, and the copy is good.")


@backups.cli.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Don’t ask first.")
def put_back(file: Path, yes: bool) -> None:
    """Put the store of FILE in the place of this one. What was there is kept. Stop the server first."""
    if not yes:
        click.confirm(f"Put the store of {file} in the place of the one that is here?", abort=True)
    try:
        before = restore(file, keep=current_app.config["BACKUP_KEEP"])
    except REFUSALS as refusal:
        sys.exit(f"The store is as it was: {why(refusal)}.")
    schema.bring_up_to_date()
    click.echo(f"The store of {file} is back, and its database is up to date.")
    if before is not None:
        click.echo(f"The store that was here is kept in {before}")
    click.echo("Everybody is signed out, and support has no access. Who may sign in is as it was then: see the users.")
    click.echo("Programs need new tokens: see Settings, API tokens. Files of orders that were coming in are given up.")
    click.echo("Webhooks are off, with the secrets of then: see Settings, Webhooks, and switch on what still holds.")
    click.echo("Unpaid orders are neither reminded nor cancelled by itself: see Settings, Unpaid orders.")
    click.echo("Emails that waited then are marked as failed: see the mailbox, and send again what still holds.")


@backups.cli.command("upgrade")
def bring_up_to_date() -> None:
    """Bring the database up to date after a new Suki was installed: a backup first. Stop the server before."""
    try:
        kept = upgrade(keep=current_app.config["BACKUP_KEEP"])
    except NotInAFile:
        sys.exit(
            "A database on a server is kept by its server: pg_dump first, then bring it up to date with: flask init"
        )
    except REFUSALS as refusal:
        sys.exit(f"The store was not brought up to date: {why(refusal)}.")
    if schema.current_revision() is None:
        sys.exit("There is no store yet. Make one with: flask init")
    click.echo("The database is up to date." if kept else "The database was up to date already.")
    if kept is not None:
        click.echo(f"The store as it was is kept in {kept}")


@backups.cli.command("copy-to")
@click.argument("address", metavar="URL")
def copy_store(address: str) -> None:
    """Copy the whole store into the empty PostgreSQL database at URL, and compare the two. Stop the server first.

    URL looks like postgresql://suki:password@db.example.com/suki. The file here stays as it is."""
    address = database_address(address)
    if not address.startswith(DRIVER):
        sys.exit("Nothing was copied: a store is copied to PostgreSQL only, at an address like postgresql://…")
    try:
        moved = copy_to(address)
    except NotReached as refusal:
        sys.exit(f"Nothing was copied: that database can’t be had ({refusal.answer}).")
    except NotTaken as refusal:
        sys.exit(f"Nothing was copied: a row of {refusal.table} is not taken there ({refusal.answer}).")
    except NotTheSame as refusal:
        sys.exit(f"Nothing was copied: what arrived in {refusal.table} is not what was sent.")
    except (NotEmpty, OlderSchema, *REFUSALS) as refusal:
        sys.exit(f"Nothing was copied: {why(refusal)}.")
    for each in moved:
        click.echo(f"{each.rows:>12,}  {each.table}")
    click.echo(f"All {sum(each.rows for each in moved):,} rows are there, and they are the same.")
    click.echo(
        "Name the database in FLASK_SQLALCHEMY_DATABASE_URI, and in FLASK_SECRET_KEY what is in secret_key of the"
    )
    click.echo("instance folder; then start Suki. Don’t serve the file again: its waiting emails would go out twice.")
