"""Stores to measure in, made by `flask init` and `flask seed`, and kept until what they are made of changes."""

import hashlib
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.servers import ROOT, settings

EMAIL, PASSWORD = "ana@example.com", "suki-bench"
KEPT_FOR_S = 14 * 86400
"""An older one has few orders in the days that Insights looks at."""
MADE_OF = ("blueprints/orders/seeding.py", "blueprints/orders/seed_data.py")


@dataclass(frozen=True)
class Store:
    folder: Path
    orders: int

    @property
    def database(self) -> Path:
        return self.folder / "suki.db"

    def ask(self, question: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(question, values).fetchall()

    def first(self, question: str, *values: object) -> object:
        return self.ask(question, *values)[0][0]


def flask(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "app", *words]
    subprocess.run(command, cwd=ROOT, env=settings(folder), check=True, stdout=subprocess.DEVNULL)


def open_store(folder: Path) -> None:
    """One without orders."""
    shutil.rmtree(folder, ignore_errors=True)
    options = {"owner-email": EMAIL, "owner-password": PASSWORD, "store-name": "Bench", "currency": "PHP"}
    words = [f"--{name}={value}" for name, value in options.items()]
    flask(folder, "init", *words, "--timezone=Asia/Manila")


@contextmanager
def store_of(orders: int, kept_in: Path) -> Iterator[Store]:
    """A copy to work on, so that the next run finds what this one found."""
    whole = kept_in / str(orders)
    _make(whole, orders)
    copy = kept_in / f"{orders}-at-work"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("suki.db", "secret_key"):
        shutil.copy2(whole / name, copy / name)
    try:
        yield Store(copy, orders)
    finally:
        shutil.rmtree(copy)


def _make(folder: Path, orders: int) -> None:
    stamp = folder / "made-of"
    is_there = stamp.exists() and stamp.read_text() == _fingerprint()
    if is_there and time.time() - stamp.stat().st_mtime < KEPT_FOR_S:
        return
    open_store(folder)
    flask(folder, "seed", "--orders", str(orders))
    stamp.write_text(_fingerprint())


def _fingerprint() -> str:
    """Of the tables, and of what fills them."""
    files = [*sorted((ROOT / "migrations" / "versions").glob("*.py")), *(ROOT / name for name in MADE_OF)]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
