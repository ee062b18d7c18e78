"""`python -m bench`: measures, says what it is at, and writes the page."""

import signal
import sys
from pathlib import Path

import click

from bench.reporting import write_down
from bench.running import PARTS, Plan, run
from bench.servers import ROOT

SIZES = (1_000, 100_000, 1_000_000)
FOLDER = click.Path(path_type=Path, resolve_path=True)


@click.command("bench")
@click.option("--size", type=click.IntRange(600), multiple=True, default=SIZES, help="Of a store, in orders.")
@click.option("--rounds", type=click.IntRange(1, 20), default=3, show_default=True)
@click.option("--requests", type=click.IntRange(1), default=60, show_default=True, help="For each page, in a round.")
@click.option("--lasting", type=click.IntRange(200), default=10_000, show_default=True, help="Requests for the memory.")
@click.option("--rows", type=click.IntRange(1), default=100_000, show_default=True, help="To import.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, default=PARTS, help="What to measure.")
@click.option("--into", type=FOLDER, default=ROOT / "docs", help="Where performance.md goes.")
@click.option("--stores", type=FOLDER, default=ROOT / "instance" / "bench", help="Where the stores are kept.")
def bench(
    size: tuple[int, ...],
    rounds: int,
    requests: int,
    lasting: int,
    rows: int,
    only: tuple[str, ...],
    into: Path,
    stores: Path,
) -> None:
    """Measure what Suki's pages cost beside a bare page, and write performance.md with its charts.

    --size and --only may be given more than once.
    """
    if not sys.platform.startswith("linux"):
        raise click.ClickException("This reads clocks that only Linux has.")
    # Whoever ends it so finds no server left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    plan = Plan(size, rounds, requests, lasting, rows, only, stores)
    click.echo(f"Written: {write_down(run(plan, click.echo), into)}")


if __name__ == "__main__":
    bench()
