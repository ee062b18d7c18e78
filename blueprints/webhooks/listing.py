"""The endpoints with how each of them does, and the messages of one, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.paging import page_from
from blueprints.webhooks.sending import why_not_again
from models import Cancellation, Order, WebhookEndpoint, WebhookMessage, db

PAGE = 20


@dataclass(frozen=True)
class Listed:
    endpoint: WebhookEndpoint
    last: WebhookMessage | None


@dataclass(frozen=True)
class Logged:
    message: WebhookMessage
    can_be_sent_again: bool


@dataclass(frozen=True)
class Log:
    rows: list[Logged]
    next: int | None
    is_first: bool

    @property
    def is_changing(self) -> bool:
        return any(row.message.is_on_its_way for row in self.rows)


def any_endpoint() -> bool:
    return db.session.scalar(select(WebhookEndpoint.id).limit(1)) is not None


def all_endpoints() -> list[Listed]:
    """Two statements, however many there are."""
    newest = select(func.max(WebhookMessage.id)).where(WebhookMessage.endpoint_id == WebhookEndpoint.id)
    last = newest.correlate(WebhookEndpoint).scalar_subquery()
    found = (
        select(WebhookEndpoint, WebhookMessage)
        .outerjoin(WebhookMessage, WebhookMessage.id == last)
        .options(selectinload(WebhookEndpoint.subscriptions))
        .order_by(WebhookEndpoint.id)
    )
    return [Listed(endpoint, message) for endpoint, message in db.session.execute(found)]


def log_of(endpoint: WebhookEndpoint, *, after: int | None = None) -> Log:
    """By id, so that a page costs the same however far back it lies."""
    found = (
        select(WebhookMessage, Cancellation.withdrawn_at)
        .outerjoin(Cancellation, Cancellation.id == WebhookMessage.cancellation_id)
        .options(joinedload(WebhookMessage.order).load_only(Order.number))
        .where(WebhookMessage.endpoint_id == endpoint.id)
        .order_by(WebhookMessage.id.desc())
        .limit(PAGE + 1)
    )
    if after is not None:
        found = found.where(WebhookMessage.id < after)
    rows = [
        Logged(message, why_not_again(message, endpoint, is_withdrawn=withdrawn_at is not None) is None)
        for message, withdrawn_at in db.session.execute(found)
    ]
    page = page_from(rows, PAGE, key=lambda row: row.message.id)
    return Log(page.rows, page.next, is_first=after is None)


def secret_holds_until(endpoint: WebhookEndpoint, at: datetime) -> datetime | None:
    """Until when the one from before signs too; None when it does no more."""
    return endpoint.former_until if endpoint.former_until and at < endpoint.former_until else None
