"""Cancel a part, undo and reinstate; stock of products; many orders at once.

Revision: 0002, after 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite changes no CHECK of a table that is there: these are made again, with what was in them.
BEFORE = {
    "store": """
CREATE TABLE store (
    id INTEGER NOT NULL,
    name VARCHAR(100) NOT NULL,
    email VARCHAR(254),
    phone VARCHAR(40),
    currency VARCHAR(3) NOT NULL,
    timezone VARCHAR(64) NOT NULL,
    language VARCHAR(3) NOT NULL,
    alerts_on BOOLEAN NOT NULL,
    support_name VARCHAR(100) NOT NULL,
    support_email VARCHAR(254),
    is_demo BOOLEAN NOT NULL,
    CONSTRAINT pk_store PRIMARY KEY (id),
    CONSTRAINT ck_store_only_one CHECK (id = 1),
    CONSTRAINT ck_store_language CHECK (language IN ('en', 'fil'))
)
""",
    "order_items": """
CREATE TABLE order_items (
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    sku VARCHAR(80) NOT NULL,
    name VARCHAR(300) NOT NULL,
    quantity INTEGER NOT NULL,
    price BIGINT NOT NULL,
    CONSTRAINT pk_order_items PRIMARY KEY (id),
    CONSTRAINT ck_order_items_quantity_not_negative CHECK (quantity >= 0),
    CONSTRAINT ck_order_items_price_not_negative CHECK (price >= 0),
    CONSTRAINT fk_order_items_order_id FOREIGN KEY(order_id) REFERENCES orders (id)
)
""",
    "cancellations": """
CREATE TABLE cancellations (
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    user_id INTEGER,
    previous_status VARCHAR(16) NOT NULL,
    reason_id INTEGER,
    note_id INTEGER,
    internal_note_id INTEGER,
    restock BOOLEAN NOT NULL,
    notify BOOLEAN NOT NULL,
    fee BIGINT DEFAULT 0 NOT NULL,
    once VARCHAR(64),
    withdrawn_at DATETIME,
    CONSTRAINT pk_cancellations PRIMARY KEY (id),
    CONSTRAINT ck_cancellations_fee_not_negative CHECK (fee >= 0),
    CONSTRAINT fk_cancellations_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT fk_cancellations_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_cancellations_orderstatus CHECK (previous_status IN ('pending', 'accepted', 'processing', 'ready_for_pickup', 'shipped', 'out_for_delivery', 'completed', 'declined', 'returned', 'cancelled')),
    CONSTRAINT fk_cancellations_reason_id FOREIGN KEY(reason_id) REFERENCES reasons (id),
    CONSTRAINT fk_cancellations_note_id FOREIGN KEY(note_id) REFERENCES notes (id),
    CONSTRAINT fk_cancellations_internal_note_id FOREIGN KEY(internal_note_id) REFERENCES notes (id),
    CONSTRAINT uq_cancellations_once UNIQUE (once)
)
""",
    "emails": """
CREATE TABLE emails (
    id INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL,
    order_id INTEGER,
    ticket_id INTEGER,
    recipient VARCHAR(254),
    reply_to VARCHAR(254),
    subject VARCHAR(200) NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    message_id VARCHAR(200) NOT NULL,
    state VARCHAR(8) NOT NULL,
    reason VARCHAR(10),
    created_at DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at DATETIME,
    answer VARCHAR(500) NOT NULL,
    again_of_id INTEGER,
    CONSTRAINT pk_emails PRIMARY KEY (id),
    CONSTRAINT ck_emails_not_sent_has_a_reason CHECK ((state = 'not_sent') = (reason IS NOT NULL)),
    CONSTRAINT ck_emails_sent_has_a_date CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT ck_emails_sent_to_somebody CHECK (recipient IS NOT NULL OR state = 'not_sent'),
    CONSTRAINT fk_emails_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT fk_emails_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id),
    CONSTRAINT uq_emails_message_id UNIQUE (message_id),
    CONSTRAINT ck_emails_emailstate CHECK (state IN ('held', 'queued', 'sending', 'sent', 'failed', 'not_sent')),
    CONSTRAINT ck_emails_notsentreason CHECK (reason IN ('no_address', 'alerts_off', 'not_wanted', 'no_server', 'demo')),
    CONSTRAINT fk_emails_again_of_id FOREIGN KEY(again_of_id) REFERENCES emails (id)
)
""",
    "refunds": """
CREATE TABLE refunds (
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    cancellation_id INTEGER NOT NULL,
    owed BIGINT NOT NULL,
    owed_at DATETIME NOT NULL,
    settled BIGINT DEFAULT 0 NOT NULL,
    settled_at DATETIME,
    waived_at DATETIME,
    waived_because VARCHAR(500),
    waived_by_id INTEGER,
    CONSTRAINT pk_refunds PRIMARY KEY (id),
    CONSTRAINT ck_refunds_owes_something CHECK (owed > 0),
    CONSTRAINT ck_refunds_settled_within_owed CHECK (settled BETWEEN 0 AND owed),
    CONSTRAINT ck_refunds_closed_when_nothing_is_left CHECK ((settled_at IS NULL) = (settled < owed AND waived_at IS NULL)),
    CONSTRAINT ck_refunds_only_what_is_left_is_waived CHECK (waived_at IS NULL OR settled < owed),
    CONSTRAINT ck_refunds_waived_for_a_reason CHECK ((waived_at IS NULL) = (waived_because IS NULL)),
    CONSTRAINT ck_refunds_reason_has_a_length CHECK (waived_because IS NULL OR length(waived_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_refunds_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT uq_refunds_cancellation_id UNIQUE (cancellation_id),
    CONSTRAINT fk_refunds_cancellation_id FOREIGN KEY(cancellation_id) REFERENCES cancellations (id),
    CONSTRAINT fk_refunds_waived_by_id FOREIGN KEY(waived_by_id) REFERENCES users (id)
)
""",
}
AFTER = {
    "store": """
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
""",
    "order_items": """
CREATE TABLE order_items (
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    sku VARCHAR(80) NOT NULL,
    name VARCHAR(300) NOT NULL,
    quantity INTEGER NOT NULL,
    cancelled INTEGER DEFAULT 0 NOT NULL,
    price BIGINT NOT NULL,
    CONSTRAINT pk_order_items PRIMARY KEY (id),
    CONSTRAINT ck_order_items_quantity_not_negative CHECK (quantity >= 0),
    CONSTRAINT ck_order_items_price_not_negative CHECK (price >= 0),
    CONSTRAINT ck_order_items_cancelled_within_quantity CHECK (cancelled BETWEEN 0 AND quantity),
    CONSTRAINT fk_order_items_order_id FOREIGN KEY(order_id) REFERENCES orders (id)
)
""",
    "cancellations": """
CREATE TABLE cancellations (
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    user_id INTEGER,
    previous_status VARCHAR(16) NOT NULL,
    reason_id INTEGER,
    note_id INTEGER,
    internal_note_id INTEGER,
    restock BOOLEAN NOT NULL,
    pieces_back INTEGER DEFAULT 0 NOT NULL,
    notify BOOLEAN NOT NULL,
    fee BIGINT DEFAULT 0 NOT NULL,
    once VARCHAR(64),
    is_part BOOLEAN DEFAULT 0 NOT NULL,
    taken_off BIGINT DEFAULT 0 NOT NULL,
    discount_share BIGINT DEFAULT 0 NOT NULL,
    tax_share BIGINT DEFAULT 0 NOT NULL,
    email_id INTEGER,
    refunded_before BIGINT DEFAULT 0 NOT NULL,
    undo_until DATETIME,
    withdrawn_at DATETIME,
    withdrawal VARCHAR(10),
    withdrawn_by_id INTEGER,
    CONSTRAINT pk_cancellations PRIMARY KEY (id),
    CONSTRAINT ck_cancellations_fee_not_negative CHECK (fee >= 0),
    CONSTRAINT ck_cancellations_withdrawn_somehow CHECK ((withdrawn_at IS NULL) = (withdrawal IS NULL)),
    CONSTRAINT ck_cancellations_takes_off_no_less_than_nothing CHECK (taken_off >= 0),
    CONSTRAINT ck_cancellations_only_a_part_changes_the_total CHECK (is_part OR (taken_off = 0 AND discount_share = 0 AND tax_share = 0)),
    CONSTRAINT fk_cancellations_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT fk_cancellations_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_cancellations_orderstatus CHECK (previous_status IN ('pending', 'accepted', 'processing', 'ready_for_pickup', 'shipped', 'out_for_delivery', 'completed', 'declined', 'returned', 'cancelled')),
    CONSTRAINT fk_cancellations_reason_id FOREIGN KEY(reason_id) REFERENCES reasons (id),
    CONSTRAINT fk_cancellations_note_id FOREIGN KEY(note_id) REFERENCES notes (id),
    CONSTRAINT fk_cancellations_internal_note_id FOREIGN KEY(internal_note_id) REFERENCES notes (id),
    CONSTRAINT uq_cancellations_once UNIQUE (once),
    CONSTRAINT fk_cancellations_email_id FOREIGN KEY(email_id) REFERENCES emails (id),
    CONSTRAINT ck_cancellations_withdrawal CHECK (withdrawal IN ('undone', 'reinstated')),
    CONSTRAINT fk_cancellations_withdrawn_by_id FOREIGN KEY(withdrawn_by_id) REFERENCES users (id)
)
""",
    "emails": """
CREATE TABLE emails (
    id INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL,
    order_id INTEGER,
    ticket_id INTEGER,
    recipient VARCHAR(254),
    reply_to VARCHAR(254),
    subject VARCHAR(200) NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    message_id VARCHAR(200) NOT NULL,
    state VARCHAR(8) NOT NULL,
    reason VARCHAR(10),
    created_at DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at DATETIME,
    answer VARCHAR(500) NOT NULL,
    again_of_id INTEGER,
    over_since DATETIME,
    CONSTRAINT pk_emails PRIMARY KEY (id),
    CONSTRAINT ck_emails_not_sent_has_a_reason CHECK ((state = 'not_sent') = (reason IS NOT NULL)),
    CONSTRAINT ck_emails_sent_has_a_date CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT ck_emails_sent_to_somebody CHECK (recipient IS NOT NULL OR state = 'not_sent'),
    CONSTRAINT fk_emails_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT fk_emails_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id),
    CONSTRAINT uq_emails_message_id UNIQUE (message_id),
    CONSTRAINT ck_emails_emailstate CHECK (state IN ('held', 'queued', 'sending', 'sent', 'failed', 'not_sent')),
    CONSTRAINT ck_emails_notsentreason CHECK (reason IN ('no_address', 'alerts_off', 'not_wanted', 'no_server', 'demo', 'undone')),
    CONSTRAINT fk_emails_again_of_id FOREIGN KEY(again_of_id) REFERENCES emails (id)
)
""",
    "refunds": """
CREATE TABLE refunds (
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    cancellation_id INTEGER NOT NULL,
    owed BIGINT NOT NULL,
    owed_at DATETIME NOT NULL,
    settled BIGINT DEFAULT 0 NOT NULL,
    settled_at DATETIME,
    withdrawn_at DATETIME,
    waived_at DATETIME,
    waived_because VARCHAR(500),
    waived_by_id INTEGER,
    CONSTRAINT pk_refunds PRIMARY KEY (id),
    CONSTRAINT ck_refunds_owes_something CHECK (owed > 0),
    CONSTRAINT ck_refunds_settled_within_owed CHECK (settled BETWEEN 0 AND owed),
    CONSTRAINT ck_refunds_closed_when_nothing_is_left CHECK ((settled_at IS NULL) = (settled < owed AND waived_at IS NULL AND withdrawn_at IS NULL)),
    CONSTRAINT ck_refunds_withdrawn_untouched CHECK (withdrawn_at IS NULL OR (settled = 0 AND waived_at IS NULL)),
    CONSTRAINT ck_refunds_only_what_is_left_is_waived CHECK (waived_at IS NULL OR settled < owed),
    CONSTRAINT ck_refunds_waived_for_a_reason CHECK ((waived_at IS NULL) = (waived_because IS NULL)),
    CONSTRAINT ck_refunds_reason_has_a_length CHECK (waived_because IS NULL OR length(waived_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_refunds_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT uq_refunds_cancellation_id UNIQUE (cancellation_id),
    CONSTRAINT fk_refunds_cancellation_id FOREIGN KEY(cancellation_id) REFERENCES cancellations (id),
    CONSTRAINT fk_refunds_waived_by_id FOREIGN KEY(waived_by_id) REFERENCES users (id)
)
""",
}
INDEXES_BEFORE = (
    "CREATE INDEX ix_order_items_order_id ON order_items (order_id)",
    "CREATE UNIQUE INDEX uq_cancellations_current ON cancellations (order_id) WHERE withdrawn_at IS NULL",
    "CREATE INDEX ix_cancellations_order_id ON cancellations (order_id)",
    "CREATE INDEX ix_emails_state ON emails (state, id)",
    "CREATE INDEX ix_emails_order ON emails (order_id, id)",
    "CREATE INDEX ix_emails_due ON emails (due_at) WHERE state IN ('held', 'queued', 'sending')",
    "CREATE INDEX ix_emails_not_told ON emails (id) WHERE kind = 'order_cancelled' AND (state = 'failed' OR (state = 'not_sent' AND reason IN ('no_address', 'no_server')))",
    "CREATE INDEX ix_emails_ticket_id ON emails (ticket_id)",
    "CREATE INDEX ix_refunds_order_id ON refunds (order_id)",
    "CREATE INDEX ix_refunds_waiting ON refunds (owed_at, id) WHERE settled_at IS NULL",
    "CREATE INDEX ix_refunds_waived ON refunds (waived_at, id) WHERE waived_at IS NOT NULL",
    "CREATE INDEX ix_refunds_owed ON refunds (id) WHERE settled_at IS NULL",
    "CREATE INDEX ix_refunds_all_back ON refunds (settled_at, id) WHERE settled_at IS NOT NULL AND waived_at IS NULL",
)
INDEXES_AFTER = (
    "CREATE INDEX ix_cancellations_at ON cancellations (at, id) WHERE withdrawn_at IS NULL",
    "CREATE INDEX ix_order_items_order_id ON order_items (order_id)",
    "CREATE UNIQUE INDEX uq_cancellations_current ON cancellations (order_id) WHERE withdrawn_at IS NULL AND is_part = 0",
    "CREATE INDEX ix_cancellations_order_id ON cancellations (order_id)",
    "CREATE INDEX ix_emails_state ON emails (state, id)",
    "CREATE INDEX ix_emails_order ON emails (order_id, id)",
    "CREATE INDEX ix_emails_due ON emails (due_at) WHERE state IN ('held', 'queued', 'sending')",
    "CREATE INDEX ix_emails_ticket_id ON emails (ticket_id)",
    "CREATE INDEX ix_emails_not_told ON emails (id) WHERE kind = 'order_cancelled' AND (state = 'failed' OR (state = 'not_sent' AND reason IN ('no_address', 'no_server')))",
    "CREATE INDEX ix_refunds_waiting ON refunds (owed_at, id) WHERE settled_at IS NULL",
    "CREATE INDEX ix_refunds_all_back ON refunds (settled_at, id) WHERE settled_at IS NOT NULL AND waived_at IS NULL AND withdrawn_at IS NULL",
    "CREATE INDEX ix_refunds_order_id ON refunds (order_id)",
    "CREATE INDEX ix_refunds_owed ON refunds (id) WHERE settled_at IS NULL",
    "CREATE INDEX ix_refunds_waived ON refunds (waived_at, id) WHERE waived_at IS NOT NULL",
)
# They speak of tables that are made again, and would stand in the way of it.
LEDGER = (
    "CREATE TRIGGER settlements_only_while_owed BEFORE INSERT ON settlements WHEN (SELECT settled_at IS NOT NULL OR settled + NEW.amount > owed FROM refunds WHERE id = NEW.refund_id) BEGIN SELECT RAISE(ABORT, 'no more is settled than is owed'); END",
    "CREATE TRIGGER settlements_add_up AFTER INSERT ON settlements BEGIN UPDATE refunds SET settled = settled + NEW.amount, settled_at = CASE WHEN settled + NEW.amount = owed THEN NEW.at END WHERE id = NEW.refund_id; END",
    "CREATE TRIGGER refunds_begin_unsettled BEFORE INSERT ON refunds WHEN NEW.settled <> 0 BEGIN SELECT RAISE(ABORT, 'only settlements settle a refund'); END",
    "CREATE TRIGGER refunds_settled_is_the_sum BEFORE UPDATE OF settled ON refunds WHEN NEW.settled <> (SELECT coalesce(sum(amount), 0) FROM settlements WHERE refund_id = NEW.id) BEGIN SELECT RAISE(ABORT, 'only settlements settle a refund'); END",
    "CREATE TRIGGER refunds_close_once BEFORE UPDATE ON refunds WHEN OLD.settled_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a refund closes once'); END",
)
NEW = {
    "products": """
CREATE TABLE products (
    id INTEGER NOT NULL,
    sku VARCHAR(80) NOT NULL,
    sku_key VARCHAR(240) NOT NULL,
    name VARCHAR(300) NOT NULL,
    name_key VARCHAR(900) NOT NULL,
    tracked BOOLEAN NOT NULL,
    on_hand INTEGER DEFAULT 0 NOT NULL,
    search_text VARCHAR NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_products PRIMARY KEY (id),
    CONSTRAINT ck_products_sku_has_a_length CHECK (length(sku) BETWEEN 1 AND 80),
    CONSTRAINT uq_products_sku_key UNIQUE (sku_key)
)
""",
    "bulk_cancels": """
CREATE TABLE bulk_cancels (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    state VARCHAR(9) NOT NULL,
    created_at DATETIME NOT NULL,
    started_at DATETIME,
    finished_at DATETIME,
    claimed_until DATETIME,
    reason_id INTEGER,
    note VARCHAR(1000) NOT NULL,
    internal_note VARCHAR(1000) NOT NULL,
    restock BOOLEAN NOT NULL,
    notify BOOLEAN NOT NULL,
    asks_support BOOLEAN NOT NULL,
    ticket_reason VARCHAR(2000) NOT NULL,
    CONSTRAINT pk_bulk_cancels PRIMARY KEY (id),
    CONSTRAINT ck_bulk_cancels_finished_has_a_date CHECK ((state IN ('done', 'discarded')) = (finished_at IS NOT NULL)),
    CONSTRAINT ck_bulk_cancels_started_has_a_date CHECK (state IN ('draft', 'discarded') OR started_at IS NOT NULL),
    CONSTRAINT fk_bulk_cancels_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_bulk_cancels_bulkstate CHECK (state IN ('draft', 'running', 'done', 'discarded')),
    CONSTRAINT fk_bulk_cancels_reason_id FOREIGN KEY(reason_id) REFERENCES reasons (id)
)
""",
    "cancelled_items": """
CREATE TABLE cancelled_items (
    cancellation_id INTEGER NOT NULL,
    order_item_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    put_back INTEGER NOT NULL,
    CONSTRAINT pk_cancelled_items PRIMARY KEY (cancellation_id, order_item_id),
    CONSTRAINT ck_cancelled_items_some_pieces CHECK (quantity > 0),
    CONSTRAINT ck_cancelled_items_no_more_back_than_cancelled CHECK (put_back BETWEEN 0 AND quantity),
    CONSTRAINT fk_cancelled_items_cancellation_id FOREIGN KEY(cancellation_id) REFERENCES cancellations (id),
    CONSTRAINT fk_cancelled_items_order_item_id FOREIGN KEY(order_item_id) REFERENCES order_items (id)
)
""",
    "bulk_orders": """
CREATE TABLE bulk_orders (
    id INTEGER NOT NULL,
    bulk_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    owed BIGINT NOT NULL,
    outcome VARCHAR(9) NOT NULL,
    refusal VARCHAR(40),
    cancellation_id INTEGER,
    ticket_id INTEGER,
    CONSTRAINT pk_bulk_orders PRIMARY KEY (id),
    CONSTRAINT uq_bulk_orders_bulk_id_order_id UNIQUE (bulk_id, order_id),
    CONSTRAINT ck_bulk_orders_refused_for_a_reason CHECK ((outcome = 'refused') = (refusal IS NOT NULL)),
    CONSTRAINT ck_bulk_orders_cancelled_by_a_cancel CHECK ((outcome = 'cancelled') = (cancellation_id IS NOT NULL)),
    CONSTRAINT fk_bulk_orders_bulk_id FOREIGN KEY(bulk_id) REFERENCES bulk_cancels (id),
    CONSTRAINT fk_bulk_orders_order_id FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT ck_bulk_orders_bulkoutcome CHECK (outcome IN ('waiting', 'cancelled', 'refused')),
    CONSTRAINT fk_bulk_orders_cancellation_id FOREIGN KEY(cancellation_id) REFERENCES cancellations (id),
    CONSTRAINT fk_bulk_orders_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
)
""",
    "stock_movements": """
CREATE TABLE stock_movements (
    id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    on_hand_after INTEGER NOT NULL,
    kind VARCHAR(10) NOT NULL,
    at DATETIME NOT NULL,
    user_id INTEGER,
    order_item_id INTEGER,
    cancellation_id INTEGER,
    note VARCHAR(200) NOT NULL,
    once VARCHAR(64),
    CONSTRAINT pk_stock_movements PRIMARY KEY (id),
    CONSTRAINT ck_stock_movements_moves_something CHECK (quantity <> 0),
    CONSTRAINT ck_stock_movements_by_hand_or_for_an_order CHECK ((order_item_id IS NULL) = (kind IN ('received', 'removed', 'counted'))),
    CONSTRAINT fk_stock_movements_product_id FOREIGN KEY(product_id) REFERENCES products (id),
    CONSTRAINT ck_stock_movements_movementkind CHECK (kind IN ('received', 'removed', 'counted', 'ordered', 'cancelled', 'declined', 'undone', 'reinstated')),
    CONSTRAINT fk_stock_movements_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_stock_movements_order_item_id FOREIGN KEY(order_item_id) REFERENCES order_items (id),
    CONSTRAINT fk_stock_movements_cancellation_id FOREIGN KEY(cancellation_id) REFERENCES cancellations (id),
    CONSTRAINT uq_stock_movements_once UNIQUE (once)
)
""",
}
NEW_INDEXES_AND_TRIGGERS = (
    "CREATE TRIGGER orders_leave_cancelled_by_a_withdrawal BEFORE UPDATE OF status ON orders WHEN OLD.status = 'cancelled' AND NEW.status <> 'cancelled' AND NOT EXISTS (SELECT 1 FROM cancellations WHERE order_id = OLD.id AND NOT is_part AND withdrawn_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'a cancelled order stays so until its cancel is taken back'); END",
    "CREATE TRIGGER orders_leave_no_cancel_behind BEFORE UPDATE OF status ON orders WHEN OLD.status = 'cancelled' AND NEW.status <> 'cancelled' AND EXISTS (SELECT 1 FROM cancellations WHERE order_id = OLD.id AND NOT is_part AND withdrawn_at IS NULL) BEGIN SELECT RAISE(ABORT, 'a cancelled order stays so until its cancel is taken back'); END",
    "CREATE TRIGGER cancellations_are_withdrawn_once BEFORE UPDATE ON cancellations WHEN OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NOT OLD.withdrawn_at BEGIN SELECT RAISE(ABORT, 'a cancel that was taken back stays so'); END",
    "CREATE INDEX ix_products_name ON products (name_key, id)",
    "CREATE INDEX ix_bulk_cancels_state ON bulk_cancels (state, id)",
    "CREATE INDEX ix_cancelled_items_order_item_id ON cancelled_items (order_item_id)",
    "CREATE INDEX ix_bulk_orders_order_id ON bulk_orders (order_id)",
    "CREATE INDEX ix_bulk_orders_outcome ON bulk_orders (bulk_id, outcome, id)",
    "CREATE INDEX ix_stock_movements_cancellation ON stock_movements (cancellation_id) WHERE cancellation_id IS NOT NULL",
    "CREATE INDEX ix_stock_movements_order_item ON stock_movements (order_item_id)",
    "CREATE INDEX ix_stock_movements_product ON stock_movements (product_id, id)",
    "CREATE VIRTUAL TABLE product_search USING fts5(search_text, content='products', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER product_search_insert AFTER INSERT ON products BEGIN INSERT INTO product_search(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER product_search_delete AFTER DELETE ON products BEGIN INSERT INTO product_search(product_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER product_search_update AFTER UPDATE OF search_text ON products WHEN old.search_text IS NOT new.search_text BEGIN INSERT INTO product_search(product_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); INSERT INTO product_search(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER stock_movements_go_on BEFORE INSERT ON stock_movements WHEN NEW.on_hand_after <> NEW.quantity + (SELECT on_hand FROM products WHERE id = NEW.product_id) BEGIN SELECT RAISE(ABORT, 'each movement goes on from the one before'); END",
    "CREATE TRIGGER stock_movements_add_up AFTER INSERT ON stock_movements BEGIN UPDATE products SET on_hand = NEW.on_hand_after WHERE id = NEW.product_id; END",
    "CREATE TRIGGER stock_movements_within_item BEFORE INSERT ON stock_movements WHEN NEW.order_item_id IS NOT NULL AND NEW.quantity + (SELECT coalesce(sum(quantity), 0) FROM stock_movements WHERE order_item_id = NEW.order_item_id) NOT BETWEEN -(SELECT quantity FROM order_items WHERE id = NEW.order_item_id) AND 0 BEGIN SELECT RAISE(ABORT, 'no more goes than was ordered, and no more comes back than went'); END",
    "CREATE TRIGGER stock_movements_no_update BEFORE UPDATE ON stock_movements BEGIN SELECT RAISE(ABORT, 'movements of stock are never changed'); END",
    "CREATE TRIGGER stock_movements_no_delete BEFORE DELETE ON stock_movements BEGIN SELECT RAISE(ABORT, 'movements of stock are never changed'); END",
    "CREATE TRIGGER products_begin_empty BEFORE INSERT ON products WHEN NEW.on_hand <> 0 BEGIN SELECT RAISE(ABORT, 'only movements change a stock'); END",
    "CREATE TRIGGER products_on_hand_is_the_sum BEFORE UPDATE OF on_hand ON products WHEN NEW.on_hand <> coalesce((SELECT on_hand_after FROM stock_movements WHERE product_id = NEW.id ORDER BY id DESC LIMIT 1), 0) BEGIN SELECT RAISE(ABORT, 'only movements change a stock'); END",
)


def upgrade():
    drop_ledger()
    make_again(AFTER, INDEXES_AFTER)
    for statement in (*NEW.values(), *NEW_INDEXES_AND_TRIGGERS):
        op.execute(statement)
    op.execute(
        "UPDATE cancellations SET email_id = (SELECT events.email_id FROM events WHERE events.code = 'order.cancelled' "
        "AND events.order_id = cancellations.order_id AND events.at = cancellations.at)"
    )


def downgrade():
    """What the older Suki has no words for takes the nearest that it has."""
    drop_ledger()
    op.execute("DROP TRIGGER orders_leave_cancelled_by_a_withdrawal")
    op.execute("DROP TRIGGER orders_leave_no_cancel_behind")
    op.execute("DROP TABLE product_search")
    for table in reversed(NEW):
        op.execute(f"DROP TABLE {table}")
    op.execute("UPDATE emails SET reason = 'not_wanted' WHERE reason = 'undone'")
    op.execute(
        "UPDATE refunds SET waived_at = withdrawn_at, waived_because = 'withdrawn', withdrawn_at = NULL "
        "WHERE withdrawn_at IS NOT NULL"
    )
    op.execute(
        "UPDATE cancellations SET withdrawn_at = at, withdrawal = 'reinstated' WHERE is_part AND withdrawn_at IS NULL"
    )
    op.execute("UPDATE order_items SET quantity = quantity - cancelled, cancelled = 0")
    make_again(BEFORE, INDEXES_BEFORE)


def drop_ledger():
    for trigger in LEDGER:
        op.execute(f"DROP TRIGGER {trigger.split()[2]}")


def make_again(tables, indexes):
    connection = op.get_bind()
    for table, statement in tables.items():
        again, there = f"{table}_made_again", columns(connection, table)
        op.execute(statement.replace(f"CREATE TABLE {table} (", f"CREATE TABLE {again} (", 1))
        kept = {f'"{name}"': f'"{name}"' for name in columns(connection, again) if name in there}
        if "withdrawal" in columns(connection, again) and "withdrawal" not in there:
            kept["withdrawal"] = "CASE WHEN withdrawn_at IS NOT NULL THEN 'reinstated' END"
        names, values = ", ".join(kept), ", ".join(kept.values())
        op.execute(f"INSERT INTO {again} ({names}) SELECT {values} FROM {table}")  # noqa: S608 (our own names)
        op.execute(f"DROP TABLE {table}")
        op.execute(f"ALTER TABLE {again} RENAME TO {table}")
    for statement in (*indexes, *LEDGER):
        op.execute(statement)


def columns(connection, table):
    return [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
