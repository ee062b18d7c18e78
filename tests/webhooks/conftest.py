"""A shop whose webhooks lead to receivers of our own."""

import ssl
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.webhooks.desk import WebhookDesk
from tests.webhooks.receiver import Receiver


@pytest.fixture
def open_receiver() -> Iterator[Callable[..., Receiver]]:
    opened = []

    def start(tls: ssl.SSLContext | None = None) -> Receiver:
        opened.append(Receiver(tls))
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
