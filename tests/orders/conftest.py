"""How long a page waits for many orders at once: on a slow machine, too, a test knows where it stands."""

import pytest

from blueprints.orders import bulk_routes


@pytest.fixture(autouse=True)
def patiently(monkeypatch):
    """The page that starts it does all of it."""
    monkeypatch.setattr(bulk_routes, "AT_ONCE_S", 60)


@pytest.fixture
def slowly(patiently, monkeypatch):
    """The page that starts it does one order; all others wait for whoever goes on."""
    monkeypatch.setattr(bulk_routes, "AT_ONCE_S", 0)
