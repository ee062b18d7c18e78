"""Reminders to pay, the orders that wait to be paid, and those that are kept all the same.

Revision: 0004, after 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
CREATE TABLE payment_reminders (
    order_id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    email_id INTEGER NOT NULL,
    pay_by DATETIME NOT NULL,
    cancellation_id INTEGER,
    CONSTRAINT pk_payment_reminders PRIMARY KEY (order_id),
    CONSTRAINT fk_payment_reminders_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT uq_payment_reminders_email_id UNIQUE (email_id),
    CONSTRAINT fk_payment_reminders_email_id FOREIGN KEY(email_id) REFERENCES emails (id),
    CONSTRAINT uq_payment_reminders_cancellation_id UNIQUE (cancellation_id),
    CONSTRAINT fk_payment_reminders_cancellation_id FOREIGN KEY(cancellation_id) REFERENCES cancellations (id)
)
""",
    """
CREATE TABLE kept_orders (
    order_id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    user_id INTEGER,
    CONSTRAINT pk_kept_orders PRIMARY KEY (order_id),
    CONSTRAINT fk_kept_orders_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT fk_kept_orders_user_id FOREIGN KEY(user_id) REFERENCES users (id)
)
""",
    "CREATE INDEX ix_orders_to_be_paid ON orders (payment_status, placed_at) "
    "WHERE payment_status = 'unpaid' AND paid = 0 AND total > 0 "
    "AND status IN ('pending', 'accepted', 'processing', 'ready_for_pickup') "
    "AND payment_method NOT IN ('cod', 'cash_on_pickup') "
    "AND NOT (booking_integrated AND booked_at IS NOT NULL AND booking_cancelled_at IS NULL)",
)


def upgrade():
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade():
    op.execute("DROP INDEX ix_orders_to_be_paid")
    op.execute("DROP TABLE kept_orders")
    op.execute("DROP TABLE payment_reminders")
