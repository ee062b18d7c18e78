"""A shop whose webhooks lead to receivers of our own."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.webhooks.desk import WebhookDesk
from tests.webhooks.receiver import Receiver


@pytest.fixture
def open_receiver() -> Iterator[Callable[..., Receiver]]:
    opened = []

    def start(**options: object) -> Receiver:
        opened.append(Receiver(**options))  # type: ignore[arg-type]
        return opened[-1]

    yield start
    for receiver in opened:
        receiver.close()


@pytest.fixture
def receiver(open_receiver: Callable[..., Receiver]) -> Receiver:
    return open_receiver()


@pytest.fixture
def hooks(app: Flask) -> WebhookDesk:
    return WebhookDesk(app)
