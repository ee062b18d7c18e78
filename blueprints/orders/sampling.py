"""A file for whoever keeps orders in a notebook or a spreadsheet: Suki's own columns, with two orders to write over."""

from datetime import datetime, timedelta

from blueprints.orders.exporting import HEAD, as_csv
from models import OrderStatus, PaymentMethod, PaymentStatus
from models.money import plain_money, precision_of


def sample_file(*, now: datetime, currency: str) -> str:
    """It comes in as it is. `now` in the store's zone."""

    def amount(major: int) -> str:
        return plain_money(major * 10 ** precision_of(currency), currency)

    first = {
        "number": "A-101",
        "placed_at": _written(now - timedelta(days=2)),
        "status": OrderStatus.PENDING.value,
        "payment_status": PaymentStatus.UNPAID.value,
        "payment_method": PaymentMethod.COD.value,
        "currency": currency,
        "total": amount(1150),
        "paid": "",
        "customer_name": "Maria Santos",
        "customer_email": "maria@example.com",
        "customer_phone": "0917 555 0101",
        "address": "12 Mabini St, Quezon City",
    }
    second = first | {
        "number": "A-102",
        "placed_at": _written(now - timedelta(days=1)),
        "status": OrderStatus.ACCEPTED.value,
        "payment_status": PaymentStatus.PAID.value,
        "payment_method": PaymentMethod.GCASH.value,
        "total": amount(480),
        "paid": amount(480),
        "customer_name": "Juan Dela Cruz",
        "customer_email": "",
        "customer_phone": "0917 555 0102",
    }
    return as_csv(
        [
            HEAD,
            first | _item("ADOBO-SET", "Adobo set", 2, amount(480)),
            first | _item("CALAMANSI", "Calamansi juice", 1, amount(190)),
            second | _item("ADOBO-SET", "Adobo set", 1, amount(480)),
        ]
    )


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _item(sku: str, name: str, quantity: int, price: str) -> dict[str, str]:
    return {"item_sku": sku, "item_name": name, "item_quantity": str(quantity), "item_price": price}
