"""A program that may do all that programs may, and one that only reads."""

import pytest
from flask import Flask

from tests.api.programs import Program, program_of


@pytest.fixture
def program(app: Flask) -> Program:
    return program_of(app)


@pytest.fixture
def reader(app: Flask) -> Program:
    return program_of(app, name="Books", may_write=False)
