"""A backup is whole, made while the store is open, and never half a file."""

import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from blueprints import clock
from blueprints.backups import keeping_backups
from blueprints.backups.copying import NotWhole
from blueprints.backups.keeping_backups import BackupKind, BeingMade, kept, make, make_when_due
from blueprints.disk import DiskSpace
from models import Order, db, writing
from tests.backups.conftest import ask, numbers
from tests.orders.books import later
from tests.shop import A_MORNING

pytestmark = pytest.mark.sqlite
ROOT = Path(__file__).parent.parent.parent
DAY = timedelta(days=1)


def leftovers(folder):
    return [path.name for path in folder.rglob("*") if ".part" in path.name]


def add_order(app, number):
    with app.app_context(), writing() as session:
        order = Order(number=number, customer_name="Maria", currency="PHP", total=1, placed_at=A_MORNING)
        session.add(order)


def test_a_backup_is_the_whole_store_and_for_its_owner_alone(app, shop, run, tmp_path):
    shop.order(number="1001")
    said = run("backup", tmp_path / "copy.db")
    assert (said.exit_code, "the copy is good" in said.output) == (0, True)
    assert numbers(tmp_path / "copy.db") == {"1001"}
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"], "one file, with nothing beside it"


def test_a_file_that_is_there_already_is_left_alone(run, tmp_path):
    (tmp_path / "copy.db").write_text("my thesis")
    assert run("backup", tmp_path / "copy.db").exit_code == 1
    assert (tmp_path / "copy.db").read_text() == "my thesis"


def test_of_a_damaged_database_no_backup_is_made_that_looks_like_one(app, shop, run, tmp_path):
    for _ in range(50):
        shop.order()
    with app.app_context():
        with db.engine.connect() as connection:
            connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    content = bytearray((tmp_path / "suki.db").read_bytes())
    content[8192:-8192] = b"\xaa" * (len(content) - 16384)
    (tmp_path / "suki.db").write_bytes(content)
    said = run("backup", tmp_path / "copy.db")
    assert (said.exit_code, "No backup was made" in said.output) == (1, True)
    assert not (tmp_path / "copy.db").exists()
    assert leftovers(tmp_path) == []


def test_on_a_full_disk_no_half_file_is_left(app, shop, tmp_path):
    for _ in range(20):
        shop.order()
    with app.app_context():
        db.engine.dispose()
    size = (tmp_path / "suki.db").stat().st_size

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))

    environment = {"FLASK_SKIP_DOTENV": "1", "FLASK_INSTANCE_PATH": str(tmp_path), "PATH": ""}
    said = subprocess.run(
        [sys.executable, "-m", "flask", "backup", tmp_path / "copy.db"],
        cwd=ROOT, env=environment, preexec_fn=little_room, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (said.returncode, "No backup was made" in said.stderr) == (1, True), said.stderr
    assert not (tmp_path / "copy.db").exists()
    assert leftovers(tmp_path) == []
    assert ask(tmp_path / "suki.db", "PRAGMA integrity_check") == [("ok",)]


def test_where_there_is_no_room_for_it_none_is_begun(run, tmp_path, monkeypatch):
    size = (tmp_path / "suki.db").stat().st_size
    monkeypatch.setattr("blueprints.backups.copying.space_on", lambda _folder: DiskSpace(free=size - 1, total=size * 9))
    monkeypatch.setattr("blueprints.backups.copying._copy", lambda *_: pytest.fail("it fills the disk first"))
    said = run("backup", tmp_path / "copy.db")
    assert (said.exit_code, "No space left on device" in said.output) == (1, True)
    assert leftovers(tmp_path) == []


def test_what_one_who_died_left_long_ago_goes_with_the_next(run, tmp_path):
    """All customers are in it. Whoever is at it still writes to it."""
    stick, shop = tmp_path / "stick", tmp_path
    stick.mkdir()
    for folder in (stick, shop):
        for name in (".suki-x1.part", ".suki-x1.part-journal", ".suki-x2.part"):
            (folder / name).write_text("half")
            an_age = clock.now().timestamp() - (25 if "x1" in name else 23) * 3600
            os.utime(folder / name, (an_age, an_age))
    assert run("backup", stick / "copy.db").exit_code == 0
    assert leftovers(stick) == [".suki-x2.part"]
    assert run("backup").exit_code == 0
    assert leftovers(shop) == [".suki-x2.part"] * 2, "the one of a restore, too"


def test_what_goes_wrong_at_any_step_leaves_no_file(app, tmp_path, monkeypatch):
    def refuse(*_):
        raise NotWhole("planted")

    monkeypatch.setattr("blueprints.backups.copying.refuse_unless_whole", refuse)
    with app.app_context(), pytest.raises(NotWhole):
        make(BackupKind.BY_HAND, keep=3)
    assert list((tmp_path / "backups").glob("*.db*")) == []


def test_one_is_made_each_day_and_the_oldest_go(app, tmp_path):
    with app.app_context():
        for day in range(5):
            with later(days=day):
                assert make_when_due(every=DAY, keep=3) is not None
            with later(days=day + 0.5):
                assert make_when_due(every=DAY, keep=3) is None
        by_itself = [backup.at for backup in kept()]
        assert len(by_itself) == 3
        assert by_itself == sorted(by_itself, reverse=True)
        with later(days=4.5):
            by_hand = make(BackupKind.BY_HAND, keep=3)
        assert [backup.kind for backup in kept()].count(BackupKind.SCHEDULED) == 3
        assert by_hand.path.exists()


def test_a_clock_that_was_wrong_for_a_while_does_not_end_the_backups(app):
    with app.app_context():
        with later(days=400):
            make_when_due(every=DAY, keep=3)
        assert make_when_due(every=DAY, keep=3) is not None, "one of next year says nothing of today"


def test_copies_that_it_dated_ahead_push_out_none_of_today(app):
    with app.app_context():
        for day in range(400, 405):
            with later(days=day):
                make(BackupKind.SCHEDULED, keep=3)
        for day in range(5):
            with later(days=day):
                made = make_when_due(every=DAY, keep=3)
                assert made is not None
                assert made in kept(), "it is there, and not the one to go"
            with later(days=day + 0.5):
                assert make_when_due(every=DAY, keep=3) is None, "it counts as the last"
        with later(days=6):
            ahead = [backup.at > clock.now() for backup in kept()]
        assert ahead == [True] * 3 + [False] * 3


def test_nor_do_they_stop_a_command(app, run, tmp_path):
    app.config["BACKUP_KEEP"] = 1
    with app.app_context(), later(days=400):
        for kind in (BackupKind.BY_HAND, BackupKind.BEFORE_RESTORE):
            make(kind, keep=1)
    assert run("backup").exit_code == 0
    run("backup", tmp_path / "copy.db")
    assert run("restore", tmp_path / "copy.db", "--yes").exit_code == 0
    with app.app_context():
        assert sorted(backup.kind for backup in kept() if backup.at <= clock.now()) == ["before-restore", "by-hand"]


def test_two_are_never_made_at_once_and_one_that_died_is_not_waited_for(app, tmp_path):
    with app.app_context():
        folder = keeping_backups.folder()
        folder.mkdir()
        (folder / ".suki-20261126T000000Z-by-hand.db.1.part").write_text("half")
        with closing(sqlite3.connect(folder / ".making", isolation_level=None)) as somebody:
            somebody.execute("BEGIN EXCLUSIVE")
            with pytest.raises(BeingMade):
                make(BackupKind.BY_HAND, keep=3)
            assert make_when_due(every=DAY, keep=3) is None
        assert make(BackupKind.BY_HAND, keep=3).at > clock.now() - timedelta(hours=1)
        assert leftovers(folder) == []
