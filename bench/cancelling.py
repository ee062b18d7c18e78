"""What a cancel takes: above a bare answer of the same size, and beside what the disk takes to keep one row."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from statistics import median

from bench.clients import hidden_fields
from bench.measuring import Desk, bare_address

AT_MOST_COMMITS = 2.0
IN_A_BLOCK = 4
_TO_CANCEL = (
    "SELECT id FROM orders WHERE status IN ('pending', 'accepted', 'processing') "
    "AND NOT booking_integrated ORDER BY position DESC LIMIT ?"
)


@dataclass
class CancelCost:
    """A value for each round."""

    orders: int
    latency_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    bare_ms: list[float] = field(default_factory=list)
    commit_ms: list[float] = field(default_factory=list)

    @property
    def commits(self) -> list[float]:
        """How many durable commits it takes longer than the bare answer."""
        rounds = zip(self.latency_ms, self.bare_ms, self.commit_ms, strict=True)
        return [(cancel - bare) / commit for cancel, bare, commit in rounds]


@dataclass
class _Round:
    cancels: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    cpu_ns: int = 0


def measure_cancels(desk: Desk, *, rounds: int, cancels: int) -> CancelCost:
    cost = CancelCost(desk.store.orders)
    to_cancel = [str(row[0]) for row in desk.store.ask(_TO_CANCEL, rounds * cancels)]
    each = len(to_cancel) // rounds
    for turn in range(rounds):
        took = _measure_round(desk, to_cancel[turn * each : (turn + 1) * each])
        cost.latency_ms.append(median(took.cancels))
        cost.cpu_ms.append(took.cpu_ns / 1e6 / each)
        cost.bare_ms.append(median(took.bare))
        cost.commit_ms.append(median(took.commits))
    return cost


def _measure_round(desk: Desk, orders: list[str]) -> _Round:
    took = _Round()
    for first in range(0, len(orders), IN_A_BLOCK):
        block = orders[first : first + IN_A_BLOCK]
        for order in block:
            _cancel(desk, order, took)
        size = 200  # of the answer, which only says where to go on
        took.bare += [desk.bare_client.get(bare_address(size)).took_s * 1000 for _ in block]
        took.commits += _commits(desk, len(block))
    return took


def _cancel(desk: Desk, order: str, took: _Round) -> None:
    """The page is read first, as it must be, and not counted."""
    address = f"/orders/{order}/cancel"
    fields = hidden_fields(desk.client.get(address).text)
    began = desk.suki.cpu_ns()
    answer = desk.client.post(address, {**fields, "note": "We are out of stock.", "restock": "y", "notify": "y"})
    took.cpu_ns += desk.suki.cpu_ns() - began
    took.cancels.append(answer.took_s * 1000)


def _commits(desk: Desk, many: int) -> list[float]:
    """Milliseconds each, on the disk of the store, with SQLite's own promise that it survives a power cut."""
    took = []
    with closing(sqlite3.connect(desk.store.folder / "commits.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY, text TEXT)")
        for _ in range(many):
            began = time.perf_counter()
            connection.execute("INSERT INTO kept (text) VALUES (?)", ("x" * 500,))
            took.append((time.perf_counter() - began) * 1000)
    return took
