"""The states that an order and its payment can be in, and which change of status is allowed."""

from enum import StrEnum


class OrderStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    PROCESSING = "processing"
    READY_FOR_PICKUP = "ready_for_pickup"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    COMPLETED = "completed"
    DECLINED = "declined"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class PaymentStatus(StrEnum):
    UNPAID = "unpaid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class PaymentMethod(StrEnum):
    COD = "cod"
    CASH_ON_PICKUP = "cash_on_pickup"
    GCASH = "gcash"
    MAYA = "maya"
    CARD = "card"
    BANK_TRANSFER = "bank_transfer"
    OTHER = "other"


class OrderSource(StrEnum):
    FORM = "form"
    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"
    SUKI = "suki"


FROM_ANOTHER_SHOP = (OrderSource.SHOPIFY, OrderSource.WOOCOMMERCE)


def payment_status_of(*, total: int, paid: int, refunded: int) -> PaymentStatus:
    """What the amounts, in minor units, amount to."""
    if refunded:
        return PaymentStatus.REFUNDED if refunded == paid else PaymentStatus.PARTIALLY_REFUNDED
    return PaymentStatus.PAID if paid >= total else PaymentStatus.UNPAID


S = OrderStatus
IN_THE_SHOP = (S.PENDING, S.ACCEPTED, S.PROCESSING, S.READY_FOR_PICKUP)
ON_THE_WAY = (S.SHIPPED, S.OUT_FOR_DELIVERY)
DELIVERED = (S.COMPLETED, S.RETURNED)
FINISHED = (*DELIVERED, S.DECLINED, S.CANCELLED)
BEFORE_DELIVERY = (*IN_THE_SHOP, *ON_THE_WAY)
TAKES_NO_PAYMENT = (S.DECLINED, S.RETURNED, S.CANCELLED)
# At the door or at the counter; not before.
PAID_ON_HANDING_OVER = (PaymentMethod.COD, PaymentMethod.CASH_ON_PICKUP)

# Which change is allowed, in one place: an order goes forward, and may skip what the shop does not use.
ALLOWED_CHANGES: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    S.PENDING: (
        S.ACCEPTED,
        S.PROCESSING,
        S.READY_FOR_PICKUP,
        *ON_THE_WAY,
        S.COMPLETED,
        S.DECLINED,
        S.CANCELLED,
    ),
    S.ACCEPTED: (
        S.PROCESSING,
        S.READY_FOR_PICKUP,
        *ON_THE_WAY,
        S.COMPLETED,
        S.CANCELLED,
    ),
    S.PROCESSING: (S.READY_FOR_PICKUP, *ON_THE_WAY, S.COMPLETED, S.CANCELLED),
    S.READY_FOR_PICKUP: (*ON_THE_WAY, S.COMPLETED, S.CANCELLED),
    S.SHIPPED: (S.OUT_FOR_DELIVERY, S.COMPLETED, S.RETURNED, S.CANCELLED),
    S.OUT_FOR_DELIVERY: (S.COMPLETED, S.RETURNED, S.CANCELLED),
    S.COMPLETED: (S.RETURNED,),
    S.DECLINED: (),
    S.RETURNED: (),
    S.CANCELLED: (),
}
