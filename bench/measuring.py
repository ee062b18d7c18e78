"""Measuring pages: a block of requests to Suki, a block to the bare page, and again, so that whatever else the machine
does meanwhile hits both."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from bench.clients import Client
from bench.pages import Page
from bench.servers import Server
from bench.stores import EMAIL, PASSWORD, Store

BLOCK = 20
WARM_UP = 3


@dataclass(frozen=True)
class Figure:
    """The median of some rounds, and how far they lie apart."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Figure":
        found = sorted(values)
        return cls(median(found), found[0], found[-1])


@dataclass(frozen=True)
class Desk:
    """A store that is served, somebody who is signed in there, and the bare page beside it."""

    store: Store
    suki: Server
    bare: Server
    client: Client
    bare_client: Client

    @classmethod
    def open(cls, store: Store, suki: Server, bare: Server) -> "Desk":
        client = Client(suki.port)
        client.sign_in(EMAIL, PASSWORD)
        return cls(store, suki, bare, client, Client(bare.port))


@dataclass
class Cost:
    """Of one page in one store; a value for each round."""

    page: Page
    orders: int
    address: str
    size: int
    """Bytes."""
    cpu_ms: list[float] = field(default_factory=list)
    bare_cpu_ms: list[float] = field(default_factory=list)
    times_bare: list[float] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)
    bare_latency_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Block:
    cpu_ms: float
    latency_ms: float
    """The median of its requests."""


def measure_pages(desks: list[Desk], pages: list[Page], *, rounds: int, requests: int) -> list[Cost]:
    """All stores are served at once and asked in turns."""
    costs = {}
    for page in pages:
        for desk in desks:
            address = page.at(desk.store)
            size = len(desk.client.get(address).body)
            costs[page.name, desk.store.orders] = Cost(page, desk.store.orders, address, size)
    for _ in range(rounds):
        for page in pages:
            _measure_round([(desk, costs[page.name, desk.store.orders]) for desk in desks], requests)
    return list(costs.values())


def _measure_round(pairs: list[tuple[Desk, Cost]], requests: int) -> None:
    """A round is as many blocks as its requests fill, at least one."""
    for desk, cost in pairs:
        _ask(desk, cost, WARM_UP)
    blocks = [[_ask(desk, cost, min(BLOCK, requests)) for desk, cost in pairs] for _ in range(-(-requests // BLOCK))]
    for (_, cost), own in zip(pairs, zip(*blocks, strict=True), strict=True):
        cost.cpu_ms.append(median(suki.cpu_ms for suki, _ in own))
        cost.bare_cpu_ms.append(median(bare.cpu_ms for _, bare in own))
        cost.times_bare.append(median(suki.cpu_ms / bare.cpu_ms for suki, bare in own))
        cost.latency_ms.append(median(suki.latency_ms for suki, _ in own))
        cost.bare_latency_ms.append(median(bare.latency_ms for _, bare in own))


def _ask(desk: Desk, cost: Cost, many: int) -> tuple[Block, Block]:
    return (
        measure_block(desk.suki, desk.client, cost.address, many),
        measure_block(desk.bare, desk.bare_client, bare_address(cost.size), many),
    )


def measure_block(server: Server, client: Client, address: str, many: int) -> Block:
    began = server.cpu_ns()
    took = [client.get(address).took_s for _ in range(many)]
    return Block((server.cpu_ns() - began) / 1e6 / many, median(took) * 1000)


def bare_address(size: int) -> str:
    return f"/?bytes={size}"
