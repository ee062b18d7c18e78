"""Bars stand where their numbers say, inside of their chart, and labels leave each other room."""

from hypothesis import given
from hypothesis import strategies as st

from blueprints.insights.charting import (
    FLOOR,
    LABELS_ON_A_DESK,
    LABELS_ON_A_PHONE,
    TOP,
    draw_columns,
    scale_above,
    shares,
)

COUNTS = st.lists(st.integers(0, 100_000), min_size=1, max_size=54)


@given(COUNTS)
def test_no_bar_leaves_the_chart_and_none_stands_in_another(counts):
    bars = draw_columns(counts).bars
    assert all(bar.y >= TOP and bar.y + bar.height == FLOOR for bar in bars)
    edges = [edge for bar in bars for edge in (bar.x, bar.x + bar.width)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= 100


@given(COUNTS)
def test_more_is_never_shorter(counts):
    heights = [
        bar.height for _, bar in sorted(zip(counts, draw_columns(counts).bars, strict=True), key=lambda each: each[0])
    ]
    assert heights == sorted(heights)


@given(COUNTS)
def test_labels_have_room(counts):
    bars = draw_columns(counts).bars
    assert sum(bar.has_label for bar in bars) <= LABELS_ON_A_DESK
    assert sum(bar.label_fits_phone for bar in bars) <= LABELS_ON_A_PHONE
    assert all(bar.has_label for bar in bars if bar.label_fits_phone)
    assert bars[0].label_fits_phone


@given(st.integers(0, 10**9))
def test_the_scale_is_whole_and_no_less(most):
    top = scale_above(most)
    assert top >= max(most, 1)
    assert top % 2 == 0


def test_bars_that_lie_are_measured_by_the_longest():
    assert shares([4, 2, 1, 0]) == [100.0, 50.0, 25.0, 0.0]
    assert shares([1000, 1]) == [100.0, 1.5]  # seen still
    assert shares([]) == []
    assert shares([0]) == [0.0]
