"""Customers ask for a cancel: their requests, and the links that they ask for.

Revision: 0005, after 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    """
CREATE TABLE cancel_requests (
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    asked_at DATETIME NOT NULL,
    reason VARCHAR(500) NOT NULL,
    state VARCHAR(8) NOT NULL,
    decided_at DATETIME,
    decided_by_id INTEGER,
    note_id INTEGER,
    cancellation_id INTEGER,
    receipt_id INTEGER,
    answer_id INTEGER,
    CONSTRAINT pk_cancel_requests PRIMARY KEY (id),
    CONSTRAINT ck_cancel_requests_reason_has_a_length CHECK (length(reason) BETWEEN 1 AND 500),
    CONSTRAINT ck_cancel_requests_decided_some_time CHECK ((state = 'open') = (decided_at IS NULL)),
    CONSTRAINT ck_cancel_requests_approved_by_a_cancel CHECK ((state = 'approved') = (cancellation_id IS NOT NULL)),
    CONSTRAINT ck_cancel_requests_open_is_decided_by_nobody CHECK (state <> 'open' OR decided_by_id IS NULL),
    CONSTRAINT ck_cancel_requests_only_declining_answers CHECK (state = 'declined' OR (note_id IS NULL AND answer_id IS NULL)),
    CONSTRAINT fk_cancel_requests_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT ck_cancel_requests_requeststate CHECK (state IN ('open', 'approved', 'declined')),
    CONSTRAINT fk_cancel_requests_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES users (id),
    CONSTRAINT fk_cancel_requests_note_id FOREIGN KEY(note_id) REFERENCES notes (id),
    CONSTRAINT uq_cancel_requests_cancellation_id UNIQUE (cancellation_id),
    CONSTRAINT fk_cancel_requests_cancellation_id FOREIGN KEY(cancellation_id) REFERENCES cancellations (id),
    CONSTRAINT fk_cancel_requests_receipt_id FOREIGN KEY(receipt_id) REFERENCES emails (id),
    CONSTRAINT fk_cancel_requests_answer_id FOREIGN KEY(answer_id) REFERENCES emails (id)
)
""",
    """
CREATE TABLE link_requests (
    id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    address VARCHAR(45) NOT NULL,
    number VARCHAR(40),
    email VARCHAR(254),
    CONSTRAINT pk_link_requests PRIMARY KEY (id),
    CONSTRAINT ck_link_requests_forgotten_together CHECK ((number IS NULL) = (email IS NULL))
)
""",
)
INDEXES = (
    "CREATE INDEX ix_cancel_requests_order_id ON cancel_requests (order_id)",
    "CREATE UNIQUE INDEX uq_cancel_requests_open ON cancel_requests (order_id) WHERE state = 'open'",
    "CREATE INDEX ix_link_requests_at ON link_requests (at)",
    "CREATE INDEX ix_link_requests_by_address ON link_requests (address, at)",
)
TRIGGERS = (
    "CREATE TRIGGER cancel_requests_keep_their_words BEFORE UPDATE ON cancel_requests WHEN NEW.order_id <> OLD.order_id OR NEW.asked_at <> OLD.asked_at OR NEW.reason <> OLD.reason BEGIN SELECT RAISE(ABORT, 'what a customer asked is never changed'); END",
    "CREATE TRIGGER cancel_requests_are_decided_once BEFORE UPDATE ON cancel_requests WHEN OLD.state <> 'open' AND NOT (OLD.state = 'approved' AND NEW.state = 'open' AND EXISTS (SELECT 1 FROM cancellations WHERE id = OLD.cancellation_id AND withdrawal = 'undone')) BEGIN SELECT RAISE(ABORT, 'a request that is decided stays so'); END",
    "CREATE TRIGGER cancel_requests_approved_by_their_cancel BEFORE UPDATE ON cancel_requests WHEN NEW.state = 'approved' AND NOT EXISTS (SELECT 1 FROM cancellations WHERE id = NEW.cancellation_id AND order_id = NEW.order_id AND NOT is_part) BEGIN SELECT RAISE(ABORT, 'a request is approved by a cancel of its whole order'); END",
    "CREATE TRIGGER cancel_requests_no_delete BEFORE DELETE ON cancel_requests BEGIN SELECT RAISE(ABORT, 'requests are never deleted'); END",
)


def upgrade():
    for statement in (*TABLES, *INDEXES, *TRIGGERS):
        op.execute(statement)


def downgrade():
    op.execute("DROP TABLE link_requests")
    op.execute("DROP TABLE cancel_requests")
