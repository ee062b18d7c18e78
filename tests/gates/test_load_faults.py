"""Slow clients, or a lock that nobody gives back: pages go on, writes are refused in time."""

import http.client
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import pytest

from tests.gates.opened import a_shop
from tests.gates.over_http import PATIENCE, Seen, environment, free_port, look, sell, wait_until_it_answers

SLOW = 300
SAMPLES = 15
WRITERS = 20
ORDERS = 80


class Server:
    """`flask serve` on a store, and people who are signed in there."""

    def __init__(self, folder, guard=None, orders=ORDERS, **how):
        self.folder, self.port = folder, free_port()
        self.people = sell(folder, orders)
        program = ["tests.gates.without", guard] if guard else ["flask", "--app", "app"]
        words = [sys.executable, "-m", *program, "serve"]
        how["env"] = {**environment(folder, self.port), **how.get("env", {})}
        with (folder / "said").open("wb") as said:
            self.process = subprocess.Popen(words, stdout=said, stderr=said, **how)
        wait_until_it_answers(self.port)

    def line(self, timeout=PATIENCE):
        return closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout))

    def get(self, path, timeout=PATIENCE):
        with self.line(timeout) as line:
            return self.people[0].get(line, path)

    def cancel(self, order):
        """The answer's status, its Retry-After, what the page says, and how long it took."""
        begun = time.perf_counter()
        with self.line() as line:
            answer = self.people[order % 2].press(line, order)
            return answer.status, answer.headers["Retry-After"], answer.read().decode(), time.perf_counter() - begun

    def times(self, path, samples=SAMPLES):
        """How long the page took, in the median."""
        took = []
        for _ in range(samples):
            begun = time.perf_counter()
            assert self.get(path)[0] == 200
            took.append(time.perf_counter() - begun)
        return statistics.median(took)

    def end(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def serve(opened, tmp_path):
    with ExitStack() as all_of_them:

        def start(folder=None, **how):
            server = Server(a_shop(opened, folder or tmp_path / "shop"), **how)
            all_of_them.callback(server.end)
            return server

        yield start


# Slow clients

HEAD = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BEGINNINGS = {
    "headers": HEAD + b"X-Slow: ",
    "body": HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999\r\n\r\nemail=",
    "reading": b"GET /help/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}


@contextmanager
def slow_clients(port, many):
    """A third each: headers that never end, a body that never ends, an answer that is never read."""
    with ExitStack() as lines:
        beginnings = list(BEGINNINGS.values())
        for number in range(many):
            line = lines.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            line.settimeout(PATIENCE)
            line.connect(("127.0.0.1", port))
            line.sendall(beginnings[number % len(beginnings)])
        yield


def test_slow_clients_keep_nobody_from_their_page(gate, serve):
    server, many = serve(), gate.size(quick=120, full=SLOW)
    alone = server.times("/healthz")
    with slow_clients(server.port, many):
        beside = server.times("/healthz")
        assert server.get("/orders/")[0] == 200
    assert beside < 10 * alone + 0.2
    gate.figure(f"{many} slow connections: /healthz in {beside * 1000:.0f} ms, alone in {alone * 1000:.0f} ms")


@pytest.mark.control
@pytest.mark.minutes
def test_as_waitress_comes_slow_clients_keep_all_others_out(gate, serve):
    server = serve(guard="limits")
    server.times("/healthz")
    with slow_clients(server.port, 120), pytest.raises(TimeoutError):
        server.get("/healthz", timeout=3)
    gate.figure("with waitress’s own limit of connections: no answer beside 120 slow ones")


# The lock


@contextmanager
def lock_held(server):
    with closing(sqlite3.connect(server.folder / "suki.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def writers(server, many, stop_after):
    """So many people press Save at once, and again when they are refused."""
    answers = []

    def press(number):
        for _ in range(stop_after):
            answers.append(server.cancel(number + 1))

    with ThreadPoolExecutor(many) as pool:
        waiting = [pool.submit(press, number) for number in range(many)]
        yield answers
        for each in waiting:
            each.result(PATIENCE)


@pytest.mark.minutes
def test_who_can_not_write_is_told_so_in_time_and_pages_go_on(gate, serve):
    server = serve()
    alone = server.times("/orders/1")
    with lock_held(server), writers(server, WRITERS, gate.size(quick=6, full=12)) as answers:
        beside = server.times("/orders/1")
    assert {(status, retry) for status, retry, *_ in answers} == {(503, "2")}
    assert all("Nothing was changed" in page for *_, page, _took in answers)
    assert look(server.folder / "suki.db") == Seen(set(), [])
    assert server.cancel(1)[0] == 303, "when the lock is free, they can"
    slowest = max(took for *_, took in answers)
    assert beside < slowest / 2, "no page waits until a writer gives its thread back"
    gate.figure(
        f"lock held, {len(answers)} writes by {WRITERS} at once: 503 within {slowest:.1f} s; pages in "
        f"{beside * 1000:.0f} ms, alone in {alone * 1000:.0f} ms"
    )


@pytest.mark.control
@pytest.mark.minutes
def test_without_a_bound_on_writers_pages_wait_for_them(gate, serve):
    server = serve(guard="semaphore")
    alone = server.times("/orders/1")
    with lock_held(server), writers(server, WRITERS, 2) as answers:
        beside = server.times("/orders/1", samples=3)
    assert beside > max(took for *_, took in answers) / 2
    gate.figure(f"any number of writers may wait: pages in {beside * 1000:.0f} ms, alone in {alone * 1000:.0f} ms")
