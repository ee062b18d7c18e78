"""What a worker needs of the memory, from its first page to its ten-thousandth."""

from dataclasses import dataclass

from bench.clients import Client
from bench.pages import PAGES
from bench.pushing import push
from bench.servers import suki
from bench.stores import EMAIL, PASSWORD, Store

AT_MOST_MB = 90.0
AT_MOST_GROWTH_MB = 1.0
AT_MOST_START_S = 1.0
CONNECTIONS = 8
SAMPLES = 20


@dataclass(frozen=True)
class Memory:
    orders: int
    start_s: list[float]
    """To the first answer; a value for each start."""
    samples: list[tuple[int, float]]
    """After so many requests, so many MB."""

    @property
    def end_mb(self) -> float:
        return self.samples[-1][1]

    @property
    def growth_mb(self) -> float:
        """Over the second half: by then everything that is kept has been met."""
        return self.end_mb - self.samples[len(self.samples) // 2][1]


def measure_memory(store: Store, *, requests: int, starts: int) -> Memory:
    start_s = []
    for _ in range(starts - 1):
        with suki(store.folder) as server:
            start_s.append(server.first_answer_s)
    addresses = [page.at(store) for page in PAGES]
    with suki(store.folder) as server:
        client = Client(server.port)
        client.sign_in(EMAIL, PASSWORD)
        samples = [(0, server.memory_mb())]
        for sample in range(1, SAMPLES + 1):
            push(server, addresses, connections=CONNECTIONS, requests=requests // SAMPLES, client=client)
            samples.append((sample * requests // SAMPLES, server.memory_mb()))
        return Memory(store.orders, [*start_s, server.first_answer_s], samples)
