"""Upgrades from the schema of another day that are killed at one statement after the other; each is a fork."""

import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import time_machine
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.gates.acting import Bench, migrate, rows_of
from tests.shop import A_MORNING

CHANGES = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE")
GOES_ON = 3
"""After so many kills the upgrade is asked for again, and goes through."""


def kill_upgrades(opened: Path, folder: Path, revision: str, every: int, guard: str | None) -> tuple[int, list[str]]:
    """How many were killed, and what was found that is neither the old nor the new."""
    with time_machine.travel(A_MORNING, tick=False):
        bench = Bench(opened, folder, guard)
        upgrade = migrate(bench, revision)
        bench.keep()
        old = rows_of(bench.file)
        assert old["alembic_version"] == [f"('{revision}',)"]
        assert bench.in_fork(lambda tell: tell(done=upgrade().is_done))["done"]
        new, kills, wrong = rows_of(bench.file), 0, []
        while "answered" not in bench.in_fork(_until(1 + kills * every, upgrade)):
            kills += 1
            found = _rows(bench.file)
            if found not in (old, new):
                wrong.append(f"from {revision}, killed at change {1 + (kills - 1) * every}")
            elif (
                kills % GOES_ON == 0
                and not bench.in_fork(lambda tell: tell(done=upgrade().is_done), anew=False)["done"]
            ):
                wrong.append(f"from {revision}, killed at change {1 + (kills - 1) * every}: it does not go on")
        return kills, wrong


def _rows(file: Path) -> object:
    try:
        return rows_of(file)
    except (AssertionError, sqlite3.Error) as broken:
        return broken


def _until(at: int, upgrade: Callable[[], Any]) -> Callable[[Callable[..., None]], None]:
    def act(tell: Callable[..., None]) -> None:
        left = [at]

        @event.listens_for(Engine, "before_cursor_execute")
        def dies(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            left[0] -= statement.split()[0].upper() in CHANGES
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

        tell(answered=upgrade().is_done)

    return act
