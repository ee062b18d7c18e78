"""One action, tried with a fault at every point where it changes the disk, and what is found there afterwards."""

import errno
import gc
import hashlib
import os
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import time_machine

from tests.gates.acting import ACTIONS, COUNT, FAIL_ON, FAIL_ONCE, KILL, OFF, Bench, Rows, rows_of
from tests.gates.disk import Change, Disk, read_journal
from tests.shop import A_MORNING

FAILURES = {
    "EIO once": (FAIL_ONCE, errno.EIO),
    "EIO for good": (FAIL_ON, errno.EIO),
    "ENOSPC once": (FAIL_ONCE, errno.ENOSPC),
    "ENOSPC for good": (FAIL_ON, errno.ENOSPC),
}
LOOK_AGAIN = 4
"""At each so many points it is done once more when the fault is over, and must go through."""
CLAIM = "Nothing was changed"


@dataclass
class Tries:
    """How many points, and what was wrong at which."""

    points: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def lost(self) -> list[str]:
        return [fault for fault in self.faults if "lost" in fault]

    @property
    def half(self) -> list[str]:
        return [fault for fault in self.faults if "half" in fault]


def try_all(
    name: str, opened: Path, folder: Path, *, guard: str | None, every: int, cuts: int, kinds: tuple[str, ...]
) -> Tries:
    """`every`: at each so many of the changes; `cuts`: how many disks are made of a power cut at one point."""
    action = ACTIONS[name]
    with time_machine.travel(A_MORNING, tick=False):
        trial = Trial(name, opened, folder, guard)
        for number, at in enumerate(trial.points(every * action.every)):
            is_repeated = number % LOOK_AGAIN == 0
            if "kill" in kinds:
                trial.kill(at, again=is_repeated)
            failures = list(FAILURES) if action.fails_in_all_ways else [list(FAILURES)[number % len(FAILURES)]]
            for failure in failures if "fail" in kinds else ():
                trial.fail(at, failure, again=is_repeated)
        if "cut" in kinds:
            trial.cut_power(every * action.every, cuts)
    return trial.tries


def fingerprint(files: dict[str, bytes]) -> bytes:
    total = hashlib.blake2b()
    for path in sorted(files):
        total.update(f"{path} {len(files[path])} ".encode() + files[path])
    return total.digest()


class Trial:
    def __init__(self, name: str, opened: Path, folder: Path, guard: str | None) -> None:
        self.name, self.tries = name, Tries()
        self.bench = Bench(opened, folder, guard)
        self.action = ACTIONS[name].ready(self.bench)
        self.bench.keep()
        self.warm_up()
        self.before = rows_of(self.bench.file)
        self.journal = self.record(folder / "journal")
        self.after = rows_of(self.bench.file)
        assert self.after != self.before
        assert len(self.journal) > 20, "the shim does not see what SQLite writes"
        self.known = [self.before, self.after]
        if ACTIONS[name].has_steps:
            self.known += self.steps()
        self.seen: dict[bytes, str] = {}

    def warm_up(self) -> None:
        """What is read or compiled at the first time is so for all forks: once done, and once failed."""
        for mode in (OFF, FAIL_ON):
            self.bench.arm(mode, 20, errno.EIO)
            self.action()
            self.bench.arm(OFF)
            self.bench.close()
            self.bench.put_back()
        gc.collect()
        gc.freeze()  # or each fork would copy all that is looked through

    def record(self, path: Path) -> list[Change]:
        """Done once, and nothing fails."""
        with path.open("wb", buffering=0) as log:

            def act(_tell: Any) -> None:
                self.bench.arm(COUNT, log=log.fileno())
                answer = self.action()
                assert answer.is_done, answer.words
                log.write(b"a 0 0 0 0\n")
                self.bench.close()

            self.bench.in_fork(act)
        return list(read_journal(path))

    def points(self, every: int) -> list[int]:
        """Of a copy that is made page by page, each tenth is enough."""
        counted = [change for change in self.journal if change.kind != "a"]
        alike = [at for at, change in enumerate(counted, 1) if change.kind == "w" and change.path.endswith(".part")]
        dull = set(alike) - set(alike[::10]) - {alike[-1] if alike else 0}
        return [at for at in range(1, len(counted) + 2) if at not in dull][::every]

    def steps(self) -> list[Rows]:
        """What is there after each transaction of one that has several; each order in it is whole."""
        self.bench.put_back()
        disk, found = Disk(self.bench.folder), []
        for change in self.journal:
            disk.take(change)
            if change.kind == "s" and change.path.endswith("-wal"):
                self.lay_out({path: bytes(file.after(file.changes)) for path, file in disk.files.items()})
                found.append(rows_of(self.bench.file))
        for rows in found:
            assert len(rows["orders"]) == len(rows["order_items"]) == len(rows["events"])
        return found

    def lay_out(self, files: dict[str, bytes]) -> None:
        shutil.rmtree(self.bench.folder)
        for path, content in files.items():
            Path(path).parent.mkdir(exist_ok=True, parents=True)
            Path(path).write_bytes(content)

    def kill(self, at: int, *, again: bool) -> None:
        def act(tell: Callable[..., None]) -> None:
            self.bench.arm(KILL, at)
            tell(answered=self.action().is_done)
            self.bench.close()

        told = self.bench.in_fork(act)
        self.judge(f"killed at {at}", answered=told.get("answered", False))
        if again:
            self.do_again(f"killed at {at}")

    def do_again(self, where: str) -> None:
        """In a process of its own, on what is there."""
        child = os.fork()
        if not child:
            try:
                self.action()
                self.bench.close()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        self.must_be_done(f"{where}, done again")

    def must_be_done(self, where: str) -> None:
        rows, core = rows_of(self.bench.file), ACTIONS[self.name].core
        if any(rows.get(table) != self.after[table] for table in core or self.after):
            self.tries.faults.append(f"{where}: half, it is not there")

    def fail(self, at: int, failure: str, *, again: bool) -> None:
        """In this very process, as a server goes on after one failure and meets the next."""
        where, (mode, code) = f"{failure} at {at}", FAILURES[failure]
        self.bench.put_back()
        self.bench.arm(mode, at, code)
        answer = self.action()
        if at % 2:
            self.bench.close()
        self.bench.arm(OFF)
        found = self.find()
        self.judge(where, answered=answer.is_done, found=found)
        if CLAIM in answer.words and found != "before":
            self.tries.faults.append(f"{where}: the page says what is not so: {answer.words}")
        if again:
            self.action()
        self.bench.close()
        if again:
            self.must_be_done(f"{where}, done again")

    def cut_power(self, every: int, cuts: int) -> None:
        self.bench.put_back()
        disk, dice, answered = Disk(self.bench.folder), random.Random(7), False
        for at, change in enumerate(self.journal):
            disk.take(change)
            answered = answered or change.kind == "a"
            for _ in range(cuts if at % every == 0 or change.kind == "a" else 0):
                files = disk.cut(dice)
                print_of = fingerprint(files)
                if print_of not in self.seen:
                    self.lay_out(files)
                    self.seen[print_of] = self.find()
                self.judge(f"power cut after {at}", answered=answered, found=self.seen[print_of])

    def find(self) -> str:
        try:
            rows = rows_of(self.bench.file)
        except (AssertionError, sqlite3.Error) as broken:
            return f"half: {broken}"
        if rows in self.known:
            return ("before", "after", "between")[min(self.known.index(rows), 2)]
        return f"half: other than before in {[table for table in rows if rows[table] != self.before.get(table)]}"

    def judge(self, where: str, *, answered: bool, found: str | None = None) -> None:
        found = found or self.find()
        self.tries.points[where.split(" at ")[0].split(" after ")[0]] += 1
        if "half" in found:
            self.tries.faults.append(f"{where}: {found}")
        elif answered and found != "after":
            self.tries.faults.append(f"{where}: lost, it is as {found}")
