"""The process dies, the disk fails or the power goes, at any point: what was acknowledged is there, nothing is half."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.gates.acting import ACTIONS
from tests.gates.opened import shim  # noqa: F401 (a fixture)
from tests.gates.trying import Tries, try_all


@pytest.fixture
def attempt(shim, opened, tmp_path, monkeypatch):  # noqa: F811 (fixtures)
    """In forks of a process that was started with the shim: one for the action, and of that one for each point."""
    monkeypatch.setenv("LD_PRELOAD", str(shim))
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.gates.trying"])

    def run(name, *, guard=None, every=1, cuts=0, kinds=("kill", "fail", "cut")) -> Tries:
        with ProcessPoolExecutor(1, mp_context=processes) as pool:
            work = pool.submit(try_all, name, opened, tmp_path, guard=guard, every=every, cuts=cuts, kinds=kinds)
            return work.result()

    return run


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "cancel" else pytest.mark.minutes) for name in ACTIONS]
)
def test_nothing_is_lost_and_nothing_half_done(attempt, gate, name):
    tried = attempt(name, every=gate.size(quick=60, full=1), cuts=gate.size(quick=2, full=1))
    assert tried.faults == []
    kinds = ", ".join(f"{many:,} × {kind}" for kind, many in tried.points.items())
    gate.figure(f"{name}: {kinds}; 0 lost, 0 half done")


@pytest.mark.control
def test_without_a_full_sync_power_cuts_lose_what_was_acknowledged(attempt, gate):
    tried = attempt("cancel", guard="sync", every=gate.size(quick=60, full=2), cuts=5, kinds=("cut",))
    assert tried.lost
    assert tried.half == [], "what is there is whole all the same"
    gate.figure(f"synchronous=NORMAL: {len(tried.lost)} of {tried.points.total():,} power cuts lost a cancel")


@pytest.mark.control
def test_with_the_email_outside_of_the_transaction_cancels_are_half_done(attempt, gate):
    tried = attempt("cancel", guard="one_transaction", every=gate.size(quick=10, full=3), kinds=("kill",))
    assert tried.half
    found = [fault for fault in tried.half if "other than before" in fault]
    assert all("'orders'" in fault and "'emails'" not in fault for fault in found), "cancelled, and nobody is told"
    gate.figure(f"the email in a transaction of its own: {len(tried.half)} of {tried.points.total()} kills left half")
