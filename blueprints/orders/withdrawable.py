"""What a page says of a cancel that could be withdrawn: until when by Undo, whether by Reinstate, what is short."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from blueprints import clock, stock
from blueprints.orders.cancelling import cancellation_of
from blueprints.orders.hearing import Heard, heard_of, heard_of_each
from blueprints.orders.refusals import OrderRefusal, refusal_of
from blueprints.orders.withdrawing import cancellation_in, refuse_to_reinstate, refuse_to_undo
from blueprints.stock import Shortage
from models import Cancellation, CancelledItem, Order, db


@dataclass(frozen=True)
class Withdrawable:
    cancellation: Cancellation
    undo_until: datetime | None
    """None: it can't be undone, or not any more."""
    refusal: OrderRefusal | None
    """Why it can't be reinstated."""


def withdrawable_of(order: Order, done: Cancellation, heard: Heard | None = None) -> Withdrawable:
    """`heard`, when it was asked already."""
    can_be_undone = refusal_of(refuse_to_undo, db.session(), order, done, at=clock.now(), heard=heard) is None
    return Withdrawable(done, done.undo_until if can_be_undone else None, refusal_of(refuse_to_reinstate, order, done))


def parts_of(order: Order) -> list[Withdrawable]:
    """The cancels of parts that hold, the oldest first. Asks the database only where there are some, and spares
    `order.refundable` to ask for them again."""
    cancels = _parts_cancelled(order) if any(item.cancelled for item in order.items) else []
    set_committed_value(order, "parts_cancelled", cancels)
    now = clock.now()
    heard = heard_of_each(db.session(), [done for done in cancels if done.undo_until and now < done.undo_until])
    return [withdrawable_of(order, done, heard.get(done.id)) for done in cancels]


def _parts_cancelled(order: Order) -> list[Cancellation]:
    found = (
        select(Cancellation)
        .where(Cancellation.order_id == order.id, Cancellation.is_part, Cancellation.withdrawn_at.is_(None))
        .options(
            joinedload(Cancellation.user),
            joinedload(Cancellation.reason),
            joinedload(Cancellation.note),
            selectinload(Cancellation.items).joinedload(CancelledItem.item),
        )
        .order_by(Cancellation.id)
    )
    return list(db.session.scalars(found))


def cancellation_to_withdraw(order: Order) -> int:
    """The cancel that holds: of the whole order, else the latest of a part. 0, which none has, when there is none."""
    if order.cancelled_at is not None:
        done = cancellation_of(db.session(), order)
        return done.id if done else 0
    return order.parts_cancelled[-1].id if order.parts_cancelled else 0


@dataclass(frozen=True)
class Reinstatement:
    """What somebody is about to reinstate. `cancellation` is None where there is nothing to."""

    cancellation: Cancellation | None
    shortages: Sequence[Shortage] = ()
    pieces: int = 0
    """How many would be taken from the stock again."""
    has_heard: bool = False
    """Whether the customer may know of the cancel."""
    refusal: OrderRefusal | None = None

    @property
    def short(self) -> int:
        return sum(shortage.short for shortage in self.shortages)


def what_to_reinstate(order: Order, cancellation_id: int) -> Reinstatement:
    session = db.session()
    try:
        done = cancellation_in(session, order, cancellation_id)
        refuse_to_reinstate(order, done)
    except OrderRefusal as refusal:
        return Reinstatement(None, refusal=refusal)
    movements = stock.put_back_by(session, done.id)
    return Reinstatement(
        done,
        stock.shortages_of(movements),
        pieces=sum(movement.quantity for movement in movements),
        has_heard=not heard_of(session, done).knows_nothing,
    )
