"""Who buys at Aling Nena’s, what she sells, and what people write. Nobody here lives: the mail domains are reserved
for examples, and no phone number of the Philippines begins with 000."""

import csv
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
STORE_NAME, STORE_EMAIL, STORE_PHONE = "Aling Nena’s", "alingnena@example.com", "(02) 8000 0142"


class Reach(StrEnum):
    """How an order gets to the customer from the shop in Marikina."""

    COUNTER = "counter"
    RIDER = "rider"
    CITY = "city"
    PROVINCE = "province"


class Customer(NamedTuple):
    reach: Reach
    name: str
    email: str | None
    phone: str | None
    address: str


class Good(NamedTuple):
    name: str
    price: int
    """In centavos."""
    chance: int
    """How often it is bought, beside the others."""
    travels: bool
    """Neither fresh nor frozen nor of clay: it may be days on the road."""
    on_hand: int | None
    """None: it is baked every morning, and nobody counts it."""


def _rows(filename: str) -> Iterator[dict[str, str]]:
    with (HERE / filename).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


CUSTOMERS = {
    row["key"]: Customer(Reach(row["reach"]), row["name"], row["email"] or None, row["phone"] or None, row["address"])
    for row in _rows("customers.csv")
}
GOODS = {
    row["sku"]: Good(
        row["name"],
        int(row["pesos"]) * 100,
        int(row["chance"]),
        bool(row["travels"]),
        int(row["on_hand"]) if row["on_hand"] else None,
    )
    for row in _rows("goods.csv")
}
# For whom a shop is named suki: they come back again and again.
REGULARS = ("pena", "uy", "delacruz", "sy", "reyes", "ordonez")
SELDOM = ("parish", "bpo", "soriano", "lucero", "quiambao")
"""They have a story of their own, and no other order."""

FEEDBACK = "Sinunod ko lang, tapos na agad. The picture of the status area helped."

CUSTOMER_NOTES = (
    "Pakilagay po sa guard house kung wala ako. Salamat!",
    "Please call before you come, the doorbell is broken.",
    "Regalo po ito kay Nanay. No receipt inside, please.",
    "Wala pong sukli ang ₱1,000 ko, pakidala na lang. Salamat po.",
    "After 5 pm po sana, nasa trabaho ako sa araw.",
    "Medyo matamis po sana ang longganisa kung meron. 🙂",
    "Gate is beside the sari-sari store with the blue awning.",
)
NOTES = {
    "accepted": ("Salamat po sa order! We pack it this afternoon.", "Thank you, suki! See you again soon."),
    "ready_for_pickup": ("We are open until 7 pm. Please bring the order number.",),
    "shipped": (
        "It left with the morning pick-up. Two to four days po.",
        "Packed with ice, so please open it at once.",
    ),
    "out_for_delivery": ("Our rider Kuya Bong is on the way. Please keep your phone near.",),
}
