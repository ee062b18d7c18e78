"""The benchmark runs, and its page says what was measured and whether that is what the shop aims at."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.charting import LEFT, RIGHT, WIDTH, draw_bars, draw_line
from bench.clients import hidden_fields
from bench.judging import judge
from bench.measuring import Cost
from bench.pages import PAGES
from bench.reporting import spread, write_down
from bench.results import Results

ROOT = Path(__file__).parent.parent
SEARCH = next(page for page in PAGES if page.is_everyday)


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads clocks that only Linux has")
def test_a_small_run_writes_its_page(tmp_path):
    small = ["--size", "600", "--rounds", "1", "--requests", "1", "--only", "pages", "--only", "cancel"]
    places = ["--into", str(tmp_path / "docs"), "--stores", str(tmp_path / "stores")]
    subprocess.run([sys.executable, "-m", "bench", *small, *places], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    page = (tmp_path / "docs" / "performance.md").read_text()
    assert [name for name in (page.name for page in PAGES) if f"| {name} | 600 |" not in page] == []
    (picture,) = re.findall(r"\]\((pictures/[\w-]+\.svg)\)", page)
    drawn = ElementTree.parse(tmp_path / "docs" / picture).getroot()
    assert len(drawn.findall(".//{*}rect[@class='series-0']")) == len(PAGES) + 1
    assert re.search(r"^\| Cancel, with 600 orders \|.*\d commits \| (met|\*\*not met\*\*) \|$", page, re.MULTILINE)
    # The copy that was worked on is gone, and the store is there for the next run.
    assert [path.name for path in (tmp_path / "stores").iterdir() if path.is_dir()] == ["600"]


def results(*, times_bare=(1.0,), statements=1, large_ms=(10.0,)):
    """Of one page, in a small store and in a large one."""
    sizes = {1000: [10.0] * len(large_ms), 1_000_000: list(large_ms)}
    costs = [
        Cost(SEARCH, orders, "/orders/", 60_000, cpu_ms, [5.0], list(times_bare), [12.0], [6.0])
        for orders, cpu_ms in sizes.items()
    ]
    counted = {(SEARCH.name, orders): statements for orders in sizes}
    return Results(datetime.now(UTC), "2 cores", "a processor", 0.1, list(sizes), 1, costs, counted)


@pytest.mark.parametrize(
    ("found", "are_met"),
    [
        ({}, [True, True, True]),
        ({"times_bare": (2.9, 3.0, 9.0)}, [True, True, True]),
        ({"times_bare": (2.9, 3.1, 3.2)}, [False, True, True]),
        ({"statements": 5}, [True, False, True]),
        ({"large_ms": (11.4, 11.5, 30.0)}, [True, True, True]),
        ({"large_ms": (11.4, 11.6, 11.7)}, [True, True, False]),
    ],
)
def test_an_aim_is_met_when_the_median_of_the_rounds_meets_it(found, are_met):
    assert [verdict.is_met for verdict in judge(results(**found))] == are_met


def test_what_is_not_met_stands_on_the_page(tmp_path):
    page = write_down(results(times_bare=(4.0,)), tmp_path).read_text()
    assert f"| at most 3 times the bare page | 4.0 times at worst ({SEARCH.name}) | **not met** |" in page
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == [
        "performance-cpu.svg",
        "performance-growth.svg",
    ]


def test_the_rounds_stand_beside_their_median():
    assert spread([2.0, 3.0, 2.5]) == "2.5 (2.0–3.0)"
    assert spread([1234.5]) == "1,234.5"


def test_bars_are_as_long_as_what_they_show():
    chart = draw_bars("Times", ["few", "many"], {"List": [1.0, 4.0]}, limit=2.0, limit_text="aim", digits=1)
    few, many = chart.rows[0].bars
    assert many.width == pytest.approx(4 * few.width, abs=0.2) == WIDTH - LEFT - RIGHT
    assert chart.limit - LEFT == pytest.approx(2 * few.width, abs=0.2)


def test_a_line_begins_at_zero():
    chart = draw_line("MB", [(0, 0.0), (100, 50.0)], limit=100.0, limit_text="aim", unit="MB")
    first, last = (point.split(",") for point in chart.points.split())
    assert float(first[1]) == chart.floor
    assert float(last[1]) == pytest.approx((chart.floor + chart.limit) / 2, abs=0.1)


def test_a_form_is_read_with_its_token_and_what_it_hides():
    page = '<input type="hidden" name="csrf_token" value="a&amp;b"><input name="version" type="hidden" value="3">'
    assert hidden_fields(page) == {"csrf_token": "a&b", "version": "3"}
