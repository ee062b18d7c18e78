"""Finding orders: by any part of a number, name, email or phone, and by what they are; newest first, page by page."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Row,
    Select,
    and_,
    exists,
    not_,
    or_,
    select,
)

from blueprints.orders.awaiting_payment import terms_of, with_ends
from blueprints.orders.needing_attention import SINGLED_OUT, Attention
from blueprints.orders.undoable import UNDOABLE
from blueprints.paging import Page, page_beside
from blueprints.shop import current_store
from models import Cancellation, CancelRequest, Courier, Order, OrderStatus, PaymentStatus, Refund, db
from models.base import on_postgresql
from models.cancel_request import ASKED
from models.order import position_of
from models.search import LONGEST_SEARCH, ORDER_INDEX, containing, contains, digits_of, facet, fold, pieces_of, quoted
from models.text import bare_number

PAGE = 50
MOST_WORDS = 10

# Accepted, and still in the shop.
TO_SEND = (OrderStatus.ACCEPTED, OrderStatus.PROCESSING, OrderStatus.READY_FOR_PICKUP)


@dataclass(frozen=True)
class Filters:
    statuses: tuple[OrderStatus, ...] = ()
    """Any of these."""
    payment: PaymentStatus | None = None
    booked: bool | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    attention: Attention | None = None
    only: int | None = None
    """The place of the one order that whoever looks may see."""

    def facets(self) -> list[str]:
        """What the index calls orders that are so; several names for several statuses."""
        return [
            facet(status=status, payment_status=self.payment, booked=self.booked) for status in self.statuses or (None,)
        ]

    def admit(self, order: Row[Any]) -> bool:
        return (
            (not self.statuses or order.status in self.statuses)
            and self.payment in (None, order.payment_status)
            and self.booked in (None, order.is_booked)
        )

    @property
    def needs_index(self) -> bool:
        """One status or one payment has an index of its own; anything else is in the index of the search."""
        return self.booked is not None or len(self.statuses) > 1 or bool(self.statuses and self.payment)


@dataclass(frozen=True)
class Search:
    """What somebody typed, as what to look for."""

    number: str = ""
    """All of it, if it is an order's number."""
    words: tuple[str, ...] = ()
    phone: str = ""
    """All of it, if it may be part of a phone and is not what the words look for anyway."""

    @classmethod
    def of(cls, typed: str) -> "Search":
        typed = typed[:LONGEST_SEARCH].replace("\0", "").encode(errors="ignore").decode()
        folded = fold(typed)[:LONGEST_SEARCH]
        words = tuple(dict.fromkeys(filter(None, (_bare(word) for word in folded.split()))))[:MOST_WORDS]
        number = bare_number(typed)
        phone = _phone_in(folded)
        if phone and any(phone in word for word in words):
            return cls(number, (phone,))  # what has the word has the phone: the index is asked once, not twice
        return cls(number, words, phone)


def find_orders(
    typed: str, filters: Filters, *, before: int | None = None, after: int | None = None, limit: int = PAGE
) -> Page[Row[Any]]:
    """The page of orders that come before (or after) a position; the first page when there is none such."""
    search = Search.of(typed)
    exact = _orders_numbered(search.number, filters) if search.words else []
    place, conditions = _matching(search, filters)
    if exact:
        conditions.append(place.not_in([order.position for order in exact]))
    matching = select(place).where(*conditions)

    def rows(here: int | None, back: bool) -> list[Row[Any]]:
        beyond = matching if here is None else matching.where(place > here if back else place < here)
        return _rows(beyond.order_by(place if back else place.desc()).limit(limit + 1))

    page = page_beside(before or after, rows, limit, back=before is not None, key=lambda row: row.position)
    return replace(page, rows=[*exact, *page.rows]) if page.previous is None else page


def positions_of(typed: str, filters: Filters) -> Select[Any]:
    """Of all that a search finds, newest first, for whoever reads them to the end."""
    place, conditions = _matching(Search.of(typed), filters)
    return select(place).where(*conditions).order_by(place.desc())


_PLACE = Order.__table__.c.position
_IS_BOOKED = and_(Order.booked_at.is_not(None), Order.booking_cancelled_at.is_(None))

_UNDO_ID = UNDOABLE.where(Cancellation.order_id == Order.id).scalar_subquery()
LISTED: Select[*tuple[Any, ...]] = select(
    Order.id,
    Order.number,
    Order.position,
    Order.version,
    Order.placed_at,
    Order.customer_name,
    Order.item_count,
    Order.total,
    Order.currency,
    Order.status,
    Order.payment_status,
    _IS_BOOKED.label("is_booked"),
    Courier.name.label("courier"),
    exists().where(Refund.order_id == Order.id, Refund.settled_at.is_(None)).label("owes_refund"),
    exists().where(CancelRequest.order_id == Order.id, ASKED).label("is_asked"),
    _UNDO_ID.label("undo_id"),
).outerjoin(Courier, Courier.id == Order.courier_id)
_LISTED_WITH_ENDS = with_ends(LISTED)


def _listed() -> Select[*tuple[Any, ...]]:
    """Most shops wait for ever to be paid: their lists need not look when that ends."""
    return _LISTED_WITH_ENDS if terms_of(current_store()) else LISTED


def _rows(positions: Select[Any]) -> list[Row[Any]]:
    """One statement for a page, whatever it shows."""
    return _fetched(_listed().where(Order.position.in_(positions)).order_by(Order.position.desc()))


def _fetched(statement: Executable) -> list[Row[Any]]:
    return list(db.session.execute(statement))


def _orders_numbered(number: str, filters: Filters) -> list[Row[Any]]:
    """What they are is looked at here: asked of SQLite, it would start from the status instead of the number."""
    spellings = {number, number.upper(), number.lower()}
    found = _listed().where(Order.number.in_(spellings), *_singled_out(filters), *_placed(_PLACE, filters))
    return [order for order in _fetched(found) if filters.admit(order)]


def _matching(search: Search, filters: Filters) -> tuple[ColumnElement[int], list[ColumnElement[bool]]]:
    """The column that is an order's place, and what must be so: asked of the orders where one of their indexes
    answers, else of the index of the search."""
    if filters.attention or not (search.words or filters.needs_index) or on_postgresql():
        place = _PLACE
        conditions = [*_plainly(filters), *_worded(search)]
    else:
        place = ORDER_INDEX.rows.c.rowid
        conditions = [ORDER_INDEX.answers(_question(search, filters)), *_side_by_side(search)]
    return place, [*conditions, *_placed(place, filters)]


def _plainly(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = _singled_out(filters)
    if filters.statuses:
        conditions.append(Order.status.in_(filters.statuses))
    if filters.payment:
        conditions.append(Order.payment_status == filters.payment)
    if filters.booked is not None:
        conditions.append(_IS_BOOKED if filters.booked else not_(_IS_BOOKED))
    return conditions


def _singled_out(filters: Filters) -> list[ColumnElement[bool]]:
    return [Order.id.in_(SINGLED_OUT[filters.attention])] if filters.attention else []


def _placed(place: ColumnElement[int], filters: Filters) -> list[ColumnElement[bool]]:
    """Dates are bounds of the place, and so is what may be seen."""
    bounds = [place == filters.only] if filters.only is not None else []
    if filters.placed_from:
        bounds.append(place >= position_of(filters.placed_from, 0))
    if filters.placed_before:
        bounds.append(place < position_of(filters.placed_before, 0))
    return bounds


def _worded(search: Search) -> list[ColumnElement[bool]]:
    """The same as _question, for the few orders that were singled out."""
    if not search.words:
        return []

    def has(word: str) -> ColumnElement[bool]:
        return contains(Order.__table__.c.search_text, containing(word))

    every_word = [has(word) for word in search.words]
    return [or_(condition, has(search.phone)) for condition in every_word] if search.phone else every_word


def _pieces(search: Search) -> dict[str, list[str]]:
    """By the part that each word looks for. Where a phone will do as well it stays whole: either may be there."""
    parts = [containing(word) for word in search.words]
    return {part: [part] if search.phone else pieces_of(part) for part in parts}


def _side_by_side(search: Search) -> list[ColumnElement[bool]]:
    text = ORDER_INDEX.rows.c.search_text
    return [contains(text, part) for part, pieces in _pieces(search).items() if pieces != [part]]


def _question(search: Search, filters: Filters) -> str:
    """In the language of MATCH, of which nothing that was typed becomes a part: each piece is quoted."""
    parts = []
    if search.words:
        words = " AND ".join(quoted("search_text", piece) for pieces in _pieces(search).values() for piece in pieces)
        parts.append(f"(({words}) OR {quoted('search_text', search.phone)})" if search.phone else words)
    if filters.statuses or filters.payment or filters.booked is not None:
        parts.append("(" + " OR ".join(quoted("facets", name) for name in filters.facets()) + ")")
    return " AND ".join(parts)


def _bare(word: str) -> str:
    """Without the sign of a number, and without the comma of “Dela Cruz, Juan”, as the list may have it."""
    word = word.lstrip("#")
    return word.rstrip(",;") or word


def _phone_in(folded: str) -> str:
    """The digits to look for when a phone was typed, in whatever way it is written in the order: +63 917 … is 0917 …
    Of an international number some digits too many are dropped, as country codes have one to three."""
    digits = digits_of(folded)
    if len(digits) < 3 or not re.fullmatch(r"[0-9 ()+./-]*", folded):
        return ""
    is_international = folded.startswith(("+", "00")) or (len(digits) >= 12 and not digits.startswith("0"))
    national = digits.lstrip("0")[3 if is_international else 0 :]
    return national if len(national) >= 5 else digits
