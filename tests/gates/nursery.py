"""Servers that begin in a fork of a process which has read all of Suki already, and compiled its letters: a start costs
neither."""

import os
import signal
import sys
import tempfile
from pathlib import Path

from flask import Flask
from flask.cli import main
from sqlalchemy.orm import configure_mappers

from tests import compiled
from tests.conftest import make_app
from tests.gates import without

configure_mappers()
with tempfile.TemporaryDirectory() as folder:
    pages = make_app(Path(folder)).jinja_env  # all rooms are read with it
for letter in pages.list_templates(filter_func=lambda name: name.startswith("email/")):
    pages.get_template(letter)
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": compiled.TEMPLATES}


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
