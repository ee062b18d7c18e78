"""`flask copy-to`: the store of a file, whole, into an empty database of PostgreSQL's; all of it, or nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Integer, Table, create_engine, func, inspect, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, OperationalError

from blueprints import schema
from blueprints.backups.copying import database_file, refuse_unless_whole
from models import Base
from models.postgresql import go_on_counting, switch_triggers

ROWS_AT_ONCE = 5_000
# What two columns are compared by: the sum of the rests, as the sum of places in the list fits into no number.
A_PRIME = 1_000_003


class OlderSchema(Exception):
    """The store here is to be brought up to date first."""


class NotEmpty(Exception):
    """There are tables in that database already, and they were left alone."""


class NotReached(Exception):
    """That database can't be had. `answer`: what was said instead."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


class NotTheSame(Exception):
    """What arrived is not what was sent. Nothing of it was kept. `table`: the first that differs."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


class NotTaken(Exception):
    """A row of `table` does not fit there. `answer`: why, without what is in it."""

    def __init__(self, table: str, answer: str) -> None:
        super().__init__(table)
        self.table, self.answer = table, answer


@dataclass(frozen=True)
class CopiedTable:
    table: str
    rows: int


def copy_to(address: str) -> list[CopiedTable]:
    """Every table with how many rows it has in both. Nobody writes to the file meanwhile, and it stays as it is.

    Raises NotInAFile, NotWhole, OlderSchema, sqlite3.Error; NotReached, NotEmpty, NotTaken and NotTheSame.
    """
    import psycopg  # an extra: a store on SQLite does without it

    source = database_file()
    refuse_unless_whole(source)
    if not schema.is_up_to_date():
        raise OlderSchema
    try:
        engine = create_engine(address, hide_parameters=True)
    except (ArgumentError, ValueError) as error:
        raise NotReached("it is no address of a database") from error
    try:
        with _held(source) as here, engine.connect().execution_options(writes=True) as there, there.begin():
            return _copy_all(here, there)
    except (OperationalError, psycopg.OperationalError) as error:
        raise NotReached(str(getattr(error, "orig", error)).strip().splitlines()[0]) from error
    finally:
        engine.dispose()


def _copy_all(here: sqlite3.Connection, there: Connection) -> list[CopiedTable]:
    if inspect(there).get_table_names():
        raise NotEmpty
    schema.make_at_once(there)
    tables = Base.metadata.sorted_tables
    # They keep sums and refuse what is out of turn, row by row; here all rows come as they ended up.
    switch_triggers(there, tables, "DISABLE")
    for table in tables:
        _copy_rows(table, here, there)
    switch_triggers(there, tables, "ENABLE")
    moved = [_compared(table, here, there) for table in tables]
    go_on_counting(there, tables)
    return moved


@contextmanager
def _held(source: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(source, isolation_level=None)) as here:
        here.execute("BEGIN IMMEDIATE")
        yield here
        here.execute("ROLLBACK")


def _copy_rows(table: Table, here: sqlite3.Connection, there: Connection) -> None:
    """As SQLite has them: what it writes for times and for yes and no, PostgreSQL reads."""
    import psycopg  # likewise

    names = ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)
    rows = here.execute(f'SELECT {names} FROM "{table.name}"')  # noqa: S608 (our own names)
    raw: Any = there.connection.dbapi_connection
    try:
        with raw.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as line:
            while some := rows.fetchmany(ROWS_AT_ONCE):
                for row in some:
                    line.write_row(row)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise NotTaken(table.name, error.diag.message_primary or "a sign that no text has there") from None


def _compared(table: Table, here: sqlite3.Connection, there: Connection) -> CopiedTable:
    """As many rows, and in each column of numbers, money among them, the same ones. Raises NotTheSame."""
    numbers = [column % A_PRIME for column in table.columns if isinstance(column.type, Integer)]
    sums = select(func.count(), *(func.coalesce(func.sum(number), 0) for number in numbers)).select_from(table)
    before = here.execute(
        str(sums.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    ).fetchone()
    after = there.execute(sums).one()
    if [int(number) for number in before] != [int(number) for number in after]:
        raise NotTheSame(table.name)
    return CopiedTable(table.name, int(after[0]))
