"""Runs migrations inside the application, so that settings and models are the ones it has."""

from alembic import context
from flask import current_app

from models import Base, db
from models.search import SEARCH_TABLES


def is_ours(name, kind):
    """The full-text tables keep tables of their own, which no model describes."""
    return not (kind == "table" and name.startswith(tuple(SEARCH_TABLES)))


def run_migrations():
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        raw = connection.connection.dbapi_connection
        if sqlite:
            # A batch change drops and makes the table again: with foreign keys on, that deletes what hangs on it.
            # Inside a transaction the pragma does nothing, so it comes before anything begins.
            raw.execute("PRAGMA foreign_keys=OFF")
        connection = connection.execution_options(writes=True)
        try:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                include_name=lambda name, kind, parents: is_ours(name or "", kind),
                transactional_ddl=True,
                **current_app.extensions["migrate"].configure_args,
            )
            with context.begin_transaction():
                context.run_migrations()
                if sqlite:
                    refuse_broken_links(connection)
        finally:
            if sqlite:
                raw.execute("PRAGMA foreign_keys=ON")


def refuse_broken_links(connection):
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"a migration left rows that point nowhere: {broken[:5]}")


run_migrations()
