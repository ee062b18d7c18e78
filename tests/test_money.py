"""Amounts are read as people and spreadsheets write them, and never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.money import is_known_currency, parse_money, plain_money


@pytest.mark.parametrize("text", ["1,250.00", "1250", "₱1,250", "PHP 1,250.00", "1 250,00", "1.250,00", "1'250.0"])
def test_an_amount_is_read_in_any_way_it_is_written(text):
    assert parse_money(text, "PHP") == 125000


@pytest.mark.parametrize(
    ("text", "amount"),
    [("12,50", 1250), ("1,250", 125000), ("12,34,567.00", 123456700), ("€1.234.567,89", 123456789), ("99 PHP", 9900)],
)
def test_a_comma_parts_thousands_or_decimals(text, amount):
    assert parse_money(text, "PHP") == amount


@pytest.mark.parametrize(
    "text", ["", "-5", "(5.00)", "five", "1..2", "1,2,3", "1,25.00", "5e3", "٣", "∞", "1" * 30, "12.345", "PHP"]
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError):
        parse_money(text, "PHP")


@pytest.mark.parametrize("text", ["1.480", "12.480", "480.000", "₱1.480", "1.480 PHP", "P 12.480"])
def test_a_point_that_may_part_thousands_is_never_taken_for_one_of_decimals(text):
    with pytest.raises(ValueError):
        parse_money(text, "PHP")


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("1.480", "KWD", 1480), ("1480.000", "PHP", 148000), ("0.500", "PHP", 50), ("1.4800", "PHP", 148)],
)
def test_a_point_that_can_only_be_one_of_decimals_is_read(text, currency, amount):
    assert parse_money(text, currency) == amount


def test_what_is_far_too_long_is_refused_without_a_look():
    with pytest.raises(ValueError):
        parse_money(f"1{' ' * 100_000}x y 1", "PHP")  # to look at it took half an hour


def test_a_currency_without_decimals_has_none():
    assert parse_money("1,250", "JPY") == 1250
    with pytest.raises(ValueError):
        parse_money("1,250.50", "JPY")


def test_only_codes_of_currencies_are_known():
    assert [code for code in ("PHP", "USD", "php", "PH", "XQZ", "₱₱₱") if is_known_currency(code)] == ["PHP", "USD"]


@given(st.integers(0, 10**14), st.sampled_from(["PHP", "JPY", "KWD"]))
def test_what_is_written_to_a_file_is_read_back(amount, currency):
    assert parse_money(plain_money(amount, currency), currency) == amount
