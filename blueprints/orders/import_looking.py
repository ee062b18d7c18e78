"""Looking at a checked file of orders before it comes in: the first of what would, and what Suki took its words for."""

from dataclasses import dataclass, field

from sqlalchemy import Row, func, select, union_all

from blueprints.orders.bringing_in import Couriers
from blueprints.orders.importing import shop_facts
from blueprints.orders.incoming import IncomingOrder
from blueprints.orders.reading_formats import OrderInFile, read_orders, recognise
from blueprints.orders.receiving import StoredFile
from blueprints.reading_csv import Place, Table
from models import Courier, ImportNumber, Order, OrderImport, OrderSource, Verdict, db

SHOWN = 5
"""Of each kind."""


@dataclass(frozen=True)
class CourierInFile:
    name: str
    """As it stands there."""
    taken_for: Courier | None
    is_added: bool
    """As the first that the file means by it: it is none of the store's yet, but will be one of them."""
    orders: int
    numbers: list[str]
    """Of the first of these orders."""

    @property
    def more(self) -> int:
        return self.orders - len(self.numbers)


@dataclass(frozen=True)
class Look:
    first_orders: list[IncomingOrder] = field(default_factory=list)
    """As they will look."""
    couriers: list[CourierInFile] = field(default_factory=list)
    """Those of the most orders."""
    more_couriers: int = 0
    inferred: list[str] = field(default_factory=list)
    """The first orders whose shipping the file does not say."""
    more_inferred: int = 0
    there: list[Row[tuple[int, str]]] = field(default_factory=list)
    """The first orders that are in Suki already, by id and number."""
    more_there: int = 0


def look_at(found: OrderImport) -> Look:
    couriers, more_couriers = _couriers(found)
    inferred = _inferred(found) if found.shipping_inferred else []
    there = _there(found) if found.already_there else []
    return Look(
        first_orders=_first_orders(found),
        couriers=couriers,
        more_couriers=more_couriers,
        inferred=inferred,
        more_inferred=found.shipping_inferred - len(inferred),
        there=there,
        more_there=found.already_there - len(there),
    )


def _first_orders(found: OrderImport) -> list[IncomingOrder]:
    new = db.session.execute(
        select(ImportNumber.offset, ImportNumber.line)
        .where(ImportNumber.import_id == found.id, ImportNumber.verdict == Verdict.NEW)
        .order_by(ImportNumber.line)
        .limit(SHOWN)
    ).all()
    table, shop = Table(StoredFile(found.id, found.size)), shop_facts()
    read = (next(read_orders(table, recognise(table), shop, Place(row.offset, row.line - 1))) for row in new)
    return [told.order for told in read if isinstance(told, OrderInFile) and told.order]


def _couriers(found: OrderImport) -> tuple[list[CourierInFile], int]:
    """With how many more there are."""
    name, orders = ImportNumber.courier, func.count()
    booked = (ImportNumber.import_id == found.id, name.is_not(None))
    counted = select(name, orders, func.count().over()).where(*booked).group_by(name)
    most = db.session.execute(counted.order_by(orders.desc(), name).limit(SHOWN)).all()
    if not most:
        return [], 0
    first = _first_numbers(found, [row[0] or "" for row in most])
    store, adds = Couriers(db.session()), found.source is OrderSource.SUKI
    in_file = []
    for (named, numbers), (_named, count, _names) in zip(first.items(), most, strict=True):
        courier = store.find(named)
        is_added = adds and courier is None
        if is_added:
            courier = store.note(named)
        in_file.append(CourierInFile(named, courier, is_added, count, numbers))
    return in_file, most[0][2] - len(most)


def _first_numbers(found: OrderImport, couriers: list[str]) -> dict[str, list[str]]:
    """Of each courier the first orders of the file: one look into the index for each, in one statement."""
    columns = select(ImportNumber.courier, ImportNumber.number, ImportNumber.line)
    of_each = [
        columns.where(ImportNumber.import_id == found.id, ImportNumber.courier == courier)
        .order_by(ImportNumber.line)
        .limit(SHOWN)
        .subquery()
        for courier in couriers
    ]
    rows = db.session.execute(union_all(*(select(each) for each in of_each))).all()
    first: dict[str, list[str]] = {courier: [] for courier in couriers}
    for row in sorted(rows, key=lambda row: row.line):
        first[row.courier].append(row.number)
    return first


def _inferred(found: OrderImport) -> list[str]:
    inferred = select(ImportNumber.number).where(
        ImportNumber.import_id == found.id, ImportNumber.verdict == Verdict.NEW, ImportNumber.is_shipping_inferred
    )
    return list(db.session.scalars(inferred.order_by(ImportNumber.line).limit(SHOWN)))


def _there(found: OrderImport) -> list[Row[tuple[int, str]]]:
    there = (
        select(Order.id, Order.number)
        .join(ImportNumber, ImportNumber.number == Order.number)
        .where(ImportNumber.import_id == found.id, ImportNumber.verdict == Verdict.THERE)
    )
    return list(db.session.execute(there.order_by(ImportNumber.line).limit(SHOWN)))
