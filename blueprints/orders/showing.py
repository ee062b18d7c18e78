"""What an order's page says about its status: what may follow, who would be told, and how a cancel was decided."""

from dataclasses import dataclass

from blueprints import stock
from blueprints.orders.awaiting_payment import Wait, cancelled_as_unpaid, wait_of
from blueprints.orders.cancelling import cancellation_of
from blueprints.orders.recording_cancel import pieces_by_form
from blueprints.orders.telling import why_not_told
from blueprints.orders.withdrawable import Withdrawable, parts_of, withdrawable_of
from blueprints.shop import current_store
from models import Cancellation, Email, NotSentReason, Order, OrderStatus, Refund, db
from models.email import kind_of


@dataclass(frozen=True)
class StatusArea:
    cancellation: Cancellation | None
    refund: Refund | None
    """Owed back because of that cancellation."""
    email: Email | None
    """To the customer, about that cancellation."""
    withdrawable: Withdrawable | None
    parts: list[Withdrawable]
    """The cancels of parts that hold."""
    nobody: NotSentReason | None
    """Why no change would be told to the customer."""
    silent: tuple[OrderStatus, ...]
    """Those of the next statuses whose own alert is off."""
    wait: Wait | None
    """For the customer to pay, when the shop does not wait for ever."""
    was_not_paid: bool
    """Suki cancelled it because it was not paid in time."""

    @property
    def refunds(self) -> list[Refund]:
        """All that is or was owed back for cancels that hold."""
        of_parts = [part.cancellation.refund for part in self.parts if part.cancellation.refund]
        return [*of_parts, *([self.refund] if self.refund else [])]

    @property
    def fees(self) -> int:
        """Kept of what was paid."""
        return sum(done.fee for done in (*(part.cancellation for part in self.parts), self.cancellation) if done)

    @property
    def owed_back(self) -> int:
        return sum(refund.left for refund in self.refunds if refund.is_open)

    @property
    def waived(self) -> int:
        return sum(refund.left for refund in self.refunds if refund.waived_at)


def status_area(order: Order) -> StatusArea:
    cancellation = cancellation_of(db.session(), order) if order.cancelled_at else None
    allowed = order.allowed_changes()
    off = current_store().kinds_off
    silent = tuple(status for status in allowed if kind_of(status) in off)
    return StatusArea(
        cancellation=cancellation,
        refund=cancellation.refund if cancellation else None,
        email=cancellation.email if cancellation else None,
        withdrawable=withdrawable_of(order, cancellation) if cancellation else None,
        parts=parts_of(order),
        nobody=why_not_told(order, is_off=bool(allowed) and silent == allowed),
        silent=silent,
        wait=wait_of(order),
        was_not_paid=cancellation is not None and cancelled_as_unpaid(cancellation),
    )


@dataclass(frozen=True)
class Pieces:
    """Of each item, by its id."""

    remaining: dict[int, int]
    going_back: dict[int, int]
    """How many a cancel would put back into stock at most."""


def pieces_for(order: Order, once: str | None) -> Pieces:
    """As they were for the form with this token before it did its work: sent again, it is read as it was."""
    taken = stock.can_go_back(db.session(), order.items)
    remaining = {item.id: item.remaining for item in order.items}
    back = {item_id: min(many, remaining[item_id]) for item_id, many in taken.items()}
    for done in pieces_by_form(db.session(), order.id, once) if once else ():
        remaining[done.order_item_id] += done.quantity
        back[done.order_item_id] = back.get(done.order_item_id, 0) + done.put_back
    return Pieces(remaining, back)
