"""The shape of the database: made, brought up to date, and looked at before anybody is served."""

from pathlib import Path
from typing import cast

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import inspect, text

from models import db

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class NewerSchema(Exception):
    """The database was made by a newer Suki than this one, which must not touch it."""


def bring_up_to_date() -> None:
    """Makes the database, or migrates it. One process does this before any other serves. Raises NewerSchema."""
    revision = current_revision()
    if revision is not None and not is_known(revision):
        raise NewerSchema
    write_ahead()
    upgrade(directory=str(MIGRATIONS))


def write_ahead() -> None:
    """So that readers never wait for a writer. Done once: connections that race to set it at their start would lock
    one another out."""
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            raw.execute("PRAGMA journal_mode=WAL")  # type: ignore[union-attr]  # a connection is there


def is_up_to_date() -> bool:
    return current_revision() == _scripts().get_current_head()


def current_revision() -> str | None:
    """Of the database; None where there is none yet."""
    if not inspect(db.engine).has_table("alembic_version"):
        return None
    with db.engine.connect() as connection:
        return cast(str | None, connection.scalar(text("SELECT version_num FROM alembic_version")))


def is_known(revision: str) -> bool:
    """Not one of a newer Suki."""
    return revision in [script.revision for script in _scripts().walk_revisions()]


def _scripts() -> ScriptDirectory:
    config = Config(str(Path(current_app.root_path) / "migrations" / "alembic.ini"))
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)
