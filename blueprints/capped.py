"""Counts of what waits for somebody: never further than a page shows, so that a count costs the same in every shop."""

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select

MOST = 99


def count_of(rows: Select[Any]) -> ScalarSelect[int]:
    """At most one more than MOST, which says that there are more. Several of them make one statement."""
    some = rows.order_by(None).limit(MOST + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def shown(count: int) -> str:
    return str(count) if count <= MOST else f"{MOST}+"
