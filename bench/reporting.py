"""Writing down what was found: docs/performance.md, and its charts."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from bench.charting import Bars, Line, draw_bars, draw_line
from bench.judging import judge
from bench.lasting import AT_MOST_MB
from bench.looking import NETWORK, SLOWER
from bench.measuring import BLOCK, Figure
from bench.pages import AT_MOST_GROWTH, AT_MOST_TIMES_BARE
from bench.results import Results

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["svg"], default=False),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
TEMPLATES.filters["thousands"] = "{:,}".format


def write_down(results: Results, folder: Path) -> Path:
    """`folder` gets the page, and `pictures` in it the charts."""
    pictures = folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    charts = {}
    for name, chart in _charts(results).items():
        drawn = TEMPLATES.get_template("bars.svg" if isinstance(chart, Bars) else "line.svg").render(chart=chart)
        (pictures / f"performance-{name}.svg").write_text(drawn)
        charts[name] = f"pictures/performance-{name}.svg"
    page = folder / "performance.md"
    said = TEMPLATES.get_template("performance.md").render(
        results=results,
        verdicts=judge(results),
        charts=charts,
        spread=spread,
        block=BLOCK,
        at_most_growth=AT_MOST_GROWTH,
        network=NETWORK,
        slower=SLOWER,
    )
    page.write_text(said)
    return page


def spread(values: list[float] | Figure, digits: int = 1) -> str:
    """The median, and between which the rounds lie: `2.4 (2.3–2.6)`."""
    found = values if isinstance(values, Figure) else Figure.of(values)
    middle, least, most = (f"{value:,.{digits}f}" for value in (found.middle, found.least, found.most))
    return middle if least == most else f"{middle} ({least}–{most})"


def _charts(results: Results) -> dict[str, Bars | Line]:
    charts: dict[str, Bars | Line] = {}
    if results.costs:
        charts["cpu"] = draw_bars(
            "Time of the processor, in times that of a bare page of the same size",
            [f"{orders:,} orders" for orders in results.sizes],
            {
                page.name: [results.times_bare(page, orders).middle for orders in results.sizes]
                for page in results.pages
            },
            limit=AT_MOST_TIMES_BARE,
            limit_text=f"aim: {AT_MOST_TIMES_BARE:g}",
            digits=1,
        )
    if results.growing:
        charts["growth"] = draw_bars(
            f"Time of the processor with {results.sizes[-1]:,} orders, in times that in a smaller store",
            [],
            {page.name: [results.growth(page).middle] for page in results.growing},
            limit=AT_MOST_GROWTH,
            limit_text=f"aim: {AT_MOST_GROWTH:g}",
            digits=2,
        )
    if results.memory:
        charts["memory"] = draw_line(
            f"Memory of a worker, in MB, with {results.memory.orders:,} orders",
            results.memory.samples,
            limit=AT_MOST_MB,
            limit_text=f"aim: {AT_MOST_MB:g} MB",
            unit="MB",
        )
    return charts
