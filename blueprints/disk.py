"""Where the shop lies, and how much room the disk has left there: a full one takes no more orders."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from models import db

LITTLE_ROOM = 0.10
NO_ROOM_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True)
class Room:
    free: int
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.free / self.total)

    @property
    def is_none(self) -> bool:
        return self.free < NO_ROOM_BYTES

    @property
    def is_little(self) -> bool:
        return self.is_none or self.free < LITTLE_ROOM * self.total


def database_path() -> Path | None:
    url = db.engine.url
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def room_on(folder: Path) -> Room:
    usage = shutil.disk_usage(folder)
    return Room(usage.free, usage.total)


def room_of_shop(instance: Path) -> Room:
    """Of the disk that fills first, where the database lies on another than the rest."""
    database = database_path()
    folders = {instance, database.parent} if database and database.parent.exists() else {instance}
    return min(map(room_on, folders), key=lambda room: (not room.is_little, room.free))
