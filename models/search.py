"""The index that finds orders by any part of a number, name, email or phone, and by what they are.

Two full-text tables read `orders.search_text` and `orders.facets` (their row number is `orders.position`, so
that matches come newest first): trigrams find any part of three letters or more; words find the beginning of a
word for one or two letters (Sy, Go and Uy are names). Triggers keep both true, whoever writes.
"""

import unicodedata
from itertools import chain

from sqlalchemy import DDL, Table, event

from models.order_states import OrderStatus, PaymentStatus

FACETS: dict[str, tuple[str, ...]] = {
    "status": tuple(OrderStatus),
    "payment_status": tuple(PaymentStatus),
    "booked": ("no", "yes"),
}


def fold(text: str) -> str:
    """Lower case, no accents, so that `pena` finds Peña. SQLite's own folding fails on versions we support."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def facet(column: str, value: str) -> str:
    """Three letters that stand in the index for one value of a filter; three, because it is an index of trigrams."""
    return f"{column[0]}{FACETS[column].index(value):02d}"


def facets_sql() -> str:
    """The expression of the generated column `orders.facets`: `s03 p01 b00`."""
    whens = {
        column: " ".join(f"WHEN '{value}' THEN '{facet(column, value)}'" for value in FACETS[column])
        for column in ("status", "payment_status")
    }
    booked = "booked_at IS NOT NULL AND booking_cancelled_at IS NULL"
    return (
        f"CASE status {whens['status']} END || ' ' || CASE payment_status {whens['payment_status']} END || ' ' || "
        f"CASE WHEN {booked} THEN '{facet('booked', 'yes')}' ELSE '{facet('booked', 'no')}' END"
    )


SEARCH_TABLES = {
    "order_search": "tokenize='trigram'",
    "order_words": "tokenize='unicode61 remove_diacritics 0', prefix='1 2'",
}
_INDEXED = "search_text, facets"
_SOURCES = "number, customer_name, status, payment_status, booked_at, booking_cancelled_at, search_text"


def search_ddl() -> list[str]:
    """The statements that make the index beside an existing table `orders`; migrations run the same ones."""
    tables = [
        f"CREATE VIRTUAL TABLE {table} USING fts5({_INDEXED}, content='orders', content_rowid='position', {options})"
        for table, options in SEARCH_TABLES.items()
    ]
    return tables + list(chain.from_iterable(_triggers(table) for table in SEARCH_TABLES))


def _triggers(table: str) -> list[str]:
    add = f"INSERT INTO {table}(rowid, {_INDEXED}) VALUES (new.position, new.search_text, new.facets);"  # noqa: S608 (our own names)
    remove = (
        f"INSERT INTO {table}({table}, rowid, {_INDEXED}) "  # noqa: S608 (our own names)
        "VALUES ('delete', old.position, old.search_text, old.facets);"
    )
    changed = "old.search_text IS NOT new.search_text OR old.facets IS NOT new.facets"
    return [
        f"CREATE TRIGGER {table}_insert AFTER INSERT ON orders BEGIN {add} END",
        f"CREATE TRIGGER {table}_delete AFTER DELETE ON orders BEGIN {remove} END",
        f"CREATE TRIGGER {table}_update AFTER UPDATE OF {_SOURCES} ON orders WHEN {changed} BEGIN {remove} {add} END",
    ]


def keep_index_of(orders: Table) -> None:
    """Makes the index whenever the table is made."""
    for statement in search_ddl():
        # sqlalchemy's DDL is not typed
        ddl = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
        event.listen(orders, "after_create", ddl.execute_if(dialect="sqlite"))
