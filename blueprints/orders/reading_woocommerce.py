"""WooCommerce's exports of orders, one row for each order: the full one, and the short one of its Analytics page."""

import re
from html import unescape

from blueprints.orders import incoming
from blueprints.orders.incoming import IncomingItem, IncomingOrder, ShopFacts
from blueprints.orders.reading_cells import Cells, joined, number_of, payment_method_of, phone_of
from models import OrderStatus
from models.money import parse_decimal, rounded
from models.order_states import payment_status_of
from models.text import cleaned_line

REQUIRED = ("order_date", "status", "order_total")
TELLING = ("order_date", "order_total", "order_currency", "payment_method_title", "billing_first_name", "line_item_1")
ANALYTICS_REQUIRED = ("Date", "Order #", "N. Revenue (formatted)", "Status", "Customer")
ANALYTICS_TELLING = ("Order #", "N. Revenue (formatted)", "Customer type", "Product(s)", "Items sold", "Coupon(s)")

_STATUSES = {
    "pending": OrderStatus.PENDING,
    "on-hold": OrderStatus.PENDING,
    "processing": OrderStatus.PROCESSING,
    "completed": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
    "refunded": OrderStatus.RETURNED,
    "failed": OrderStatus.DECLINED,  # the payment was, and so nothing was sold
}
_ITEM_COLUMN = re.compile(r"line_item_[0-9]+")
# A name may hold the signs that part the pairs, so a pair begins only where one of the known keys does.
_ITEM_KEYS = re.compile(
    r"(?:^|\|)\s*(name|product_id|_?variation_id|sku|quantity|total|sub_total|tax|tax_data|refunded|meta\w*)\s*:"
)
_REFUNDED = re.compile(r"(?:^|[|;])\s*amount\s*:\s*([0-9.,]+)")
_PRODUCTS = re.compile(r"(?<![0-9])([0-9]+)\s*[×x]\s*(.+?)(?=,\s*[0-9]+\s*[×x]|$)")


def number_in(row: Cells) -> str:
    return number_of(row.raw("order_number")) or number_of(row.raw("order_id"))


def analytics_number_in(row: Cells) -> str:
    return number_of(row.raw("Order #"))


def is_whole(_first: Cells) -> bool:
    return True


def read_order(rows: list[Cells], shop: ShopFacts) -> IncomingOrder:
    (row,) = rows
    currency = row.currency("order_currency", shop.currency)
    order = IncomingOrder(
        number=number_in(row),
        placed_at=row.needed_time("order_date", shop),
        customer_name=_name(row),
        customer_email=row.email("billing_email", "customer_email"),
        customer_phone=_phone(row),
        address=_address(row, "shipping") or _address(row, "billing"),
        customer_note=row.lines("customer_note", incoming.CUSTOMER_NOTE),
        currency=currency,
        shipping=row.money("shipping_total", currency, round_it=True),
        discount=row.money("discount_total", currency, round_it=True),
        tax=row.money("tax_total", currency, round_it=True),
        total=_total(row, "order_total", currency),
        payment_method=payment_method_of(f"{row.raw('payment_method')} {row.raw('payment_method_title')}"),
        status=_status(row, "status"),
        items=_items(row, currency),
    )
    order.leave_out_included_tax()
    _read_payment(row, order, is_paid=bool(row.time("paid_date", shop)))
    return order


def read_analytics_order(rows: list[Cells], shop: ShopFacts) -> IncomingOrder:
    """Without email, phone, address, prices and payments: that an order is completed says that it was paid."""
    (row,) = rows
    order = IncomingOrder(
        number=analytics_number_in(row),
        placed_at=row.needed_time("Date", shop),
        customer_name=row.customer_name("Customer", row.text("Customer", incoming.NAME)),
        currency=shop.currency,
        total=_total(row, "N. Revenue (formatted)", shop.currency),
        status=_status(row, "Status"),
        items=_products(row),
    )
    if len(order.items) == 1 and order.items[0].quantity and order.total % order.items[0].quantity == 0:
        order.items[0].price = order.total // order.items[0].quantity
    _read_payment(row, order, is_paid=False)
    return order


def _status(row: Cells, column: str) -> OrderStatus:
    status = row.raw(column).strip().lower().removeprefix("wc-").replace(" ", "-")
    if status not in _STATUSES:
        row.report(column, "status_unknown")
    return _STATUSES.get(status, OrderStatus.PENDING)


def _total(row: Cells, column: str, currency: str) -> int:
    if not row.raw(column).strip():
        row.report(column, "empty")
    return row.money(column, currency, round_it=True)


def _read_payment(row: Cells, order: IncomingOrder, *, is_paid: bool) -> None:
    """Only what has a date of payment, or came to its end, is paid: cash on delivery is processed before."""
    if is_paid or order.status in (OrderStatus.COMPLETED, OrderStatus.RETURNED):
        order.paid = order.total
    if order.status is OrderStatus.RETURNED:
        order.refunded = order.paid
    elif refunds := _REFUNDED.findall(row.raw("refund_items")):
        try:
            order.refunded = min(sum(rounded(parse_decimal(refund), order.currency) for refund in refunds), order.paid)
        except ValueError:
            row.report("refund_items", "amount_wrong")
    order.payment_status = payment_status_of(total=order.total, paid=order.paid, refunded=order.refunded)


def _name(row: Cells) -> str:
    def full(kind: str) -> str:
        parts = (row.text(f"{kind}_{part}_name", incoming.NAME) for part in ("first", "last"))
        return row.shortened(f"{kind}_last_name", " ".join(filter(None, parts)), incoming.NAME)

    other = row.first_text("billing_email", "customer_email", "billing_phone", most=incoming.NAME)
    return row.customer_name("billing_first_name", full("shipping") or full("billing") or other)


def _phone(row: Cells) -> str | None:
    phones = (phone_of(row.text(column, incoming.PHONE)) for column in ("shipping_phone", "billing_phone"))
    return next(filter(None, phones), None)


def _address(row: Cells, kind: str) -> str:
    parts = ("company", "address_1", "address_2", "city", "state", "postcode", "country")
    texts = [row.text(f"{kind}_{part}", incoming.ADDRESS).removeprefix("'") for part in parts]
    return row.shortened(f"{kind}_address_1", joined(*texts), incoming.ADDRESS)


def _items(row: Cells, currency: str) -> list[IncomingItem]:
    columns = [name for name in row.columns.names if _ITEM_COLUMN.fullmatch(name)]
    return [_item(row, name, currency) for name in columns if row.raw(name).strip()]


def _item(row: Cells, column: str, currency: str) -> IncomingItem:
    """The price of a piece follows from the sum before discounts."""
    text = unescape(row.raw(column))
    keys = [*_ITEM_KEYS.finditer(text)]
    ends = [*(key.start() for key in keys), len(text)][1:]
    pairs = {key.group(1): text[key.end() : end].strip() for key, end in zip(keys, ends, strict=True)}
    try:
        quantity = int(pairs["quantity"])
        amount = parse_decimal(pairs.get("sub_total") or pairs["total"])
        price = rounded(amount / quantity, currency) if quantity > 0 else 0
        name = pairs["name"]
    except (KeyError, ValueError):
        row.report(column, "item_wrong")
        return IncomingItem(name="", quantity=0, price=0)
    return IncomingItem(
        name=row.shortened(column, cleaned_line(name), incoming.ITEM_NAME),
        sku=row.shortened(column, cleaned_line(pairs.get("sku", "")), incoming.SKU),
        quantity=max(quantity, 0),
        price=price,
    )


def _products(row: Cells) -> list[IncomingItem]:
    """`2× Adobo set, 1× Ube jam`."""
    text = unescape(row.text("Product(s)", 10_000))
    found = [(int(quantity[:6]), name.strip()) for quantity, name in _PRODUCTS.findall(text)]
    return [IncomingItem(name[: incoming.ITEM_NAME], quantity, 0) for quantity, name in found or [(1, text)] if name]
