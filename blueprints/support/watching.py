"""What support saw and did in the store, window by window, for the merchant who let it in."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from blueprints.paging import Page, page_from
from models import AccessWindow, Event, Order

PAGE = 10
ACTS_SHOWN = 12
"""Of each window in the list; all of them stand on its own page."""
ACTS_PAGE = 50


@dataclass(frozen=True)
class Watched:
    window: AccessWindow
    acts: list[Event]
    has_more: bool


def windows_watched(session: Session, *, after: int | None = None) -> Page[Watched]:
    """The newest first. Two statements, however many there are."""
    found = select(AccessWindow).options(
        joinedload(AccessWindow.ticket), joinedload(AccessWindow.opened_by), joinedload(AccessWindow.ended_by)
    )
    if after is not None:
        found = found.where(AccessWindow.id < after)
    page = page_from(session.scalars(found.order_by(AccessWindow.id.desc()).limit(PAGE + 1)).all(), PAGE)
    acts = _latest_acts(session, [window.id for window in page.rows])
    watched = [
        Watched(window, acts[window.id][:ACTS_SHOWN], has_more=len(acts[window.id]) > ACTS_SHOWN)
        for window in page.rows
    ]
    return Page(watched, next=page.next)


def acts_in(session: Session, window: AccessWindow, *, after: int | None = None) -> Page[Event]:
    found = _ACTS.where(Event.window_id == window.id)
    if after is not None:
        found = found.where(Event.id < after)
    return page_from(session.scalars(found.limit(ACTS_PAGE + 1)).all(), ACTS_PAGE)


_ACTS = (
    select(Event)
    .options(joinedload(Event.user), joinedload(Event.order).load_only(Order.number))
    .order_by(Event.id.desc())
)


def _latest_acts(session: Session, window_ids: list[int]) -> dict[int | None, list[Event]]:
    """One more than is shown of each, which says that there are more."""
    place = func.row_number().over(partition_by=Event.window_id, order_by=Event.id.desc()).label("place")
    ranked = select(Event.id, place).where(Event.window_id.in_(window_ids)).subquery()
    found = _ACTS.join(ranked, ranked.c.id == Event.id).where(ranked.c.place <= ACTS_SHOWN + 1)
    acts: dict[int | None, list[Event]] = {window_id: [] for window_id in window_ids}
    for event in session.scalars(found):
        acts[event.window_id].append(event)
    return acts
