"""Looking at many cancels at once: what would happen, how far it is, and what came of it. However many orders there
are, each page asks the database the same number of questions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import joinedload

from blueprints.orders.bulk_cancelling import FAILED
from blueprints.orders.cancelling import refuse_to_cancel
from blueprints.orders.listing_refunds import Owed
from blueprints.orders.refusals import (
    AlreadyCancelled,
    BookedWithCourier,
    NotCancellable,
    OrderChanged,
    OrderRefusal,
    refuse_if_changed,
)
from blueprints.orders.telling import why_not_told
from blueprints.orders.undoable import UNDOABLE
from blueprints.paging import Page, page_from
from blueprints.shop import current_store
from models import (
    BulkCancel,
    BulkOrder,
    BulkOutcome,
    BulkState,
    Cancellation,
    NotSentReason,
    Order,
    OrderItem,
    OrderStatus,
    StockMovement,
    Ticket,
    db,
)
from models.email import kind_of
from models.ticket import STILL_OPEN, TicketKind

PAGE = 50
# In this order the pages tell of them: what somebody can do something about comes first.
WHYS = (BookedWithCourier.code, OrderChanged.code, FAILED, NotCancellable.code, AlreadyCancelled.code)


@dataclass(frozen=True)
class BulkLine:
    """One order of many."""

    order: Order
    owed: int
    nobody: NotSentReason | None = None
    """Why its customer would not be told."""
    ticket_id: int | None = None
    pieces: int = 0
    """How many were taken from the stock for it, and would go back."""
    undoable: Cancellation | None = None
    """Its cancel, while one click undoes it."""


@dataclass(frozen=True)
class Refused:
    """Those that are refused for the same reason."""

    code: str
    lines: list[BulkLine]


@dataclass(frozen=True)
class Outlook:
    """What would happen, or what came of it."""

    cancelled: list[BulkLine]
    refused: list[Refused]
    owed: list[Owed] = field(default_factory=list)
    """One sum for each currency."""

    @property
    def how_many_refused(self) -> int:
        return sum(len(group.lines) for group in self.refused)

    @property
    def owing(self) -> int:
        return sum(line.owed > 0 for line in self.cancelled)

    @property
    def told(self) -> int:
        return sum(line.nobody is None for line in self.cancelled)

    @property
    def not_told(self) -> list[tuple[NotSentReason, int]]:
        return Counter(line.nobody for line in self.cancelled if line.nobody).most_common()

    @property
    def pieces(self) -> int:
        return sum(line.pieces for line in self.cancelled)

    @property
    def on_their_way(self) -> int:
        return sum(line.order.is_on_its_way for line in self.cancelled)

    @property
    def booked_otherwise(self) -> int:
        """With couriers that the store calls itself."""
        return sum(line.order.is_booked for line in self.cancelled)

    @property
    def undo_until(self) -> datetime | None:
        """When the last of them can't be undone any more."""
        ends = [line.undoable.undo_until for line in self.cancelled if line.undoable and line.undoable.undo_until]
        return max(ends, default=None)

    @property
    def for_support(self) -> list[BulkLine]:
        """Booked ones for which a ticket can be filed."""
        booked = (group.lines for group in self.refused if group.code == BookedWithCourier.code)
        return [
            line
            for lines in booked
            for line in lines
            if line.ticket_id is None and line.order.only_support_can_cancel and line.order.can_be_cancelled_by_support
        ]

    @property
    def tickets(self) -> list[BulkLine]:
        return [line for group in self.refused for line in group.lines if line.ticket_id is not None]


@dataclass(frozen=True)
class Progress:
    all: int
    through: int
    for_support: int
    asked: int


def foresee(bulk: BulkCancel) -> Outlook:
    """As the orders stand now; under the lock each is judged once more."""
    is_off = kind_of(OrderStatus.CANCELLED) in current_store().kinds_off
    tickets, taken = _open_tickets(bulk), _pieces_taken(bulk)
    cancelled, refused = list[BulkLine](), dict[str, list[BulkLine]]()
    for row in _rows(bulk):
        order = row.order
        if code := _why_not(order, row.version):
            refused.setdefault(code, []).append(BulkLine(order, 0, ticket_id=tickets.get(order.id)))
        else:
            nobody, pieces = why_not_told(order, is_off=is_off), taken.get(order.id, 0)
            cancelled.append(BulkLine(order, order.refundable, nobody=nobody, pieces=pieces))
    return _outlook(cancelled, refused)


def look_back(bulk: BulkCancel) -> Outlook:
    """What came of it, as it was noted."""
    undoable = _undoable(bulk)
    cancelled, refused = list[BulkLine](), dict[str, list[BulkLine]]()
    for row in _rows(bulk):
        if row.outcome is BulkOutcome.CANCELLED:
            done = row.cancellation
            is_over = done is not None and done.withdrawn_at is not None
            can_be_undone = row.cancellation_id in undoable
            cancelled.append(BulkLine(row.order, 0 if is_over else row.owed, undoable=done if can_be_undone else None))
        elif row.refusal:
            refused.setdefault(row.refusal, []).append(BulkLine(row.order, 0, ticket_id=row.ticket_id))
    return _outlook(cancelled, refused)


def progress_of(bulk: BulkCancel) -> Progress:
    counts = db.session.execute(
        select(
            func.count(),
            func.count(case((BulkOrder.outcome != BulkOutcome.WAITING, 1))),
            func.count(case((BulkOrder.refusal == BookedWithCourier.code, 1))),
            func.count(BulkOrder.ticket_id),
        ).where(BulkOrder.bulk_id == bulk.id)
    ).one()
    return Progress(*counts)


def find_bulk(bulk_id: int) -> BulkCancel | None:
    found = select(BulkCancel).where(BulkCancel.id == bulk_id)
    options = (joinedload(BulkCancel.user), joinedload(BulkCancel.reason))
    return db.session.scalars(found.options(*options)).one_or_none()


def list_bulks(*, after: int | None = None, limit: int = PAGE) -> Page[Row[tuple[BulkCancel, int, int]]]:
    """The newest first, but for those that nobody wanted; with how many orders there are, and how many of them were
    cancelled."""
    of_it = select(func.count()).where(BulkOrder.bulk_id == BulkCancel.id)
    done = of_it.where(BulkOrder.outcome == BulkOutcome.CANCELLED)
    found = (
        select(BulkCancel, of_it.scalar_subquery(), done.scalar_subquery())
        .where(BulkCancel.state != BulkState.DISCARDED)
        .options(joinedload(BulkCancel.user))
        .order_by(BulkCancel.id.desc())
        .limit(limit + 1)
    )
    rows = db.session.execute(found.where(BulkCancel.id < after) if after else found).all()
    return page_from(rows, limit, key=lambda row: row[0].id)


def _rows(bulk: BulkCancel) -> Iterable[BulkOrder]:
    mine = select(BulkOrder).where(BulkOrder.bulk_id == bulk.id).order_by(BulkOrder.id)
    order = joinedload(BulkOrder.order, innerjoin=True)
    options = (
        order.joinedload(Order.courier),
        order.selectinload(Order.parts_cancelled),
        joinedload(BulkOrder.cancellation),
    )
    return db.session.scalars(mine.options(*options))


def _why_not(order: Order, version: int) -> str | None:
    if order.cancelled_at is not None:
        return AlreadyCancelled.code  # the rule would ask by whom, of each of them
    try:
        refuse_to_cancel(db.session(), order)
        refuse_if_changed(order, version)
    except OrderRefusal as refusal:
        return refusal.code
    return None


def _open_tickets(bulk: BulkCancel) -> dict[int, int]:
    """That ask for one of these orders to be cancelled already."""
    mine = select(BulkOrder.order_id).where(BulkOrder.bulk_id == bulk.id)
    tickets = select(Ticket.order_id, Ticket.id).where(
        Ticket.order_id.in_(mine), Ticket.kind == TicketKind.CANCELLATION, Ticket.state.in_(STILL_OPEN)
    )
    return {row.order_id: row.id for row in db.session.execute(tickets)}


def _undoable(bulk: BulkCancel) -> set[int]:
    mine = UNDOABLE.join(BulkOrder, BulkOrder.cancellation_id == Cancellation.id).where(BulkOrder.bulk_id == bulk.id)
    return set(db.session.scalars(mine))


def _pieces_taken(bulk: BulkCancel) -> dict[int, int]:
    """From the stock, and not put back yet, of what remains; by order."""
    mine = select(BulkOrder.order_id).where(BulkOrder.bulk_id == bulk.id)
    remaining, out = OrderItem.quantity - OrderItem.cancelled, -func.sum(StockMovement.quantity)
    taken = (
        select(OrderItem.order_id, case((remaining < out, remaining), else_=out))
        .join(StockMovement, StockMovement.order_item_id == OrderItem.id)
        .where(OrderItem.order_id.in_(mine))
        .group_by(OrderItem.id)
    )
    pieces: Counter[int] = Counter()
    for order_id, many in db.session.execute(taken):
        pieces[order_id] += many
    return pieces


def _outlook(cancelled: list[BulkLine], refused: dict[str, list[BulkLine]]) -> Outlook:
    owed: Counter[str] = Counter()
    for line in cancelled:
        if line.owed:
            owed[line.order.currency] += line.owed
    groups = [Refused(code, refused[code]) for code in sorted(refused, key=_place_of)]
    return Outlook(cancelled, groups, [Owed(amount, currency) for currency, amount in sorted(owed.items())])


def _place_of(code: str) -> int:
    return WHYS.index(code) if code in WHYS else len(WHYS)
