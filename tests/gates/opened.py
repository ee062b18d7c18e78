"""A shop as `flask init` opens it, for programs that are started on a folder; and a disk that can fail them."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

SHIM = Path(__file__).with_name("shim.c")


def a_shop(opened: Path, folder: Path) -> Path:
    """A folder with a copy of its database."""
    folder.mkdir(mode=0o700)
    shutil.copy(opened, folder / "suki.db")
    return folder


def settle(file: Path) -> None:
    """All that was written stands in the file itself, with nothing beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stands between a program and its disk, when it is named in LD_PRELOAD."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("FAULTS OF THE DISK WERE NOT TRIED: no Linux with a C compiler (cc) to build tests/gates/shim.c")
    made = tmp_path_factory.mktemp("shim") / "shim.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, SHIM, "-ldl"], check=True)
    return made
