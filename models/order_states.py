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


_S = OrderStatus
IN_THE_SHOP = (_S.PENDING, _S.ACCEPTED, _S.PROCESSING, _S.READY_FOR_PICKUP)
ON_THE_WAY = (_S.SHIPPED, _S.OUT_FOR_DELIVERY)
DELIVERED = (_S.COMPLETED, _S.RETURNED)
FINISHED = (*DELIVERED, _S.DECLINED, _S.CANCELLED)
BEFORE_DELIVERY = (*IN_THE_SHOP, *ON_THE_WAY)
TAKES_NO_PAYMENT = (_S.DECLINED, _S.RETURNED, _S.CANCELLED)
# At the door or at the counter; not before.
PAID_ON_HANDING_OVER = (PaymentMethod.COD, PaymentMethod.CASH_ON_PICKUP)

# Which change is allowed, in one place: an order goes forward, and may skip what the shop does not use.
ALLOWED_CHANGES: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    _S.PENDING: (
        _S.ACCEPTED,
        _S.PROCESSING,
        _S.READY_FOR_PICKUP,
        *ON_THE_WAY,
        _S.COMPLETED,
        _S.DECLINED,
        _S.CANCELLED,
    ),
    _S.ACCEPTED: (
        _S.PROCESSING,
        _S.READY_FOR_PICKUP,
        *ON_THE_WAY,
        _S.COMPLETED,
        _S.CANCELLED,
    ),
    _S.PROCESSING: (_S.READY_FOR_PICKUP, *ON_THE_WAY, _S.COMPLETED, _S.CANCELLED),
    _S.READY_FOR_PICKUP: (*ON_THE_WAY, _S.COMPLETED, _S.CANCELLED),
    _S.SHIPPED: (_S.OUT_FOR_DELIVERY, _S.COMPLETED, _S.RETURNED, _S.CANCELLED),
    _S.OUT_FOR_DELIVERY: (_S.COMPLETED, _S.RETURNED, _S.CANCELLED),
    _S.COMPLETED: (_S.RETURNED,),
    _S.DECLINED: (),
    _S.RETURNED: (),
    _S.CANCELLED: (),
}
