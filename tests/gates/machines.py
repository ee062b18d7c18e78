"""Web processes that share nothing but a PostgreSQL server: each has a network and a disk of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.gates.over_http import KEY, PATIENCE
from tests.gates.real import Caller
from tests.server.networks import inside

PORT = 8000
"""Of each of them: in its own network it is the only one."""
# Its instance folder has the path that all of them have, and begins empty.
ALONE = 'set -e; mount -t tmpfs instance "$FLASK_INSTANCE_PATH"; ip link set lo up; exec "$@"'


class Machine:
    def __init__(self, folder: Path, database: str, guard: str | None = None) -> None:
        env = {
            **os.environ,
            "FLASK_INSTANCE_PATH": str(folder),
            "FLASK_RUN_PORT": str(PORT),
            "FLASK_SECRET_KEY": KEY,
            "FLASK_SQLALCHEMY_DATABASE_URI": database,
        }
        program = ["tests.gates.without", guard] if guard else ["flask", "--app", "app"]
        serve = [sys.executable, "-m", *program, "serve"]
        self.said = (folder.parent / f"said-{len(list(folder.parent.glob('said-*')))}").open("w")
        words = ["unshare", "--net", "--mount", "sh", "-c", ALONE, "machine", *serve]
        self.process = subprocess.Popen(words, env=env, stdout=self.said, stderr=self.said)

    def caller(self, cookie: tuple[str, str]) -> Caller:
        """Its connection stays open, as a new one would go out from here."""
        call = Caller(PORT, cookie=cookie)
        with inside(self.process.pid):
            call.line.connect()
        return call

    def wait_until_it_answers(self) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                call = self.caller(("none", "none"))
                assert call.get("/healthz").status == 200
                call.line.close()
                return
            except OSError:
                assert time.monotonic() < until, Path(self.said.name).read_text()
                assert self.process.poll() is None, Path(self.said.name).read_text()
                time.sleep(0.1)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.said.close()


@contextmanager
def machines(many: int, folder: Path, database: str, guard: str | None = None) -> Iterator[list[Machine]]:
    started = [Machine(folder, database, guard) for _ in range(many)]
    try:
        for each in started:
            each.wait_until_it_answers()
        yield started
    finally:
        for each in started:
            each.end()
