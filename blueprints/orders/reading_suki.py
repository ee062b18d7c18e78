"""Suki's own file of orders, as exporting.py writes it: one row for each item, what is of the order in each of them."""

from enum import StrEnum
from typing import TypeVar

from blueprints.cells import unguarded
from blueprints.orders import incoming
from blueprints.orders.incoming import IncomingItem, IncomingOrder, ShopFacts
from blueprints.orders.reading_cells import Cells
from models import OrderStatus, PaymentMethod, PaymentStatus
from models.text import bare_number, cleaned_line

COLUMNS = (
    "number",
    "placed_at",
    "status",
    "payment_status",
    "payment_method",
    "currency",
    "total",
    "paid",
    "customer_name",
    "customer_email",
    "customer_phone",
    "address",
    "courier",
    "waybill",
    "item_sku",
    "item_name",
    "item_quantity",
    "item_price",
)
REQUIRED = (
    "number",
    "placed_at",
    "status",
    "payment_status",
    "total",
    "customer_name",
    "item_name",
    "item_quantity",
    "item_price",
)
OF_AN_ITEM = ("item_sku", "item_name", "item_quantity", "item_price")
OF_THE_ORDER = ("placed_at", "total", "customer_name", "customer_email")
"""In which two orders of one number differ, if in anything."""

Word = TypeVar("Word", bound=StrEnum)


def number_in(row: Cells) -> str:
    return bare_number(unguarded(row.raw("number")))


def is_whole(_first: Cells) -> bool:
    """Nothing tells the first row of an order from a later one."""
    return False


def read_order(rows: list[Cells], shop: ShopFacts) -> IncomingOrder:
    head, number = rows[0], number_in(rows[0])
    for row in rows:
        row.unguard()
    if len(rows) > 1:
        _compare(rows)
    currency = head.currency("currency", shop.currency)
    if not head.raw("total").strip():
        head.report("total", "empty")
    order = IncomingOrder(
        number=number,
        placed_at=head.needed_time("placed_at", shop),
        customer_name=head.customer_name("customer_name", head.text("customer_name", incoming.NAME)),
        customer_email=head.email("customer_email"),
        customer_phone=head.text("customer_phone", incoming.PHONE) or None,
        address=head.lines("address", incoming.ADDRESS),
        currency=currency,
        total=head.money("total", currency),
        status=_word(head, "status", OrderStatus, OrderStatus.PENDING),
        payment_method=_word(head, "payment_method", PaymentMethod, PaymentMethod.OTHER),
        courier=head.text("courier", incoming.COURIER),
        waybill=head.text("waybill", incoming.WAYBILL),
        items=[_item(row, currency) for row in rows if _has_item(row)],
    )
    _read_payment(head, order)
    _make_sums_agree(order)
    return order


def _compare(rows: list[Cells]) -> None:
    """A spreadsheet that shortens long numbers, or a file pasted twice and sorted, makes one order of several."""
    said = {column: cleaned_line(rows[0].raw(column)) for column in OF_THE_ORDER}
    earlier = set[tuple[str, ...]]()
    for row in rows:
        for column, text in said.items():
            if cleaned_line(row.raw(column)) not in ("", text):
                row.report(column, "row_differs")
        cells = tuple(map(row.raw, COLUMNS))
        if cells in earlier:
            row.report("", "row_twice", found="", stops=False)
        earlier.add(cells)


def _has_item(row: Cells) -> bool:
    return any(row.raw(column).strip() for column in OF_AN_ITEM)


def _item(row: Cells, currency: str) -> IncomingItem:
    name = row.text("item_name", incoming.ITEM_NAME)
    if not name:
        row.report("item_name", "item_nameless", stops=False)
    if not row.raw("item_price").strip():
        row.report("item_price", "empty")
    return IncomingItem(
        name=name,
        sku=row.text("item_sku", incoming.SKU),
        quantity=row.quantity("item_quantity"),
        price=row.money("item_price", currency),
    )


def _word(row: Cells, column: str, words: type[Word], otherwise: Word) -> Word:
    text = row.raw(column).strip().lower().replace(" ", "_").replace("-", "_")
    if not text and column == "payment_method":
        return otherwise
    try:
        return words(text)
    except ValueError:
        row.report(column, "word_unknown")
        return otherwise


def _read_payment(head: Cells, order: IncomingOrder) -> None:
    order.payment_status = status = _word(head, "payment_status", PaymentStatus, PaymentStatus.UNPAID)
    order.paid = head.money("paid", order.currency)
    if status is not PaymentStatus.UNPAID and not head.raw("paid").strip():
        order.paid = order.total
    if status is PaymentStatus.REFUNDED:
        order.refunded = order.paid
    elif status is PaymentStatus.PARTIALLY_REFUNDED:
        # The file says that a part went back, not how much: the least that it can be stands for it.
        order.refunded = 1
        head.report("paid", "refund_unknown", stops=False)
    least = {PaymentStatus.REFUNDED: 1, PaymentStatus.PARTIALLY_REFUNDED: 2}
    if order.paid < least.get(status, 0):
        head.report("paid", "amount_wrong")
    if _is_at_odds(order):
        head.report("paid", "payment_at_odds", stops=False)


def _is_at_odds(order: IncomingOrder) -> bool:
    """Of a part that was refunded is said already that it needs a look; more than what remains may have been paid."""
    at_odds = {
        PaymentStatus.UNPAID: order.paid >= max(order.total, 1),
        PaymentStatus.PAID: order.paid != order.total,
        PaymentStatus.REFUNDED: order.paid > order.total,
    }
    return at_odds.get(order.payment_status, False)


def _make_sums_agree(order: IncomingOrder) -> None:
    """What the items do not add up to was paid for shipping, mostly, or taken off."""
    left = order.total - sum(item.amount for item in order.items)
    if order.items and left > 0:
        order.shipping, order.is_shipping_inferred = left, True
    elif order.items:
        order.discount = -left
