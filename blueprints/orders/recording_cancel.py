"""What every cancel leaves behind, of a whole order or of a part: the decision, its items, the stock, what is owed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import stock
from blueprints.orders.refusals import FeeTooHigh, OrderFormUsedAgain, ReasonUnknown
from blueprints.shop import current_store
from models import Actor, Cancellation, CancelledItem, Note, Order, OrderStatus, Reason, Refund


@dataclass(frozen=True)
class CancelWish:
    """What somebody decided about a cancel, apart from what it is of."""

    note: str = ""
    internal_note: str = ""
    reason_id: int | None = None
    restock: bool = True
    put_back: Mapping[int, int] | None = None
    """How many pieces of each item go back into stock; None: all of them, if any."""
    notify: bool = True
    fee: int = 0
    """What the shop keeps of what was paid, in minor units."""
    courier_reference: str = ""
    """What the courier said when it cancelled its booking; only support has one."""

    def going_back(self, pieces: Mapping[int, int]) -> dict[int, int]:
        """Of the pieces that are cancelled, by item."""
        if not self.restock:
            return dict.fromkeys(pieces, 0)
        return {item: min(many, (self.put_back or pieces).get(item, many)) for item, many in pieces.items()}

    def is_what_was_done(self, done: Cancellation, order: Order, wanted: Mapping[int, int] | None) -> bool:
        """`wanted`: the pieces, when it was of a part."""
        said = (
            done.note.body if done.note else "",
            done.internal_note.body if done.internal_note else "",
            done.reason_id,
            done.restock,
            done.notify,
            done.fee,
        )
        wished = (self.note, self.internal_note, self.reason_id, self.restock, self.notify, self.fee)
        back = {each.order_item_id: each.put_back for each in done.items}
        pieces = {each.order_item_id: each.quantity for each in done.items}
        if wanted is not None and wanted != pieces:
            return False
        reference = order.courier_reference or "" if self.courier_reference else ""
        return wished == said and self.going_back(pieces) == back and self.courier_reference == reference


def refuse_fee(most: int, fee: int) -> None:
    """`most`: what would be owed back without a fee, in minor units. Raises FeeTooHigh."""
    if fee > max(most, 0):
        raise FeeTooHigh(max(most, 0))


def refuse_unknown_reason(session: Session, reason_id: int | None) -> None:
    reason = session.get(Reason, reason_id) if reason_id is not None else None
    if reason_id is not None and not (reason and reason.active):
        raise ReasonUnknown


def pieces_by_form(session: Session, order_id: int, once: str) -> list[CancelledItem]:
    """What a cancel took by the form with this token: to the form sent again, they are still there to take."""
    by_form = select(CancelledItem).join(Cancellation, Cancellation.id == CancelledItem.cancellation_id)
    return list(session.scalars(by_form.where(Cancellation.order_id == order_id, Cancellation.once == once)))


def refuse_used_form(session: Session, once: str | None) -> None:
    """A form whose cancel was taken back has done its work. Raises OrderFormUsedAgain."""
    if once and session.scalar(select(Cancellation.id).where(Cancellation.once == once)) is not None:
        raise OrderFormUsedAgain


def undo_until(at: datetime) -> datetime | None:
    """As long as Settings says; None where nothing is to be undone."""
    seconds = current_store().undo_seconds
    return at + timedelta(seconds=seconds) if seconds else None


def record_cancel(
    session: Session,
    order: Order,
    wish: CancelWish,
    pieces: Mapping[int, int],
    *,
    previous_status: OrderStatus,
    undo_until: datetime | None,
    by: Actor,
    at: datetime,
    once: str | None,
    **of_part: int,
) -> Cancellation:
    """Of these `pieces` by item; what is to go back into stock does. `of_part`: columns that only a part's has."""
    cancellation = Cancellation(
        order_id=order.id,
        at=at,
        user_id=by.user_id,
        token_id=by.token_id,
        previous_status=previous_status,
        reason_id=wish.reason_id,
        note=write_note(session, order, wish.note),
        internal_note=write_note(session, order, wish.internal_note, internal=True),
        restock=wish.restock,
        notify=wish.notify,
        fee=wish.fee,
        refunded_before=order.refunded,
        once=once,
        undo_until=undo_until,
        **of_part,
    )
    back = wish.going_back(pieces)
    cancellation.items = [
        CancelledItem(order_item_id=item, quantity=many, put_back=back[item]) for item, many in pieces.items()
    ]
    session.add(cancellation)
    session.flush()
    went_back = stock.put_back(session, back, cancellation_id=cancellation.id, by=by, at=at)
    cancellation.pieces_back = sum(went_back.values())
    return cancellation


def owe(session: Session, order: Order, cancellation: Cancellation, owed: int) -> None:
    if owed > 0:
        session.add(Refund(order_id=order.id, cancellation_id=cancellation.id, owed=owed, owed_at=cancellation.at))


def write_note(session: Session, order: Order, body: str, *, internal: bool = False) -> Note | None:
    """No words, no note."""
    if not body:
        return None
    note = Note(order_id=order.id, body=body, internal=internal)
    session.add(note)
    return note
