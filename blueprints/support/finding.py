"""Finding tickets: by number, subject, order number or customer, and by whom they wait on."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from blueprints.paging import Page, page_beside
from models import STILL_OPEN, Actor, Ticket, TicketState, User, db
from models.search import LONGEST_SEARCH, TICKET_INDEX, fold, searched
from models.ticket import ON_MERCHANT, ON_SUPPORT

PAGE = 50
MOST_WORDS = 10


class Tab(StrEnum):
    OPEN = "open"
    ON_SUPPORT = "waiting_on_support"
    ON_MERCHANT = "waiting_on_merchant"
    MINE = "mine"
    """Taken by whoever looks."""
    SOLVED = "solved"
    CLOSED = "closed"
    ALL = "all"


STATES = {
    Tab.OPEN: STILL_OPEN,
    Tab.ON_SUPPORT: ON_SUPPORT,
    Tab.ON_MERCHANT: ON_MERCHANT,
    Tab.MINE: STILL_OPEN,
    Tab.SOLVED: (TicketState.SOLVED,),
    Tab.CLOSED: (TicketState.CLOSED,),
}
# These are queues: whoever waits longest stands first. The others begin with the newest.
QUEUES = (Tab.ON_SUPPORT, Tab.ON_MERCHANT, Tab.MINE)


@dataclass(frozen=True)
class Search:
    """What somebody typed, cleaned, as what to look for."""

    words: tuple[str, ...] = ()
    number: int | None = None
    """All of it, if it is how a ticket is called: `12`, `#12`, `ticket 12`."""

    @classmethod
    def of(cls, typed: str) -> "Search":
        folded = fold(typed)[:LONGEST_SEARCH]
        if called := re.fullmatch(r"(?:ticket ?|tiket ?)?#?([0-9]{1,18})", folded):
            return cls((called[1],), int(called[1]))
        words = dict.fromkeys(word.lstrip("#") or word for word in folded.split())
        return cls(tuple(words)[:MOST_WORDS])


_LISTED: Select[*tuple[Any, ...]] = select(
    Ticket.id,
    Ticket.kind,
    Ticket.subject,
    Ticket.state,
    Ticket.order_number,
    Ticket.customer_name,
    Ticket.opened_at,
    Ticket.waiting_since,
    Ticket.solved_at,
    User.name.label("assignee"),
).outerjoin(User, User.id == Ticket.assignee_id)


def find_tickets(
    typed: str, tab: Tab, *, by: Actor, before: int | None = None, after: int | None = None, limit: int = PAGE
) -> Page[Row[Any]]:
    """The page of tickets that come before (or after) one; the first page when there is none such."""
    search = Search.of(typed)
    wanted = _LISTED.where(*_within(tab, by), *_matching(search))
    here = db.session.get(Ticket, before or after or 0)
    page = page_beside(here, partial(_rows, wanted, tab in QUEUES, limit), limit, back=bool(before))
    if page.previous is not None or not search.number:
        return page
    exact = db.session.execute(_LISTED.where(Ticket.id == search.number, *_within(tab, by)))
    return replace(page, rows=[*exact, *page.rows])


def count_by_tab(by: Actor) -> dict[Tab, int]:
    """Of those that still wait on somebody; nobody counts what is over."""
    states = select(Ticket.state, func.count()).where(Ticket.state.in_(STILL_OPEN)).group_by(Ticket.state)
    counts = {row[0]: row[1] for row in db.session.execute(states)}
    of = {
        tab: sum(counts.get(state, 0) for state in STATES[tab]) for tab in (Tab.OPEN, Tab.ON_SUPPORT, Tab.ON_MERCHANT)
    }
    if not by.is_merchant:
        of[Tab.MINE] = db.session.scalar(select(func.count(Ticket.id)).where(*_within(Tab.MINE, by))) or 0
    return of


def _within(tab: Tab, by: Actor) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Ticket.state.in_(STATES[tab])] if tab in STATES else []
    if tab is Tab.MINE:
        conditions.append(Ticket.assignee_id == by.user_id)
    return conditions


def _matching(search: Search) -> list[ColumnElement[bool]]:
    """Every word is in it. The ticket whose own number was typed stands first and is left out here."""
    if not search.words:
        return []
    place, has_words = searched(Ticket, TICKET_INDEX, search.words)
    found: list[ColumnElement[bool]] = [Ticket.id.in_(select(place).where(has_words))]
    if search.number:
        found.append(Ticket.id != search.number)
    return found


def _beyond(here: Ticket, *, later: bool, is_queue: bool) -> ColumnElement[bool]:
    """Further along in time than a ticket, or further back."""
    if not is_queue:
        return Ticket.id > here.id if later else Ticket.id < here.id
    since, same_moment = Ticket.waiting_since, Ticket.waiting_since == here.waiting_since
    if later:
        return or_(since > here.waiting_since, same_moment & (Ticket.id > here.id))
    return or_(since < here.waiting_since, same_moment & (Ticket.id < here.id))


def _rows(
    wanted: Select[*tuple[Any, ...]], is_queue: bool, limit: int, here: Ticket | None, back: bool
) -> list[Row[Any]]:
    """One more than a page, which says that there is another; always in the order of the page."""
    columns = [Ticket.waiting_since, Ticket.id] if is_queue else [Ticket.id]
    ascending = is_queue is not back
    if here is not None:
        wanted = wanted.where(_beyond(here, later=ascending, is_queue=is_queue))
    order = [column.asc() if ascending else column.desc() for column in columns]
    rows = list(db.session.execute(wanted.order_by(*order).limit(limit + 1)))
    return rows[::-1] if back else rows
