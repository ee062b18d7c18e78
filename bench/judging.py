"""What the shop aims at, beside what was measured."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench import cancelling, importing, lasting, looking, pages
from bench.importing import Import
from bench.lasting import Memory
from bench.looking import FirstPage
from bench.measuring import Figure
from bench.results import Results


@dataclass(frozen=True)
class Verdict:
    what: str
    aim: str
    measured: str
    is_met: bool


def judge(results: Results) -> list[Verdict]:
    verdicts = [*_pages(results), *_cancels(results)]
    if results.brought_in:
        verdicts += _import(results.brought_in)
    if results.memory:
        verdicts += _memory(results.memory)
    if results.first_page:
        verdicts += _first_page(results.first_page)
    return verdicts


def _pages(results: Results) -> Iterator[Verdict]:
    everyday = [page for page in results.pages if page.is_everyday]
    if not everyday:
        return
    worst = max(everyday, key=lambda page: max(results.times_bare(page, orders).middle for orders in results.sizes))
    times = max(results.times_bare(worst, orders).middle for orders in results.sizes)
    yield Verdict(
        "List, order, search: time of the processor",
        f"at most {pages.AT_MOST_TIMES_BARE:g} times the bare page",
        f"{times:.1f} times at worst ({worst.name})",
        times <= pages.AT_MOST_TIMES_BARE,
    )
    most = max(results.statements[page.name, orders] for page in everyday for orders in results.sizes)
    yield Verdict(
        "List, order, search: SQL statements besides the session’s",
        f"at most {pages.AT_MOST_STATEMENTS}",
        f"{most} at most",
        most <= pages.AT_MOST_STATEMENTS,
    )
    if results.growing:
        yield _growth(results)


def _growth(results: Results) -> Verdict:
    worst = max(results.growing, key=lambda page: results.growth(page).middle)
    growth = results.growth(worst).middle
    return Verdict(
        f"Every page, from {results.sizes[0]:,} to {results.sizes[-1]:,} orders",
        f"at most {pages.AT_MOST_GROWTH:g} times",
        f"{growth:.2f} times at worst ({worst.name})",
        growth <= pages.AT_MOST_GROWTH,
    )


def _cancels(results: Results) -> Iterator[Verdict]:
    for cost in results.cancels[-1:]:
        commits = Figure.of(cost.commits).middle
        yield Verdict(
            f"Cancel, with {cost.orders:,} orders",
            f"at most {cancelling.AT_MOST_COMMITS:g} durable commits above the bare page",
            f"{commits:.1f} commits",
            commits <= cancelling.AT_MOST_COMMITS,
        )


def _import(found: Import) -> Iterator[Verdict]:
    yield Verdict(
        f"Import of {found.rows:,} rows",
        f"at least {importing.AT_LEAST_A_SECOND:,} rows a second after the first",
        f"{found.a_second:,.0f} a second",
        found.a_second >= importing.AT_LEAST_A_SECOND,
    )
    yield Verdict(
        "Import: memory",
        f"flat: at most {importing.AT_MOST_GROWTH_MB:g} MB more in its second half",
        f"{found.growth_mb:.1f} MB more, {found.most_mb:.0f} MB at most",
        found.growth_mb <= importing.AT_MOST_GROWTH_MB,
    )


def _memory(found: Memory) -> Iterator[Verdict]:
    requests = found.samples[-1][0]
    yield Verdict(
        f"Memory after {requests:,} requests",
        f"at most {lasting.AT_MOST_MB:g} MB",
        f"{found.end_mb:.0f} MB",
        found.end_mb <= lasting.AT_MOST_MB,
    )
    yield Verdict(
        "Memory: growth",
        f"none: at most {lasting.AT_MOST_GROWTH_MB:g} MB in the second half of them",
        f"{found.growth_mb:.1f} MB",
        found.growth_mb <= lasting.AT_MOST_GROWTH_MB,
    )
    start_s = Figure.of(found.start_s).middle
    yield Verdict(
        "From the start to the first answer",
        f"under {lasting.AT_MOST_START_S:g} s",
        f"{start_s:.2f} s",
        start_s < lasting.AT_MOST_START_S,
    )


def _first_page(found: FirstPage) -> Iterator[Verdict]:
    yield Verdict(
        "The first page: what it loads besides itself",
        f"at most {looking.AT_MOST_KB:g} kB",
        f"{found.assets_kb:.1f} kB in {found.assets} files",
        found.assets_kb <= looking.AT_MOST_KB,
    )
    yield Verdict(
        "Kept for good, by a hash of the content",
        "all of it",
        f"{found.kept_for_good} of {found.assets} files; {found.again_kb:.1f} kB at the second visit",
        found.kept_for_good == found.assets,
    )
    yield Verdict(
        "Largest contentful paint on a slow phone",
        f"under {looking.AT_MOST_LCP_MS / 1000:g} s",
        f"{found.middle_ms / 1000:.2f} s",
        found.middle_ms < looking.AT_MOST_LCP_MS,
    )
