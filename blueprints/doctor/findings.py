"""What was looked at, and how it was found. Facts and codes; the sentences are made where they are read."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    OK = 1
    WARN = 2
    """It works, and somebody should see to it."""
    FAIL = 3
    """It does not work, or is not safe."""


@dataclass(frozen=True)
class HealthFinding:
    code: str
    """Names its sentence in wording.py."""
    level: Level
    facts: dict[str, Any] = field(default_factory=dict)


def ok(code: str, **facts: Any) -> HealthFinding:
    return HealthFinding(code, Level.OK, facts)


def warn(code: str, **facts: Any) -> HealthFinding:
    return HealthFinding(code, Level.WARN, facts)


def fail(code: str, **facts: Any) -> HealthFinding:
    return HealthFinding(code, Level.FAIL, facts)
