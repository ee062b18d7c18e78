"""`python -m tests.postgres [words for pytest]`: the tests on a PostgreSQL server that is made for them, from the
system's own packages, and is gone afterwards. It listens on this machine only, and forgets all when it is killed."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NOT_RUN = """\
┌──────────────────────────────────────────────────────────────────────────────┐
│ NOT RUN: the tests on PostgreSQL. Its server is not installed on this machine │
│ (on Debian: sudo apt install postgresql postgresql-contrib).                  │
└──────────────────────────────────────────────────────────────────────────────┘"""
# Nothing of it has to outlive the machine: what makes it quick is what a real one must never be told.
FOR_TESTS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
}


def programs() -> Path | None:
    """Where initdb and postgres are: on the PATH, or where Debian keeps each version's."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def _in_memory() -> str | None:
    """Each test has a database of its own; on a disk, making it takes longer than the test."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2_000_000_000 else None


def _as_nobody(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: the user that its package made does it then."""
    if os.geteuid() != 0:
        return []
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]


@dataclass(frozen=True)
class Server:
    folder: Path
    port: int

    @property
    def address(self) -> str:
        """As SQLAlchemy wants it, without a database."""
        return f"postgresql+psycopg://suki@127.0.0.1:{self.port}"

    def from_another_network(self, database: str) -> str:
        """By a socket in the file system, which needs no network."""
        return f"postgresql+psycopg://suki@/{database}?host={self.folder}&port={self.port}"


@contextmanager
def server(binaries: Path) -> Iterator[Server]:
    with (
        tempfile.TemporaryDirectory(prefix="suki-postgres-", dir=_in_memory()) as name,
        socket.create_server(("127.0.0.1", 0)) as free,
    ):
        folder, port = Path(name), free.getsockname()[1]
        somebody = _as_nobody(folder)
        make = ["-D", folder / "data", "-U", "suki", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([*somebody, binaries / "initdb", *make], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        settings = [word for name, value in FOR_TESTS.items() for word in ("-c", f"{name}={value}")]
        free.close()
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [*somebody, binaries / "postgres", "-D", folder / "data", "-p", str(port), "-k", folder, *settings],
                cwd=folder, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            ready = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
            for _ in range(120):
                if process.poll() is not None or subprocess.run(ready, check=False).returncode == 0:
                    break
                time.sleep(0.25)
            if process.poll() is not None:
                raise RuntimeError((folder / "log").read_text())
            yield Server(folder, port)
        finally:
            process.send_signal(signal.SIGINT)  # ends it at once, whoever is connected
            process.wait()


def main() -> int:
    binaries = programs()
    if binaries is None:
        sys.stderr.write(NOT_RUN + "\n")
        return 0
    with server(binaries) as made:
        env = {**os.environ, "SUKI_TEST_POSTGRES": made.address}
        return subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
