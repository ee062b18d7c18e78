"""A shop on a file of its own for every test, and people to walk into it."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from app import create_app
from blueprints import schema
from blueprints.settings.opening import open_store
from models import Base, Language, db
from tests import catalogues, compiled, storing
from tests.browser import browser_page, chromium
from tests.people import Visitor, add_people, signed_in
from tests.serving import served
from tests.shop import Shop
from tests.storing import copy_shop

# Whoever runs the tests may have a shop of their own: nothing of its settings gets in here.
for name in [name for name in os.environ if name.startswith("FLASK_")]:
    del os.environ[name]
os.environ["FLASK_SKIP_DOTENV"] = "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--gates", action="store_true", help="the gates in full size, and their table; see docs/gates.md")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long ones come first, so that no core waits in the end for another that has just begun one of them."""
    if storing.ON_POSTGRES:
        about_the_file = [item for item in items if item.get_closest_marker("sqlite")]
        config.hook.pytest_deselected(items=about_the_file)
        items[:] = [item for item in items if item not in set(about_the_file)]
    items.sort(key=lambda item: not (item.get_closest_marker("slow") or item.get_closest_marker("browser")))


def pytest_collection_finish() -> None:
    """What is here by now stays to the end, and a test makes much that goes with it: to look through all of it for what
    may go took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


compiled.make_known()

MADE: list[Flask] = []
"""Those that a test made, and whatever lines to a database they have open still."""


def make_app(folder: Path, **settings: object) -> Flask:
    """The application on a folder of its own; nothing of it is shared with the shop of whoever runs the tests."""
    app = create_app(
        {
            "TESTING": True,
            "PROPAGATE_EXCEPTIONS": False,
            "INSTANCE_PATH": str(folder),
            "SECRET_KEY": "a key for the tests, and long enough for them",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": 1,
            "MAIL_DEFAULT_SENDER": "shop@example.com",
            "SQLALCHEMY_DATABASE_URI": storing.address(folder / "suki.db"),
            **settings,
        }
    )
    app.jinja_env.bytecode_cache = compiled.TEMPLATES
    MADE.append(app)
    return app


def open_shop(folder: Path) -> Path:
    """The database of a shop that has just opened, made by migrations, and all of it in the one file."""
    app = make_app(folder)
    with app.app_context():
        schema.bring_up_to_date()
        open_store(name="Aling Nena’s", currency="PHP", timezone="Asia/Manila", language=Language.ENGLISH)
        add_people()
        if not storing.ON_POSTGRES:
            with db.engine.connect() as connection:
                connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return folder / "suki.db"


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a shop as `flask init` opens it, with the mark of its schema; each shop begins with a copy."""
    return open_shop(tmp_path_factory.mktemp("opened"))


@pytest.fixture(scope="session", autouse=True)
def translations() -> None:
    for words in catalogues.FILES:
        catalogues.compile_when_changed(words)


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a shop that has just opened; every test starts from a copy."""
    folder = tmp_path_factory.mktemp("first-day")
    app = make_app(folder)
    with app.app_context():
        schema.write_ahead()
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            Base.metadata.create_all(connection)
        open_store(name="Aling Nena’s", currency="PHP", timezone="Asia/Manila", language=Language.ENGLISH)
        add_people()
        db.engine.dispose()
    return folder / "suki.db"


@pytest.fixture(autouse=True)
def shops_end_with_their_test() -> Iterator[None]:
    before = len(MADE)
    with storing.shops_for_a_while():
        yield
        while len(MADE) > before:
            with MADE.pop().app_context():
                db.engine.dispose()


@pytest.fixture
def app(first_day: Path, tmp_path: Path) -> Flask:
    copy_shop(first_day, tmp_path / "suki.db")
    return make_app(tmp_path)


@pytest.fixture
def shop(app: Flask) -> Shop:
    return Shop(app)


@pytest.fixture
def olive(app: Flask) -> Visitor:
    return signed_in(app, "olive")


@pytest.fixture
def sam(app: Flask) -> Visitor:
    return signed_in(app, "sam")


@pytest.fixture
def uma(app: Flask) -> Visitor:
    return signed_in(app, "uma")


@pytest.fixture
def mallory(app: Flask) -> Visitor:
    return Visitor(app)
