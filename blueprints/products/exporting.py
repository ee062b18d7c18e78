"""Exporting products as Suki's own file, which comes in again as it was: one row for each."""

import csv
import io
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from blueprints.cells import guarded
from blueprints.products.reading_products import COLUMNS, NO, YES, FileRow
from models import Product, db

PAGE = 500


def export_products() -> Iterator[str]:
    """Lines of the file, page by page: each is a short read of its own, however long somebody takes to fetch all.
    In the order in which they were added, as one that is renamed meanwhile keeps its place in that."""
    yield lines([])
    after = 0
    listed = select(Product.id, Product.sku, Product.name, Product.tracked, Product.on_hand).order_by(Product.id)
    while page := list(db.session.execute(listed.where(Product.id > after).limit(PAGE))):
        db.session.rollback()
        yield lines((_row(*row[1:]) for row in page), header=False)
        after = page[-1].id


def lines(rows: Iterable[FileRow], *, header: bool = True) -> str:
    """As RFC 4180 has it, and with no cell that a spreadsheet takes for a formula. A count is a number, also below
    zero, so that spreadsheets add it up."""
    text = io.StringIO()
    writer = csv.writer(text)
    if header:
        writer.writerow(COLUMNS)
    tracked = {True: YES, False: NO, None: ""}
    writer.writerows(
        (guarded(row.sku), guarded(row.name), tracked[row.tracked], "" if row.on_hand is None else row.on_hand)
        for row in rows
    )
    return text.getvalue()


def _row(sku: str, name: str, tracked: bool, on_hand: int) -> FileRow:
    return FileRow(0, sku, name, tracked, on_hand if tracked else None)
