"""Webhooks: the addresses that are told, of what, and each message to them.

Revision: 0006, after 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DDL = (
    """
CREATE TABLE webhook_endpoints (
    id INTEGER NOT NULL,
    name VARCHAR(60) NOT NULL,
    url VARCHAR(500) NOT NULL,
    allow_private BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    created_by_id INTEGER,
    off_since DATETIME,
    is_gone BOOLEAN NOT NULL,
    secret_nonce VARCHAR(32) NOT NULL,
    former_nonce VARCHAR(32),
    former_until DATETIME,
    failures INTEGER NOT NULL,
    failing_since DATETIME,
    rests_until DATETIME,
    CONSTRAINT pk_webhook_endpoints PRIMARY KEY (id),
    CONSTRAINT ck_webhook_endpoints_speaks_http CHECK (url LIKE 'http://%' OR url LIKE 'https://%'),
    CONSTRAINT ck_webhook_endpoints_off_when_gone CHECK (off_since IS NOT NULL OR NOT is_gone),
    CONSTRAINT ck_webhook_endpoints_former_for_a_time CHECK ((former_nonce IS NULL) = (former_until IS NULL)),
    CONSTRAINT ck_webhook_endpoints_failures_not_negative CHECK (failures >= 0),
    CONSTRAINT ck_webhook_endpoints_failing_since_some_time CHECK ((failures = 0) = (failing_since IS NULL)),
    CONSTRAINT ck_webhook_endpoints_rests_when_failing CHECK ((failures = 0) = (rests_until IS NULL)),
    CONSTRAINT fk_webhook_endpoints_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id)
)
    """,
    """
CREATE TABLE webhook_subscriptions (
    type VARCHAR(16) NOT NULL,
    endpoint_id INTEGER NOT NULL,
    CONSTRAINT pk_webhook_subscriptions PRIMARY KEY (type, endpoint_id),
    CONSTRAINT ck_webhook_subscriptions_something_that_happens CHECK (type <> 'suki.test'),
    CONSTRAINT ck_webhook_subscriptions_webhooktype CHECK (type IN ('order.cancelled', 'order.reinstated', 'refund.settled', 'ticket.solved', 'suki.test')),
    CONSTRAINT fk_webhook_subscriptions_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES webhook_endpoints (id)
)
    """,
    """
CREATE TABLE webhook_messages (
    id INTEGER NOT NULL,
    endpoint_id INTEGER NOT NULL,
    message_id VARCHAR(40) NOT NULL,
    type VARCHAR(16) NOT NULL,
    payload TEXT NOT NULL,
    order_id INTEGER,
    cancellation_id INTEGER,
    state VARCHAR(8) NOT NULL,
    reason VARCHAR(12),
    created_at DATETIME NOT NULL,
    queued_at DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    attempts INTEGER NOT NULL,
    attempts_before INTEGER NOT NULL,
    sent_at DATETIME,
    fault VARCHAR(15),
    answer VARCHAR(200) NOT NULL,
    CONSTRAINT pk_webhook_messages PRIMARY KEY (id),
    CONSTRAINT ck_webhook_messages_not_sent_has_a_reason CHECK ((state = 'not_sent') = (reason IS NOT NULL)),
    CONSTRAINT ck_webhook_messages_sent_has_a_date CHECK (state <> 'sent' OR sent_at IS NOT NULL),
    CONSTRAINT ck_webhook_messages_failed_has_a_fault CHECK (state <> 'failed' OR fault IS NOT NULL),
    CONSTRAINT ck_webhook_messages_tries_add_up CHECK (attempts >= attempts_before),
    CONSTRAINT fk_webhook_messages_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES webhook_endpoints (id),
    CONSTRAINT uq_webhook_messages_message_id UNIQUE (message_id),
    CONSTRAINT ck_webhook_messages_webhooktype CHECK (type IN ('order.cancelled', 'order.reinstated', 'refund.settled', 'ticket.solved', 'suki.test')),
    CONSTRAINT fk_webhook_messages_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT fk_webhook_messages_cancellation_id FOREIGN KEY(cancellation_id) REFERENCES cancellations (id),
    CONSTRAINT ck_webhook_messages_emailstate CHECK (state IN ('held', 'queued', 'sending', 'sent', 'failed', 'not_sent')),
    CONSTRAINT ck_webhook_messages_unsentreason CHECK (reason IN ('undone', 'switched_off', 'kept_in_demo')),
    CONSTRAINT ck_webhook_messages_deliveryfault CHECK (fault IN ('answered', 'no_such_host', 'private_address', 'unreachable', 'timed_out', 'bad_certificate', 'not_http', 'ours'))
)
    """,
    "CREATE INDEX ix_webhook_messages_cancelled ON webhook_messages (cancellation_id) WHERE cancellation_id IS NOT NULL",
    "CREATE INDEX ix_webhook_messages_due ON webhook_messages (endpoint_id, due_at) WHERE state IN ('held', 'queued', 'sending')",
    "CREATE INDEX ix_webhook_messages_endpoint ON webhook_messages (endpoint_id, id)",
)


def upgrade():
    for statement in DDL:
        op.execute(statement)


def downgrade():
    for table in ("webhook_messages", "webhook_subscriptions", "webhook_endpoints"):
        op.execute(f"DROP TABLE {table}")
