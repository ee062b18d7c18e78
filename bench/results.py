"""What one run of the benchmark found."""

from dataclasses import dataclass, field
from datetime import datetime

from bench.cancelling import CancelCost
from bench.importing import Import
from bench.lasting import Memory
from bench.looking import FirstPage
from bench.measuring import Cost, Figure
from bench.pages import Page

ALIKE = 0.06
"""By so much may two pages differ in size and be the same page."""


@dataclass(frozen=True)
class Throughput:
    """Requests a second at so many connections, a value for each round, of Suki and of the bare page."""

    name: str
    orders: int
    connections: int
    suki: list[float]
    bare: list[float]
    cores: list[float]
    """How many of them Suki's own process kept busy."""


@dataclass
class Results:
    """What was not measured in this run is empty."""

    at: datetime
    machine: str
    processor: str
    load: float
    """Before it began: what else the machine had to do."""
    sizes: list[int]
    rounds: int
    costs: list[Cost] = field(default_factory=list)
    statements: dict[tuple[str, int], int] = field(default_factory=dict)
    """By page and orders."""
    throughput: list[Throughput] = field(default_factory=list)
    cancels: list[CancelCost] = field(default_factory=list)
    memory: Memory | None = None
    brought_in: Import | None = None
    first_page: FirstPage | None = None

    @property
    def pages(self) -> list[Page]:
        return list({cost.page.name: cost.page for cost in self.costs}.values())

    def cost(self, page: Page, orders: int) -> Cost:
        return next(cost for cost in self.costs if cost.page == page and cost.orders == orders)

    def times_bare(self, page: Page, orders: int) -> Figure:
        return Figure.of(self.cost(page, orders).times_bare)

    @property
    def growing(self) -> list[Page]:
        """Those that a smaller store has as well, and not with a few rows only."""
        return [page for page in self.pages if self.grows_from(page) < self.sizes[-1]]

    def grows_from(self, page: Page) -> int:
        """The smallest store in which the page is as large as in the largest one: rows cost what they cost."""
        largest = self.cost(page, self.sizes[-1]).size
        return next(size for size in self.sizes if abs(self.cost(page, size).size / largest - 1) <= ALIKE)

    def growth(self, page: Page) -> Figure:
        """The processor's time in the largest store, as so many times that in the store which it grows from."""
        few, many = (self.cost(page, orders).cpu_ms for orders in (self.grows_from(page), self.sizes[-1]))
        return Figure.of(largest / smallest for smallest, largest in zip(few, many, strict=True))
