"""How a customer is reached from the order's page: links made of what is on file, where it is fit for one."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from models import Order

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\?&#%]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True)
class Reach:
    mail_url: str | None
    phone_url: str | None
    search: str
    """What finds all orders of the same customer."""


def ways_to_reach(order: Order) -> Reach:
    email, phone = order.customer_email or "", order.customer_phone or ""
    digits = re.sub("[^0-9]", "", phone)
    return Reach(
        mail_url=f"mailto:{quote(email, safe='@+')}" if _EMAIL.fullmatch(email) else None,
        phone_url=f"tel:{'+' if phone.lstrip().startswith('+') else ''}{digits}" if 3 <= len(digits) <= 15 else None,
        search=email or (digits if len(digits) >= 3 else order.customer_name),
    )
