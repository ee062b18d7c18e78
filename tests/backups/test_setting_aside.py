"""What lies where a backup is put back is kept, and is in nobody's way: not in that of the store that comes back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.backups.conftest import ask, numbers
from tests.orders.books import later

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


@pytest.mark.parametrize("at", ["blueprints.backups.copying.settle", "pathlib.Path.replace"])
def test_a_broken_store_too_is_as_it_was_when_the_other_can_not_be_put_there(run, store, copy, monkeypatch, at):
    def full(*_):
        raise OSError("No space left on device")

    run("backup", copy)
    store.write_bytes(b"broken" * 1000)
    with monkeypatch.context() as disk:
        disk.setattr(at, full)
        said = run("restore", copy, "--yes")
    assert (said.exit_code, said.output) == (1, "The store is as it was: No space left on device.\n")
    assert store.read_bytes() == b"broken" * 1000
    assert [path.name for path in store.parent.glob("broken-*")] == []


def test_the_copy_that_is_put_back_is_not_the_oldest_to_go(app, shop, run, store, copy):
    app.config["BACKUP_KEEP"] = 1
    shop.order(number="1001")
    run("backup", copy)
    shop.order(number="1002")
    run("restore", copy, "--yes")
    [today] = (store.parent / "backups").glob("*-before-restore.db")
    with later(minutes=1):
        said = run("restore", today, "--yes")
    assert said.exit_code == 0, said.output
    assert numbers(store) == numbers(today) == {"1001", "1002"}
    with later(minutes=2):
        run("restore", copy, "--yes")
    assert not today.exists(), "it goes with the next"


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
