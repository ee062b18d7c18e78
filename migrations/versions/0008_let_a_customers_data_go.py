"""A customer's data can be erased, and old emails lose their texts: what was erased, and the rules that let words go.

Revision: 0008, after 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NEW = (
    """
CREATE TABLE erasures (
    id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    user_id INTEGER NOT NULL,
    tickets INTEGER NOT NULL,
    once VARCHAR(64) NOT NULL,
    swept_at DATETIME,
    CONSTRAINT pk_erasures PRIMARY KEY (id),
    CONSTRAINT ck_erasures_tickets_not_negative CHECK (tickets >= 0),
    CONSTRAINT fk_erasures_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT uq_erasures_once UNIQUE (once)
)
""",
    "CREATE INDEX ix_erasures_not_swept ON erasures (id) WHERE swept_at IS NULL",
    """
CREATE TABLE erased_orders (
    erasure_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    CONSTRAINT pk_erased_orders PRIMARY KEY (erasure_id, order_id),
    CONSTRAINT fk_erased_orders_erasure_id FOREIGN KEY(erasure_id) REFERENCES erasures (id),
    CONSTRAINT fk_erased_orders_order_id FOREIGN KEY(order_id) REFERENCES orders (id)
)
""",
    "CREATE INDEX ix_erased_orders_order_id ON erased_orders (order_id)",
    """
CREATE TABLE email_retention (
    id INTEGER NOT NULL,
    days INTEGER NOT NULL,
    CONSTRAINT pk_email_retention PRIMARY KEY (id),
    CONSTRAINT ck_email_retention_only_one CHECK (id = 1),
    CONSTRAINT ck_email_retention_days_within_bounds CHECK (days BETWEEN 30 AND 730)
)
""",
    "ALTER TABLE emails ADD COLUMN cleared_at DATETIME",
    "CREATE INDEX ix_emails_with_text ON emails (due_at) WHERE cleared_at IS NULL AND state IN ('sent', 'failed', 'not_sent')",
    "CREATE TRIGGER emails_cleared_are_empty BEFORE UPDATE ON emails WHEN NEW.cleared_at IS NOT NULL AND (NEW.text <> '' OR NEW.html <> '' OR NEW.recipient <> '' OR NEW.reply_to IS NOT NULL OR NEW.state IN ('held', 'queued', 'sending')) BEGIN SELECT RAISE(ABORT, 'a cleared email holds nothing and waits for nothing'); END",
    "CREATE TRIGGER emails_stay_cleared BEFORE UPDATE ON emails WHEN OLD.cleared_at IS NOT NULL AND NEW.cleared_at IS NOT OLD.cleared_at BEGIN SELECT RAISE(ABORT, 'a cleared email stays so'); END",
)
# These let a customer's words go with the customer's data, and nothing else: all other changes they refuse as before.
TRIGGERS = (
    "cancel_requests_keep_their_words",
    "cancel_requests_are_decided_once",
    "settlements_no_update",
    "refunds_close_once",
)
LET_WORDS_GO = (
    "CREATE TRIGGER cancel_requests_keep_their_words BEFORE UPDATE ON cancel_requests WHEN NEW.order_id <> OLD.order_id OR NEW.asked_at <> OLD.asked_at OR (NEW.reason <> OLD.reason AND NOT (NEW.reason = '[…]' AND EXISTS (SELECT 1 FROM erased_orders WHERE order_id = OLD.order_id))) BEGIN SELECT RAISE(ABORT, 'what a customer asked is never changed'); END",
    "CREATE TRIGGER cancel_requests_are_decided_once BEFORE UPDATE ON cancel_requests WHEN OLD.state <> 'open' AND NOT (OLD.state = 'approved' AND NEW.state = 'open' AND EXISTS (SELECT 1 FROM cancellations WHERE id = OLD.cancellation_id AND withdrawal = 'undone')) AND NOT (NEW.state IS OLD.state AND NEW.decided_at IS OLD.decided_at AND NEW.decided_by_id IS OLD.decided_by_id AND NEW.note_id IS OLD.note_id AND NEW.cancellation_id IS OLD.cancellation_id AND NEW.receipt_id IS OLD.receipt_id AND NEW.answer_id IS OLD.answer_id AND NEW.reason = '[…]' AND EXISTS (SELECT 1 FROM erased_orders WHERE order_id = OLD.order_id)) BEGIN SELECT RAISE(ABORT, 'a request that is decided stays so'); END",
    "CREATE TRIGGER settlements_no_update BEFORE UPDATE ON settlements WHEN NOT (NEW.id IS OLD.id AND NEW.refund_id IS OLD.refund_id AND NEW.amount IS OLD.amount AND NEW.method IS OLD.method AND NEW.paid_on IS OLD.paid_on AND NEW.at IS OLD.at AND NEW.user_id IS OLD.user_id AND NEW.once IS OLD.once AND NEW.reference = '' AND EXISTS (SELECT 1 FROM refunds JOIN erased_orders ON erased_orders.order_id = refunds.order_id WHERE refunds.id = OLD.refund_id)) BEGIN SELECT RAISE(ABORT, 'settlements are never changed'); END",
    "CREATE TRIGGER refunds_close_once BEFORE UPDATE ON refunds WHEN OLD.settled_at IS NOT NULL AND NOT (NEW.id IS OLD.id AND NEW.order_id IS OLD.order_id AND NEW.cancellation_id IS OLD.cancellation_id AND NEW.owed IS OLD.owed AND NEW.owed_at IS OLD.owed_at AND NEW.settled IS OLD.settled AND NEW.settled_at IS OLD.settled_at AND NEW.withdrawn_at IS OLD.withdrawn_at AND NEW.waived_at IS OLD.waived_at AND NEW.waived_by_id IS OLD.waived_by_id AND NEW.waived_because = '[…]' AND EXISTS (SELECT 1 FROM erased_orders WHERE order_id = OLD.order_id)) BEGIN SELECT RAISE(ABORT, 'a refund closes once'); END",
)
LET_NOTHING_GO = (
    "CREATE TRIGGER cancel_requests_keep_their_words BEFORE UPDATE ON cancel_requests WHEN NEW.order_id <> OLD.order_id OR NEW.asked_at <> OLD.asked_at OR NEW.reason <> OLD.reason BEGIN SELECT RAISE(ABORT, 'what a customer asked is never changed'); END",
    "CREATE TRIGGER cancel_requests_are_decided_once BEFORE UPDATE ON cancel_requests WHEN OLD.state <> 'open' AND NOT (OLD.state = 'approved' AND NEW.state = 'open' AND EXISTS (SELECT 1 FROM cancellations WHERE id = OLD.cancellation_id AND withdrawal = 'undone')) BEGIN SELECT RAISE(ABORT, 'a request that is decided stays so'); END",
    "CREATE TRIGGER settlements_no_update BEFORE UPDATE ON settlements BEGIN SELECT RAISE(ABORT, 'settlements are never changed'); END",
    "CREATE TRIGGER refunds_close_once BEFORE UPDATE ON refunds WHEN OLD.settled_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a refund closes once'); END",
)


def upgrade():
    for statement in NEW:
        op.execute(statement)
    put_triggers(LET_WORDS_GO)


def downgrade():
    """What was erased is not to be had again."""
    put_triggers(LET_NOTHING_GO)
    for name in ("emails_cleared_are_empty", "emails_stay_cleared"):
        op.execute(f"DROP TRIGGER {name}")
    op.execute("DROP INDEX ix_emails_with_text")
    op.execute("ALTER TABLE emails DROP COLUMN cleared_at")
    for table in ("email_retention", "erased_orders", "erasures"):
        op.execute(f"DROP TABLE {table}")


def put_triggers(statements):
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        op.execute(statement)
