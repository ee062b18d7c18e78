"""A run of the benchmark, part after part."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import machine
from bench.cancelling import measure_cancels
from bench.counting import count_statements
from bench.importing import measure_import
from bench.lasting import measure_memory
from bench.looking import look_at_first_page
from bench.measuring import Desk, bare_address, measure_pages
from bench.pages import PAGES, Page
from bench.pushing import push
from bench.results import Results, Throughput
from bench.servers import bare, suki
from bench.stores import Store, store_of

PARTS = ("pages", "throughput", "cancel", "first-page", "memory", "import")
PUSHED = ("List", "Search: a common name", "Order")
CONNECTIONS = 8
MOST_CANCELS = 120
"""In all rounds: so many orders are sure to be there in the smallest store, and may be cancelled."""


@dataclass(frozen=True)
class Plan:
    sizes: tuple[int, ...]
    """Of the stores, in orders."""
    rounds: int
    requests: int
    """For each page, in each round."""
    lasting: int
    """Requests for the memory."""
    rows: int
    """To import."""
    parts: tuple[str, ...]
    stores: Path
    """Where they are kept from one run to the next."""


def run(plan: Plan, tell: Callable[[str], None]) -> Results:
    """`tell` hears what it is at."""
    results = Results(
        at=datetime.now(UTC),
        machine=machine.machine(),
        processor=machine.processor(),
        load=machine.load(),
        sizes=sorted(set(plan.sizes)),
        rounds=plan.rounds,
    )
    with ExitStack() as opened:
        stores = []
        for size in results.sizes:
            tell(f"A store of {size:,} orders")
            stores.append(opened.enter_context(store_of(size, plan.stores)))
        _measure_served(results, plan, stores, tell)
        if "memory" in plan.parts:
            tell(f"Memory, over {plan.lasting:,} requests")
            results.memory = measure_memory(stores[-1], requests=plan.lasting, starts=plan.rounds)
    if "import" in plan.parts:
        tell(f"Import of {plan.rows:,} rows")
        results.brought_in = measure_import(plan.stores, plan.rows)
    return results


def _measure_served(results: Results, plan: Plan, stores: list[Store], tell: Callable[[str], None]) -> None:
    with ExitStack() as opened:
        beside = opened.enter_context(bare(plan.stores))
        desks = [Desk.open(store, opened.enter_context(suki(store.folder)), beside) for store in stores]
        if "pages" in plan.parts:
            tell(f"{len(PAGES)} pages")
            results.costs = measure_pages(desks, PAGES, rounds=plan.rounds, requests=plan.requests)
            results.statements = _statements(stores)
        if "throughput" in plan.parts:
            tell(f"Throughput at {CONNECTIONS}")
            pushed = [page for page in PAGES if page.name in PUSHED]
            results.throughput = [_throughput(page, desk, plan) for page in pushed for desk in desks]
        if "first-page" in plan.parts:
            tell("The first page in a browser")
            results.first_page = look_at_first_page(desks[0].suki, plan.rounds)
        if "cancel" in plan.parts:
            tell("Cancels")
            cancels = min(plan.requests, MOST_CANCELS // plan.rounds)
            results.cancels = [measure_cancels(desk, rounds=plan.rounds, cancels=cancels) for desk in desks]


def _statements(stores: list[Store]) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for store in stores:
        addresses = {page.name: page.at(store) for page in PAGES}
        counted = count_statements(store.folder, list(addresses.values()))
        found |= {(name, store.orders): counted[address] for name, address in addresses.items()}
    return found


def _throughput(page: Page, desk: Desk, plan: Plan) -> Throughput:
    address, many = page.at(desk.store), plan.requests * CONNECTIONS
    beside = bare_address(len(desk.client.get(address).body))
    found = Throughput(page.name, desk.store.orders, CONNECTIONS, [], [], [])
    for _ in range(plan.rounds):
        pushed = push(desk.suki, [address], connections=CONNECTIONS, requests=many, client=desk.client)
        found.suki.append(pushed.per_second)
        found.cores.append(pushed.cores)
        bare_pushed = push(desk.bare, [beside], connections=CONNECTIONS, requests=many, client=desk.bare_client)
        found.bare.append(bare_pushed.per_second)
    return found
