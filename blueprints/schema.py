"""The shape of the database: made, brought up to date, and looked at before anybody is served."""

from pathlib import Path
from typing import cast

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import Connection, inspect, text

from models import Base, db
from models.base import on_postgresql

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class NewerSchema(Exception):
    """The database was made by a newer Suki than this one, which must not touch it."""


def bring_up_to_date() -> None:
    """Makes the database, or migrates it. One process does this before any other serves. Raises NewerSchema."""
    revision = current_revision()
    if revision is not None and not is_known(revision):
        raise NewerSchema
    write_ahead()
    if revision is None and on_postgresql():
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            make_at_once(connection)
    upgrade(directory=str(MIGRATIONS))


def make_at_once(connection: Connection) -> None:
    """In PostgreSQL, of whose words the migrations up to the one that came with it know nothing."""
    Base.metadata.create_all(connection)
    MigrationContext.configure(connection).stamp(_scripts(), "head")


def write_ahead() -> None:
    """So that readers never wait for a writer. Done once: connections that race to set it at their start would lock
    one another out."""
    if not on_postgresql():
        with db.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            raw.execute("PRAGMA journal_mode=WAL")  # type: ignore[union-attr]  # a connection is there


def is_up_to_date() -> bool:
    return current_revision() == _scripts().get_current_head()


def command_to_bring_up_to_date() -> str:
    """What a person types; the backup that `flask upgrade` makes first is another program's where a server has the
    database."""
    return "pg_dump, then flask init" if on_postgresql() else "flask upgrade"


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
