"""Keeping the list of endpoints: adding one, changing it, and giving it another secret."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.webhooks.signing import new_nonce
from blueprints.webhooks.switching import forget_failures, leave_event
from models import Actor, WebhookEndpoint, WebhookSubscription, WebhookType, writing

MOST_ENDPOINTS = 20
# So long the secret from before signs as well: time to carry the new one over.
FORMER_SECRET_HOLDS = timedelta(days=1)


class TooManyEndpoints(Exception):
    """Each of them costs a message for every event."""


@dataclass(frozen=True)
class EndpointWish:
    """What the owner decided about an endpoint; `url` as addressing.read_url wrote it."""

    name: str
    url: str
    types: Collection[str]
    allow_private: bool


def add_endpoint(wish: EndpointWish, *, by: Actor) -> int:
    """Its id, or that of the same wish from a moment ago: two clicks are one. Raises TooManyEndpoints."""
    with writing() as session:
        if (same := _added_lately(session, wish, by)) is not None:
            return same
        if (session.scalar(select(func.count(WebhookEndpoint.id))) or 0) >= MOST_ENDPOINTS:
            raise TooManyEndpoints
        endpoint = WebhookEndpoint(created_at=clock.now(), created_by_id=by.user_id, secret_nonce=new_nonce())
        _follow(endpoint, wish)
        session.add(endpoint)
        leave_event(session, by)
        session.flush()
        return endpoint.id


def _added_lately(session: Session, wish: EndpointWish, by: Actor) -> int | None:
    since = clock.now() - clock.SAME_CLICK
    lately = select(WebhookEndpoint).where(WebhookEndpoint.url == wish.url, WebhookEndpoint.created_at > since)
    for each in session.scalars(lately):
        if _what_counts(each) == _what_counts(wish) and each.created_by_id == by.user_id:
            return each.id
    return None


def change_endpoint(endpoint_id: int, wish: EndpointWish, *, by: Actor) -> None:
    """What waits goes to the new address."""
    with writing() as session:
        endpoint = session.get_one(WebhookEndpoint, endpoint_id)
        if _what_counts(endpoint) == _what_counts(wish):
            return
        if (endpoint.url, endpoint.allow_private) != (wish.url, wish.allow_private):
            forget_failures(endpoint)
        _follow(endpoint, wish)
        leave_event(session, by)


def renew_secret(endpoint_id: int, *, by: Actor) -> None:
    with writing() as session:
        endpoint = session.get_one(WebhookEndpoint, endpoint_id)
        endpoint.former_nonce, endpoint.former_until = endpoint.secret_nonce, clock.now() + FORMER_SECRET_HOLDS
        endpoint.secret_nonce = new_nonce()
        leave_event(session, by)


def _follow(endpoint: WebhookEndpoint, wish: EndpointWish) -> None:
    endpoint.name, endpoint.url, endpoint.allow_private = wish.name, wish.url, wish.allow_private
    wanted = {WebhookType(each) for each in wish.types}
    kept = [each for each in endpoint.subscriptions if each.type in wanted]
    new = wanted - {each.type for each in kept}
    endpoint.subscriptions = kept + [WebhookSubscription(type=each) for each in new]


def _what_counts(of: EndpointWish | WebhookEndpoint) -> tuple[str, str, set[str], bool]:
    return of.name, of.url, {*of.types}, of.allow_private
