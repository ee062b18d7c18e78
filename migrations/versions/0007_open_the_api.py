"""Programs come in by a token: the tokens, what was done with each, and the answers that are kept for them.

Revision: 0007, after 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEW = (
    """
CREATE TABLE api_tokens (
    id INTEGER NOT NULL,
    name VARCHAR(60) NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    last_four VARCHAR(4) NOT NULL,
    may_write BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    created_by_id INTEGER NOT NULL,
    last_used_at DATETIME,
    revoked_at DATETIME,
    revoked_by_id INTEGER,
    CONSTRAINT pk_api_tokens PRIMARY KEY (id),
    CONSTRAINT ck_api_tokens_name_has_a_length CHECK (length(name) BETWEEN 1 AND 60),
    CONSTRAINT ck_api_tokens_last_four_are_four CHECK (length(last_four) = 4),
    CONSTRAINT ck_api_tokens_revoked_by_somebody_at_some_time CHECK (revoked_by_id IS NULL OR revoked_at IS NOT NULL),
    CONSTRAINT uq_api_tokens_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_api_tokens_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id),
    CONSTRAINT fk_api_tokens_revoked_by_id FOREIGN KEY(revoked_by_id) REFERENCES users (id)
)
""",
    "CREATE INDEX ix_api_tokens_created_by_id ON api_tokens (created_by_id)",
    "CREATE UNIQUE INDEX uq_api_tokens_name ON api_tokens (name) WHERE revoked_at IS NULL",
    """
CREATE TABLE token_events (
    event_id INTEGER NOT NULL,
    token_id INTEGER NOT NULL,
    CONSTRAINT pk_token_events PRIMARY KEY (event_id),
    CONSTRAINT fk_token_events_event_id FOREIGN KEY(event_id) REFERENCES events (id),
    CONSTRAINT fk_token_events_token_id FOREIGN KEY(token_id) REFERENCES api_tokens (id)
)
""",
    "CREATE INDEX ix_token_events_token_id ON token_events (token_id)",
    "CREATE TRIGGER token_events_no_update BEFORE UPDATE ON token_events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER token_events_no_delete BEFORE DELETE ON token_events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    """
CREATE TABLE api_requests (
    id INTEGER NOT NULL,
    token_id INTEGER NOT NULL,
    "key" VARCHAR(255) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    order_id INTEGER NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_api_requests PRIMARY KEY (id),
    CONSTRAINT ck_api_requests_key_has_a_length CHECK (length(key) BETWEEN 1 AND 255),
    CONSTRAINT fk_api_requests_token_id FOREIGN KEY(token_id) REFERENCES api_tokens (id),
    CONSTRAINT fk_api_requests_order_id FOREIGN KEY(order_id) REFERENCES orders (id)
)
""",
    "CREATE INDEX ix_api_requests_at ON api_requests (at)",
    "CREATE INDEX ix_api_requests_order_id ON api_requests (order_id)",
    'CREATE UNIQUE INDEX uq_api_requests_key ON api_requests (token_id, "key")',
)
# Wrong tries of a kind of their own: a program that errs keeps nobody from signing in.
ATTEMPTS = """
CREATE TABLE sign_in_attempts (
    id INTEGER NOT NULL,
    kind VARCHAR(8) NOT NULL,
    email_hash VARCHAR(64) NOT NULL,
    address VARCHAR(45) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_sign_in_attempts PRIMARY KEY (id),
    CONSTRAINT ck_sign_in_attempts_attemptkind CHECK (kind IN ({kinds}))
)
"""
INDEXES = (
    "CREATE INDEX ix_sign_in_attempts_at ON sign_in_attempts (at)",
    "CREATE INDEX ix_sign_in_attempts_by_address ON sign_in_attempts (kind, address, at)",
    "CREATE INDEX ix_sign_in_attempts_by_email ON sign_in_attempts (kind, email_hash, at)",
)


def upgrade():
    for statement in NEW:
        op.execute(statement)
    make_attempts_again("'password', 'reset', 'code', 'token'")


def downgrade():
    op.execute("DELETE FROM sign_in_attempts WHERE kind = 'token'")
    make_attempts_again("'password', 'reset', 'code'")
    for table in ("api_requests", "token_events", "api_tokens"):
        op.execute(f"DROP TABLE {table}")


def make_attempts_again(kinds):
    """SQLite changes no CHECK of a table that is there: it is made again, with what was in it."""
    made_again = ATTEMPTS.format(kinds=kinds).replace("TABLE sign_in_attempts", "TABLE sign_in_attempts_made_again", 1)
    op.execute(made_again)
    op.execute("INSERT INTO sign_in_attempts_made_again SELECT id, kind, email_hash, address, at FROM sign_in_attempts")
    op.execute("DROP TABLE sign_in_attempts")
    op.execute("ALTER TABLE sign_in_attempts_made_again RENAME TO sign_in_attempts")
    for statement in INDEXES:
        op.execute(statement)
