"""Switching an endpoint off and on again."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from blueprints import clock
from models import Actor, EmailState, Event, UnsentReason, WebhookEndpoint, WebhookMessage, change_rows, writing
from models.email import WAITING


def switch_off(endpoint_id: int, *, by: Actor) -> None:
    """What waits stays here; each message can be sent again once it is on."""
    with writing() as session:
        at, endpoint = clock.now(), session.get_one(WebhookEndpoint, endpoint_id)
        if not endpoint.is_on:
            return
        endpoint.off_since = at
        keep_back(session, endpoint)
        leave_event(session, by)


def switch_on(endpoint_id: int, *, by: Actor) -> None:
    """It is told of what happens from now on."""
    with writing() as session:
        endpoint = session.get_one(WebhookEndpoint, endpoint_id)
        if endpoint.is_on:
            return
        endpoint.off_since, endpoint.is_gone = None, False
        forget_failures(endpoint)
        leave_event(session, by)


def keep_back(session: Session, endpoint: WebhookEndpoint) -> None:
    """In the caller's transaction. One that is being handed over counts as sent should the receiver take it."""
    waits = update(WebhookMessage).where(WebhookMessage.endpoint_id == endpoint.id, WAITING)
    stays = waits.values(state=EmailState.NOT_SENT, reason=UnsentReason.SWITCHED_OFF)
    change_rows(session, stays)


def forget_failures(endpoint: WebhookEndpoint) -> None:
    endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None


def leave_event(session: Session, by: Actor) -> None:
    session.add(Event(code="settings.changed.webhooks", at=clock.now(), user_id=by.user_id))
