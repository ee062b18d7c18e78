"""The backups that Suki keeps in the instance folder: made every day, or by hand, and the oldest go by themselves."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from blueprints import clock
from blueprints.backups.copying import copy_whole, database_file, sweep

_NAME = re.compile(r"suki-(?P<at>\d{8}T\d{6}Z)-(?P<kind>[a-z-]+)\.db")
_AT = "%Y%m%dT%H%M%SZ"
LONG_AGO = timedelta(days=7)


class BackupKind(StrEnum):
    SCHEDULED = "scheduled"
    BY_HAND = "by-hand"
    BEFORE_RESTORE = "before-restore"
    BEFORE_UPGRADE = "before-upgrade"


class BeingMade(Exception):
    """Another backup is being made at this moment."""


@dataclass(frozen=True)
class Backup:
    path: Path
    at: datetime
    kind: BackupKind
    size: int
    """Bytes."""

    @property
    def name(self) -> str:
        return self.path.name


def folder() -> Path:
    """Beside the database. Raises NotInAFile."""
    return database_file().parent / "backups"


def kept() -> list[Backup]:
    """The newest first."""
    there = folder()
    found = [_read(path) for path in there.iterdir()] if there.is_dir() else []
    return sorted(filter(None, found), key=lambda backup: backup.at, reverse=True)


def _read(path: Path) -> Backup | None:
    match = _NAME.fullmatch(path.name)
    if match is None or match["kind"] not in set(BackupKind) or not path.is_file():
        return None
    at = datetime.strptime(match["at"], _AT).replace(tzinfo=UTC)
    return Backup(path, at, BackupKind(match["kind"]), path.stat().st_size)


def newest() -> Backup | None:
    """Of those that the clock has reached: what a wrong clock dated into the future says nothing of today."""
    now = clock.now()
    return next((backup for backup in kept() if backup.at <= now), None)


def make(kind: BackupKind, *, keep: int, spare: Path | None = None) -> Backup:
    """Of each kind the newest `keep` stay, and `spare`, which somebody needs now. Raises BeingMade, NotWhole,
    NotInAFile, and OSError or sqlite3.Error."""
    there = folder()
    there.mkdir(mode=0o700, exist_ok=True)
    with _alone(there):
        for left in there.glob(".suki-*.part*"):
            left.unlink()  # of somebody who died in the middle
        sweep(there.parent)  # of a restore
        at = clock.now().astimezone(UTC).replace(microsecond=0)
        path = there / f"suki-{at:{_AT}}-{kind.value}.db"
        copy_whole(database_file(), path)
        made = Backup(path, at, kind, path.stat().st_size)
        _let_old_go(made, max(keep, 1), spare and spare.resolve())
    return made


def _let_old_go(made: Backup, keep: int, spare: Path | None) -> None:
    """What a wrong clock dated ahead of the one just made is counted apart, or that one would be the oldest."""
    of_kind = [backup for backup in kept() if backup.kind is made.kind]
    ahead = [backup for backup in of_kind if backup.at > made.at]
    for old in ahead[keep:] + of_kind[len(ahead) + keep :]:
        if old.path.resolve() != spare:
            old.path.unlink(missing_ok=True)


def make_when_due(*, every: timedelta, keep: int) -> Backup | None:
    """Unless there is one that is young enough, or another process is making it."""
    last = newest()
    if last is not None and clock.now() - last.at < every:
        return None
    try:
        return make(BackupKind.SCHEDULED, keep=keep)
    except BeingMade:
        return None


@contextmanager
def _alone(there: Path) -> Iterator[None]:
    """One at a time, over all processes. The lock is SQLite's, on a file that stays empty: it ends with whoever holds
    it, however they end, so that nobody waits for one who died in the middle."""
    with closing(sqlite3.connect(there / ".making", timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise BeingMade from None
            raise
        yield
