"""All that is looked at, in the order in which somebody would see to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DatabaseError

from blueprints.disk import database_path
from blueprints.doctor.examining_machine import (
    examine_clock,
    examine_disk,
    examine_files,
    examine_key,
    examine_settings,
)
from blueprints.doctor.examining_store import (
    examine_backup,
    examine_outbox,
    examine_schema,
    examine_sqlite,
    examine_whole,
    examine_zone,
)
from blueprints.doctor.findings import HealthFinding, Level, fail
from models import Store, db

Damage = Callable[[], str | None]
"""Reads all of the database, and says what of it is not whole."""


@dataclass(frozen=True)
class Installation:
    """What is to be known of it that does not stand in the database."""

    settings: Mapping[str, Any]
    """The application's."""
    instance: Path
    last_backup: datetime | None


def examine(here: Installation, *, damage: Damage | None = None) -> list[HealthFinding]:
    """`damage`: asked only where it is given, as it takes long where the database is large."""
    found = [
        *examine_settings(here.settings),
        examine_key(here.instance, str(here.settings["SECRET_KEY"])),
        *examine_files(here.instance, database_path()),
        examine_disk(here.instance),
    ]
    try:
        found += _examine_database(here, damage)
    except DatabaseError as error:
        db.session.rollback()
        found.append(fail("unreadable", finding=str(error.orig)))
    return found


def _examine_database(here: Installation, damage: Damage | None) -> list[HealthFinding]:
    shape = examine_schema()
    if shape.level is not Level.OK:
        return [shape]  # the tables are not those that the rest would ask
    store = db.session.get(Store, 1)
    if store is None:
        return [fail("no_store")]
    return [
        shape,
        *examine_sqlite(),
        *([examine_whole(damage)] if damage else []),
        examine_zone(store),
        examine_clock(),
        *examine_outbox(),
        examine_backup(here.last_backup, wanted=not store.is_demo),
    ]
