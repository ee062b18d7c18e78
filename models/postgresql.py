"""What PostgreSQL says in other words than SQLite: the lock of the one who writes, what its errors mean, triggers."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Computed, Connection, Integer, Table, delete, func, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler, GenericTypeCompiler, SQLCompiler
from sqlalchemy.sql.functions import sum as sum_of

# By the codes of its documentation's appendix A: a lock that was waited for in vain, and transactions of which one had
# to give way. Nothing of them is there, and trying again is safe.
_BUSY = ("55P03", "40P01", "40001", "25P03")
_DISK = ("53100", "58030")
LONGEST_PAUSE_MS = 30_000
"""Between two statements of one who writes. The server takes the lock from who says nothing for longer: a machine that
lost its power never says that it is gone."""


def begin(connection: Any, *, writes: bool) -> None:
    """Says how the transaction that the next statement opens is to be: readers see one moment from their first
    statement to their last and can't write; who writes sees what others saved before the lock was free."""
    from psycopg import IsolationLevel  # an extra: a store on SQLite does without it

    connection.isolation_level = IsolationLevel.READ_COMMITTED if writes else IsolationLevel.REPEATABLE_READ
    connection.read_only = not writes


def lock_store(connection: Connection, wait_ms: int) -> None:
    """Ours alone until the transaction ends, on whatever machine the others are. It is the store's row, so that
    nothing but plain SQL is asked for; while there is no store yet, it is the table."""
    bounds = {"lock_timeout": max(wait_ms, 1), "idle_in_transaction_session_timeout": LONGEST_PAUSE_MS}  # 0: for ever
    connection.execute(select(*(func.set_config(name, f"{ms}ms", True) for name, ms in bounds.items())))
    if connection.execute(text("SELECT id FROM store FOR UPDATE")).first() is None:
        connection.execute(text("LOCK TABLE store IN EXCLUSIVE MODE"))


def say_no_values(error: BaseException, wrapped: StatementError) -> None:
    """It would add the whole row that was refused to what it says."""
    sentence = getattr(getattr(error, "diag", None), "message_primary", None)
    if sentence:
        error.args = (sentence,)
        wrapped.args = (f"({type(error).__name__}) {sentence}",)


def is_busy(error: Exception) -> bool:
    return getattr(getattr(error, "orig", None), "sqlstate", None) in _BUSY


def is_of_the_disk(error: Exception) -> bool:
    return getattr(getattr(error, "orig", None), "sqlstate", None) in _DISK


class VirtualInSQLite(Computed):
    """A column that follows from others. PostgreSQL keeps it: it knows no other kind before version 18."""


@compiles(VirtualInSQLite, "postgresql")
def _stored(column: Computed, compiler: DDLCompiler, **how: Any) -> str:
    return f"GENERATED ALWAYS AS ({compiler.sql_compiler.process(column.sqltext, **how)}) STORED"


@compiles(Integer, "postgresql")
def _as_wide_as_in_sqlite(_type: Integer, _compiler: GenericTypeCompiler, **_how: Any) -> str:
    """Its INTEGER ends at two thousand million, and a number beyond, as anybody may write it into an address, would be
    an error instead of one that is not there."""
    return "BIGINT"


@compiles(sum_of, "postgresql")
def _whole_number(added: sum_of[Any], compiler: SQLCompiler, **how: Any) -> str:
    """Its sums of BIGINT are of a type with decimals, which nothing that reckons in centavos shall ever meet."""
    return f"CAST({compiler.visit_function(added, **how)} AS BIGINT)"


def switch_triggers(connection: Connection, tables: Iterable[Table], how: str) -> None:
    """`how`: ENABLE or DISABLE, for rows that come as they ended up, or go all at once."""
    for table in tables:
        connection.execute(text(f'ALTER TABLE "{table.name}" {how} TRIGGER USER'))


def empty(connection: Connection, tables: Sequence[Table]) -> None:
    """As if they were new, in one transaction. Whoever reads meanwhile reads on in the old rows; they would wait for
    tables that are dropped, or truncated."""
    switch_triggers(connection, tables, "DISABLE")
    for table in reversed(tables):
        connection.execute(delete(table))
        if (key := table.autoincrement_column) is not None:
            sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
            connection.execute(text(f"ALTER SEQUENCE {sequence} RESTART"))
    switch_triggers(connection, tables, "ENABLE")


def go_on_counting(connection: Connection, tables: Iterable[Table]) -> None:
    """Moves each sequence past the highest id that is there: rows that came with ids of their own do not move it.
    SQLite has no sequences and looks at the rows."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        key = table.autoincrement_column
        last = None if key is None else connection.scalar(select(func.max(key)))
        if key is not None and last is not None:
            connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, key.name), last)))


_TRIGGER = re.compile(
    r"CREATE TRIGGER (?P<name>\w+) (?P<moment>(?:BEFORE|AFTER) (?:INSERT|DELETE|UPDATE(?: OF \w+)?)) ON (?P<table>\w+)"
    r"(?: WHEN (?P<condition>.+))? BEGIN (?:SELECT RAISE\(ABORT, (?P<because>'[^']+')\)|(?P<does>UPDATE .+)); END"
)


def triggers_in_its_words(statement: str) -> list[str]:
    """The function and the trigger that do what one of ours does in SQLite. Raises ValueError for what is no trigger
    of the two kinds that we have: one that refuses with a sentence, and one that changes another row."""
    said = _TRIGGER.fullmatch(" ".join(statement.split()))
    if said is None:
        raise ValueError(f"no trigger that has words for PostgreSQL: {statement}")
    name, table = said["name"], said["table"]
    action = said["does"] or f"RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = {said['because']}"
    if said["condition"]:
        action = f"IF {_compared(said['condition'])} THEN {action}; END IF"
    row = "OLD" if said["moment"].endswith("DELETE") else "NEW"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {action}; RETURN {row}; END $$",
        f"CREATE TRIGGER {name} {said['moment']} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _compared(condition: str) -> str:
    """SQLite's IS compares any two values, NULL among them; and `end` is a word of PostgreSQL's."""
    condition = re.sub(r"\b(NEW|OLD)\.(\w+)", r'\1."\2"', condition)
    condition = re.sub(r"\bIS NOT (?=OLD\.|NEW\.)", "IS DISTINCT FROM ", condition)
    return re.sub(r"\bIS (?=OLD\.|NEW\.)", "IS NOT DISTINCT FROM ", condition)
