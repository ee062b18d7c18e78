"""How much room the disk has left on which the shop lies: a full one takes no more orders."""

import shutil
from dataclasses import dataclass
from pathlib import Path

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


def room_on(folder: Path) -> Room:
    usage = shutil.disk_usage(folder)
    return Room(usage.free, usage.total)
