"""What lies where a backup is put back is kept, and is in nobody's way: not in that of the store that comes back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.backups.conftest import ask, numbers

pytestmark = pytest.mark.sqlite


def test_a_broken_store_is_no_reason_against_it(app, shop, run, store, copy):
    shop.order(number="1001")
    run("backup", copy)
    store.write_bytes(b"broken" * 1000)
    for end in ("-wal", "-shm"):
        Path(f"{store}{end}").unlink(missing_ok=True)
    said = run("restore", copy, "--yes")
    assert said.exit_code == 0, said.output
    assert numbers(store) == {"1001"}
    [broken] = store.parent.glob("broken-*.db")
    assert broken.read_bytes().startswith(b"broken"), "it is kept as it was"


def leave_logs(store, **written):
    """What a process that was killed leaves beside the store, with what it wrote last: the number now, and before."""
    with closing(sqlite3.connect(store)) as whoever:
        whoever.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with whoever:
            whoever.executemany("UPDATE orders SET number = ? WHERE number = ?", written.items())
        left = {end: Path(f"{store}{end}").read_bytes() for end in ("-wal", "-shm")}
    left["-journal"] = b"of a store in another mode"
    for end, content in left.items():
        Path(f"{store}{end}").write_bytes(content)
    return left


def test_the_log_of_a_store_that_was_moved_away_is_not_read_into_the_other(shop, run, store, copy):
    shop.order(number="1001")
    run("backup", copy)
    left = leave_logs(store, late="1001")
    store.rename(f"{store}.bad")
    said = run("restore", copy, "--yes")
    assert said.exit_code == 0, said.output
    assert numbers(store) == {"1001"}
    assert ask(store, "PRAGMA integrity_check") == [("ok",)]
    kept = {path.name.partition(".db")[2]: path.read_bytes() for path in store.parent.glob("broken-*")}
    assert kept == left, "whoever has the other one may need them"
