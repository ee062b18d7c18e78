"""Makes a file as Shopify's orders export does, of any length: python tests/shopify_file.py FILE --rows 100000"""

import csv
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

# fmt: off
COLUMNS = [
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price", "Lineitem sku",
    "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name", "Billing Street",
    "Billing Address1", "Billing Address2", "Billing Company", "Billing City", "Billing Zip", "Billing Province",
    "Billing Country", "Billing Phone", "Shipping Name", "Shipping Street", "Shipping Address1", "Shipping Address2",
    "Shipping Company", "Shipping City", "Shipping Zip", "Shipping Province", "Shipping Country", "Shipping Phone",
    "Notes", "Note Attributes", "Cancelled at", "Payment Method", "Payment Reference", "Refunded Amount", "Vendor",
    "Outstanding Balance", "Employee", "Location", "Device ID", "Id", "Tags", "Risk Level", "Source",
    "Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Tax 2 Name", "Tax 2 Value", "Tax 3 Name", "Tax 3 Value",
    "Tax 4 Name", "Tax 4 Value", "Tax 5 Name", "Tax 5 Value", "Phone", "Receipt Number", "Duties",
    "Billing Province Name", "Shipping Province Name", "Payment ID", "Payment Terms Name", "Next Payment Due At",
    "Payment References",
]
# fmt: on
FIRST = ("Maria", "José", "Marisol", "Juan", "Ana", "Renée", "Ligaya", "Benigno", "Consuelo", "Efren")
LAST = ("Santos", "Peña", "Reyes", "Dela Cruz", "Sy", "Ñonuevo", "Uy", "Bautista", "Go", "Magsaysay")
GOODS = (("Adobo set", 48000), ("Ube jam", 18050), ("Barako coffee, 250 g", 32000), ('Capiz lamp 12"', 149900))


@dataclass
class Made:
    orders: int = 0
    rows: int = 0
    items: int = 0
    total: int = 0
    """In centavos, of all orders."""


def make_file(path: Path, *, rows: int, first_number: int = 1001) -> Made:
    """Newest first, as Shopify has it."""
    made, dice = Made(), random.Random(5)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        while made.rows < rows:
            order = list(_order(dice, first_number + made.orders, rows - made.rows, made))
            made.orders += 1
            made.rows += len(order)
            writer.writerows(order)
    return made


def _order(dice: random.Random, number: int, most: int, made: Made) -> Iterator[dict[str, str]]:
    name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    created = datetime(2026, 11, 20, 12, tzinfo=UTC) - timedelta(minutes=7 * number)
    goods = [(*dice.choice(GOODS), dice.randint(1, 3)) for _ in range(min(most, dice.choice((1, 1, 2, 3))))]
    shipping = dice.choice((0, 8000, 15000))
    total = shipping + sum(price * quantity for _, price, quantity in goods)
    made.total += total
    made.items += sum(quantity for *_, quantity in goods)
    whole = {
        "Email": f"customer{number}@example.com",
        "Financial Status": dice.choice(("paid", "pending", "paid", "refunded")),
        "Fulfillment Status": dice.choice(("fulfilled", "unfulfilled", "partial")),
        "Accepts Marketing": "no",
        "Currency": "PHP",
        "Subtotal": _money(total - shipping),
        "Shipping": _money(shipping),
        "Taxes": "0.00",
        "Total": _money(total),
        "Discount Amount": "0.00",
        "Created at": created.strftime("%Y-%m-%d %H:%M:%S +0000"),
        "Shipping Name": name,
        "Shipping Address1": f"{number % 99 + 1} Mabini St",
        "Shipping City": "Quezon City",
        "Shipping Zip": "'0870",
        "Shipping Country": "PH",
        "Shipping Phone": f"'+63 917 {number % 1000:03} {number % 10000:04}",
        "Notes": "Ring twice,\nplease." if number % 9 == 0 else "",
        "Cancelled at": created.strftime("%Y-%m-%d %H:%M:%S +0000") if number % 11 == 0 else "",
        "Payment Method": dice.choice(("Cash on Delivery (COD)", "GCash", "Shopify Payments")),
        "Id": str(5_000_000_000 + number),
    }
    for title, price, quantity in goods:
        item = {"Lineitem quantity": str(quantity), "Lineitem name": title, "Lineitem price": _money(price)}
        yield {"Name": f"#{number}", **whole, **item, "Lineitem requires shipping": "true"}
        whole = {}


def _money(centavos: int) -> str:
    return f"{centavos // 100}.{centavos % 100:02}"


if __name__ == "__main__":
    file, _, rows = sys.argv[1:]
    sys.stdout.write(f"{make_file(Path(file), rows=int(rows))}\n")
