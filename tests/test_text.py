"""Text as it is kept: what can't be seen makes no two names alike, and cleaning once is enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import cleaned_line, cleaned_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("abc\0def", "abcdef"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u2066b\u2069", "ab"),
        ("10\u200b01", "1001"),
        ("10\u00ad01", "1001"),
        ("10\u034f01", "1001"),
        ("10\u180e01", "1001"),
        ("Ma\u3164ria", "Maria"),
        ("A\U000e0041\U000e007f", "A"),
        ("lone \ud800 half", "lone half"),
        ("Pen\u0303a", "Peña"),
        ("Pen\u200d\u0303a", "Peña"),
        ("a\u2028b\u0085c\td", "a b c d"),
        ("  Sy  Tan\tLim ", "Sy Tan Lim"),
        ("\u202e\u200b\0 ", ""),
    ],
)
def test_a_line_has_nothing_that_can_not_be_seen(typed, kept):
    assert cleaned_line(typed) == kept


def test_a_text_keeps_its_lines_and_its_direction():
    assert cleaned_text(" one\r\ntwo\rth\x07ree\u202e \udfff") == "one\ntwo\nthree\u202e"


@given(st.text(max_size=40))
def test_what_was_cleaned_is_clean(text):
    for clean in (cleaned_line, cleaned_text):
        assert clean(clean(text)) == clean(text)
