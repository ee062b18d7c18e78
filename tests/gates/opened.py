"""A shop as `flask init` opens it, for programs that are started on a folder."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blueprints import schema
from blueprints.settings.opening import open_store
from models import Language, db
from tests.conftest import make_app
from tests.people import add_people


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its database; each shop begins with a copy."""
    folder = tmp_path_factory.mktemp("opened")
    app = make_app(folder)
    with app.app_context():
        schema.bring_up_to_date()
        open_store(name="Aling Nena’s", currency="PHP", timezone="Asia/Manila", language=Language.ENGLISH)
        add_people()
        db.engine.dispose()
    settle(folder / "suki.db")
    return folder / "suki.db"


def a_shop(opened: Path, folder: Path) -> Path:
    """A folder with a copy of it."""
    folder.mkdir(mode=0o700)
    shutil.copy(opened, folder / "suki.db")
    return folder


def settle(file: Path) -> None:
    """All that was written stands in the file itself, with nothing beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
