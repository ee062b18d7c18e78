"""Finding what belongs to one customer: there are no accounts, so orders are theirs that have their email address. What
else may be theirs is shown, and the owner decides: a name alone makes nobody the same person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session, selectinload

from models import Email, Order, Ticket, TicketKind, TicketMessage, db
from models.search import ORDER_INDEX, beginning, digits_of, fold, searched
from models.text import cleaned_line

MOST_ORDERS = 200
LOOKED_AT_ONCE = 2_000
MOST_TICKETS = 50
LONGEST_TYPED = 254
# Of a phone so many digits, from the right: however the country is written before them.
_LAST_DIGITS = 10
FEWEST_DIGITS = 7
_LISTED = select(
    Order.id,
    Order.number,
    Order.position,
    Order.placed_at,
    Order.customer_name,
    Order.customer_email,
    Order.customer_phone,
    Order.status,
    Order.payment_status,
    Order.total,
    Order.currency,
)


@dataclass(frozen=True)
class Found:
    sought: str
    orders: list[Row[Any]]
    """With the email address, or the phone, that was looked for; the newest first."""
    others: list[Row[Any]]
    """With the same phone and another address, or none: theirs, perhaps."""
    tickets: list[Ticket]
    """Of these orders, or questions in which the address, the phone or the name stands."""
    has_more: bool

    @property
    def sure_tickets(self) -> set[int]:
        ids = {order.id for order in self.orders}
        return {ticket.id for ticket in self.tickets if ticket.order_id in ids}


def find_customer(typed: str) -> Found:
    """By an email address or a phone; nothing else tells people apart."""
    sought = cleaned_line(typed[:LONGEST_TYPED])
    if "@" in sought:
        return _by_email(sought)
    orders = _with_phones([sought])
    addresses = {_plain(order.customer_email): order.customer_email for order in orders if order.customer_email}
    if len(addresses) == 1:
        return _by_email(*addresses.values(), sought=sought)
    # With several addresses nobody but the owner can say which of them it is.
    return _found(sought, [], orders) if addresses else _found(sought, orders, [])


def find_customer_of(order: Order) -> Found:
    if order.customer_email:
        return _by_email(order.customer_email)
    same_phone = _with_phones([order.customer_phone or ""])
    orders = [each for each in same_phone if not each.customer_email]
    if all(each.id != order.id for each in orders):
        orders = list(db.session.execute(_LISTED.where(Order.id == order.id)))
    return _found(order.customer_phone or order.number, orders, same_phone)


def _by_email(email: str, *, sought: str | None = None) -> Found:
    orders = _searched(beginning(fold(email)), lambda order: same_address(order.customer_email, email))
    phones = sorted({each.customer_phone for each in orders if each.customer_phone})
    return _found(sought or email, orders, _with_phones(phones), named=email)


def _found(sought: str, orders: list[Row[Any]], perhaps: list[Row[Any]], *, named: str = "") -> Found:
    theirs = {each.id for each in orders}
    others = [each for each in perhaps if each.id not in theirs]
    has_more = max(len(orders), len(others)) > MOST_ORDERS
    orders, others = orders[:MOST_ORDERS], others[:MOST_ORDERS]
    return Found(sought, orders, others, _tickets(orders, [named, sought]), has_more)


def _with_phones(phones: Sequence[str]) -> list[Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for ending in dict.fromkeys(filter(None, map(_ending_of, phones[:20]))):
        found |= {each.id: each for each in _searched(ending, partial(_ends_so, ending))}
    return sorted(found.values(), key=lambda each: (each.placed_at, each.id), reverse=True)


def _ends_so(ending: str, order: Row[Any]) -> bool:
    return _ending_of(order.customer_phone) == ending


def _ending_of(phone: str | None) -> str:
    """By which two ways to write one phone are the same; empty for what is too short to be anybody's own."""
    digits = digits_of(fold(phone or ""))
    return digits[-_LAST_DIGITS:] if len(digits) >= FEWEST_DIGITS else ""


def same_address(one: str | None, other: str) -> bool:
    """Capitals make no difference; nor do the two ways in which keyboards write é. Accents do."""
    return bool(one) and _plain(one or "") == _plain(other)


def _plain(address: str) -> str:
    return cleaned_line(address).casefold()


def _searched(part: str, is_theirs: Callable[[Row[Any]], bool]) -> list[Row[Any]]:
    """Out of the index of the search, which finds others as well: theirs, until there are more than are shown."""
    found: list[Row[Any]] = []
    if len(part.strip()) < 3:
        return found
    place, has_part = searched(Order, ORDER_INDEX, [part])
    places = select(place).where(has_part).order_by(place.desc()).limit(LOOKED_AT_ONCE)
    while len(found) <= MOST_ORDERS:
        rows: list[Row[Any]] = list(
            db.session.execute(_LISTED.where(Order.position.in_(places)).order_by(Order.position.desc()))
        )
        found += filter(is_theirs, rows)
        if len(rows) < LOOKED_AT_ONCE:
            break
        places = places.where(place < rows[-1].position)
    return found


def _tickets(orders: Sequence[Row[Any]], sought: Sequence[str]) -> list[Ticket]:
    """Those about the orders, and the questions that name their customer. Tickets are few: they are read through."""
    words = {word for word in sought if len(word) >= FEWEST_DIGITS}
    words |= {each.customer_name for each in orders if len(each.customer_name) >= FEWEST_DIGITS}
    named = [_names(word) for word in sorted(words)[:10]]
    theirs: ColumnElement[bool] = Ticket.order_id.in_([each.id for each in orders])
    if named:
        questions = select(Ticket.id).outerjoin(TicketMessage).where(Ticket.kind == TicketKind.GENERAL, or_(*named))
        theirs = or_(theirs, Ticket.id.in_(questions))
    found = select(Ticket).where(theirs)
    return list(db.session.scalars(found.order_by(Ticket.id.desc()).limit(MOST_TICKETS)))


def _names(word: str) -> ColumnElement[bool]:
    """In what the merchant may read."""
    is_said = and_(TicketMessage.body.icontains(word, autoescape=True), TicketMessage.internal.is_(False))
    return or_(Ticket.subject.icontains(word, autoescape=True), Ticket.reason.icontains(word, autoescape=True), is_said)


@dataclass(frozen=True)
class Chosen:
    """What the owner says is the customer's."""

    orders: list[Order]
    tickets: list[Ticket]

    @property
    def order_ids(self) -> list[int]:
        return [order.id for order in self.orders]

    @property
    def ticket_ids(self) -> list[int]:
        return [ticket.id for ticket in self.tickets]

    @property
    def questions(self) -> list[Ticket]:
        """The tickets that are about no order."""
        return [ticket for ticket in self.tickets if ticket.order_id is None]

    @property
    def names(self) -> list[str]:
        """As they stand in the orders, each once."""
        return list(dict.fromkeys(order.customer_name for order in self.orders))

    def __bool__(self) -> bool:
        return bool(self.orders or self.tickets)


def chosen(session: Session, order_ids: Sequence[int], ticket_ids: Sequence[int]) -> Chosen:
    """Those that are there, no more than are worked on at once. Tickets about the orders always belong to them; one
    about another order belongs to that order's customer."""
    anew = {"populate_existing": True}
    found = select(Order).where(Order.id.in_(order_ids[:MOST_ORDERS])).order_by(Order.position.desc())
    found = found.options(selectinload(Order.parts_cancelled))  # without them nobody can say which are unpaid
    orders = list(session.scalars(found, execution_options=anew))
    is_asked = and_(Ticket.kind == TicketKind.GENERAL, Ticket.id.in_(ticket_ids[:MOST_TICKETS]))
    theirs = or_(Ticket.order_id.in_([order.id for order in orders]), is_asked)
    tickets = session.scalars(select(Ticket).where(theirs).order_by(Ticket.id), execution_options=anew)
    return Chosen(orders, list(tickets))


def emails_about(these: Chosen) -> Select[int]:
    """To the customer, and to the shop's own people about their orders and tickets."""
    of_orders = Email.order_id.in_(these.order_ids), Email.about_order_id.in_(these.order_ids)
    return select(Email.id).where(or_(*of_orders, Email.ticket_id.in_(these.ticket_ids)))


def messages_about(these: Chosen) -> Select[int]:
    """What was said on their tickets, and on others of what support did to their orders."""
    of_orders = TicketMessage.about_order_id.in_(these.order_ids)
    return select(TicketMessage.id).where(or_(of_orders, TicketMessage.ticket_id.in_(these.ticket_ids)))
