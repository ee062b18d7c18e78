"""Asking a server for pages from many connections at once, each in a process of its own: asking is not the limit.

As a program: one of those connections, which waits for a line before it begins.
"""

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import IO, cast

import click

from bench.clients import Client
from bench.servers import ROOT, Server


@dataclass(frozen=True)
class Push:
    port: int
    addresses: list[str]
    """Asked for in turns."""
    requests: int
    cookies: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        client = Client(self.port, self.cookies)
        for turn in range(self.requests):
            client.get(self.addresses[turn % len(self.addresses)])
        client.close()


@dataclass(frozen=True)
class Pushed:
    per_second: float
    cores: float
    """How many of them the server kept busy."""


def push(server: Server, addresses: list[str], *, connections: int, requests: int, client: Client) -> Pushed:
    """`requests` in all, with the cookies of somebody who is signed in."""
    each = Push(server.port, addresses, -(-requests // connections), client.cookies)
    order = json.dumps(asdict(each)).encode() + b"\n"
    command = [sys.executable, "-m", "bench.pushing"]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe) for _ in range(connections)]
    for process in processes:
        _tell(process, order)
        _hear(process)
    began, cpu_began = time.perf_counter(), server.cpu_ns()
    for process in processes:
        _tell(process, b"go\n")
    for process in processes:
        _hear(process)
    took_s, cpu_s = time.perf_counter() - began, (server.cpu_ns() - cpu_began) / 1e9
    for process in processes:
        process.communicate()
    return Pushed(each.requests * connections / took_s, cpu_s / took_s)


def _tell(process: subprocess.Popen[bytes], line: bytes) -> None:
    pipe = cast(IO[bytes], process.stdin)
    pipe.write(line)
    pipe.flush()


def _hear(process: subprocess.Popen[bytes]) -> None:
    if not cast(IO[bytes], process.stdout).readline():
        raise SystemExit("Whoever asked for pages died; what it said is above.")


if __name__ == "__main__":
    mine = Push(**json.loads(sys.stdin.readline()))
    click.echo("ready")
    sys.stdin.readline()
    mine.run()
    click.echo("done")
