"""The charts: where each bar and line stands. Geometry alone; the templates draw, and have the colours."""

from dataclasses import dataclass

WIDTH = 760
LEFT, RIGHT = 230, 60
BAR, GAP, BETWEEN = 9, 2, 12
TOP, BOTTOM = 68, 34
PLOT_HEIGHT = 220


@dataclass(frozen=True)
class Bar:
    series: int
    y: float
    width: float
    number: str


@dataclass(frozen=True)
class Row:
    name: str
    middle: float
    bars: list[Bar]


@dataclass(frozen=True)
class Bars:
    title: str
    series: list[str]
    rows: list[Row]
    height: float
    limit: float
    """Where the bars should end at the latest."""
    limit_text: str
    width: int = WIDTH
    left: int = LEFT
    thick: int = BAR


def draw_bars(
    title: str, series: list[str], values: dict[str, list[float]], *, limit: float, limit_text: str, digits: int
) -> Bars:
    """By row, a bar for each series."""
    longest = max(limit * 1.2, *(value for row in values.values() for value in row))
    scale = (WIDTH - LEFT - RIGHT) / longest
    rows, y = [], float(TOP)
    for name, row in values.items():
        tall = len(row) * (BAR + GAP)
        bars = [
            Bar(place, y + place * (BAR + GAP), round(value * scale, 1), f"{value:.{digits}f}")
            for place, value in enumerate(row)
        ]
        rows.append(Row(name, y + tall / 2, bars))
        y += tall + BETWEEN
    return Bars(title, series, rows, y + BOTTOM - BETWEEN, LEFT + round(limit * scale, 1), limit_text)


@dataclass(frozen=True)
class Mark:
    at: float
    text: str


@dataclass(frozen=True)
class Line:
    title: str
    points: str
    """As SVG has them."""
    last: tuple[float, float]
    last_text: str
    across: list[Mark]
    up: list[Mark]
    limit: float
    limit_text: str
    width: int = WIDTH
    height: int = TOP + PLOT_HEIGHT + BOTTOM + 14
    left: int = 60
    right: int = WIDTH - RIGHT
    floor: int = TOP + PLOT_HEIGHT


def draw_line(title: str, samples: list[tuple[int, float]], *, limit: float, limit_text: str, unit: str) -> Line:
    """From zero, so that a slope looks as steep as it is."""
    most, last = max(limit * 1.2, *(value for _, value in samples)), max(1, samples[-1][0])

    def x(at: float) -> float:
        return round(60 + at / last * (WIDTH - RIGHT - 60), 1)

    def y(value: float) -> float:
        return round(TOP + PLOT_HEIGHT * (1 - value / most), 1)

    steps = [round(most / 4 / 10) * 10 * part for part in range(5)]
    return Line(
        title=title,
        points=" ".join(f"{x(at)},{y(value)}" for at, value in samples),
        last=(x(last), y(samples[-1][1])),
        last_text=f"{samples[-1][1]:.0f} {unit}",
        across=[Mark(x(last * part / 4), f"{last * part // 4:,}") for part in range(5)],
        up=[Mark(y(value), str(value)) for value in steps if value <= most],
        limit=y(limit),
        limit_text=limit_text,
    )
