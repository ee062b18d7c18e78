"""Servers that begin in a fork of a process which has read all of Suki already: a start costs no imports."""

import os
import signal
import sys

from flask import Flask
from flask.cli import main
from sqlalchemy.orm import configure_mappers

from app import open_rooms
from tests.gates import without

open_rooms(Flask("nursery"))  # so that they are read
configure_mappers()


def begin(environment: dict[str, str], log: str, guard: str | None) -> int:
    """`flask serve`, from its first line on; the id of its process."""
    child = os.fork()
    if child:
        return child
    try:
        os.environ.update(environment)
        words = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(words, 1)
        os.dup2(words, 2)
        if guard:
            without.TAKEN_OUT[guard]()
        sys.argv = ["flask", "--app", "app", "serve"]
        main()
    finally:
        os._exit(0)


def end(process: int) -> None:
    """At once, and for certain."""
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
