"""How long a page waits for many orders at once, so that on a slow machine, too, a test knows where it stands; and a
shop that does not wait for its money for ever."""

import pytest

from blueprints.orders import bulk_routes
from tests.orders.waiting import a_timer


@pytest.fixture(autouse=True)
def patiently(monkeypatch):
    """The page that starts it does all of it."""
    monkeypatch.setattr(bulk_routes, "AT_ONCE_S", 60)


@pytest.fixture
def slowly(patiently, monkeypatch):
    """The page that starts it does one order; all others wait for whoever goes on."""
    monkeypatch.setattr(bulk_routes, "AT_ONCE_S", 0)


@pytest.fixture
def timer(app, shop):
    with a_timer(app, shop) as timer:
        yield timer
