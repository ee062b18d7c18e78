"""The gates: what Suki promises when something goes wrong, each beside a control that shows that it can fail.

A file is a gate. Its tests give the figures that they measured; those marked `control` try the same against a Suki
whose guard was taken out, and pass when that goes red. `make test` runs all of it in a small size, but for what takes
minutes; `make gates` runs it in full size, and writes what it found into docs/gates.md.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.machine import machine

PAGE = Path(__file__).parents[2] / "docs" / "gates.md"
HEADING = "## The last run\n"


@dataclass
class Gate:
    is_full: bool
    kind: str
    properties: list[tuple[str, object]]
    """Of the test: what the report tells of it."""

    def size(self, *, quick: int, full: int) -> int:
        """How many times, with how many people, …: for `make test`, and for `make gates`."""
        return full if self.is_full else quick

    def figure(self, text: str) -> None:
        """What was measured, in a few words, such as “1,292 points, 0 lost”; the table shows it."""
        self.properties.append((self.kind, text))


@pytest.fixture
def gate(request: pytest.FixtureRequest) -> Iterator[Gate]:
    kind = "control" if request.node.get_closest_marker("control") else "figure"
    gate = Gate(request.config.getoption("--gates"), kind, request.node.user_properties)
    yield gate
    assert gate.properties, "A gate says what it measured."


# They look into the file, stop its disk or its journal, or start servers on it. On PostgreSQL these are tried so far.
ALSO_ON_POSTGRES: tuple[str, ...] = ()

LONG = (
    *("test_kill_under_load", "test_roles_and_routes", "test_model_of_orders", "test_model_of_windows"),
    *("test_mail_headers", "test_every_look", "test_fuzz", "test_fault_points", "test_backups"),
    *("test_concurrent_cancels", "test_long_work", "test_browser_payloads", "test_mail_faults", "test_three_machines"),
)
"""The first to begin of a full run, or one processor waits at its end for what the other has left."""


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Marks before all others choose by them, and has the last word on the order."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.stem not in ALSO_ON_POSTGRES:
            item.add_marker("sqlite")
    yield
    if config.getoption("--gates"):
        items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))
        return
    minutes = [item for item in items if item.get_closest_marker("minutes")]
    config.hook.pytest_deselected(items=minutes)
    items[:] = [item for item in items if item not in minutes]


def name_of(report: pytest.TestReport) -> str:
    return Path(report.nodeid.split("::")[0]).stem.removeprefix("test_").replace("_", " ")


def table(reports: list[pytest.TestReport]) -> str:
    """A line for each gate: what was measured, what its control found, how long both took."""
    lines = ["| gate | figure | control, without the guard | time |", "|---|---|---|---|"]
    for name in dict.fromkeys(name_of(report) for report in reports):
        own = [report for report in reports if name_of(report) == name]
        said = {
            kind: "; ".join(text for report in own for key, text in report.user_properties if key == kind)
            for kind in ("figure", "control")
        }
        seconds = round(sum(report.duration for report in own))
        lines.append(f"| {name} | {said['figure']} | {said['control']} | {seconds // 60}:{seconds % 60:02} |")
    return "\n".join(lines)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--gates"):
        return
    kept = terminalreporter.stats
    reports = [report for state in ("passed", "failed", "error") for report in kept.get(state, [])]
    done = table(sorted(reports, key=lambda report: report.nodeid))
    terminalreporter.section("gates")
    terminalreporter.write_line(done)
    is_whole = not config.getoption("keyword") and len({name_of(report) for report in reports}) == len(
        list(Path(__file__).parent.glob("test_*.py"))
    )
    if is_whole and not (kept.get("failed") or kept.get("error")):
        before = PAGE.read_text().split(HEADING)[0]
        PAGE.write_text(f"{before}{HEADING}\n{dt.datetime.now(dt.UTC):%Y-%m-%d}: {machine()}.\n\n{done}\n")
