"""Delivering messages: any number of processes may do it at once, and one that hangs holds up no other for long."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from blueprints import background, clock, retrying
from blueprints.retrying import BACK_OFF, GIVE_UP_AFTER, Outcome
from blueprints.shop import find_store
from blueprints.webhooks import posting
from blueprints.webhooks.posting import NotDelivered
from blueprints.webhooks.signing import signed_headers
from blueprints.webhooks.switching import keep_back
from models import DeliveryFault, EmailState, WebhookEndpoint, WebhookMessage, change_rows, db, writing
from models.email import WAITING

log = logging.getLogger("suki")

GONE = 410
# After a failed try the whole endpoint rests: so long after the first, the second, and each further one. One that is
# well again is not left waiting for hours.
RESTS = BACK_OFF[:3]
KEPT_FOR = timedelta(days=90)
CLEARED_AT_ONCE = 200
_OVER = (EmailState.SENT, EmailState.FAILED, EmailState.NOT_SENT)


@dataclass(frozen=True)
class Try:
    """How one went."""

    fault: DeliveryFault | None
    answer: str = ""
    status: int = 0

    @property
    def in_short(self) -> str:
        """What of it may stand in the log: the rest is the receiver's, and may repeat what it was told."""
        return str(self.status) if self.status else str(self.fault)


def deliver() -> Counter[Outcome]:
    """Sends what is due: one message of each endpoint, then the next of each, until nothing is. Never from a demo."""
    outcomes: Counter[Outcome] = Counter()
    store = find_store()
    if store is None or store.is_demo:
        return outcomes
    while due := _due():
        for message_id in due:
            if background.is_stopping():
                return outcomes
            message = retrying.claim(WebhookMessage, message_id)
            if message is not None:
                outcomes[_send(message)] += 1
    return outcomes


def _due() -> list[int]:
    """Of each endpoint that is on and does not rest, the message that is due longest. One small statement."""
    now = clock.now()
    longest = (
        select(WebhookMessage.id)
        .where(WebhookMessage.endpoint_id == WebhookEndpoint.id, WAITING, WebhookMessage.due_at <= now)
        .order_by(WebhookMessage.due_at, WebhookMessage.id)
        .limit(1)
        .scalar_subquery()
    )
    is_awake = or_(WebhookEndpoint.rests_until.is_(None), WebhookEndpoint.rests_until <= now)
    found = select(longest).where(WebhookEndpoint.off_since.is_(None), is_awake).order_by(WebhookEndpoint.id)
    due = [message_id for message_id in db.session.scalars(found) if message_id is not None]
    db.session.rollback()
    return due


def _send(message: WebhookMessage) -> Outcome:
    endpoint = db.session.get_one(WebhookEndpoint, message.endpoint_id)
    url, allow_private = endpoint.url, endpoint.allow_private
    headers = signed_headers(message, endpoint, clock.now())
    db.session.rollback()  # no read stays open while the receiver is talked to
    tried = _try(message, url, headers, allow_private=allow_private)
    if tried.fault is None:
        retrying.record(lambda session: _note_sent(session, message, tried))
        return Outcome.SENT
    outcomes: list[Outcome] = []
    retrying.record(lambda session: outcomes.append(_note_failure(session, message, tried)))
    log.warning("webhook message %s: %s, %s", message.id, outcomes[-1], tried.in_short)
    return outcomes[-1]


def _try(message: WebhookMessage, url: str, headers: dict[str, str], *, allow_private: bool) -> Try:
    try:
        answer = posting.post(url, message.payload.encode(), headers, allow_private=allow_private)
    except NotDelivered as problem:
        return Try(problem.fault)
    except Exception:
        # A fault of ours, with this message at least: it must not hold up the others, nor be tried for ever.
        log.exception("webhook message %s could not be handed over", message.id)
        return Try(DeliveryFault.OURS)
    return Try(None if answer.is_taken else DeliveryFault.ANSWERED, answer.words, answer.status)


def _note_sent(session: Session, message: WebhookMessage, tried: Try) -> None:
    """Sent is sent, whoever took it or took it back since."""
    done = {"state": EmailState.SENT, "reason": None, "fault": None, "sent_at": clock.now(), "answer": tried.answer}
    sent = update(WebhookMessage).where(WebhookMessage.id == message.id, WebhookMessage.state != EmailState.SENT)
    change_rows(session, sent.values(**done))
    is_failing = and_(WebhookEndpoint.id == message.endpoint_id, WebhookEndpoint.failures > 0)
    well_again = {"failures": 0, "failing_since": None, "rests_until": None}
    change_rows(session, update(WebhookEndpoint).where(is_failing).values(**well_again))


def _note_failure(session: Session, message: WebhookMessage, tried: Try) -> Outcome:
    now, endpoint = clock.now(), session.get_one(WebhookEndpoint, message.endpoint_id)
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.rests_until = now + retrying.about(RESTS[min(endpoint.failures, len(RESTS)) - 1])
    session.flush()
    is_gone, is_given_up = tried.status == GONE, now - endpoint.failing_since > GIVE_UP_AFTER
    is_old = now - message.queued_at > GIVE_UP_AFTER
    is_over = is_gone or (is_old and is_given_up) or retrying.is_hopeless(message.tries, message.queued_at, now)
    # Not when what it tells of was taken back meanwhile, or somebody else has it.
    ours = and_(WebhookMessage.id == message.id, WebhookMessage.attempts == message.attempts, WAITING)
    how: dict[str, object] = {"fault": tried.fault, "answer": tried.answer, "state": EmailState.QUEUED}
    how |= {"state": EmailState.FAILED} if is_over else {"due_at": now + retrying.wait_after(message.tries)}
    change_rows(session, update(WebhookMessage).where(ours).values(**how))
    if is_gone and endpoint.is_on:
        endpoint.off_since, endpoint.is_gone = now, True
        keep_back(session, endpoint)
    elif is_given_up:
        _give_up_old(session, endpoint, tried, now)
    return Outcome.FAILED if is_over else Outcome.PUT_OFF


def _give_up_old(session: Session, endpoint: WebhookEndpoint, tried: Try, now: datetime) -> None:
    """Nothing got through for days: what has waited as long is not tried one by one for weeks."""
    waits = and_(WebhookMessage.endpoint_id == endpoint.id, WAITING, WebhookMessage.state != EmailState.SENDING)
    old = update(WebhookMessage).where(waits, WebhookMessage.queued_at < now - GIVE_UP_AFTER)
    change_rows(session, old.values(state=EmailState.FAILED, fault=tried.fault, answer=tried.answer))


def clear_old() -> None:
    """Messages that are over are kept for a time. Asked in every round: it looks at the oldest alone, which stand
    first, and writes only when some of them are to go."""
    columns = (WebhookMessage.id, WebhookMessage.created_at, WebhookMessage.state)
    rows = select(*columns).order_by(WebhookMessage.id).limit(CLEARED_AT_ONCE).subquery()
    is_old = and_(rows.c.created_at < clock.now() - KEPT_FOR, rows.c.state.in_(_OVER))
    old = list(db.session.scalars(select(rows.c.id).where(is_old)))
    db.session.rollback()
    if old:
        with writing() as session:
            session.execute(delete(WebhookMessage).where(WebhookMessage.id.in_(old), WebhookMessage.state.in_(_OVER)))
