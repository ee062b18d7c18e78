"""Charting numbers: how long each bar is and where it stands. Geometry alone; the template draws, and has the words.

Whatever runs across is a percentage of the width and whatever goes up is in pixels, so that a chart fills a phone and a
desk alike while its writing keeps its size.
"""

from dataclasses import dataclass

TOP, FLOOR, HEIGHT = 22, 162, 190
SHORTEST = 1.5
FILLED = 0.68
"""Of the room for a week, its bar."""
LABELS_ON_A_DESK, LABELS_ON_A_PHONE = 14, 6
LAST_LABEL_ON_A_DESK, LAST_LABEL_ON_A_PHONE = 97.0, 93.0
"""A label further to the right would not fit on the page."""
NUMBERS_ON_A_PHONE = 14


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    y: int
    height: int
    middle: float
    has_label: bool
    """Its name stands below it; on a phone only when `label_fits_phone`."""
    label_fits_phone: bool
    number_fits_phone: bool


@dataclass(frozen=True)
class Mark:
    """A line of the scale."""

    y: int
    number: int


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    marks: list[Mark]


def shares(counts: list[int]) -> list[float]:
    """How far each bar that lies goes, in per cent: the longest all the way, and none too short to be seen."""
    most = max(counts, default=0)
    return [max(round(100 * count / most, 2), SHORTEST) if count else 0.0 for count in counts]


def draw_columns(counts: list[int]) -> Chart:
    """Bars that stand side by side, in their order."""
    top, slot = scale_above(max(counts, default=0)), 100 / max(len(counts), 1)
    sparse, dense = _every(len(counts), LABELS_ON_A_PHONE), _every(len(counts), LABELS_ON_A_DESK)
    bars = []
    for place, count in enumerate(counts):
        height = round((FLOOR - TOP) * count / top)
        bars.append(
            Bar(
                x=round(slot * (place + (1 - FILLED) / 2), 2),
                width=round(slot * FILLED, 2),
                y=FLOOR - height,
                height=height,
                middle=round(slot * (place + 0.5), 2),
                has_label=place % dense == 0 and slot * (place + 0.5) <= LAST_LABEL_ON_A_DESK,
                label_fits_phone=place % sparse == 0 and slot * (place + 0.5) <= LAST_LABEL_ON_A_PHONE,
                number_fits_phone=len(counts) <= NUMBERS_ON_A_PHONE or count == max(counts) != 0,
            )
        )
    return Chart(bars, [Mark(FLOOR - (FLOOR - TOP) * part // 2, top * part // 2) for part in (0, 1, 2)])


def scale_above(most: int) -> int:
    """A round number that is no less, and of which the half is whole."""
    step: int = max(2, 10 ** (len(str(most)) - 1) // 5)
    return max(1, -(-most // step)) * step


def _every(many: int, room: int) -> int:
    """Which of so many labels stand where there is room for some: each, every second, fourth, eighth …"""
    step = 1
    while -(-many // step) > room:
        step *= 2
    return step
