"""Taking a cancel back, of an order or of a part: undone while the customer has not heard of it; reinstated later.

Whatever a cancel does is undone here: who adds to the one adds to the other."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from blueprints import announcing, clock, stock
from blueprints.orders.approving_request import open_request_again
from blueprints.orders.cancelling import reread
from blueprints.orders.hearing import Heard, heard_of, keep_from_leaving
from blueprints.orders.history import leave_event
from blueprints.orders.recording_cancel import write_note
from blueprints.orders.refusals import (
    CourierLetGo,
    MoneyWentBack,
    NothingToWithdraw,
    OrderWentOn,
    StockIsShort,
    UndoIsOver,
    refuse_if_changed,
)
from blueprints.orders.telling import part_email_of, reinstated_email, tell_customer
from blueprints.outbox import Message
from models import (
    Actor,
    Cancellation,
    CancelledItem,
    CustomerAlert,
    MovementKind,
    Order,
    OrderStatus,
    Refund,
    Settlement,
    SettlementReversal,
    StockMovement,
    Withdrawal,
    db,
    writing,
)
from models.event import statuses


def undo_cancel(order_id: int, cancellation_id: int, *, by: Actor) -> None:
    """Everything is as it was, but for the history, which says so. The same person's second click changes nothing.
    Raises NothingToWithdraw, UndoIsOver, MoneyWentBack, CourierLetGo, OrderWentOn."""
    with writing() as session:
        at = clock.now()
        order = reread(session, order_id)
        done = cancellation_in(session, order, cancellation_id)
        if done.withdrawal is Withdrawal.UNDONE and done.withdrawn_by_id == by.user_id:
            return
        refuse_to_undo(session, order, done, at=at)
        before = order.status
        _withdraw(session, order, done, Withdrawal.UNDONE, by=by, at=at)
        code = "order.part_undone" if done.is_part else "order.cancel_undone"
        leave_event(session, order, code, by=by, at=at, **statuses(before, order.status))


def reinstate_order(
    order_id: int,
    cancellation_id: int,
    *,
    version: int,
    note: str,
    notify: bool,
    short: int = 0,
    by: Actor,
) -> None:
    """`version` is the order's when the form was drawn, `short` how many pieces it said are short. The customer is
    told if wanted; not while the email about the cancel is still held, which then never leaves. Raises
    NothingToWithdraw, MoneyWentBack, CourierLetGo, OrderWentOn, StockIsShort, OrderChanged."""
    with writing() as session:
        at = clock.now()
        order = reread(session, order_id)
        done = cancellation_in(session, order, cancellation_id)
        if done.withdrawal is Withdrawal.REINSTATED and done.withdrawn_by_id == by.user_id:
            return
        refuse_to_reinstate(order, done)
        refuse_if_changed(order, version)
        _refuse_shortage(stock.put_back_by(session, done.id), short)
        is_held, may_have_read = done.waiting_email(at) is not None, heard_of(session, done).may_have_read
        before = order.status
        _withdraw(session, order, done, Withdrawal.REINSTATED, by=by, at=at)
        message = None if is_held else reinstated_email(order, done, note, may_have_read=may_have_read)
        _tell(session, order, done, message, note, before=before, notify=notify, by=by, at=at)


def cancellation_in(session: Session, order: Order, cancellation_id: int) -> Cancellation:
    """As it stands now. Raises NothingToWithdraw when it is none of this order's."""
    found = (
        select(Cancellation)
        .where(Cancellation.id == cancellation_id, Cancellation.order_id == order.id)
        .options(joinedload(Cancellation.email), selectinload(Cancellation.items).joinedload(CancelledItem.item))
    )
    done = session.scalars(found, execution_options={"populate_existing": True}).one_or_none()
    if done is None:
        raise NothingToWithdraw
    return done


def refuse_to_undo(
    session: Session, order: Order, done: Cancellation, *, at: datetime, heard: Heard | None = None
) -> None:
    """The rule, for whoever asks it: the page that offers it, and the undo under the lock. `heard`, when it was asked
    already."""
    refuse_to_reinstate(order, done)
    if done.undo_until is None or at >= done.undo_until or not (heard or heard_of(session, done)).may_be_undone:
        raise UndoIsOver(done.id)


def refuse_to_reinstate(order: Order, done: Cancellation) -> None:
    """Likewise. What the database knows of it: a refund with a settlement is never withdrawn."""
    if done.withdrawn_at is not None:
        raise NothingToWithdraw
    if done.refund is not None and (done.refund.settled or not done.refund.is_open):
        raise MoneyWentBack
    if done.fee and order.refunded - _settled_since(order, done) > done.refunded_before:
        raise MoneyWentBack  # a fee took all that would be owed, and some was returned all the same
    if done.is_part:
        if not (order.can_gain_items or order.status is done.previous_status):
            raise OrderWentOn(order.status)
    elif order.booking_cancelled_at is not None and (order.booking_integrated or order.courier_reference is not None):
        raise CourierLetGo(order.courier_name or "")


def _settled_since(order: Order, done: Cancellation) -> int:
    """What has gone back since then for other cancels of the order, whose refunds owed it; less what turned out since
    then not to have."""
    amount = func.coalesce(func.sum(Settlement.amount), 0)
    settled = select(amount).join(Refund, Refund.id == Settlement.refund_id).where(Refund.order_id == order.id)
    gone = db.session.scalar(settled.where(Settlement.at >= done.at)) or 0
    reversed_ = settled.join(SettlementReversal, SettlementReversal.settlement_id == Settlement.id)
    return gone - (db.session.scalar(reversed_.where(SettlementReversal.at >= done.at)) or 0)


def _refuse_shortage(movements: list[StockMovement], said: int) -> None:
    short = sum(shortage.short for shortage in stock.shortages_of(movements))
    if short > said:
        raise StockIsShort(short)


def _withdraw(session: Session, order: Order, done: Cancellation, how: Withdrawal, *, by: Actor, at: datetime) -> None:
    is_held = done.waiting_email(at) is not None
    done.withdrawn_at, done.withdrawal, done.withdrawn_by_id = at, how, by.user_id
    if done.refund is not None:
        done.refund.withdrawn_at = done.refund.settled_at = at
    session.flush()  # the database lets an order leave Cancelled only after its cancel does not hold any more
    if done.is_part:
        _give_back_part(order, done)
        correct_waiting_emails(order, at=at)
    else:
        order.status, order.cancelled_at = done.previous_status, None
        announcing.order_reinstated(session, order, done, at=at)
    if how is Withdrawal.UNDONE:
        open_request_again(session, done)
    kind = MovementKind.UNDONE if how is Withdrawal.UNDONE else MovementKind.REINSTATED
    stock.take_again(session, stock.put_back_by(session, done.id), kind, by=by, at=at)
    if done.email_id is not None:
        nobody_heard = is_held or how is Withdrawal.UNDONE
        keep_from_leaving(session, order.id, done.email_id, at=at, nobody_heard=nobody_heard)


def _give_back_part(order: Order, done: Cancellation) -> None:
    for each in done.items:
        each.item.cancelled -= each.quantity
        order.item_count += each.quantity
    order.total += done.taken_off
    order.discount += done.discount_share
    order.tax += done.tax_share
    order.payment_status = order.payment_status_now


def correct_waiting_emails(order: Order, *, at: datetime) -> None:
    """Of the parts that stay cancelled: what remains of the order, or was paid for it, is not what they say."""
    for part in order.parts_cancelled:
        if email := part.waiting_email(at):
            message = part_email_of(order, part)
            email.subject, email.text, email.html = message.subject, message.text, message.html


def _tell(
    session: Session,
    order: Order,
    done: Cancellation,
    message: Message | None,
    note: str,
    *,
    before: OrderStatus,
    notify: bool,
    by: Actor,
    at: datetime,
) -> None:
    """No message: nobody is told, as nobody has heard."""
    email_id = None
    if message is not None:
        kind = CustomerAlert.ORDER_REINSTATED.value
        email_id = tell_customer(session, order, kind=kind, wanted=notify, at=at, message=message).id
    leave_event(
        session,
        order,
        "order.part_reinstated" if done.is_part else "order.reinstated",
        by=by,
        at=at,
        **statuses(before, order.status),
        note=write_note(session, order, note),
        email_id=email_id,
    )
