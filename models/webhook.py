"""Webhooks: what other systems are told, by a signed message to an address of theirs."""

from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.email import WAITING, Delivery, EmailState
from models.order import Order

LONGEST_URL = 500
LONGEST_ANSWER = 200


class WebhookType(StrEnum):
    """What a message tells of."""

    ORDER_CANCELLED = "order.cancelled"
    ORDER_REINSTATED = "order.reinstated"
    REFUND_SETTLED = "refund.settled"
    TICKET_SOLVED = "ticket.solved"
    TEST = "suki.test"
    """Nothing happened: the owner wants to see whether messages arrive."""


class UnsentReason(StrEnum):
    """Why a message stayed here."""

    UNDONE = "undone"
    """What it tells of was taken back before it left."""
    SWITCHED_OFF = "switched_off"
    DEMO = "kept_in_demo"


class DeliveryFault(StrEnum):
    """What was wrong with the last try."""

    ANSWERED = "answered"
    """The receiver did not say that it took the message; its answer stands beside."""
    NO_SUCH_HOST = "no_such_host"
    PRIVATE_ADDRESS = "private_address"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    BAD_CERTIFICATE = "bad_certificate"
    NOT_HTTP = "not_http"
    OURS = "ours"
    """Suki failed, and its log says how."""


CANCELLED = text("cancellation_id IS NOT NULL")


class WebhookEndpoint(Base):
    """An address that is told of some kinds of events. Never deleted, because messages name it: it is switched off."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint("url LIKE 'http://%' OR url LIKE 'https://%'", name="speaks_http"),
        CheckConstraint("off_since IS NOT NULL OR NOT is_gone", name="off_when_gone"),
        CheckConstraint("(former_nonce IS NULL) = (former_until IS NULL)", name="former_for_a_time"),
        CheckConstraint("failures >= 0", name="failures_not_negative"),
        CheckConstraint("(failures = 0) = (failing_since IS NULL)", name="failing_since_some_time"),
        CheckConstraint("(failures = 0) = (rests_until IS NULL)", name="rests_when_failing"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), default="")
    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    allow_private: Mapped[bool] = mapped_column(default=False)
    """Whether it may be inside of a network, where the store's other machines are: the owner says so."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    off_since: Mapped[datetime | None]
    is_gone: Mapped[bool] = mapped_column(default=False)
    """The receiver itself said that nobody listens there any more."""
    secret_nonce: Mapped[str] = mapped_column(String(32))
    """With the store's key it makes the secret: a copy of the database alone can't sign."""
    former_nonce: Mapped[str | None] = mapped_column(String(32))
    former_until: Mapped[datetime | None]
    """Until then messages are signed with the secret from before, too."""
    failures: Mapped[int] = mapped_column(default=0)
    """Tries that failed since one got through."""
    failing_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]
    """Until then none of its messages is tried: what waits uses up no tries."""

    subscriptions: Mapped[list["WebhookSubscription"]] = relationship(
        order_by="WebhookSubscription.type", cascade="all, delete-orphan"
    )

    @property
    def is_on(self) -> bool:
        return self.off_since is None

    @property
    def title(self) -> str:
        return self.name or urlsplit(self.url).netloc

    @property
    def is_plain(self) -> bool:
        """Whoever is on the way can read along."""
        return self.url.startswith("http://")

    @property
    def types(self) -> list[WebhookType]:
        """In the order in which they are offered."""
        chosen = {subscription.type for subscription in self.subscriptions}
        return [each for each in WebhookType if each in chosen]


class WebhookSubscription(Base):
    """One kind of event that an endpoint is told of."""

    __tablename__ = "webhook_subscriptions"
    __table_args__ = (CheckConstraint("type <> 'suki.test'", name="something_that_happens"),)

    type: Mapped[WebhookType] = mapped_column(primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoints.id"), primary_key=True)


class WebhookMessage(Delivery, Base):
    """One event for one endpoint. On its way it has the states of an email, and is sent by the same rules."""

    __tablename__ = "webhook_messages"
    __table_args__ = (
        CheckConstraint("(state = 'not_sent') = (reason IS NOT NULL)", name="not_sent_has_a_reason"),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_has_a_date"),
        CheckConstraint("state <> 'failed' OR fault IS NOT NULL", name="failed_has_a_fault"),
        CheckConstraint("attempts >= attempts_before", name="tries_add_up"),
        Index("ix_webhook_messages_due", "endpoint_id", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_webhook_messages_endpoint", "endpoint_id", "id"),
        Index("ix_webhook_messages_cancelled", "cancellation_id", sqlite_where=CANCELLED, postgresql_where=CANCELLED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoints.id"))
    message_id: Mapped[str] = mapped_column(String(40), unique=True)
    """The `webhook-id`. Never changed, so that a receiver knows a repeat for one."""
    type: Mapped[WebhookType]
    payload: Mapped[str] = mapped_column(Text)
    """Exactly what is signed and sent."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    cancellation_id: Mapped[int | None] = mapped_column(ForeignKey("cancellations.id"))
    """The cancel of which an `order.cancelled` tells."""
    state: Mapped[EmailState]
    reason: Mapped[UnsentReason | None]
    created_at: Mapped[datetime]
    queued_at: Mapped[datetime]
    """From when on it is tried: since it was due first, or since Send again."""
    due_at: Mapped[datetime]
    """When it may be tried (next). While it is being sent: when a deliverer that died is given up."""
    attempts: Mapped[int] = mapped_column(default=0)
    attempts_before: Mapped[int] = mapped_column(default=0)
    """How many of them were made before Send again."""
    sent_at: Mapped[datetime | None]
    """When the receiver took it last."""
    fault: Mapped[DeliveryFault | None]
    answer: Mapped[str] = mapped_column(String(LONGEST_ANSWER), default="")
    """The status and the first words of the receiver's last answer."""

    order: Mapped[Order | None] = relationship()

    @property
    def tries(self) -> int:
        """Of this time."""
        return self.attempts - self.attempts_before
