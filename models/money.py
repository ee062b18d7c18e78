"""Amounts as people write them, and as the shop counts them: in minor units of a currency."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import get_currency_precision, get_currency_symbol, is_currency

MOST = 10**14
"""Minor units; more than any shop takes, and far from the end of the database's integers."""

LONGEST_AMOUNT = 60
"""Characters. The blanks of a much longer text, within the number or after it, took minutes to tell apart."""

_SIGN = r"(?:[^\W\d_]{0,3}\.?[^\w\s.,'’()+-]{0,3})"  # PHP, Php., ₱, R$
_PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?")  # nearly all of a large file, and much quicker
_AMOUNT = re.compile(rf"{_SIGN}\s*([0-9][0-9.,'’\s]*?)\s*{_SIGN}")
_WITH_POINT = re.compile(r"[0-9]+(\.[0-9]+)?|[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}(\.[0-9]+)?")
_CODE = re.compile(r"(?<![A-Z])[A-Z]{3}(?![A-Z])")
# As spreadsheets of other countries have it.
_WITH_COMMA = re.compile(r"[0-9]+,[0-9]{1,2}|[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(\.[0-9]{3}){2,}")


@cache
def precision_of(currency: str) -> int:
    return get_currency_precision(currency)


@cache
def own_signs_of(currency: str) -> set[str]:
    return _signs_in(get_currency_symbol(currency, locale="en"))


@cache
def is_known_currency(currency: str) -> bool:
    return len(currency) == 3 and currency.isascii() and currency.isupper() and is_currency(currency)


def parse_money(text: str, currency: str) -> int:
    """`1,250.00`, `₱1,250`, `1250.5`, `1.250,00` in minor units. Raises ValueError for what is no amount, may be
    two, is below zero, or has more decimals than the currency."""
    amount = parse_decimal(text)
    if may_be_thousands(amount, currency):
        raise ValueError("the point may part thousands")
    minor = amount.scaleb(precision_of(currency))
    if minor != minor.to_integral_value() or minor > MOST:
        raise ValueError(f"no amount of {currency}")
    return int(minor)


def parse_decimal(text: str) -> Decimal:
    """The number in a text, without its currency's sign. Raises ValueError."""
    text = text.strip()
    if len(text) > LONGEST_AMOUNT:
        raise ValueError("no amount")
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    amount = _AMOUNT.fullmatch(text)
    number = re.sub(r"['’\s]", "", amount.group(1)) if amount else ""
    if _WITH_POINT.fullmatch(number):
        return Decimal(number.replace(",", ""))
    if _WITH_COMMA.fullmatch(number):
        return Decimal(number.replace(".", "").replace(",", "."))
    raise ValueError("no amount")


def names_other_currency(text: str, currency: str) -> bool:
    """`$5` and `USD 5` are no amounts of pesos. A currency without a sign of its own is written with several."""
    if _PLAIN.fullmatch(text):
        return False
    own, signs = own_signs_of(currency), _signs_in(text)
    codes = _CODE.findall(text.upper())
    return bool(own and signs - own) or any(code != currency and is_known_currency(code) for code in codes)


def _signs_in(text: str) -> set[str]:
    if text.isascii():
        return {"$"} & set(text)
    return {character for character in unicodedata.normalize("NFKC", text) if unicodedata.category(character) == "Sc"}


def may_be_thousands(amount: Decimal, currency: str) -> bool:
    """Whether it was written as `1.480`, which to some is 1480."""
    return 1 <= amount < 1000 and amount.as_tuple().exponent == -3 and precision_of(currency) < 3


def rounded(amount: Decimal, currency: str) -> int:
    """To whole minor units, for an amount that was divided. Raises ValueError."""
    minor = amount.scaleb(precision_of(currency))
    if not 0 <= minor <= MOST:
        raise ValueError(f"no amount of {currency}")
    return int(minor.to_integral_value(ROUND_HALF_UP))


def plain_money(amount: int, currency: str) -> str:
    """For files: `1250.00`, without sign or thousands; parse_money reads it back."""
    return f"{Decimal(amount).scaleb(-precision_of(currency)):f}"
