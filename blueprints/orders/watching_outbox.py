"""How the outbox stands: what waits, what failed and was not written again since, and whether mail gets out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, TextClause, func, select

from blueprints.capped import count_of, shown
from blueprints.failed_emails import FAILED_EMAILS, MOST_LOOKED_AT
from blueprints.orders.listing_emails import LISTED, Listed
from blueprints.paging import Page, page_from
from blueprints.retrying import LEASE
from models import Email, EmailState, WebhookEndpoint, WebhookMessage, db
from models.email import WAITING, oldest_in

PAGE = 20
# A deliverer takes what is due within seconds, and puts off what it can't send; so nothing is overdue for long.
OVERDUE = LEASE


class Pile(StrEnum):
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True)
class OutboxState:
    """Counts are as capped.count_of() has them."""

    queued: int
    held: int
    failed: int
    oldest_queued: datetime | None
    oldest_sending: datetime | None
    due_longest: datetime | None
    last_sent_at: datetime | None
    webhooks_waiting: int
    webhooks_failed: int
    """Of the newest MOST_LOOKED_AT."""
    webhooks_on: int

    def shown(self, name: str) -> str:
        return shown(getattr(self, name))

    @property
    def waiting(self) -> int:
        return self.queued + self.held

    @property
    def oldest_at(self) -> datetime | None:
        """Since when somebody has waited for their email; what is held on purpose does not count."""
        return min(filter(None, (self.oldest_queued, self.oldest_sending)), default=None)

    def overdue_since(self, now: datetime) -> datetime | None:
        """Since when nobody has taken what is due; None when all goes its way."""
        is_overdue = self.due_longest is not None and now - self.due_longest > OVERDUE
        return self.due_longest if is_overdue else None


def look_at_outbox() -> OutboxState:
    """One statement; each part of it follows an index to its beginning, or is bounded."""
    newest_sent = select(Email.sent_at).where(Email.state == EmailState.SENT).order_by(Email.id.desc())
    newest_messages = select(WebhookMessage.state).order_by(WebhookMessage.id.desc()).limit(MOST_LOOKED_AT).subquery()
    parts: dict[str, ScalarSelect[Any]] = {
        "queued": count_of(select(Email.id).where(Email.state.in_((EmailState.QUEUED, EmailState.SENDING)))),
        "held": count_of(select(Email.id).where(Email.state == EmailState.HELD)),
        "failed": count_of(FAILED_EMAILS),
        "oldest_queued": oldest_in(EmailState.QUEUED),
        "oldest_sending": oldest_in(EmailState.SENDING),
        "due_longest": select(Email.due_at).where(WAITING).order_by(Email.due_at).limit(1).scalar_subquery(),
        "last_sent_at": select(func.max(newest_sent.limit(MOST_LOOKED_AT).subquery().c.sent_at)).scalar_subquery(),
        "webhooks_waiting": count_of(select(WebhookMessage.id).where(WAITING)),
        "webhooks_failed": count_of(select(newest_messages).where(newest_messages.c.state == EmailState.FAILED)),
        "webhooks_on": count_of(select(WebhookEndpoint.id).where(WebhookEndpoint.off_since.is_(None))),
    }
    found = db.session.execute(select(*[part.label(name) for name, part in parts.items()])).one()
    return OutboxState(**found._asdict())


def page_of(pile: Pile, *, after: int | None = None) -> Page[Listed]:
    """Failed ones newest first; waiting ones as they were written. By id, so that no page costs more than another."""
    those: ColumnElement[bool] | TextClause
    if pile is Pile.FAILED:
        those, beyond, order = Email.id.in_(FAILED_EMAILS), Email.id < (after or 0), Email.id.desc()
    else:
        those, beyond, order = WAITING, Email.id > (after or 0), Email.id.asc()
    found = LISTED.where(those).order_by(order)
    if after is not None:
        found = found.where(beyond)
    rows = [Listed(*row) for row in db.session.execute(found.limit(PAGE + 1))]
    return page_from(rows, PAGE, key=lambda row: row.email.id)
