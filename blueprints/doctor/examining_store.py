"""The store itself: its database, its time zone, the mail that waits or failed, and its last backup."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from blueprints import clock, schema
from blueprints.capped import count_of, shown
from blueprints.doctor.findings import HealthFinding, fail, ok, warn
from blueprints.failed_emails import FAILED_EMAILS
from models import Store, db
from models.base import on_postgresql
from models.email import ON_ITS_WAY, oldest_in

OLDEST_SQLITE = (3, 34, 0)
"""The first with the kind of search index that Suki uses."""
AS_SET_UP = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
LATELY = timedelta(days=7)
WAITS_LONG = timedelta(hours=1)
"""Longer than any is held for its undo."""


def examine_sqlite() -> list[HealthFinding]:
    """Where the database is one; another's server looks after itself."""
    if on_postgresql():
        return [ok("other_database", name=db.engine.dialect.name)]
    version = {"version": sqlite3.sqlite_version}
    found = [(ok if sqlite3.sqlite_version_info >= OLDEST_SQLITE else fail)("sqlite", **version)]
    with db.engine.connect() as connection:
        for pragma, wanted in AS_SET_UP.items():
            value = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            if value != wanted:
                found.append(fail("pragma", pragma=pragma, value=value, wanted=wanted))
    return found


def examine_whole(damage: Callable[[], str | None]) -> HealthFinding:
    if on_postgresql():
        return ok("whole_elsewhere")
    try:
        finding = damage()
    except sqlite3.Error as problem:
        return fail("unreadable", finding=str(problem))
    return fail("damaged", finding=finding) if finding else ok("whole")


def examine_schema() -> HealthFinding:
    revision = schema.current_revision()
    if revision is None:
        return fail("no_store")
    if not schema.is_known(revision):
        return fail("newer_schema", revision=revision)
    if not schema.is_up_to_date():
        return fail("older_schema", revision=revision, command=schema.command_to_bring_up_to_date())
    return ok("schema", revision=revision)


def examine_zone(store: Store) -> HealthFinding:
    try:
        ZoneInfo(store.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return fail("zone_unknown", zone=store.timezone)
    return ok("zone", zone=store.timezone)


def examine_outbox() -> list[HealthFinding]:
    """Indexed, and counted no further than a page shows."""
    now = clock.now()
    failed, *oldest = db.session.execute(
        select(
            count_of(FAILED_EMAILS),
            *map(oldest_in, ON_ITS_WAY),
        )
    ).one()
    found = [warn("mail_failed", many=shown(failed))] if failed else []
    since = min(filter(None, oldest), default=now)
    if now - since > WAITS_LONG:
        found.append(warn("mail_waits", since=since))
    return found or [ok("mail_flows")]


def examine_backup(last: datetime | None, *, wanted: bool) -> HealthFinding:
    """`last`: when the newest was made. `wanted`: not of a demo."""
    if on_postgresql():
        return ok("backup_elsewhere")
    if last is None:
        return warn("no_backup") if wanted else ok("no_backup_of_demo")
    return (ok if not wanted or clock.now() - last <= LATELY else warn)("backup", at=last)
