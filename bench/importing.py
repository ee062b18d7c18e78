"""What `flask orders import` takes for a large file: rows a second once it runs, and memory all along."""

import csv
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.servers import ROOT, memory_mb, settings
from bench.stores import open_store

AT_LEAST_A_SECOND = 5000
AT_MOST_GROWTH_MB = 3.0
LOOK_EVERY_S = 0.1
COLUMNS = (
    "number",
    "placed_at",
    "status",
    "payment_status",
    "payment_method",
    "currency",
    "total",
    "customer_name",
    "customer_email",
    "customer_phone",
    "address",
    "item_sku",
    "item_name",
    "item_quantity",
    "item_price",
)


@dataclass(frozen=True)
class Look:
    at_s: float
    memory_mb: float


@dataclass(frozen=True)
class Import:
    rows: int
    took_s: float
    cpu_s: float
    looks: list[Look]

    @property
    def a_second(self) -> float:
        """Checked and brought in, after the first second, in which Python itself starts."""
        return self.rows / max(self.took_s - 1, 0.001)

    @property
    def most_mb(self) -> float:
        return max(look.memory_mb for look in self.looks)

    @property
    def growth_mb(self) -> float:
        """From the middle of it to the end."""
        half = [look.memory_mb for look in self.looks if look.at_s >= self.took_s / 2]
        return max(half) - half[0]


def measure_import(kept_in: Path, rows: int) -> Import:
    folder = kept_in / "import"
    open_store(folder)
    file = folder / "orders.csv"
    _write(file, rows)
    command = [sys.executable, "-m", "flask", "--app", "app", "orders", "import", str(file)]
    began, looks = time.monotonic(), []
    process = subprocess.Popen(command, cwd=ROOT, env=settings(folder), stdout=subprocess.DEVNULL)
    cpu_s = 0.0
    while process.poll() is None:
        if memory := memory_mb(process.pid):
            looks.append(Look(time.monotonic() - began, memory))
            cpu_s = time.clock_gettime((~process.pid << 3) | 2)
        time.sleep(LOOK_EVERY_S)
    took_s = time.monotonic() - began
    _see_that_all_came(folder / "suki.db", rows)
    return Import(rows, took_s, cpu_s, looks)


def _write(file: Path, rows: int) -> None:
    """Of Suki's own columns; a row is an order with one item."""
    first = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for row in range(rows):
            at = first + timedelta(seconds=20 * row * 100_000 // max(rows, 100_000))
            customer = (f"Maria Santos {row}", f"maria{row}@example.com", f"0917 {row:07}", "12 Mabini St, Quezon City")
            item = ("ADB-01", "Adobo set", 2, "480.00")
            writer.writerow(
                [100_001 + row, at.isoformat(), "completed", "paid", "gcash", "PHP", "960.00", *customer, *item]
            )


def _see_that_all_came(database: Path, rows: int) -> None:
    with closing(sqlite3.connect(database)) as connection:
        (came,) = connection.execute("SELECT count(*) FROM orders").fetchone()
    if came != rows:
        raise SystemExit(f"Of {rows} orders {came} came in.")
