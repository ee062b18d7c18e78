"""How a customer is reached from the order's page, and the shop by a customer: links made of what is on file, where it
is fit for one."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from models import Order
from models.search import digits_of

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\?&#%]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True)
class ContactLinks:
    mail_url: str | None
    phone_url: str | None
    search: str
    """What finds all orders of the same customer."""


def ways_to_reach(order: Order) -> ContactLinks:
    email, phone = order.customer_email or "", order.customer_phone or ""
    digits = digits_of(phone)
    return ContactLinks(
        mail_url=mail_url(email),
        phone_url=phone_url(phone),
        search=email or (digits if len(digits) >= 3 else order.customer_name),
    )


def mail_url(email: str | None) -> str | None:
    return f"mailto:{quote(email, safe='@+')}" if email and _EMAIL.fullmatch(email) else None


def phone_url(phone: str | None) -> str | None:
    digits = digits_of(phone or "")
    sign = "+" if phone and phone.lstrip().startswith("+") else ""
    return f"tel:{sign}{digits}" if 3 <= len(digits) <= 15 else None
