"""Reading a table as orders: whose export it is, which rows make one order, and what is wrong with each."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from blueprints.cells import Columns
from blueprints.orders import incoming, reading_shopify, reading_suki, reading_woocommerce
from blueprints.orders.incoming import IncomingOrder, OrderFinding, ShopFacts
from blueprints.orders.reading_cells import Cells, says_day_first
from blueprints.reading_csv import FileFault, Place, Table, Unreadable
from models import OrderSource, OrderStatus

LONG_STRETCH = 50_000
"""Rows in which nothing stands; spreadsheets leave them at the end."""
MOST_ROWS = 1_000
LONGEST_ORDER = 2 * 1024 * 1024
"""Rows and bytes of one order."""
MOST_FINDINGS = 50
ENOUGH_TO_TELL = 2
"""Of a format's telling columns: one name alone may be in any table."""
DATED_ROWS = 1_000
"""From which it is told how dates stand in a file."""


# As spreadsheets show long numbers, and take short ones for amounts.
_WITHOUT_ITS_DIGITS = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_WITH_DECIMALS = re.compile(r"[0-9]+\.0+")


@dataclass(frozen=True)
class Format:
    source: OrderSource
    required: tuple[str, ...]
    telling: tuple[str, ...]
    """Names that no other list is likely to have; Date, Name or Total stand in any."""
    number_column: str
    placed_column: str
    number_in: Callable[[Cells], str]
    is_whole: Callable[[Cells], bool]
    """Whether a row that begins an order can be told from a later row of one."""
    read: Callable[[list[Cells], ShopFacts], IncomingOrder]
    one_row_each: bool = False
    is_short: bool = False
    """Without emails, phones and addresses."""


FORMATS = (
    Format(
        OrderSource.SUKI,
        reading_suki.REQUIRED,
        reading_suki.REQUIRED,
        "number",
        "placed_at",
        reading_suki.number_in,
        reading_suki.is_whole,
        reading_suki.read_order,
    ),
    Format(
        OrderSource.SHOPIFY,
        reading_shopify.REQUIRED,
        reading_shopify.TELLING,
        "Name",
        "Created at",
        reading_shopify.number_in,
        reading_shopify.is_whole,
        reading_shopify.read_order,
    ),
    Format(
        OrderSource.WOOCOMMERCE,
        reading_woocommerce.REQUIRED,
        reading_woocommerce.TELLING,
        "order_number",
        "order_date",
        reading_woocommerce.number_in,
        reading_woocommerce.is_whole,
        reading_woocommerce.read_order,
        one_row_each=True,
    ),
    Format(
        OrderSource.WOOCOMMERCE,
        reading_woocommerce.ANALYTICS_REQUIRED,
        reading_woocommerce.ANALYTICS_TELLING,
        "Order #",
        "Date",
        reading_woocommerce.analytics_number_in,
        reading_woocommerce.is_whole,
        reading_woocommerce.read_analytics_order,
        one_row_each=True,
        is_short=True,
    ),
)


@dataclass(slots=True)
class OrderInFile:
    """What a file says in one place about one order."""

    number: str
    start: Place
    end: Place
    """Where the next one begins."""
    is_whole: bool
    order: IncomingOrder | None
    """None when it can't come in."""
    findings: list[OrderFinding]

    @property
    def line(self) -> int:
        return self.start.line + 1


def recognise(table: Table) -> Format:
    """By the names of the columns. Raises Unreadable with those that are missing from the likeliest format."""
    columns = Columns(table.columns)

    def missing(format_: Format) -> tuple[str, ...]:
        return tuple(name for name in format_.required if not columns.holds(name))

    likely = [format_ for format_ in FORMATS if sum(map(columns.holds, format_.telling)) >= ENOUGH_TO_TELL]
    if not likely:
        raise Unreadable(FileFault.UNKNOWN_COLUMNS, reading_suki.REQUIRED)
    likeliest = min(likely, key=lambda format_: len(missing(format_)) / len(format_.required))
    if absent := missing(likeliest):
        is_ours = likeliest.source is OrderSource.SUKI
        raise Unreadable(FileFault.MISNAMED_COLUMNS if is_ours else FileFault.MISSING_COLUMNS, absent)
    return likeliest


def read_orders(
    table: Table, format_: Format, shop: ShopFacts, start: Place | None = None
) -> Iterator[OrderInFile | Place]:
    """One after the other; `start` is where an earlier reading stopped. In a long stretch of nothing comes, now and
    then, the place that is reached in it."""
    columns, rows = Columns(table.columns), table.rows(start)
    shop = replace(shop, day_first=_has_day_first(table, columns, format_.placed_column))
    number, group, blank = "", list[Cells](), 0
    for row in rows:
        blank = blank + 1 if row.is_blank else 0
        if blank and blank % LONG_STRETCH:
            continue
        cells = Cells(columns, row)
        its_number = format_.number_in(cells)
        is_full = bool(group) and its_number == number and _is_full(group, cells)
        if is_full:
            group[0].report("", "order_too_long", found="")
        if group and (format_.one_row_each or blank or its_number != number or is_full):
            yield _told(format_, shop, number, group, cells.start)
            group = []
        if blank:
            yield rows.place
        else:
            number = its_number
            group.append(cells)
    if group:
        yield _told(format_, shop, number, group, rows.place)


def _has_day_first(table: Table, columns: Columns, placed_column: str) -> bool:
    said = {says_day_first(Cells(columns, row).raw(placed_column)) for row in islice(table.rows(), DATED_ROWS)}
    return True in said and False not in said


def _is_full(group: list[Cells], cells: Cells) -> bool:
    return len(group) == MOST_ROWS or cells.start.offset - group[0].start.offset > LONGEST_ORDER


def _read(format_: Format, shop: ShopFacts, group: list[Cells]) -> IncomingOrder:
    order = format_.read(group, shop)
    if order.is_beyond_counting:
        group[0].report("", "too_much", found="")
    if order.status is OrderStatus.CANCELLED:
        # Not every export says when; later than this it can't be proven to be.
        order.cancelled_at = order.cancelled_at or order.placed_at
    return order


def _look_at_number(head: Cells, column: str, number: str) -> None:
    if not number and not head.fault:
        head.report(column, "empty")
    elif len(number) > incoming.NUMBER:
        head.report(column, "number_too_long")
    elif _WITHOUT_ITS_DIGITS.fullmatch(number):
        head.report(column, "number_changed", found=number)
    elif _WITH_DECIMALS.fullmatch(number):
        head.report(column, "number_changed", found=number, stops=False)


def _told(format_: Format, shop: ShopFacts, number: str, group: list[Cells], end: Place) -> OrderInFile:
    head = group[0]
    for row in group:
        if row.fault:
            row.report("", row.fault, found="")
    _look_at_number(head, format_.number_column, number)
    is_broken = any(finding.stops for row in group for finding in row.findings)
    order = None if is_broken else _read(format_, shop, group)
    found = [finding for row in group for finding in row.findings]
    findings = sorted(found, key=lambda finding: not finding.stops)[:MOST_FINDINGS]
    for finding in findings:
        finding.number = number[: incoming.NUMBER]
    return OrderInFile(
        number=number,
        start=head.start,
        end=end,
        is_whole=any(map(format_.is_whole, group)),
        order=None if any(finding.stops for finding in findings) else order,
        findings=findings,
    )
