"""`flask init`: from an empty folder to a store that somebody can sign in to."""

from typing import Any
from zoneinfo import available_timezones

import click
from babel.numbers import list_currencies
from flask import current_app
from sqlalchemy import select

from blueprints import schema
from blueprints.auth.adding_users import add_user
from blueprints.auth.email_addresses import name_out_of
from blueprints.auth.prompts_cli import answer, new_password, read_address, read_name
from blueprints.backups.cli import REFUSALS, why
from blueprints.backups.upgrading import upgrade
from blueprints.settings import settings
from blueprints.settings.opening import open_store
from blueprints.shop import find_store
from models import SYSTEM, Language, Role, User, db
from models.base import on_postgresql


@settings.cli.command("init")
@click.option("--store-name", help="As customers know it.")
@click.option("--currency", help="Three letters, such as PHP.")
@click.option("--timezone", help="Such as Asia/Manila.")
@click.option("--language", type=click.Choice([language.value for language in Language]), default="en")
@click.option("--owner-email", help="The owner signs in with it.")
@click.option("--owner-name")
@click.option("--owner-password")
def init(**given: str | None) -> None:
    """Make the store and its owner, or bring the database up to date. Asks for what it is not told."""
    _bring_up_to_date()
    store, has_owner = find_store(), db.session.scalar(select(User.id).where(User.role == Role.OWNER).limit(1))
    if store is not None and has_owner:
        click.echo(f"{store.name} is set up, and its database is up to date.")
        return
    # Everything is asked and checked first, so that a mistake leaves nothing half made.
    opening = None if store is not None else _ask_for_store(given)
    owner = None if has_owner else _ask_for_owner(given)
    if opening is not None:
        open_store(**opening)
    if owner is not None:
        add_user(**owner, role=Role.OWNER, by=SYSTEM)
    click.echo("The store is set up. Start it with: flask serve")


def _bring_up_to_date() -> None:
    """A store that is there is kept as it was, before its database is changed; on PostgreSQL by whoever calls this."""
    try:
        if not on_postgresql():
            upgrade(keep=current_app.config["BACKUP_KEEP"])
    except schema.NewerSchema:
        raise click.ClickException(
            "This database was made by a newer Suki. Upgrade Suki; nothing was changed."
        ) from None
    except REFUSALS as refusal:
        raise click.ClickException(f"The store was not brought up to date: {why(refusal)}.") from None
    schema.bring_up_to_date()


def _ask_for_store(given: dict[str, str | None]) -> dict[str, Any]:
    return {
        "name": answer(given["store_name"], "Name of the store", read_name),
        "currency": answer(given["currency"], "Currency", _read_currency, default="PHP"),
        "timezone": answer(given["timezone"], "Time zone", _read_timezone, default="Asia/Manila"),
        "language": Language(given["language"] or Language.ENGLISH),
    }


def _ask_for_owner(given: dict[str, str | None]) -> dict[str, Any]:
    email = answer(given["owner_email"], "Owner’s email address", read_address)
    return {
        "email": email,
        "name": answer(given["owner_name"] or name_out_of(email), "Owner’s name", read_name),
        "password": new_password(given["owner_password"], "Owner’s password", email=email),
    }


def _read_currency(text: str) -> str:
    code = text.strip().upper()
    if code not in list_currencies():
        raise click.UsageError(f"{text!r} is no currency. It has three letters, such as PHP.")
    return code


def _read_timezone(text: str) -> str:
    if text.strip() not in available_timezones():
        raise click.UsageError(f"{text!r} is no time zone. It looks like Asia/Manila.")
    return text.strip()
