"""Declining what a customer asked for: the order goes on, and they read why."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from blueprints import clock
from blueprints.orders.approving_request import open_request_of
from blueprints.orders.cancelling import reread
from blueprints.orders.history import leave_event_beside
from blueprints.orders.recording_cancel import write_note
from blueprints.orders.refusals import NothingAsked, OrderRefusal, RequestAnswered, refusal_of
from blueprints.orders.telling import write_to_asker
from models import Actor, CancelRequest, Order, RequestState, db, writing

ANSWER = "cancel_request_declined"


def decline_request(order_id: int, request_id: int, *, note: str, by: Actor) -> None:
    """However far the order is: whoever asked has an answer. The same person's second click changes nothing. Raises
    NothingAsked, RequestAnswered."""
    with writing() as session:
        at = clock.now()
        order = reread(session, order_id)
        request = request_in(session, order, request_id)
        if _was_declined_by(request, note, by):
            return
        refuse_to_decline(request)
        written = write_note(session, order, note)
        session.flush()
        answer = write_to_asker(session, order, kind=ANSWER, at=at, request=request, note=note)
        request.state, request.decided_at, request.decided_by_id = RequestState.DECLINED, at, by.user_id
        request.note, request.answer_id = written, answer.id
        leave_event_beside(
            session, order, "order.cancel_request_declined", by=by, at=at, note=written, email_id=answer.id
        )


def request_in(session: Session, order: Order, request_id: int) -> CancelRequest:
    """As it stands now. Raises NothingAsked when it is none of this order's."""
    found = (
        select(CancelRequest)
        .where(CancelRequest.id == request_id, CancelRequest.order_id == order.id)
        .options(joinedload(CancelRequest.decided_by), joinedload(CancelRequest.note))
    )
    request = session.scalars(found, execution_options={"populate_existing": True}).one_or_none()
    if request is None:
        raise NothingAsked
    return request


def refuse_to_decline(request: CancelRequest) -> None:
    """The rule, for the page and under the lock. Raises RequestAnswered."""
    if request.decided_at is not None:
        by = request.decided_by.name if request.decided_by else None
        raise RequestAnswered(state=request.state, at=request.decided_at, by=by)


def _was_declined_by(request: CancelRequest, note: str, by: Actor) -> bool:
    said = request.note.body if request.note else ""
    return request.state is RequestState.DECLINED and (request.decided_by_id, said) == (by.user_id, note)


@dataclass(frozen=True)
class Declinable:
    """What a page says of a request before it is declined."""

    request: CancelRequest | None
    refusal: OrderRefusal | None


def what_to_decline(order: Order, request_id: int | None) -> Declinable:
    """The one that is open when none is named."""
    session = db.session()
    try:
        if request_id is None:
            waiting = open_request_of(session, order)
            request_id = waiting.id if waiting else 0
        request = request_in(session, order, request_id)
    except OrderRefusal as refusal:
        return Declinable(None, refusal)
    return Declinable(request, refusal_of(refuse_to_decline, request))
