"""The indexes that find orders by any part of a number, name, email or phone, and by what they are; tickets; products.

One full-text table of trigrams reads `orders.search_text` and `orders.facets`; its row number is `orders.position`,
so that matches come newest first. Each word stands after two blanks, and a blank is a letter to the index: the
beginning of a word is found by its first one or two letters (Sy, Go and Uy are names), any part by three or more.
Triggers keep the table true, whoever writes; many rows go in quickest in the order of their positions. Tickets and
products have a table each of their own, read in the same way.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import DDL, BigInteger, ColumnElement, TableClause, and_, column, event, func, table

from models.base import Base, made_with_table_of, on_postgresql
from models.order_states import OrderStatus, PaymentStatus

_MARGIN = "  "
_DIGITS = re.compile("[0-9]+")

LONGEST_SEARCH = 200
"""What is typed behind it is not looked for."""


def fold(text: str) -> str:
    """Lower case, no accents, so that `pena` finds Peña. SQLite's own folding fails on versions we support."""
    if text.isascii():  # nearly all of a large file, and much quicker
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def digits_of(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def searchable(*, number: str, name: str, email: str | None, phone: str | None) -> str:
    """What the search looks in. A phone stands there in digits, and what follows a sign in a name is a word too, as
    are the digits of a number with a prefix: 77 finds W-77."""
    whole, names = fold(number), fold(name).split()
    numbers = [*whole.split(), *re.findall("[0-9]+", re.sub("^[0-9]+", "", whole))]
    after_signs = [piece for word in names if not word.isalnum() for piece in re.split(r"\W+", word)[1:] if piece]
    words = [*numbers, *names, *after_signs, *fold(email or "").split(), digits_of(fold(phone or ""))]
    return "".join(_MARGIN + word for word in words if word)


def containing(word: str) -> str:
    """The part of a `searchable` text that a folded word looks for."""
    return word if len(word) >= 3 else (_MARGIN + word)[-3:]


def pieces_of(part: str) -> list[str]:
    """What to ask the index of trigrams for instead of the whole, the rarest first: digits and the letters before them,
    which few share, then the first and the last trigram of what stands before and after. FTS5 goes through all that has
    the first one; for the whole it goes through what has any of its trigrams, which of a name are in most rows.
    Whether all of it is there is then to be looked at in what is found."""
    digits = _DIGITS.search(part)
    if digits is None:
        return [part]
    begin = max(0, digits.start() - 2)
    end = max(digits.end() + (0 if digits.start() else 2), begin + 3)
    sides = [side for side in (part[:begin], part[end:]) if len(side) >= 3]
    return [part[begin:end], *dict.fromkeys(trigram for side in sides for trigram in (side[:3], side[-3:]))]


def beginning(folded: str) -> str:
    """The part of a `searchable` text that holds words which begin so."""
    return "".join(_MARGIN + word for word in folded.split())


# Every value of a filter is one letter, no two filters share one, and a dot is any value. Three letters, because
# it is an index of trigrams: `jay` is cancelled, paid and booked, `j..` only cancelled.
FACETS: dict[str, dict[str, str]] = {
    "status": dict(zip(OrderStatus, "jklmnopqrs", strict=True)),
    "payment_status": dict(zip(PaymentStatus, "abcd", strict=True)),
    "booked": {"no": "y", "yes": "z"},
}
# An order stands under each combination of its own, so that a filter costs the same whatever it combines.
_COMBINATIONS = "SPB SP. S.B .PB S.. .P. ..B"


def facet(*, status: str | None = None, payment_status: str | None = None, booked: bool | None = None) -> str:
    """The three letters under which the orders stand that are all of this."""
    wanted = {
        "status": status,
        "payment_status": payment_status,
        "booked": None if booked is None else ("no", "yes")[booked],
    }
    return "".join(FACETS[name][value] if value else "." for name, value in wanted.items())


def facets_sql() -> str:
    """The expression of the generated column `orders.facets`."""
    cases = {
        name: " ".join(f"WHEN '{value}' THEN '{letter}'" for value, letter in FACETS[name].items())
        for name in ("status", "payment_status")
    }
    booked = "booked_at IS NOT NULL AND booking_cancelled_at IS NULL"
    letters = {
        "S": f"CASE status {cases['status']} END",
        "P": f"CASE payment_status {cases['payment_status']} END",
        "B": f"CASE WHEN {booked} THEN '{FACETS['booked']['yes']}' ELSE '{FACETS['booked']['no']}' END",
    }
    expression = f"'{_COMBINATIONS.replace(' ', '')}'"
    for placeholder, letter in letters.items():
        expression = f"replace({expression}, '{placeholder}', {letter})"
    return expression


@dataclass(frozen=True)
class SearchIndex:
    """One full-text table of trigrams beside the table that it reads; triggers keep it true."""

    name: str
    of: str
    place: str
    """The column that is its row number; matches come in its order."""
    indexed: tuple[str, ...]
    sources: str
    """The columns on which the indexed ones depend."""

    def ddl(self) -> list[str]:
        columns = ", ".join(self.indexed)
        create = (
            f"CREATE VIRTUAL TABLE {self.name} USING fts5({columns}, content='{self.of}', "
            f"content_rowid='{self.place}', tokenize='trigram')"
        )
        return [create, *self._triggers(columns)]

    def ddl_of_postgresql(self) -> list[str]:
        """Its index of trigrams needs no table, and keeps itself; what a blank before a letter means, it knows too."""
        return [
            "CREATE EXTENSION IF NOT EXISTS pg_trgm",
            f"CREATE INDEX {self.name} ON {self.of} USING gin (search_text gin_trgm_ops)",
        ]

    @cached_property
    def rows(self) -> TableClause:
        """As a query of SQLite names them: the column of the table's own name is what a question is asked of."""
        return table(self.name, column("rowid", BigInteger), column(self.name), *map(column, self.indexed))

    def answers(self, question: str) -> ColumnElement[bool]:
        """`question`: in the language of MATCH."""
        return self.rows.c[self.name].op("MATCH")(question)

    def _triggers(self, columns: str) -> list[str]:
        name, of = self.name, self.of
        new, old = (", ".join(f"{row}.{column}" for column in self.indexed) for row in ("new", "old"))
        add = f"INSERT INTO {name}(rowid, {columns}) VALUES (new.{self.place}, {new});"  # noqa: S608 (our own names)
        remove = (
            f"INSERT INTO {name}({name}, rowid, {columns}) "  # noqa: S608 (our own names)
            f"VALUES ('delete', old.{self.place}, {old});"
        )
        changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in self.indexed)
        return [
            f"CREATE TRIGGER {name}_insert AFTER INSERT ON {of} BEGIN {add} END",
            f"CREATE TRIGGER {name}_delete AFTER DELETE ON {of} BEGIN {remove} END",
            f"CREATE TRIGGER {name}_update AFTER UPDATE OF {self.sources} ON {of} "
            f"WHEN {changed} BEGIN {remove} {add} END",
        ]


ORDER_INDEX = SearchIndex(
    "order_search",
    of="orders",
    place="position",
    indexed=("search_text", "facets"),
    sources="number, customer_name, status, payment_status, booked_at, booking_cancelled_at, search_text",
)
TICKET_INDEX = SearchIndex("ticket_search", of="tickets", place="id", indexed=("search_text",), sources="search_text")
PRODUCT_INDEX = SearchIndex(
    "product_search", of="products", place="id", indexed=("search_text",), sources="search_text"
)
SEARCH_TABLES = (ORDER_INDEX.name, TICKET_INDEX.name, PRODUCT_INDEX.name)


def keep_index_of(source: type[Base], index: SearchIndex) -> None:
    """Makes the index whenever the table is made, and drops it with the table."""
    made_with_table_of(source, "sqlite", *index.ddl())
    made_with_table_of(source, "postgresql", *index.ddl_of_postgresql())
    drop = DDL(f"DROP TABLE IF EXISTS {index.name}")  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
    event.listen(source.__table__, "before_drop", drop.execute_if(dialect="sqlite"))


def searched(
    source: type[Base], index: SearchIndex, words: Sequence[str]
) -> tuple[ColumnElement[int], ColumnElement[bool]]:
    """The column that is a row's place, and what must be so that every word is in its text. In SQLite both are of the
    index, out of which matches come in their order."""
    if on_postgresql():
        rows = source.__table__.alias("searched")
        return rows.c[index.place], and_(*(contains(rows.c.search_text, containing(word)) for word in words))
    return index.rows.c.rowid, index.answers(" AND ".join(quoted("search_text", containing(word)) for word in words))


def contains(text: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """Capitals and all. SQLite's LIKE knows no difference between them, and PostgreSQL has an index for its own."""
    return text.contains(part, autoescape=True) if on_postgresql() else func.instr(text, part) > 0


def quoted(column: str, text: str) -> str:
    """In the language of MATCH, of which nothing that was typed becomes a part."""
    escaped = text.replace('"', '""')
    return f'{{{column}}} : "{escaped}"'
