"""Suki's file of products, as exporting.py writes it: a row for each. What is empty stays as it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from blueprints.cells import Columns, unguarded
from blueprints.products.skus import LONGEST_NAME, LONGEST_SKU, is_a_sku
from blueprints.reading_csv import File, FileFault, Row, Table, Unreadable
from models.product import MOST_PIECES
from models.search import fold
from models.text import cleaned_line

COLUMNS = ("sku", "name", "tracked", "on_hand")
REQUIRED = ("sku",)
YES, NO = "yes", "no"
# As spreadsheets and people write them.
_TRACKED = {
    **dict.fromkeys((YES, "y", "true", "1", "oo"), True),
    **dict.fromkeys((NO, "n", "false", "0", "hindi"), False),
}
MOST_ROWS = 5_000
MOST_BYTES = 512 * 1024
FOUND = 80
FROM_A_FILE = "from_file"
"""What the movements that come of it have for a note; in words where it is read."""


@dataclass(frozen=True, slots=True)
class FileRow:
    line: int
    sku: str
    name: str = ""
    tracked: bool | None = None
    on_hand: int | None = None
    """Less than nothing is written for what is short, and read as that and nothing else."""


@dataclass(frozen=True, slots=True)
class ProductFinding:
    """What is wrong with a row, which stays out for it. `code` says what; words are made later."""

    line: int
    sku: str
    column: str
    code: str
    found: str = ""
    """What stood there, shortened; of a SKU that comes twice, on which line it stands first."""


@dataclass
class Sheet:
    rows: list[FileRow] = field(default_factory=list)
    findings: list[ProductFinding] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    """Nothing that stands in them is read."""
    has_on_hand: bool = False


class _Cells:
    def __init__(self, columns: Columns, row: Row) -> None:
        self._columns, self._row = columns, row
        self.line = row.start.line + 1
        self.sku = self.text("sku")
        self.findings: list[ProductFinding] = []

    def text(self, column: str) -> str:
        at = self._columns[column]
        raw = self._row.cells[at] if 0 <= at < len(self._row.cells) else ""
        return cleaned_line(unguarded(raw.strip()))

    def report(self, column: str, code: str, found: str | None = None) -> None:
        found = self.text(column) if found is None else found
        self.findings.append(ProductFinding(self.line, self.sku[:FOUND], column, code, found[:FOUND]))

    def row(self) -> FileRow:
        """Only what `findings` says nothing of is to be relied on."""
        if self._row.fault:
            self.report("", self._row.fault, "")
        elif not is_a_sku(self.sku):
            self.report("sku", "sku_empty")
        elif len(self.sku) > LONGEST_SKU:
            self.report("sku", "sku_too_long")
        name = self.text("name")
        if len(name) > LONGEST_NAME:
            self.report("name", "name_too_long")
        return FileRow(self.line, self.sku, name, self._tracked(), self._on_hand())

    def _tracked(self) -> bool | None:
        text = self.text("tracked").casefold()
        if text and text not in _TRACKED:
            self.report("tracked", "tracked_wrong")
        return _TRACKED.get(text)

    def _on_hand(self) -> int | None:
        text = self.text("on_hand")
        if not text:
            return None
        if not re.fullmatch("-?[0-9]{1,18}", text):
            self.report("on_hand", "count_wrong")
            return None
        return int(text)


def read_products(file: File, *, most_bytes: int = MOST_BYTES) -> Sheet:
    """Raises Unreadable."""
    if file.size > most_bytes:
        raise Unreadable(FileFault.LARGE)
    table = Table(file)
    columns = Columns(table.columns)
    missing = tuple(name for name in REQUIRED if not columns.holds(name))
    if missing:
        raise Unreadable(FileFault.MISSING_COLUMNS, missing)
    sheet, first_lines = Sheet(has_on_hand=columns.holds("on_hand")), dict[str, int]()
    sheet.unknown_columns = [name[:FOUND] for name in columns.names if name and name.casefold() not in COLUMNS]
    for cells in _filled(table, columns):
        row, key = cells.row(), fold(cells.sku)
        if key in first_lines:
            cells.report("sku", "sku_twice", str(first_lines[key]))
        elif key:
            first_lines[key] = row.line
        sheet.findings += cells.findings
        if not cells.findings:
            sheet.rows.append(row)
    return sheet


def _filled(table: Table, columns: Columns) -> Iterator[_Cells]:
    """The rows in which anything stands. Raises Unreadable when there are none, or too many."""
    count = 0
    for row in table.rows():
        if row.is_blank:
            continue
        count += 1
        if count > MOST_ROWS:
            raise Unreadable(FileFault.MANY_ROWS)
        yield _Cells(columns, row)
    if not count:
        raise Unreadable(FileFault.NO_ROWS)


def in_range(on_hand: int) -> bool:
    return 0 <= on_hand <= MOST_PIECES
