"""Comparing a file of products with what the shop has: what would be new, what would change, and what can't be."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints.products.reading_products import FileRow, ProductFinding, Sheet, in_range
from models import Product
from models.search import fold
from models.text import cleaned_line

AT_ONCE = 500
"""SKUs that one statement asks for."""


@dataclass(frozen=True)
class State:
    name: str
    tracked: bool
    on_hand: int


@dataclass(frozen=True)
class ProductChange:
    """One product, before and after. `row` is its row without whatever would stay as it is."""

    row: FileRow
    after: State
    before: State | None = None
    product: Product | None = None

    @property
    def is_without_a_count(self) -> bool:
        """A new one, of which the file does not say how many there are."""
        return self.before is None and self.after.tracked and self.row.on_hand is None

    @property
    def is_renamed(self) -> bool:
        return self.before is not None and self.before.name != self.after.name

    @property
    def is_recounted(self) -> bool:
        """Also when it begins or ends to be counted."""
        return self.before is not None and (
            self.before.tracked != self.after.tracked or self.before.on_hand != self.after.on_hand
        )


@dataclass
class Comparison:
    new: list[ProductChange] = field(default_factory=list)
    changed: list[ProductChange] = field(default_factory=list)
    same: int = 0
    findings: list[ProductFinding] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        """How many rows; one may have several findings."""
        return len({finding.line for finding in self.findings})

    @property
    def rows(self) -> list[FileRow]:
        """All that would do something, and nothing else."""
        return [change.row for change in (*self.new, *self.changed)]


def compare(session: Session, sheet: Sheet) -> Comparison:
    """Asked to show what would be done, and again under the lock to do it."""
    compared = Comparison(findings=list(sheet.findings))
    products = _products_of(session, sheet.rows)
    for row in sheet.rows:
        product = products.get(fold(row.sku))
        fault = _fault(row, product)
        if fault:
            compared.findings.append(_finding(row, *fault))
        elif product is None:
            tracked = row.tracked is not False
            compared.new.append(ProductChange(row, State(row.name, tracked, row.on_hand or 0)))
        elif change := _change(row, product):
            compared.changed.append(change)
        else:
            compared.same += 1
    compared.findings.sort(key=lambda finding: finding.line)
    return compared


def _products_of(session: Session, rows: Iterable[FileRow]) -> dict[str, Product]:
    found: dict[str, Product] = {}
    keys = (fold(row.sku) for row in rows)
    while some := list(islice(keys, AT_ONCE)):
        wanted = select(Product).where(Product.sku_key.in_(some))
        again = session.scalars(wanted, execution_options={"populate_existing": True})
        found.update((product.sku_key, product) for product in again)
    return found


def _fault(row: FileRow, product: Product | None) -> tuple[str, str] | None:
    """The column, and what is wrong there."""
    tracked = row.tracked if row.tracked is not None else product is None or product.tracked
    if product is None and not row.name:
        return "name", "name_needed"
    if row.on_hand is None:
        return None
    if not tracked:
        return "on_hand", "not_counted"
    is_as_it_is = product is not None and product.on_hand == row.on_hand
    return None if is_as_it_is or in_range(row.on_hand) else ("on_hand", "count_out_of_range")


def _finding(row: FileRow, column: str, code: str) -> ProductFinding:
    found = "" if row.on_hand is None or column != "on_hand" else str(row.on_hand)
    return ProductFinding(row.line, row.sku, column, code, found)


def _change(row: FileRow, product: Product) -> ProductChange | None:
    before = State(product.name, product.tracked, product.on_hand)
    name = row.name if row.name != cleaned_line(before.name) else ""
    tracked = row.tracked if row.tracked != before.tracked else None
    on_hand = row.on_hand if row.on_hand != before.on_hand else None
    if not name and tracked is None and on_hand is None:
        return None
    after = State(
        name or before.name,
        before.tracked if tracked is None else tracked,
        before.on_hand if on_hand is None else on_hand,
    )
    return ProductChange(FileRow(row.line, product.sku, name, tracked, on_hand), after, before, product)
