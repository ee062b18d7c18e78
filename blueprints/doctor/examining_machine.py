"""The computer that Suki runs on, and how it is set up there: settings, files, disk, clock."""

import os
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from blueprints import clock
from blueprints.disk import space_of_shop
from blueprints.doctor.findings import HealthFinding, fail, ok, warn
from models import Event, db

# Suki was written after it, so a clock that says otherwise was never set.
WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO


def examine_settings(settings: Mapping[str, Any]) -> list[HealthFinding]:
    """`settings`: the application's."""
    address = {"address": settings["BASE_URL"]}
    if settings["IS_SECURE"]:
        found = [ok("address_secure", **address)]
        if not settings["TRUSTED_PROXIES"]:
            found.append(warn("no_proxy_trusted"))
    else:
        found = [ok("address_here", **address) if settings["IS_LOOPBACK"] else fail("address_plain", **address)]
    if settings["DEBUG"]:
        found.append(warn("debug_on") if settings["IS_LOOPBACK"] else fail("debug_on"))
    return found


def examine_key(instance: Path, secret_key: str) -> HealthFinding:
    """That it is strong was asked at the start; a weak one stops Suki."""
    kept = instance / "secret_key"
    if not kept.exists() or kept.read_text().strip() != secret_key:
        return ok("key_in_settings")
    if os.name != "nt" and kept.stat().st_mode & OTHERS_MAY:
        return fail("key_open", path=str(kept))
    return ok("key_kept", path=str(kept))


def examine_files(instance: Path, database: Path | None) -> list[HealthFinding]:
    if os.name == "nt":
        return []
    found = []
    for path in filter(None, (instance, database)):
        if not path.exists():
            continue
        if not os.access(path, os.W_OK):
            found.append(fail("not_writable", path=str(path)))
        elif path.stat().st_mode & stat.S_IRWXO and _let_through(path):
            found.append(warn("others_may_read", path=str(path)))
    return found or [ok("files_closed", path=str(instance))]


def _let_through(path: Path) -> bool:
    """Others get no further than the folder, where that is closed to them."""
    folder = path if path.is_dir() else path.parent
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def examine_disk(instance: Path) -> HealthFinding:
    space = space_of_shop(instance)
    facts = {"free": space.free, "percent": space.percent}
    if space.is_none:
        return fail("disk_full", **facts)
    return (warn if space.is_little else ok)("disk", **facts)


def examine_clock() -> HealthFinding:
    """By what happened last: time goes on, so nothing of it can lie ahead, as the day of an order in a file may."""
    now = clock.now()
    if now < WRITTEN:
        return fail("clock_not_set", now=now)
    last = db.session.scalar(select(Event.at).order_by(Event.id.desc()).limit(1))
    is_behind = last is not None and last > now
    return warn("clock_behind", now=now, ahead=last) if is_behind else ok("clock", now=now)
