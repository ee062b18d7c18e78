"""Shopify's export of orders: one row for each line item; what is of the order stands in the first of its rows."""

import re

from blueprints.orders import incoming
from blueprints.orders.incoming import IncomingItem, IncomingOrder, ShopFacts
from blueprints.orders.reading_cells import Cells, joined, number_of, payment_method_of, phone_of
from models import OrderStatus, PaymentStatus
from models.order_states import payment_status_of

REQUIRED = (
    "Name",
    "Financial Status",
    "Total",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
)
TELLING = (
    "Financial Status",
    "Fulfillment Status",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem sku",
)
_FINANCIAL = (
    "",
    "paid",
    "pending",
    "authorized",
    "partially_paid",
    "partially_refunded",
    "refunded",
    "voided",
    "expired",
)
_FULFILLMENT = ("", "fulfilled", "unfulfilled", "partial", "restocked", "null")

# Where shops that have no place for it note who carries the parcel.
_COURIER = re.compile(r"(?im)^\s*(?:courier|carrier|logistics|shipped (?:by|with|via))\s*[:=-]\s*(\S.*)$")
_WAYBILL = re.compile(r"(?im)^\s*(?:tracking|waybill|awb)(?: ?(?:number|code|id|no\.?|#))?\s*[:=-]\s*(\S.*)$")


def number_in(row: Cells) -> str:
    return number_of(row.raw("Name"))


def is_whole(first: Cells) -> bool:
    """The row begins an order; later rows of it leave the total empty."""
    return bool(first.raw("Total").strip())


def read_order(rows: list[Cells], shop: ShopFacts) -> IncomingOrder:
    head, *others = [*filter(is_whole, rows)] or rows[:1]
    if not is_whole(head):
        head.report("Total", "empty")
    for other in others:
        other.report("Total", "second_order")
    currency = head.currency("Currency", shop.currency)
    placed_at = head.needed_time("Created at", shop)
    order = IncomingOrder(
        number=number_in(head),
        placed_at=placed_at,
        customer_name=_name(head),
        customer_email=head.email("Email"),
        customer_phone=_phone(head),
        address=_address(head, "Shipping") or _address(head, "Billing"),
        customer_note=_note(head),
        currency=currency,
        shipping=head.money("Shipping", currency),
        discount=head.money("Discount Amount", currency),
        tax=head.money("Taxes", currency),
        total=head.money("Total", currency),
        payment_method=payment_method_of(head.raw("Payment Method")),
        items=[_item(row, currency) for row in rows if row.raw("Lineitem name").strip()],
    )
    order.leave_out_included_tax()
    _read_payment(head, order)
    _read_status(head, order, shop)
    _read_courier(head, order, shop)
    return order


def _item(row: Cells, currency: str) -> IncomingItem:
    return IncomingItem(
        name=row.text("Lineitem name", incoming.ITEM_NAME),
        sku=row.text("Lineitem sku", incoming.SKU),
        quantity=row.quantity("Lineitem quantity"),
        price=row.money("Lineitem price", currency),
    )


def _name(head: Cells) -> str:
    found = head.first_text("Shipping Name", "Billing Name", "Email", "Phone", most=incoming.NAME)
    return head.customer_name("Shipping Name", found)


def _phone(head: Cells) -> str | None:
    phones = (phone_of(head.text(column, incoming.PHONE)) for column in ("Shipping Phone", "Billing Phone", "Phone"))
    return next(filter(None, phones), None)


def _address(head: Cells, kind: str) -> str:
    def part(name: str) -> str:
        return head.text(f"{kind} {name}", incoming.ADDRESS).removeprefix("'")

    streets = [part("Address1"), part("Address2")]
    places = [part("City"), part("Province Name") or part("Province"), part("Zip"), part("Country")]
    address = joined(part("Company"), *(streets if any(streets) else [part("Street")]), *places)
    return head.shortened(f"{kind} Street", address, incoming.ADDRESS)


def _note(head: Cells) -> str:
    written = [head.lines(column, incoming.CUSTOMER_NOTE) for column in ("Notes", "Note Attributes")]
    return head.shortened("Notes", "\n".join(filter(None, written)), incoming.CUSTOMER_NOTE)


def _read_payment(head: Cells, order: IncomingOrder) -> None:
    financial = head.raw("Financial Status").strip().lower()
    if financial not in _FINANCIAL:
        head.report("Financial Status", "payment_unknown")
    refunded = head.money("Refunded Amount", order.currency)
    if financial in ("paid", "partially_refunded", "refunded"):
        order.paid = order.total
    elif financial == "partially_paid":
        order.paid = _part_paid(head, order)
    if financial == "refunded":
        order.refunded = order.paid
    elif order.paid:
        order.refunded = min(refunded, order.paid)
    if financial == "partially_refunded" and not 0 < order.refunded < order.paid:
        head.report("Refunded Amount", "refund_unknown", stops=order.paid < 2)
        order.refunded = 1
    order.payment_status = payment_status_of(total=order.total, paid=order.paid, refunded=order.refunded)
    if financial in ("pending", "authorized", "voided", "expired", ""):
        order.payment_status = PaymentStatus.UNPAID


def _part_paid(head: Cells, order: IncomingOrder) -> int:
    """An older export does not say how much is outstanding."""
    if not head.raw("Outstanding Balance").strip():
        head.report("Outstanding Balance", "part_paid_unknown", stops=False)
        return 0
    return max(order.total - head.money("Outstanding Balance", order.currency), 0)


def _read_status(head: Cells, order: IncomingOrder, shop: ShopFacts) -> None:
    fulfillment = head.raw("Fulfillment Status").strip().lower()
    if fulfillment not in _FULFILLMENT:
        head.report("Fulfillment Status", "status_unknown")
    cancelled_at = head.time("Cancelled at", shop)
    if cancelled_at or head.raw("Cancelled at").strip():
        order.status, order.cancelled_at = OrderStatus.CANCELLED, cancelled_at
    else:
        order.status = _status(fulfillment, order)


def _status(fulfillment: str, order: IncomingOrder) -> OrderStatus:
    """Fulfilled means handed over: what is paid as well is done, and what is not is still to be collected."""
    is_paid = order.payment_status is not PaymentStatus.UNPAID
    if fulfillment == "fulfilled":
        return OrderStatus.COMPLETED if is_paid else OrderStatus.SHIPPED
    if fulfillment == "restocked" or order.payment_status is PaymentStatus.REFUNDED:
        return OrderStatus.RETURNED
    if fulfillment == "partial":
        return OrderStatus.PROCESSING
    return OrderStatus.ACCEPTED if is_paid else OrderStatus.PENDING


def _read_courier(head: Cells, order: IncomingOrder, shop: ShopFacts) -> None:
    """A courier without a waybill may be a wish; with one, the parcel is booked."""
    courier, waybill = _COURIER.search(order.customer_note), _WAYBILL.search(order.customer_note)
    if courier and waybill:
        order.courier = courier.group(1).strip()[: incoming.COURIER]
        order.waybill = waybill.group(1).strip()[: incoming.WAYBILL]
        order.booked_at = head.time("Fulfilled at", shop)
