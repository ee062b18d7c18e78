"""The disk is full, in three ways: pages go on, who writes reads a clear sentence, nothing is half, and it recovers."""

import os
import resource
import subprocess
from pathlib import Path

import pytest

from tests.gates.opened import shim  # noqa: F401 (a fixture)
from tests.gates.over_http import look
from tests.gates.test_load_faults import ORDERS, serve  # noqa: F401 (a fixture)

ROOM = 32 * 2**20


class SmallDisk:
    """A file system of its own, filled to the brim."""

    def __init__(self, folder):
        self.disk = folder / "disk"
        self.disk.mkdir()
        options = ["-t", "tmpfs", "-o", f"size={ROOM}", "none", self.disk]
        if os.geteuid() or subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
            pytest.skip("A FULL FILE SYSTEM WAS NOT TRIED: only root may mount one")
        self.folder, self.filler = self.disk / "shop", self.disk / "filler"

    def how(self):
        return {"folder": self.folder}

    def fill(self, _server):
        with self.filler.open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                return

    def make_room(self, _server):
        self.filler.unlink()

    def leave(self):
        subprocess.run(["umount", "-l", self.disk], check=True)


class ShortFiles:
    """No file may get longer than the longest is."""

    def __init__(self, folder):
        self.folder = folder / "shop"

    def how(self):
        return {"folder": self.folder}

    def fill(self, server):
        longest = max(path.stat().st_size for path in self.folder.glob("suki.db*"))
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))

    def make_room(self, server):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)

    def leave(self):
        pass


class FailingWrites:
    """The shim: from one moment on each write fails with ENOSPC."""

    def __init__(self, folder, shim):  # noqa: F811 (what the fixture gave)
        self.folder, self.mark, self.shim = folder / "shop", folder / "full", shim

    def how(self):
        told = {"LD_PRELOAD": str(self.shim), "SHIM_FOLDER": str(self.folder), "SHIM_FULL_WHILE": str(self.mark)}
        return {"folder": self.folder, "env": told}

    def fill(self, _server):
        self.mark.touch()

    def make_room(self, _server):
        self.mark.unlink()

    def leave(self):
        pass


WAYS = {"a full file system": SmallDisk, "a limit on files": ShortFiles, "ENOSPC by the shim": FailingWrites}
ONE_OF_THEM = "a limit on files"
"""Needs neither root nor a compiler."""


@pytest.fixture(params=[pytest.param(way, marks=pytest.mark.minutes if way != ONE_OF_THEM else ()) for way in WAYS])
def disk(request, tmp_path):
    needs = [request.getfixturevalue("shim")] if WAYS[request.param] is FailingWrites else []
    made = WAYS[request.param](tmp_path, *needs)
    made.name = request.param
    yield made
    made.leave()


def test_a_full_disk_stops_writers_alone_and_only_as_long_as_it_is_full(disk, gate, serve):  # noqa: F811 (the fixture)
    server, done = serve(**disk.how()), set()
    disk.fill(server)
    refused = 0
    for order in range(1, ORDERS):
        status, _retry, page, _took = server.cancel(order)
        if status == 303:
            done.add(order)
            continue
        refused += 1
        assert (status, "could not write to its disk" in page) == (503, True), page
        assert [server.get(path)[0] for path in ("/orders/", f"/orders/{order}", "/healthz")] == [200, 200, 200]
        if refused == gate.size(quick=3, full=10):
            break
    assert refused, "the disk was never full"
    seen = look(Path(disk.folder) / "suki.db")
    assert (done - seen.cancelled, seen.half) == (set(), [])

    disk.make_room(server)
    assert [server.cancel(order)[0] for order in (order, order + 1)] == [303, 303]
    assert server.process.poll() is None, "the same process as before"
    seen = look(Path(disk.folder) / "suki.db")
    assert ({*done, order, order + 1} - seen.cancelled, seen.half) == (set(), [])
    gate.figure(f"{disk.name}: {refused} writes refused, reads went on, 0 lost, 0 half, on again without a restart")


@pytest.mark.control
@pytest.mark.minutes
def test_an_answer_that_does_not_wait_for_the_disk_lies_when_it_is_full(shim, gate, tmp_path, serve):  # noqa: F811 (fixtures)
    disk = FailingWrites(tmp_path, shim)
    server = serve(guard="commit_first", **disk.how())
    disk.fill(server)
    done = {order for order in range(1, 6) if server.cancel(order)[0] == 303}
    disk.make_room(server)
    lost = done - look(disk.folder / "suki.db").cancelled
    assert lost
    gate.figure(f"answered before the commit: {len(lost)} of {len(done)} cancels lost")
