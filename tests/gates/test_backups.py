"""Backups under load, each put back; and upgrades that are killed, which end in the old schema or in the new."""

import itertools
import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from blueprints.backups.copying import copy_whole
from models import db
from tests.conftest import make_app
from tests.gates.migrating import kill_upgrades
from tests.gates.over_http import Crowd, look
from tests.gates.test_load_faults import serve  # noqa: F401 (a fixture)

REVISIONS = sorted(path.name[:4] for path in (Path(__file__).parents[2] / "migrations/versions").glob("[0-9]*.py"))
BETWEEN = 3
"""Cancels between two backups, at least."""


def put_back(copy, folder):
    """By `flask restore`, on a computer that has nothing."""
    app = make_app(folder)
    said = app.test_cli_runner().invoke(args=["restore", str(copy), "--yes"])
    with app.app_context():
        db.engine.dispose()
    assert said.exit_code == 0, said.output
    return folder / "suki.db"


def test_each_backup_under_load_is_put_back_with_all_that_was_answered_before(gate, serve, tmp_path):  # noqa: F811 (the fixture)
    rounds = gate.size(quick=2, full=20)
    server = serve(orders=rounds * 20)
    crowd, made = Crowd(server.port, server.people, iter(range(1, rounds * 20 + 1))), []
    crowd.begin(2)
    for number in range(rounds):
        crowd.wait_for(len(crowd.done) + BETWEEN)
        before, copy = set(crowd.done), tmp_path / f"copy-{number}.db"
        copy_whole(server.folder / "suki.db", copy)
        made.append((before, copy))
    crowd.orders = itertools.chain()
    crowd.end()
    assert (crowd.unknown, crowd.other) == ([], []), "nobody was kept from the desk by a backup"
    for number, (before, copy) in enumerate(made):
        seen = look(put_back(copy, tmp_path / f"back-{number}"))
        assert (before - seen.cancelled, seen.half) == (set(), [])
    gate.figure(f"{rounds} backups amid {len(crowd.done)} cancels: each put back whole, with all answered before")


@pytest.mark.control
def test_a_copy_of_the_file_lacks_what_was_answered(gate, serve, tmp_path):  # noqa: F811 (the fixture)
    server = serve()
    done = {order for order in (1, 2, 3) if server.cancel(order)[0] == 303}
    shutil.copy(server.folder / "suki.db", tmp_path / "copy.db")
    lost = done - look(tmp_path / "copy.db").cancelled
    assert lost == done == {1, 2, 3}
    gate.figure(f"cp: {len(lost)} of {len(done)} cancels are not in the copy")


@pytest.fixture(scope="module")
def kill(opened):
    """In a process that makes the forks, one for each kill."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        yield lambda *asked, guard=None: pool.submit(kill_upgrades, opened, *asked, guard).result()


def test_an_upgrade_that_is_killed_ends_old_or_new_and_goes_on(gate, kill, tmp_path):
    kills = 0
    for revision in REVISIONS[:-1] if gate.is_full else REVISIONS[-2:-1]:
        folder = tmp_path / revision
        folder.mkdir()
        killed, wrong = kill(folder, revision, gate.size(quick=40, full=5))
        assert wrong == []
        kills += killed
    assert kills
    gate.figure(f"upgrades from each of {len(REVISIONS) - 1} schemas, {kills} kills: old or new, and it goes on")


@pytest.mark.control
@pytest.mark.minutes
def test_without_its_one_transaction_an_upgrade_ends_in_between(gate, kill, tmp_path):
    killed, wrong = kill(tmp_path, REVISIONS[0], 25, guard="outer_transaction")
    assert wrong
    gate.figure(f"each statement for itself: {len(wrong)} of {killed} kills left neither")
