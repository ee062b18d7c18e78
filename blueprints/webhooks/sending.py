"""Sending by hand: a test, and a message once more."""

from blueprints import announcing, clock
from blueprints.outbox import leaves_after_commit
from blueprints.shop import current_store
from models import (
    Actor,
    Cancellation,
    EmailState,
    Event,
    UnsentReason,
    WebhookEndpoint,
    WebhookMessage,
    WebhookType,
    writing,
)


class NotSent(Exception):
    """Why: on its way still, about what was taken back since, the endpoint is off, or a demo sends nothing."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def send_test(endpoint_id: int) -> int:
    """The message's id. Raises NotSent."""
    with writing() as session:
        at, endpoint = clock.now(), session.get_one(WebhookEndpoint, endpoint_id)
        if not endpoint.is_on:
            raise NotSent("off")
        payload = announcing.write_payload(WebhookType.TEST, at, {"message": "Hello from Suki."})
        message = announcing.queue(session, endpoint_id, WebhookType.TEST, payload, at=at)
        _wake(endpoint)
        session.flush()
        return message.id


def why_not_again(message: WebhookMessage, endpoint: WebhookEndpoint, *, is_withdrawn: bool) -> str | None:
    """`is_withdrawn`: the cancel that it tells of does not hold any more."""
    if is_withdrawn or message.reason is UnsentReason.UNDONE:
        return "withdrawn"
    if current_store().is_demo:
        return "demo"
    if message.is_on_its_way:
        return "on_its_way"
    return None if endpoint.is_on else "off"


def send_again(message_id: int, *, by: Actor) -> None:
    """The same message under the same `webhook-id`: a receiver that has it already knows it for a repeat. Its tries
    begin anew, and not before the cancel that it tells of can't be undone any more. Raises NotSent."""
    with writing() as session:
        at, message = clock.now(), session.get_one(WebhookMessage, message_id)
        endpoint = session.get_one(WebhookEndpoint, message.endpoint_id)
        told_of = session.get(Cancellation, message.cancellation_id) if message.cancellation_id else None
        is_withdrawn = told_of is not None and told_of.withdrawn_at is not None
        if message.state in (EmailState.QUEUED, EmailState.HELD) and at - clock.SAME_CLICK < message.queued_at <= at:
            return
        if (why := why_not_again(message, endpoint, is_withdrawn=is_withdrawn)) is not None:
            raise NotSent(why)
        message.queued_at, message.due_at = at, max(at, (told_of and told_of.undo_until) or at)
        message.state = EmailState.HELD if message.due_at > at else EmailState.QUEUED
        message.reason, message.fault, message.answer = None, None, ""
        message.attempts_before = message.attempts
        _wake(endpoint)
        leaves_after_commit(session)
        session.add(Event(at=at, code="webhook.sent_again", user_id=by.user_id))


def _wake(endpoint: WebhookEndpoint) -> None:
    """Somebody waits for it: it rests no longer."""
    if endpoint.rests_until is not None:
        endpoint.rests_until = clock.now()
