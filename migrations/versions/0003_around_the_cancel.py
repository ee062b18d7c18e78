"""Settings of what happens around a cancel: the unpaid order, and the customer who asks.

Revision: 0003, after 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BEFORE = """
CREATE TABLE store (
    id INTEGER NOT NULL,
    name VARCHAR(100) NOT NULL,
    email VARCHAR(254),
    phone VARCHAR(40),
    currency VARCHAR(3) NOT NULL,
    timezone VARCHAR(64) NOT NULL,
    language VARCHAR(3) NOT NULL,
    alerts_on BOOLEAN NOT NULL,
    undo_seconds INTEGER DEFAULT 30 NOT NULL,
    support_name VARCHAR(100) NOT NULL,
    support_email VARCHAR(254),
    is_demo BOOLEAN NOT NULL,
    CONSTRAINT pk_store PRIMARY KEY (id),
    CONSTRAINT ck_store_only_one CHECK (id = 1),
    CONSTRAINT ck_store_undo_within_bounds CHECK (undo_seconds BETWEEN 0 AND 900),
    CONSTRAINT ck_store_language CHECK (language IN ('en', 'fil'))
)
"""
AFTER = """
CREATE TABLE store (
    id INTEGER NOT NULL,
    name VARCHAR(100) NOT NULL,
    email VARCHAR(254),
    phone VARCHAR(40),
    currency VARCHAR(3) NOT NULL,
    timezone VARCHAR(64) NOT NULL,
    language VARCHAR(3) NOT NULL,
    alerts_on BOOLEAN NOT NULL,
    undo_seconds INTEGER DEFAULT 30 NOT NULL,
    unpaid_hours INTEGER,
    unpaid_since DATETIME,
    unpaid_notice_hours INTEGER DEFAULT 24 NOT NULL,
    unpaid_note VARCHAR(1000) DEFAULT '' NOT NULL,
    unpaid_reason_id INTEGER,
    customers_may_ask BOOLEAN DEFAULT 1 NOT NULL,
    ask_until VARCHAR(16) DEFAULT 'processing' NOT NULL,
    support_name VARCHAR(100) NOT NULL,
    support_email VARCHAR(254),
    is_demo BOOLEAN NOT NULL,
    CONSTRAINT pk_store PRIMARY KEY (id),
    CONSTRAINT ck_store_only_one CHECK (id = 1),
    CONSTRAINT ck_store_undo_within_bounds CHECK (undo_seconds BETWEEN 0 AND 900),
    CONSTRAINT ck_store_unpaid_within_bounds CHECK (unpaid_hours IS NULL OR unpaid_hours BETWEEN 2 AND 2160),
    CONSTRAINT ck_store_notice_within_bounds CHECK (unpaid_notice_hours BETWEEN 1 AND 720),
    CONSTRAINT ck_store_notice_before_the_end CHECK (unpaid_hours IS NULL OR unpaid_notice_hours < unpaid_hours),
    CONSTRAINT ck_store_unpaid_since_some_time CHECK ((unpaid_hours IS NULL) = (unpaid_since IS NULL)),
    CONSTRAINT ck_store_asked_in_time CHECK (ask_until NOT IN ('completed', 'declined', 'returned', 'cancelled')),
    CONSTRAINT ck_store_language CHECK (language IN ('en', 'fil')),
    CONSTRAINT fk_store_unpaid_reason_id FOREIGN KEY(unpaid_reason_id) REFERENCES reasons (id),
    CONSTRAINT ck_store_orderstatus CHECK (ask_until IN ('pending', 'accepted', 'processing', 'ready_for_pickup', 'shipped', 'out_for_delivery', 'completed', 'declined', 'returned', 'cancelled'))
)
"""


def upgrade():
    make_store_again(AFTER)


def downgrade():
    make_store_again(BEFORE)


def make_store_again(statement):
    """SQLite adds no CHECK to a table that is there: it is made again, with what was in it."""
    connection = op.get_bind()
    there = columns(connection, "store")
    op.execute(statement.replace("CREATE TABLE store (", "CREATE TABLE store_made_again (", 1))
    kept = ", ".join(f'"{name}"' for name in columns(connection, "store_made_again") if name in there)
    op.execute(f"INSERT INTO store_made_again ({kept}) SELECT {kept} FROM store")  # noqa: S608 (our own names)
    op.execute("DROP TABLE store")
    op.execute("ALTER TABLE store_made_again RENAME TO store")


def columns(connection, table):
    return [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
