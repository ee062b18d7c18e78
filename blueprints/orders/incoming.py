"""An order as a file tells of it, and what was wrong or doubtful in the telling. Plain values, no database."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from models import Courier, ImportFinding, Order, OrderItem, OrderStatus, PaymentMethod, PaymentStatus
from models.base import longest
from models.money import MOST

NUMBER, ADDRESS, CUSTOMER_NOTE = longest(Order.number), longest(Order.address), longest(Order.customer_note)
NAME, EMAIL, PHONE = longest(Order.customer_name), longest(Order.customer_email), longest(Order.customer_phone)
SKU, ITEM_NAME = longest(OrderItem.sku), longest(OrderItem.name)
COURIER, WAYBILL = longest(Courier.name), longest(Order.waybill)
FOUND = longest(ImportFinding.found)
MOST_PIECES = 1_000_000
"""Of one item."""


@dataclass(frozen=True)
class ShopFacts:
    """What a file leaves unsaid."""

    currency: str
    zone: ZoneInfo
    day_first: bool = False
    """Whether `5/10/2026` is in October."""


@dataclass(slots=True)
class OrderFinding:
    """One thing in the file that is wrong, or that somebody should look at. `code` says what; words are made later."""

    line: int
    column: str
    code: str
    found: str = ""
    """What stood there, shortened."""
    stops: bool = True
    """The order is left out for it; else it comes in all the same."""
    number: str = ""


@dataclass(slots=True)
class IncomingItem:
    name: str
    quantity: int
    price: int
    sku: str = ""

    @property
    def amount(self) -> int:
        return self.quantity * self.price


@dataclass(slots=True)
class IncomingOrder:
    number: str
    placed_at: datetime
    customer_name: str
    currency: str
    total: int
    status: OrderStatus = OrderStatus.PENDING
    cancelled_at: datetime | None = None
    customer_email: str | None = None
    customer_phone: str | None = None
    address: str = ""
    customer_note: str = ""
    shipping: int = 0
    is_shipping_inferred: bool = False
    """The file does not say it; it is what the total is more than the items."""
    discount: int = 0
    tax: int = 0
    paid: int = 0
    refunded: int = 0
    payment_status: PaymentStatus = PaymentStatus.UNPAID
    payment_method: PaymentMethod = PaymentMethod.OTHER
    courier: str = ""
    waybill: str = ""
    booked_at: datetime | None = None
    items: list[IncomingItem] = field(default_factory=list)

    @property
    def item_count(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def is_beyond_counting(self) -> bool:
        """Whether an amount or a number of pieces is more than the database counts, as what follows from others may
        be."""
        amounts = (self.total, self.shipping, self.discount, self.tax, self.paid, self.refunded)
        return max(amounts) > MOST or any(item.quantity > MOST_PIECES or item.price > MOST for item in self.items)

    def leave_out_included_tax(self) -> None:
        """Some shops' prices include the tax; there it is no part of the sum that makes the total."""
        items = sum(item.amount for item in self.items)
        if items + self.shipping - self.discount == self.total:
            self.tax = 0
