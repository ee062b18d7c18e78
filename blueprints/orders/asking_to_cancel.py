"""Asking for a cancel, as a customer does by the link in an email: once, while the order is not too far for it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from blueprints import clock, outbox
from blueprints.ask_links import AskLink, LinkUnknown
from blueprints.composing import plain_number
from blueprints.orders.history import leave_event_beside
from blueprints.orders.refusals import OrderRefusal, TooLateToAsk, refusal_of
from blueprints.orders.telling import write_to_asker
from blueprints.shop import current_store
from models import SYSTEM, CancelRequest, NotSentReason, Order, db, writing

RECEIPT, NOTICE = "cancel_request_received", "cancel_requested"


@dataclass(frozen=True)
class ShownByLink:
    """What whoever holds a link is shown."""

    order: Order
    request: CancelRequest | None
    """What was asked already: there is no second one beside it."""
    refusal: OrderRefusal | None
    """Why nobody can ask any more."""
    may_be_undone: bool
    """The cancel that they asked for: until then the shop may take it back, and nobody has heard."""


def what_was_asked(link: AskLink) -> ShownByLink:
    """Looking changes nothing: mail servers open links too. Raises LinkUnknown."""
    session = db.session()
    order = _order_of(session, link)
    request = standing_request(session, order)
    until = request.cancellation.undo_until if request and request.cancellation else None
    may_be_undone = until is not None and clock.now() < until
    return ShownByLink(order, request, refusal_of(refuse_to_ask, order), may_be_undone)


def ask_to_cancel(link: AskLink, *, reason: str) -> None:
    """The customer has a receipt, at the address on file, and the store is told. Asked again, nothing happens twice.
    Raises LinkUnknown, TooLateToAsk."""
    with writing() as session:
        at = clock.now()
        order = _order_of(session, link)
        if standing_request(session, order) is not None:
            return
        refuse_to_ask(order)
        request = CancelRequest(order_id=order.id, asked_at=at, reason=reason)
        session.add(request)
        session.flush()
        receipt = write_to_asker(session, order, kind=RECEIPT, at=at, request=request)
        request.receipt_id = receipt.id
        _tell_store(session, order, request, at)
        leave_event_beside(session, order, "order.cancel_requested", by=SYSTEM, at=at, email_id=receipt.id)


def _order_of(session: Session, link: AskLink) -> Order:
    """Void once the order's address was corrected, and while the shop takes no requests."""
    found = select(Order).where(Order.id == link.order_id)
    order = session.scalars(found, execution_options={"populate_existing": True}).one_or_none()
    if order is None or not link.is_for(order.customer_email) or not current_store().customers_may_ask:
        raise LinkUnknown
    return order


def standing_request(session: Session, order: Order) -> CancelRequest | None:
    """The newest, unless what it led to was taken back: then they may ask anew. One that was declined stands."""
    newest = (
        select(CancelRequest)
        .where(CancelRequest.order_id == order.id)
        .options(joinedload(CancelRequest.cancellation))
        .order_by(CancelRequest.id.desc())
        .limit(1)
    )
    request = session.scalars(newest, execution_options={"populate_existing": True}).one_or_none()
    if request is None:
        return None
    led_to = request.cancellation
    return None if led_to is not None and led_to.withdrawn_at is not None else request


def refuse_to_ask(order: Order) -> None:
    """The rule, for the page and under the lock. Raises TooLateToAsk."""
    if not current_store().lets_ask(order.status):
        raise TooLateToAsk(order.status)


def _tell_store(session: Session, order: Order, request: CancelRequest, at: datetime) -> None:
    """The email is about no order's customer, so it stands in none's list, and is nothing to send them again."""
    store, nothing_leaves = current_store(), outbox.why_nothing_leaves()
    if not store.email or nothing_leaves is NotSentReason.NO_SERVER:
        return
    message = outbox.render(NOTICE, order=order, request=request, plain_number=plain_number(order.number))
    outbox.queue(
        session,
        kind=NOTICE,
        message=message,
        recipient=store.email,
        at=at,
        about_order_id=order.id,
        not_sent=nothing_leaves,
    )
