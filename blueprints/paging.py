"""Pages of a list, each from a row on and not from a number on: however far back it lies it costs the same, and none
shifts when rows are added."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Place = TypeVar("Place")

_ID: Callable[[Any], int] = attrgetter("id")


@dataclass(frozen=True)
class Page(Generic[T]):
    rows: list[T]
    previous: int | None = None
    """The row `before` which the page before this one ends; None on the first page, and where a list only goes on."""
    next: int | None = None
    """The row `after` which the next page begins."""


def page_from(rows: Sequence[T], limit: int, *, previous: int | None = None, key: Callable[[T], int] = _ID) -> Page[T]:
    """Of one row more than fits, if there is one: it says that there is another page."""
    fitting = list(rows[:limit])
    return Page(fitting, previous, key(fitting[-1]) if len(rows) > limit else None)


def page_beside(
    here: Place | None,
    fetch: Callable[[Place | None, bool], Sequence[T]],
    limit: int,
    *,
    back: bool,
    key: Callable[[T], int] = _ID,
) -> Page[T]:
    """The page after a place or, `back`, before it; the first page when there is none such. `fetch(here, back)` has the
    rows that are next to it, or the first ones: one more than the limit, and always in the order of the page."""
    if here is not None and back:
        rows = fetch(here, True)
        if len(rows) > limit:
            return Page(list(rows[1:]), previous=key(rows[1]), next=key(rows[-1]))
    elif here is not None and (rows := fetch(here, False)):
        return page_from(rows, limit, previous=key(rows[0]), key=key)
    return page_from(fetch(None, False), limit, key=key)
