"""The disk after a power cut: what was synced is there; of the rest survives what chance will have."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTORS = (512, 4096)
FORGOTTEN = ("-shm",)
"""Made anew by SQLite, whatever lies there."""


@dataclass
class Change:
    """One line of the journal that shim.c writes; `answered` is one of ours, when somebody was told that it is done."""

    kind: str
    path: str
    other: str = ""
    offset: int = 0
    content: bytes = b""


def read_journal(path: Path) -> Iterator[Change]:
    with path.open("rb") as file:
        while head := file.readline().split():
            length, other, offset, size = (int(number) for number in head[1:])
            names = file.read(length).decode(), file.read(other).decode()
            kind = head[0].decode()
            yield Change(kind, *names, offset, file.read(size) if kind == "w" else b"")


@dataclass
class File:
    synced: bytearray = field(default_factory=bytearray)
    changes: list[Change] = field(default_factory=list)

    def sync(self) -> None:
        self.synced, self.changes = self.after(self.changes), []

    def after(self, changes: list[Change]) -> bytearray:
        content = bytearray(self.synced)
        for change in changes:
            if change.kind == "t":
                content = content[: change.offset].ljust(change.offset, b"\0")
            else:
                _write(content, change.offset, change.content)
        return content

    def survivor(self, dice: random.Random) -> bytes:
        """All of it, nothing, or any sectors of any changes."""
        fate = dice.choice(["all", "none", "some", "some"])
        if fate != "some":
            return bytes(self.after(self.changes if fate == "all" else []))
        size = dice.choice(SECTORS)
        return bytes(
            self.after([part for change in self.changes for part in _sectors(change, size) if dice.random() < 0.5])
        )


def _write(content: bytearray, offset: int, new: bytes) -> None:
    content.extend(b"\0" * (offset - len(content)))
    content[offset : offset + len(new)] = new


def _sectors(change: Change, size: int) -> Iterator[Change]:
    if change.kind == "t":
        yield change
        return
    begin = change.offset
    while begin < change.offset + len(change.content):
        end = min((begin // size + 1) * size, change.offset + len(change.content))
        yield Change("w", change.path, "", begin, change.content[begin - change.offset : end - change.offset])
        begin = end


class Disk:
    """Names are kept in the order in which they were changed, as file systems do: a cut leaves the first of them."""

    def __init__(self, folder: Path) -> None:
        there = {str(path): File(bytearray(path.read_bytes())) for path in folder.rglob("*") if path.is_file()}
        self.files = dict(there)
        self.synced_names = dict(there)
        self.names: list[tuple[str, File | None]] = []

    def take(self, change: Change) -> None:
        if change.path.endswith((*FORGOTTEN, " (deleted)")):
            return
        if change.kind in "wt":
            self._named(change.path).changes.append(change)
        elif change.kind == "u" and self.files.pop(change.path, None):
            self.names.append((change.path, None))
        elif change.kind == "r":
            self.files[change.other] = self.files.pop(change.path)
            self.names += [(change.other, self.files[change.other]), (change.path, None)]
        elif change.kind == "s" and change.path in self.files:
            self.files[change.path].sync()
        elif change.kind == "s":
            self._sync_names(change.path.rstrip("/"))

    def _named(self, path: str) -> File:
        if path not in self.files:
            self.files[path] = File()
            self.names.append((path, self.files[path]))
        return self.files[path]

    def _sync_names(self, folder: str) -> None:
        waiting, self.names = self.names, []
        for path, file in waiting:
            if str(Path(path).parent) == folder:
                _name(self.synced_names, path, file)
            else:
                self.names.append((path, file))

    def cut(self, dice: random.Random) -> dict[str, bytes]:
        """The files, by path, that are found when the power is back."""
        found = dict(self.synced_names)
        for path, file in self.names[: dice.randint(0, len(self.names))]:
            _name(found, path, file)
        return {path: file.survivor(dice) for path, file in found.items()}


def _name(names: dict[str, File], path: str, file: File | None) -> None:
    if file is None:
        names.pop(path, None)
    else:
        names[path] = file
