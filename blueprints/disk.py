"""Where the shop lies, and how much space the disk has left there: a full one takes no more orders."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from models import db

LITTLE_SPACE = 0.10
NO_SPACE_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True)
class DiskSpace:
    free: int
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.free / self.total)

    @property
    def is_none(self) -> bool:
        return self.free < NO_SPACE_BYTES

    @property
    def is_little(self) -> bool:
        return self.is_none or self.free < LITTLE_SPACE * self.total


def database_path() -> Path | None:
    url = db.engine.url
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def space_on(folder: Path) -> DiskSpace:
    usage = shutil.disk_usage(folder)
    return DiskSpace(usage.free, usage.total)


def space_of_shop(instance: Path) -> DiskSpace:
    """Of the disk that fills first, where the database lies on another than the rest."""
    database = database_path()
    folders = {instance, database.parent} if database and database.parent.exists() else {instance}
    return min(map(space_on, folders), key=lambda space: (not space.is_little, space.free))
