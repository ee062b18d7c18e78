"""The day on which all tests of insights look back."""

from datetime import UTC, datetime

import pytest
import time_machine

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def that_day():
    """Before anybody signs in, so that sessions are of that day too."""
    with time_machine.travel(NOW, tick=True):
        yield
