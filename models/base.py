"""The database: what every table has in common, and the only way to write."""

import enum
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import BoundedSemaphore, Event
from typing import Annotated, Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DDL,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    event,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 1500
# Threads that wait for the lock serve no page: half of the server's eight may wait, and for a moment only.
_writers = BoundedSemaphore(4)
WAIT_FOR_A_PLACE_S = 0.4
# Somebody waited in vain, and nobody had the lock since: whoever comes now need not wait as well, on a page’s thread.
_stuck = Event()


class DatabaseBusy(Exception):
    """Another process or thread held the write lock for too long. Nothing was changed; trying again is safe."""


class DiskFailed(Exception):
    """The file system took no more. Whether the change is there is known only once it can be read again."""


# The lowest byte of an error's code is its kind, the others say where it happened.
_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


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


def with_table_of(model: type[Base], *statements: str) -> None:
    """Has SQLite run these whenever the model's table is made: what SQLAlchemy has no words for, such as triggers."""
    for statement in statements:
        ddl = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
        event.listen(model.__table__, "after_create", ddl.execute_if(dialect="sqlite"))


# Our own Base, not db.Model: the type checker understands it, and the extension still gives
# session, engine and paging.
db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)


@event.listens_for(Engine, "connect")
def _set_up_connection(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "synchronous=FULL",
        "secure_delete=ON",  # what is taken out of the file is overwritten there
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Readers can't write at all, so that a change outside of `writing()` fails in the first test that meets it."""
    raw = connection.connection.dbapi_connection
    if isinstance(raw, sqlite3.Connection):
        options = connection.get_execution_options()
        mode = options.get("sqlite_begin", "DEFERRED")
        raw.execute(f"PRAGMA busy_timeout={options.get('sqlite_busy_timeout_ms', BUSY_TIMEOUT_MS)}")
        raw.execute(f"PRAGMA query_only={0 if mode == 'IMMEDIATE' else 1}")
        raw.execute(f"BEGIN {mode}")


def _take_a_place(*, waits: bool) -> None:
    if _writers.acquire(timeout=WAIT_FOR_A_PLACE_S if waits and not _stuck.is_set() else 0):
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
    _take_a_place(waits=waits)
    session.info["writing"] = True
    try:
        busy_timeout_ms = BUSY_TIMEOUT_MS if waits else 0
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE", "sqlite_busy_timeout_ms": busy_timeout_ms})
        _stuck.clear()
        yield session
        session.commit()
    except (OperationalError, sqlite3.OperationalError) as error:  # BEGIN is said to the driver itself, in _begin
        session.rollback()
        if "database is locked" in str(error):
            raise DatabaseBusy from error
        cause = error.orig if isinstance(error, OperationalError) else error
        if getattr(cause, "sqlite_errorcode", 0) & 0xFF in _DISK:
            raise DiskFailed from error
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info["writing"]
        _writers.release()
