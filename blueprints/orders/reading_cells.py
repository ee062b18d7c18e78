"""Reading what stands in the cells of one row: texts, amounts, times. What can't be read is noted with its column."""

import re
from datetime import UTC, datetime, timedelta, timezone
from html import unescape

from blueprints import clock
from blueprints.cells import Columns, unguarded
from blueprints.composing import can_take_mail
from blueprints.orders import incoming
from blueprints.orders.incoming import OrderFinding, ShopFacts
from blueprints.reading_csv import Row
from models import PaymentMethod
from models.money import is_known_currency, may_be_thousands, names_other_currency, parse_decimal, parse_money, rounded
from models.text import NO_NAME, bare_number, cleaned_line, cleaned_text

YEARS = range(1990, 2101)  # the database's order of orders ends in 2106
ZONES_APART = timedelta(days=1)
"""So far ahead may be what another program wrote by its own clock."""

_DATES = re.compile(
    r"(?:(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})|(?P<m2>[0-9]{1,2})/(?P<d2>[0-9]{1,2})/(?P<y2>[0-9]{4}))"
    r"(?:[T,]?\s*(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)
_METHODS = (
    (PaymentMethod.GCASH, re.compile(r"g-?cash")),
    (PaymentMethod.MAYA, re.compile(r"maya\b")),
    (PaymentMethod.CASH_ON_PICKUP, re.compile(r"pick.?up")),
    (PaymentMethod.COD, re.compile(r"\bcod\b|\bcash\b|on delivery")),
    (PaymentMethod.CARD, re.compile(r"(?<!gift.)card|stripe|shopify.payments|visa|mastercard|amex")),
    (PaymentMethod.BANK_TRANSFER, re.compile(r"bank|\bbacs\b|transfer|deposit|instapay|pesonet")),
)


class Cells:
    """One row, by the names of its columns."""

    def __init__(self, columns: Columns, row: Row) -> None:
        self.columns = columns
        self.start = row.start
        self.fault = row.fault
        self.findings: list[OrderFinding] = []
        self._cells = row.cells

    def raw(self, column: str) -> str:
        at = self.columns[column]
        return self._cells[at] if 0 <= at < len(self._cells) else ""

    def unguard(self) -> None:
        self._cells = [unguarded(cell) if "'" in cell else cell for cell in self._cells]

    def report(self, column: str, code: str, *, found: str | None = None, stops: bool = True) -> None:
        found = cleaned_line(self.raw(column) if found is None else found)[: incoming.FOUND]
        self.findings.append(OrderFinding(self.start.line + 1, column, code, found, stops=stops))

    def text(self, column: str, most: int) -> str:
        """On one line."""
        raw = self.raw(column)
        return self.shortened(column, cleaned_line(raw), most) if raw else ""

    def first_text(self, *columns: str, most: int) -> str:
        """Of the first of these columns in which anything stands."""
        return next((text for column in columns if (text := self.text(column, most))), "")

    def lines(self, column: str, most: int) -> str:
        return self.shortened(column, cleaned_text(self.raw(column)), most)

    def shortened(self, column: str, text: str, most: int) -> str:
        if len(text) <= most:
            return text
        self.report(column, "shortened", stops=False)
        return text[:most].rstrip()

    def email(self, *columns: str) -> str | None:
        for column in columns:
            text = cleaned_line(self.raw(column))
            if len(text) <= incoming.EMAIL and "." in text.rpartition("@")[2] and can_take_mail(text):
                return text
            if text:
                self.report(column, "email_wrong", stops=False)
        return None

    def money(self, column: str, currency: str, *, round_it: bool = False) -> int:
        """0 where nothing stands. Some programs write more decimals than there are, or `&#8369;` for the sign."""
        text = unescape(self.raw(column)).strip()
        if not text:
            return 0
        try:
            if names_other_currency(text, currency):
                raise ValueError(text)
            return self._rounded(column, text, currency) if round_it else parse_money(text, currency)
        except ValueError:
            self.report(column, "amount_wrong")
            return 0

    def _rounded(self, column: str, text: str, currency: str) -> int:
        amount = parse_decimal(text)
        if may_be_thousands(amount, currency):
            self.report(column, "maybe_thousands", stops=False)
        return rounded(amount, currency)

    def currency(self, column: str, otherwise: str) -> str:
        code = self.raw(column).strip().upper() or otherwise
        if not is_known_currency(code):
            self.report(column, "currency_unknown")
            return otherwise
        if code != otherwise:
            self.report(column, "currency_other", found=code, stops=False)
        return code

    def customer_name(self, column: str, name: str) -> str:
        """What was found of it; `column` is where it should stand."""
        if not name:
            self.report(column, "nameless", found="", stops=False)
        return name or NO_NAME

    def quantity(self, column: str) -> int:
        text = self.raw(column).strip()
        whole = re.fullmatch(r"([0-9]{1,7})(?:\.0+)?", text)
        if not whole or int(whole.group(1)) > incoming.MOST_PIECES:
            self.report(column, "quantity_wrong")
            return 0
        return int(whole.group(1))

    def time(self, column: str, shop: ShopFacts) -> datetime | None:
        """None where nothing stands."""
        text = cleaned_line(self.raw(column))
        if says_day_first(text) not in (None, shop.day_first):
            self.report(column, "day_and_month", stops=False)
        try:
            return parse_time(text, shop) if text else None
        except ValueError:
            self.report(column, "time_wrong")
            return None

    def needed_time(self, column: str, shop: ShopFacts) -> datetime:
        if not self.raw(column).strip():
            self.report(column, "empty")
        at = self.time(column, shop) or datetime.fromtimestamp(0, UTC)
        if at > clock.now() + ZONES_APART:
            self.report(column, "still_to_come", stops=False)
        return at


def says_day_first(text: str) -> bool | None:
    """None where it can't be told: without slashes, or when both parts may be a month."""
    found = _DATES.fullmatch(text.strip()) if "/" in text else None
    if not found or (int(found["m2"]) > 12) == (int(found["d2"]) > 12):
        return None
    return int(found["m2"]) > 12


def parse_time(text: str, shop: ShopFacts) -> datetime:
    """`2026-08-04 05:24:22 +0500`, ISO 8601, or with slashes: `8/4/2026 5:24`. Without an offset it is the shop's time.
    Raises ValueError."""
    found = _DATES.fullmatch(text)
    if not found:
        raise ValueError("no time")
    part = found.groupdict()
    year, month, day = (int(part[name] or part[f"{name}2"]) for name in "ymd")
    if part["m2"] and (month > 12 or (shop.day_first and day <= 12)):
        month, day = day, month
    hour = int(part["hour"] or 0)
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].lower() == "pm" else 0)
    if year not in YEARS:
        raise ValueError("no time of any shop")
    offset = _offset(part["zone"]) if part["zone"] else shop.zone
    at = datetime(year, month, day, hour, int(part["minute"] or 0), int(part["second"] or 0), tzinfo=offset)
    return at.astimezone(UTC)


def _offset(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def payment_method_of(text: str) -> PaymentMethod:
    """Which of ours a shop's own name for a method means."""
    text = text.lower()
    return next((method for method, names in _METHODS if names.search(text)), PaymentMethod.OTHER)


def number_of(text: str) -> str:
    """As the customer knows it: without the `#`, and without the sign by which a spreadsheet marks a text."""
    return bare_number(cleaned_line(text).removeprefix("'"))


def phone_of(text: str) -> str:
    return text.removeprefix("'").strip()


def joined(*parts: str) -> str:
    """The lines of an address, each said once."""
    return ", ".join(dict.fromkeys(part for part in parts if part))
