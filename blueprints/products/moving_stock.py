"""Moving stock by hand: what came in, what is gone, and what somebody counted."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.products.skus import reread
from blueprints.stock import move
from models import Actor, MovementKind, Product, StockMovement, writing
from models.product import MOST_PIECES

BY_HAND = (MovementKind.RECEIVED, MovementKind.REMOVED, MovementKind.COUNTED)


@dataclass(frozen=True)
class StockWish:
    kind: MovementKind
    pieces: int
    """How many came or went; of a count, how many there are."""
    note: str = ""
    seen: int | None = None
    """Of a count: how many were thought to be there as it was made; None where that is not known."""

    def difference(self, on_hand: int) -> int:
        if self.kind is MovementKind.COUNTED:
            return self.pieces - on_hand
        return self.pieces if self.kind is MovementKind.RECEIVED else -self.pieces

    def is_what_was_noted(self, done: StockMovement) -> bool:
        noted = done.on_hand_after if self.kind is MovementKind.COUNTED else abs(done.quantity)
        return (done.kind, noted, done.note) == (self.kind, self.pieces, self.note)


@dataclass(frozen=True)
class Moved:
    quantity: int
    """0: they are as many as were thought, and nothing was noted."""
    on_hand: int


class StockRefusal(Exception):
    """Nothing was moved."""


class NotCounted(StockRefusal):
    """Of a product whose pieces nobody counts, none can come or go."""


class FewerOnHand(StockRefusal):
    def __init__(self, on_hand: int) -> None:
        super().__init__(f"{on_hand} are on hand")
        self.on_hand = on_hand


class MoreThanFit(StockRefusal):
    """No stock is as large as this one would be."""


class CountedBefore(StockRefusal):
    """Pieces have come or gone since whoever counted saw how many there should be."""

    def __init__(self, on_hand: int) -> None:
        super().__init__(f"{on_hand} are on hand by now")
        self.on_hand = on_hand


class StockFormUsedAgain(StockRefusal):
    """The form has noted something else before."""

    def __init__(self, done: StockMovement) -> None:
        super().__init__(f"movement {done.id} came of this form")
        self.quantity, self.on_hand = done.quantity, done.on_hand_after


def move_stock(product_id: int, wish: StockWish, *, by: Actor, once: str | None = None) -> Moved:
    """`once` is the form's own token: the same form sent twice moves once. Raises StockRefusal."""
    with writing() as session:
        product = reread(session, product_id)
        key = f"{product_id}:{once}" if once else None
        done = _done_by(session, key)
        if done is not None:
            if done.user_id != by.user_id or not wish.is_what_was_noted(done):
                raise StockFormUsedAgain(done)
            return Moved(done.quantity, done.on_hand_after)
        _refuse(product, wish)
        quantity = wish.difference(product.on_hand)
        if quantity:
            move(session, product, quantity, wish.kind, by=by, at=clock.now(), note=wish.note, once=key)
        return Moved(quantity, product.on_hand)


def _done_by(session: Session, key: str | None) -> StockMovement | None:
    if key is None:
        return None
    return session.scalars(select(StockMovement).where(StockMovement.once == key)).one_or_none()


def _refuse(product: Product, wish: StockWish) -> None:
    if not product.tracked:
        raise NotCounted
    if wish.kind is MovementKind.COUNTED and wish.seen not in (None, product.on_hand):
        raise CountedBefore(product.on_hand)
    if wish.kind is MovementKind.REMOVED and wish.pieces > product.on_hand:
        raise FewerOnHand(product.on_hand)
    if product.on_hand + wish.difference(product.on_hand) > MOST_PIECES:
        raise MoreThanFit
