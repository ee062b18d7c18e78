"""Servers as processes of their own, and what they take: time of the processor, and memory."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.clients import Client

ROOT = Path(__file__).parent.parent
START_WITHIN_S = 60.0
LOOK_EVERY_S = 0.005


@dataclass(frozen=True)
class Server:
    pid: int
    port: int
    first_answer_s: float
    """From its start to the first page that it gave."""

    def cpu_ns(self) -> int:
        """Of all its threads, from its start; Linux has a clock for each process."""
        return time.clock_gettime_ns((~self.pid << 3) | 2)

    def memory_mb(self) -> float:
        return memory_mb(self.pid)


def memory_mb(pid: int) -> float:
    """What of a process is in memory now; 0 when it has ended."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(kilobytes[0]) * 1024 / 1e6 if kilobytes else 0.0


def settings(folder: Path, port: int = 5000) -> dict[str, str]:
    """The environment of a store that lies in a folder, without the settings of whoever measures. No backup is made
    in the middle of it all."""
    env = {name: value for name, value in os.environ.items() if name[:6] != "FLASK_"}
    return env | {
        "FLASK_SKIP_DOTENV": "1",
        "FLASK_INSTANCE_PATH": str(folder),
        "FLASK_BASE_URL": f"http://127.0.0.1:{port}",
        "FLASK_BACKUP_EVERY_HOURS": "0",
    }


@contextmanager
def suki(folder: Path) -> Iterator[Server]:
    """`flask serve`, as a shop runs it; its log goes into a file."""
    port = free_port()
    command = [sys.executable, "-m", "flask", "--app", "app", "serve", "--port", str(port)]
    with _running(command, port, "/login", settings(folder, port), folder / "serve.log") as server:
        yield server


@contextmanager
def bare(folder: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "bench.bare", str(port)]
    with _running(command, port, "/?bytes=1000", settings(folder), folder / "bare.log") as server:
        yield server


@contextmanager
def _running(command: list[str], port: int, page: str, env: dict[str, str], log: Path) -> Iterator[Server]:
    began = time.monotonic()
    with log.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=file, stderr=file)
    try:
        _wait_for(process, port, page, log)
        yield Server(process.pid, port, time.monotonic() - began)
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, page: str, log: Path) -> None:
    until = time.monotonic() + START_WITHIN_S
    while process.poll() is None and time.monotonic() < until:
        try:
            client = Client(port)
        except ConnectionRefusedError:
            time.sleep(LOOK_EVERY_S)
            continue
        client.get(page)
        client.close()
        return
    raise SystemExit(f"A server did not start; its last words:\n{log.read_text()[-2000:]}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
