"""The database: what every table has in common, and the only way to write."""

import enum
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import BoundedSemaphore, Event
from types import ModuleType
from typing import Annotated, Any, ClassVar, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DDL,
    BigInteger,
    Connection,
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    Engine,
    Enum,
    ExceptionContext,
    MetaData,
    Update,
    event,
)
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from models import postgresql, sqlite

BUSY_TIMEOUT_MS = 1500
# Threads that wait for the lock serve no page: half of the server's eight may wait, and for a moment only.
_writers = BoundedSemaphore(4)
WAIT_FOR_A_SLOT_S = 0.4
# Set when a writer waited in vain, cleared when one gets the lock. While it is set nobody waits on a page’s thread.
_stuck = Event()


class DatabaseBusy(Exception):
    """Another process or thread held the write lock for too long. Nothing was changed; trying again is safe."""


class DiskFailed(Exception):
    """The file system took no more. Whether the change is there is known only once it can be read again."""


class UTCDateTime(TypeDecorator[datetime]):
    """Aware in Python, UTC in the file. A naive time is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


STORED_BY_VALUE = Enum(
    enum.StrEnum,
    native_enum=False,
    create_constraint=True,
    values_callable=lambda members: [member.value for member in members],
)

Money = Annotated[int, mapped_column(BigInteger)]
"""An amount in minor units (centavos for PHP) of the currency that stands beside it."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        enum.StrEnum: STORED_BY_VALUE,
    }


def with_table_of(model: type[Base], *triggers: str) -> None:
    """Has the database make these whenever the model's table is made; they are written as SQLite wants them."""
    for trigger in triggers:
        made_with_table_of(model, "sqlite", trigger)
        made_with_table_of(model, "postgresql", *postgresql.triggers_in_its_words(trigger))


def made_with_table_of(model: type[Base], dialect: str, *statements: str) -> None:
    """What SQLAlchemy has no words for, and what is said otherwise in each database."""
    for statement in statements:
        ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
        event.listen(model.__table__, "after_create", ddl.execute_if(dialect=dialect))


# Our own Base, not db.Model: the type checker understands it, and the extension still gives
# session, engine and paging.
db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)


@event.listens_for(Engine, "connect")
def _set_up_connection(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        sqlite.set_up(connection)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Readers can't write at all, so that a change outside of `writing()` fails in the first test that meets it."""
    raw: Any = connection.connection.dbapi_connection
    options = connection.get_execution_options()
    if isinstance(raw, sqlite3.Connection):
        sqlite.begin(raw, writes=options.get("writes", False), wait_ms=options.get("wait_ms", BUSY_TIMEOUT_MS))
    else:
        postgresql.begin(raw, writes=options.get("writes", False))


@event.listens_for(Engine, "handle_error")
def _say_no_values(context: ExceptionContext) -> None:
    """To the log, which has nothing of any customer."""
    if context.dialect.name == "postgresql" and context.sqlalchemy_exception is not None:
        postgresql.say_no_values(context.original_exception, context.sqlalchemy_exception)


def on_postgresql() -> bool:
    """Whether the store is on a PostgreSQL server; a file of SQLite's otherwise."""
    return db.engine.dialect.name == "postgresql"


def _take_writer_slot(*, waits: bool) -> None:
    if _writers.acquire(timeout=WAIT_FOR_A_SLOT_S if waits and not _stuck.is_set() else 0):
        return
    if waits:
        _stuck.set()
    raise DatabaseBusy


@contextmanager
def writing(*, waits: bool = True) -> Iterator[Session]:
    """One transaction that holds the write lock from its first moment; commits at the end, or undoes everything.
    `waits`: not for what is worth no wait, such as noting that somebody reads.

    Raises DatabaseBusy when the lock can't be had in time, DiskFailed when nothing more can be written down, and
    RuntimeError inside another `writing()`.
    """
    session = db.session()
    if session.info.get("writing") or session.new or session.dirty or session.deleted:
        raise RuntimeError("writing() inside unfinished work")
    session.rollback()  # ends the read that finding the user began: it may be older than the lock
    _take_writer_slot(waits=waits)
    session.info["writing"] = True
    try:
        wait_ms = BUSY_TIMEOUT_MS if waits else 0
        connection = session.connection(execution_options={"writes": True, "wait_ms": wait_ms})
        if on_postgresql():
            postgresql.lock_store(connection, wait_ms)
        _stuck.clear()
        yield session
        session.commit()
    # BEGIN is said to SQLite's driver itself, and PostgreSQL calls it an internal error that it ended a transaction.
    except (OperationalError, InternalError, sqlite3.OperationalError) as error:
        session.rollback()
        if is_busy(error):
            raise DatabaseBusy from error
        if _dialect().is_of_the_disk(error):
            raise DiskFailed from error
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info["writing"]
        _writers.release()


def _dialect() -> ModuleType:
    return postgresql if on_postgresql() else sqlite


def is_busy(error: Exception) -> bool:
    """Whether somebody else had the database for as long as anybody waits."""
    return bool(_dialect().is_busy(error))


def longest(column: QueryableAttribute[Any]) -> int:
    """How many characters fit into it: the model says so once, for forms, files and programs."""
    return int(column.type.length)


def change_rows(session: Session, statement: Update | Delete) -> int:
    """How many rows it changed or took away; whatever the session may have read of them is of no use afterwards."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount
