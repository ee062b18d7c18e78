"""Telling the customer: which changes they hear of, what they read, and why nobody is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from blueprints import ask_links, outbox
from blueprints.composing import plain_number
from blueprints.outbox import Message
from blueprints.shop import current_store
from models import (
    Cancellation,
    CustomerAlert,
    Email,
    NotSentReason,
    Order,
    OrderItem,
    OrderStatus,
    Refund,
    Settlement,
)


def _about(order: Order, status: OrderStatus) -> dict[str, Any]:
    """What every email to the customer may need. `status`: the order's, when it is read."""
    lets_ask = current_store().lets_ask(status) and ask_links.can_be_followed()
    return {"order": order, "plain_number": plain_number(order.number), "ask_mark": ask_links.MARK if lets_ask else ""}


def _status_of(kind: str) -> OrderStatus:
    return OrderStatus(kind.removeprefix("order_"))


def customer_email(
    order: Order, kind: str, note: str | None = None, refund_owed: int = 0, fee_kept: int = 0
) -> Message:
    """What the customer would read, in the store's language; amounts in minor units of the order's currency."""
    return outbox.render(
        "order_cancelled" if kind == "order_cancelled" else "order_changed",
        **_about(order, _status_of(kind)),
        status=_status_of(kind),
        note=note or "",
        refund_owed=refund_owed,
        fee_kept=fee_kept,
    )


def part_email(
    order: Order, pieces: Sequence[tuple[OrderItem, int]], *, note: str, refund_owed: int, fee_kept: int
) -> Message:
    """`order` as it is without them. What is cancelled and what remains; amounts as above."""
    return outbox.render(
        "order_part_cancelled",
        **_about(order, order.status),
        status="part_cancelled",
        pieces=pieces,
        note=note,
        refund_owed=refund_owed,
        fee_kept=fee_kept,
    )


def part_email_of(order: Order, done: Cancellation) -> Message:
    """The same of a cancel that is there already, of the order as it is now."""
    return part_email(
        order,
        [(each.item, each.quantity) for each in done.items],
        note=done.note.body if done.note else "",
        refund_owed=done.refund.owed if done.refund else 0,
        fee_kept=done.fee,
    )


def reinstated_email(order: Order, done: Cancellation, note: str, *, may_have_read: bool) -> Message:
    """That the cancel does not hold any more and, to whom may have read of money to come back, that none does."""
    return outbox.render(
        "order_reinstated",
        **_about(order, order.status),
        status="reinstated_part" if done.is_part else "reinstated",
        note=note,
        no_refund=done.refund.owed if done.refund and may_have_read else 0,
    )


def refund_email(order: Order, refund: Refund, settlements: list[Settlement], *, more_is_owed: bool) -> Message:
    """That all of one refund is back, and how. `more_is_owed`: for another cancel of a part of the same order."""
    return outbox.render(
        "refund_settled",
        order=order,
        refund=refund,
        is_part=refund.cancellation.is_part,
        more_is_owed=more_is_owed,
        settlements=settlements,
        plain_number=plain_number(order.number),
    )


def reminder_email(order: Order, pay_by: datetime) -> Message:
    """That it is not paid yet, and until when it may be."""
    return outbox.render("payment_reminder", **_about(order, order.status), status="not_paid", pay_by=pay_by)


def why_nobody_is_told(order: Order | Row[Any], *, kind: str, wanted: bool = True) -> NotSentReason | None:
    """None: the customer is told. Asked for pages as well: an order's says so before Save."""
    return why_not_told(order, is_off=kind in current_store().kinds_off, wanted=wanted)


def why_not_told(order: Order | Row[Any], *, is_off: bool, wanted: bool = True) -> NotSentReason | None:
    """The rule, for whoever knows already whether that kind of email is switched off."""
    if not order.customer_email:
        return NotSentReason.NO_ADDRESS
    if is_off or not current_store().alerts_on:
        return NotSentReason.ALERTS_OFF
    if not wanted:
        return NotSentReason.NOT_WANTED
    return outbox.why_nothing_leaves()


def tell_customer(
    session: Session,
    order: Order,
    *,
    kind: str,
    wanted: bool,
    at: datetime,
    message: Message,
    due_at: datetime | None = None,
) -> Email:
    """Queues the email in the caller's transaction; it has its id already. `wanted`: the box was ticked. `due_at`:
    it is held until then."""
    email = outbox.queue(
        session,
        kind=kind,
        message=message,
        recipient=order.customer_email or None,
        reply_to=current_store().email,
        at=at,
        due_at=due_at,
        order_id=order.id,
        not_sent=why_nobody_is_told(order, kind=kind, wanted=wanted),
    )
    session.flush()
    return email


def write_to_asker(session: Session, order: Order, *, kind: str, at: datetime, **facts: Any) -> Email:
    """To the address on file, whoever asked: an answer, and no alert that could be off. It has its id already."""
    nobody = None if order.customer_email else NotSentReason.NO_ADDRESS
    email = outbox.queue(
        session,
        kind=kind,
        message=outbox.render(kind, **_about(order, order.status), link_mark=ask_links.MARK, **facts),
        recipient=order.customer_email or None,
        reply_to=current_store().email,
        at=at,
        order_id=order.id,
        not_sent=nobody or outbox.why_nothing_leaves(),
    )
    session.flush()
    return email


def tell_of_cancel(session: Session, order: Order, done: Cancellation, message: Message) -> int:
    """Held for as long as the cancel can be undone. The email's id."""
    kind = CustomerAlert.ORDER_PART_CANCELLED if done.is_part else CustomerAlert.ORDER_CANCELLED
    if not done.is_part:
        _let_emails_of_parts_leave(session, order, at=done.at)
    return tell_customer(
        session, order, kind=kind.value, wanted=done.notify, at=done.at, message=message, due_at=done.undo_until
    ).id


def _let_emails_of_parts_leave(session: Session, order: Order, *, at: datetime) -> None:
    """Those that wait say that the rest goes on: they come before the one about the whole order, not with it."""
    for part in order.parts_cancelled if any(item.cancelled for item in order.items) else ():
        if email := part.waiting_email(at):
            email.due_at = at
            outbox.leaves_after_commit(session)
