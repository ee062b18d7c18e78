"""Cancelling a part of an order: some items, or some pieces of them. The rest goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.orders.cancelling import refuse_to_cancel, reread, was_done_by
from blueprints.orders.history import leave_event
from blueprints.orders.recording_cancel import (
    CancelWish,
    owe,
    record_cancel,
    refuse_fee,
    refuse_unknown_reason,
    refuse_used_form,
    undo_until,
)
from blueprints.orders.refusals import NothingChosen, OrderChanged, ThatIsAll, refuse_if_changed
from blueprints.orders.telling import part_email, tell_of_cancel
from blueprints.outbox import Message
from models import Actor, Order, OrderItem, db, writing


@dataclass(frozen=True)
class Share:
    """What a part is worth, in minor units of the order's currency."""

    taken_off: int
    """How much less the order comes to."""
    discount: int = 0
    """Of the order's discount, what was these items'."""
    tax: int = 0
    owed: int = 0
    """What the customer has paid beyond what remains, before any fee."""


@dataclass(frozen=True)
class Outlook:
    """What a cancel of a part would come to, in minor units of the order's currency."""

    total: int
    """Of what remains."""
    owed: int
    """Back to the customer, less the fee."""
    message: Message
    """The email that would be queued."""


def cancel_part(
    order_id: int,
    *,
    version: int,
    pieces: Mapping[int, int],
    wish: CancelWish,
    by: Actor,
    once: str | None = None,
) -> None:
    """`pieces`: how many of each item, by its id. `version`, `once`: as for a whole cancel. Raises an OrderRefusal."""
    with writing() as session:
        at = clock.now()
        order = reread(session, order_id)
        if once and was_done_by(session, order, wish, by, once, pieces):
            return
        refuse_to_cancel(session, order)
        refuse_if_changed(order, version)
        refuse_used_form(session, once)
        share = share_of(order, pieces)
        refuse_unknown_reason(session, wish.reason_id)
        refuse_fee(share.owed, wish.fee)
        _cancel_part(session, order, pieces, share, wish, by=by, once=once, at=at)


def share_of(order: Order, pieces: Mapping[int, int]) -> Share:
    """For the page as well, so that it says beforehand what will be owed. Discount and tax go with the items in
    proportion to what they cost; shipping stays. Raises NothingChosen, ThatIsAll; OrderChanged for items that are
    not there."""
    remaining = {item.id: item for item in order.remaining_items}
    if any(key not in remaining or not 0 < many <= remaining[key].remaining for key, many in pieces.items()):
        raise OrderChanged(since=order.version, version=order.version)
    if not pieces:
        raise NothingChosen
    if sum(pieces.values()) == sum(item.remaining for item in remaining.values()):
        raise ThatIsAll
    value = sum(many * remaining[key].price for key, many in pieces.items())
    of = sum(item.amount for item in remaining.values()) or 1
    tax = order.tax * value // of
    discount = min(order.discount * value // of, value + tax)  # the rest of one that pays for shipping too stays there
    taken_off = min(order.total, max(0, value - discount + tax))
    beyond = order.refundable - (order.total - taken_off)
    return Share(taken_off, discount, tax, owed=min(taken_off, max(0, beyond)))


def take_off(order: Order, pieces: Mapping[int, int], share: Share) -> list[tuple[OrderItem, int]]:
    """What the order is without them. Gives the items, each with how many pieces of it."""
    taken = [(item, pieces[item.id]) for item in order.items if item.id in pieces]
    for item, many in taken:
        item.cancelled += many
        order.item_count -= many
    order.total -= share.taken_off
    order.discount -= share.discount
    order.tax -= share.tax
    order.payment_status = order.payment_status_now
    return taken


def look_ahead(order: Order, pieces: Mapping[int, int], wish: CancelWish) -> Outlook:
    """What cancel_part would do. Nothing is changed. Raises NothingChosen, ThatIsAll, OrderChanged, FeeTooHigh."""
    share = share_of(order, pieces)
    refuse_fee(share.owed, wish.fee)
    session = db.session()
    with session.no_autoflush:
        told = take_off(order, pieces, share)
        owed = share.owed - wish.fee
        message = part_email(order, told, note=wish.note, refund_owed=owed, fee_kept=wish.fee)
        outlook = Outlook(order.total, owed, message)
    session.rollback()
    return outlook


def _cancel_part(
    session: Session,
    order: Order,
    pieces: Mapping[int, int],
    share: Share,
    wish: CancelWish,
    *,
    by: Actor,
    once: str | None,
    at: datetime,
) -> None:
    owed = share.owed - wish.fee
    told = take_off(order, pieces, share)
    part = {"is_part": True, "taken_off": share.taken_off, "discount_share": share.discount, "tax_share": share.tax}
    was, until = order.status, undo_until(at)
    done = record_cancel(
        session, order, wish, pieces, previous_status=was, undo_until=until, by=by, at=at, once=once, **part
    )
    owe(session, order, done, owed)
    message = part_email(order, told, note=wish.note, refund_owed=owed, fee_kept=wish.fee)
    done.email_id = tell_of_cancel(session, order, done, message)
    leave_event(
        session,
        order,
        "order.part_cancelled",
        by=by,
        at=at,
        amount=owed or None,
        note=done.note,
        internal_note=done.internal_note,
        email_id=done.email_id,
    )
