"""What belongs together says so: which order an email or a message tells of, which program cancelled, which questions
were erased. Until now it was guessed from equal moments and neighbouring numbers; here that is done for the last time.

Revision: 0011, after 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = (
    ("emails", "about_order_id", "orders"),
    ("ticket_messages", "about_order_id", "orders"),
    ("cancellations", "token_id", "api_tokens"),
)
QUESTIONS = """
CREATE TABLE erased_questions (
    erasure_id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    CONSTRAINT pk_erased_questions PRIMARY KEY (erasure_id, ticket_id),
    CONSTRAINT fk_erased_questions_erasure_id FOREIGN KEY(erasure_id) REFERENCES erasures (id),
    CONSTRAINT fk_erased_questions_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
)
"""
INDEXES = {
    "ix_emails_about_order": "emails (about_order_id) WHERE about_order_id IS NOT NULL",
    "ix_ticket_messages_about_order": "ticket_messages (about_order_id) WHERE about_order_id IS NOT NULL",
}
# Each begins with the few rows that know the others, and finds these by an index: no text of an email is read in vain.
FILLED = (
    # The store was told of a request right after the receipt was written.
    """
UPDATE emails SET about_order_id = asked.order_id FROM cancel_requests AS asked
WHERE emails.id IN (asked.receipt_id + 1, asked.receipt_id + 2)
AND emails.kind = 'cancel_requested' AND emails.created_at = asked.asked_at
""",
    # To which email a copy belongs no index says, but to which event.
    """
UPDATE emails SET about_order_id = original.about_order_id FROM events AS sent, emails AS original
WHERE sent.code = 'order.email_again' AND sent.order_id IS NULL AND emails.id = sent.email_id
AND original.id = emails.again_of_id AND original.about_order_id IS NOT NULL
""",
    """
UPDATE emails SET about_order_id = done.order_id FROM events AS done, emails AS original
WHERE done.code IN ('order.booking_cancelled', 'order.cancelled') AND done.order_id IS NOT NULL
AND emails.ticket_id = done.ticket_id AND emails.kind IN ('access_acted', 'ticket_replied', 'ticket_solved')
AND original.id = coalesce(emails.again_of_id, emails.id) AND original.created_at = done.at
""",
    """
UPDATE ticket_messages SET about_order_id = done.order_id FROM events AS done
WHERE done.code IN ('order.booking_cancelled', 'order.cancelled') AND done.order_id IS NOT NULL
AND ticket_messages.ticket_id = done.ticket_id AND ticket_messages.at = done.at
""",
    """
UPDATE cancellations SET token_id = token_events.token_id FROM token_events, events AS done
WHERE done.id = token_events.event_id AND done.code = 'order.cancelled'
AND cancellations.order_id = done.order_id AND cancellations.at = done.at AND NOT cancellations.is_part
""",
    """
INSERT INTO erased_questions (erasure_id, ticket_id) SELECT erasures.id, erased.ticket_id
FROM erasures, events AS erased WHERE erased.code = 'ticket.erased' AND erased.at = erasures.at
""",
)


def upgrade():
    number = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    for table, column, other in COLUMNS:
        key = f"CONSTRAINT fk_{table}_{column} REFERENCES {other} (id)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {number} {key}")
    op.execute(QUESTIONS.replace("INTEGER", number))
    for statement in FILLED:
        op.execute(statement)
    for index, rows in INDEXES.items():
        op.execute(f"CREATE INDEX {index} ON {rows}")


def downgrade():
    for index in INDEXES:
        op.execute(f"DROP INDEX {index}")
    op.execute("DROP TABLE erased_questions")
    for table, column, _other in COLUMNS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
