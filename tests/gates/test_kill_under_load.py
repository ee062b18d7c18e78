"""kill -9 of the server while people cancel: what somebody was told is there, nothing is half, and it starts again."""

import itertools
import multiprocessing
import random
import signal
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.gates import nursery
from tests.gates.opened import a_shop
from tests.gates.over_http import Crowd, environment, free_port, look, sell, wait_until_it_answers

ROUND = 20
"""Kills of one store."""
MOST = 4
"""Cancels between two kills, at most."""
LINES = 4
COLD = 20
"""Of so many starts one is from nothing, by the command as it is typed."""


@pytest.fixture(scope="module")
def fast():
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield lambda work, *asked: pool.submit(work, *asked).result()


class Servers:
    """One after the other, on one store."""

    def __init__(self, folder, fast, guard):
        self.folder, self.fast, self.guard = folder, fast, guard
        self.port, self.cold, self.cold_starts, self.fork = free_port(), None, [], None

    def begin(self, number):
        env, begun = environment(self.folder, self.port), time.perf_counter()
        if number % COLD == COLD - 1 and not self.guard:
            words = [sys.executable, "-m", "flask", "--app", "app", "serve"]
            self.cold = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        else:
            self.fork = self.fast(nursery.begin, env, str(self.folder / "said"), self.guard)
        wait_until_it_answers(self.port)
        if self.cold:
            self.cold_starts.append(time.perf_counter() - begun)

    def kill(self):
        if self.cold:
            self.cold.send_signal(signal.SIGKILL)
            self.cold.wait()
        elif self.fork:
            self.fast(nursery.end, self.fork)
        self.cold = self.fork = None


@pytest.fixture
def kill_again_and_again(opened, tmp_path, fast):
    servers = []

    def run(kills, guard=None):
        lost, half, told, starts, dice = 0, 0, 0, [], random.Random(9)
        for first in range(0, kills, ROUND):
            many = min(ROUND, kills - first)
            folder = a_shop(opened, tmp_path / str(first))
            people, orders = sell(folder, many * (MOST + 2 * LINES)), itertools.count(1)
            servers.append(server := Servers(folder, fast, guard))
            done, gone, again = set(), set(), []
            for number in range(many):
                server.begin(number)
                crowd = Crowd(server.port, people, itertools.chain(again, orders))
                crowd.begin(LINES)
                crowd.wait_for(dice.randint(1, MOST))
                time.sleep(dice.random() / 50)  # at any moment of the next ones
                server.kill()
                crowd.end()
                assert set(crowd.other) <= {409, 503}, "done already, as nobody knew; or later"
                done |= set(crowd.done)
                again = crowd.unknown
                seen = look(folder / "suki.db")
                gone, half = gone | (done - seen.cancelled), half + len(seen.half)
            lost, told, starts = lost + len(gone), told + len(done), starts + server.cold_starts
        return lost, half, told, starts

    yield run
    for server in servers:
        server.kill()


def test_what_was_answered_is_there_and_nothing_is_half(gate, kill_again_and_again):
    kills = gate.size(quick=2, full=200)
    lost, half, told, starts = kill_again_and_again(kills)
    assert (lost, half) == (0, 0)
    assert told > kills
    again = f"; cold start {statistics.median(starts):.1f} s in the median of {len(starts)}" if starts else ""
    gate.figure(f"{kills} kills amid {told:,} cancels by {LINES} at once: 0 lost, 0 half{again}")


@pytest.mark.control
@pytest.mark.minutes
def test_an_answer_before_the_commit_is_a_lie_now_and_then(gate, kill_again_and_again):
    kills = gate.size(quick=2, full=10)
    lost, half, told, _starts = kill_again_and_again(kills, guard="commit_first")
    assert lost
    assert half == 0
    gate.figure(f"answered before the commit: {lost} of {told} lost by {kills} kills")
