"""The demo as it is right after it was made, for reading; and a copy of it for each test that changes something."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from blueprints import schema
from blueprints.demo.making import make_demo
from blueprints.orders.telling import customer_email
from models import db
from tests.conftest import make_app
from tests.people import PASSWORD_HASH, Visitor, signed_in
from tests.shop import Shop
from tests.storing import copy_shop


def fill(app: Flask, *, anew: bool = False) -> bool:
    """As `flask demo` does, without the cost of the password."""
    with app.app_context():
        schema.bring_up_to_date()
        return make_demo(password_hash=PASSWORD_HASH, write_email=customer_email, anew=anew)


def close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def fresh_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    app = make_app(folder, MAIL_SERVER=None)
    fill(app)
    close(app)
    return folder / "suki.db"


@pytest.fixture(scope="session")
def books(fresh_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """For reading alone, and for as long as the other is copied."""
    folder = tmp_path_factory.mktemp("books")
    copy_shop(fresh_demo, folder / "suki.db")
    app = make_app(folder, MAIL_SERVER=None)
    yield Shop(app)
    close(app)


@pytest.fixture
def demo(fresh_demo: Path, tmp_path: Path) -> Iterator[Flask]:
    copy_shop(fresh_demo, tmp_path / "suki.db")
    app = make_app(tmp_path, MAIL_SERVER=None)
    yield app
    close(app)


@pytest.fixture
def ana(demo: Flask) -> Visitor:
    return signed_in(demo, "ana")


@pytest.fixture
def ben(demo: Flask) -> Visitor:
    return signed_in(demo, "ben")
