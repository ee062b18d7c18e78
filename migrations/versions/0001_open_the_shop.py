"""Open the shop: every table, the search index, and the triggers that keep history as it was.

Revision: 0001, after
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TRIGGERS_AND_INDEX = (
    "CREATE VIRTUAL TABLE order_search USING fts5(search_text, facets, content='orders', content_rowid='position', tokenize='trigram')",
    "CREATE VIRTUAL TABLE ticket_search USING fts5(search_text, content='tickets', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER order_search_insert AFTER INSERT ON orders BEGIN INSERT INTO order_search(rowid, search_text, facets) VALUES (new.position, new.search_text, new.facets); END",
    "CREATE TRIGGER order_search_delete AFTER DELETE ON orders BEGIN INSERT INTO order_search(order_search, rowid, search_text, facets) VALUES ('delete', old.position, old.search_text, old.facets); END",
    "CREATE TRIGGER order_search_update AFTER UPDATE OF number, customer_name, status, payment_status, booked_at, booking_cancelled_at, search_text ON orders WHEN old.search_text IS NOT new.search_text OR old.facets IS NOT new.facets BEGIN INSERT INTO order_search(order_search, rowid, search_text, facets) VALUES ('delete', old.position, old.search_text, old.facets); INSERT INTO order_search(rowid, search_text, facets) VALUES (new.position, new.search_text, new.facets); END",
    "CREATE TRIGGER ticket_search_insert AFTER INSERT ON tickets BEGIN INSERT INTO ticket_search(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER ticket_search_delete AFTER DELETE ON tickets BEGIN INSERT INTO ticket_search(ticket_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER ticket_search_update AFTER UPDATE OF search_text ON tickets WHEN old.search_text IS NOT new.search_text BEGIN INSERT INTO ticket_search(ticket_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); INSERT INTO ticket_search(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER access_windows_keep_what_was_granted BEFORE UPDATE ON access_windows\nWHEN NEW.id <> OLD.id OR NEW.ticket_id <> OLD.ticket_id OR NEW.scope <> OLD.scope\nOR NEW.order_id IS NOT OLD.order_id OR NEW.opened_by_id <> OLD.opened_by_id OR NEW.opened_at <> OLD.opened_at\nBEGIN SELECT RAISE(ABORT, 'what an access window granted is never changed'); END",
    "CREATE TRIGGER access_windows_end_once BEFORE UPDATE ON access_windows\nWHEN OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NOT OLD.ended_at OR NEW.end IS NOT OLD.end\nOR NEW.ended_by_id IS NOT OLD.ended_by_id OR NEW.expires_at <> OLD.expires_at)\nBEGIN SELECT RAISE(ABORT, 'an access window that ended stays as it was'); END",
    "CREATE TRIGGER access_windows_no_delete BEFORE DELETE ON access_windows\nBEGIN SELECT RAISE(ABORT, 'access windows are never deleted'); END",
    "CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER events_inside_their_window BEFORE INSERT ON events\nWHEN NEW.window_id IS NOT NULL AND substr(NEW.code, 1, 7) <> 'access.' AND NOT EXISTS (\nSELECT 1 FROM access_windows WHERE access_windows.id = NEW.window_id AND access_windows.opened_at <= NEW.at\nAND NEW.at < access_windows.expires_at AND NEW.at < coalesce(access_windows.ended_at, access_windows.expires_at)\nAND (NEW.order_id IS NULL OR access_windows.scope = 'all' OR access_windows.order_id = NEW.order_id))\nBEGIN SELECT RAISE(ABORT, 'nothing is done outside of an access window'); END",
    "CREATE TRIGGER events_of_support_have_a_window BEFORE INSERT ON events\nWHEN NEW.window_id IS NULL AND substr(NEW.code, 1, 5) = 'order'\nAND EXISTS (SELECT 1 FROM users WHERE users.id = NEW.user_id AND users.role = 'support')\nBEGIN SELECT RAISE(ABORT, 'support sees and changes orders in an access window only'); END",
    "CREATE TRIGGER window_entries_while_it_is_open BEFORE INSERT ON window_entries\nWHEN NOT EXISTS (SELECT 1 FROM access_windows WHERE access_windows.id = NEW.window_id\nAND access_windows.ended_at IS NULL AND access_windows.opened_at <= NEW.entered_at\nAND NEW.entered_at < access_windows.expires_at)\nBEGIN SELECT RAISE(ABORT, 'nobody enters an access window that is not open'); END",
    "CREATE TRIGGER settlements_only_while_owed BEFORE INSERT ON settlements WHEN (SELECT settled_at IS NOT NULL OR settled + NEW.amount > owed FROM refunds WHERE id = NEW.refund_id) BEGIN SELECT RAISE(ABORT, 'no more is settled than is owed'); END",
    "CREATE TRIGGER settlements_add_up AFTER INSERT ON settlements BEGIN UPDATE refunds SET settled = settled + NEW.amount, settled_at = CASE WHEN settled + NEW.amount = owed THEN NEW.at END WHERE id = NEW.refund_id; END",
    "CREATE TRIGGER settlements_no_update BEFORE UPDATE ON settlements BEGIN SELECT RAISE(ABORT, 'settlements are never changed'); END",
    "CREATE TRIGGER settlements_no_delete BEFORE DELETE ON settlements BEGIN SELECT RAISE(ABORT, 'settlements are never changed'); END",
    "CREATE TRIGGER refunds_begin_unsettled BEFORE INSERT ON refunds WHEN NEW.settled <> 0 BEGIN SELECT RAISE(ABORT, 'only settlements settle a refund'); END",
    "CREATE TRIGGER refunds_settled_is_the_sum BEFORE UPDATE OF settled ON refunds WHEN NEW.settled <> (SELECT coalesce(sum(amount), 0) FROM settlements WHERE refund_id = NEW.id) BEGIN SELECT RAISE(ABORT, 'only settlements settle a refund'); END",
    "CREATE TRIGGER refunds_close_once BEFORE UPDATE ON refunds WHEN OLD.settled_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a refund closes once'); END",
)


def upgrade():
    op.create_table(
        "alerts",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_alerts")),
    )
    op.create_table(
        "couriers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("integrated", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_couriers")),
        sa.UniqueConstraint("name", name=op.f("uq_couriers_name")),
    )
    op.create_table(
        "reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reasons")),
        sa.UniqueConstraint("label", name=op.f("uq_reasons_label")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("password", "reset", "code", name="attemptkind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("at", models.base.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_at"), ["at"], unique=False)
        batch_op.create_index("ix_sign_in_attempts_by_address", ["kind", "address", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempts_by_email", ["kind", "email_hash", "at"], unique=False)

    op.create_table(
        "store",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column(
            "language", sa.Enum("en", "fil", name="language", native_enum=False, create_constraint=True), nullable=False
        ),
        sa.Column("alerts_on", sa.Boolean(), nullable=False),
        sa.Column("support_name", sa.String(length=100), nullable=False),
        sa.Column("support_email", sa.String(length=254), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_store_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "role",
            sa.Enum("owner", "staff", "support", name="role", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("disabled_at", models.base.UTCDateTime(), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_in_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "article_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article", sa.String(length=60), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", models.base.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_article_feedback_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_feedback")),
        sa.UniqueConstraint("article", "user_id", name=op.f("uq_article_feedback_article_user_id")),
    )
    op.create_table(
        "order_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "form", "shopify", "woocommerce", "suki", name="ordersource", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "receiving",
                "checking",
                "checked",
                "importing",
                "done",
                "discarded",
                name="importstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("created_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("finished_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("claimed_until", models.base.UTCDateTime(), nullable=True),
        sa.Column("stored", sa.Boolean(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("already_there", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("without_email", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('done', 'discarded')) = (finished_at IS NOT NULL)",
            name=op.f("ck_order_imports_finished_has_a_date"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_order_imports_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_imports")),
    )
    with op.batch_alter_table("order_imports", schema=None) as batch_op:
        batch_op.create_index("ix_order_imports_state", ["state", "id"], unique=False)

    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placed_at", models.base.UTCDateTime(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "form", "shopify", "woocommerce", "suki", name="ordersource", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "accepted",
                "processing",
                "ready_for_pickup",
                "shipped",
                "out_for_delivery",
                "completed",
                "declined",
                "returned",
                "cancelled",
                name="orderstatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("cancelled_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("customer_name", sa.String(length=200), nullable=False),
        sa.Column("customer_email", sa.String(length=254), nullable=True),
        sa.Column("customer_phone", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("customer_note", sa.String(length=2000), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("shipping", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column(
            "payment_status",
            sa.Enum(
                "unpaid",
                "paid",
                "partially_refunded",
                "refunded",
                name="paymentstatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "payment_method",
            sa.Enum(
                "cod",
                "cash_on_pickup",
                "gcash",
                "maya",
                "card",
                "bank_transfer",
                "other",
                name="paymentmethod",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("courier_id", sa.Integer(), nullable=True),
        sa.Column("waybill", sa.String(length=60), nullable=False),
        sa.Column("booked_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("booking_integrated", sa.Boolean(), nullable=False),
        sa.Column("booking_cancelled_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("courier_reference", sa.String(length=60), nullable=True),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column(
            "facets",
            sa.String(),
            sa.Computed(
                "replace(replace(replace('SPBSP.S.B.PBS...P...B', 'S', CASE status WHEN 'pending' THEN 'j' WHEN 'accepted' THEN 'k' WHEN 'processing' THEN 'l' WHEN 'ready_for_pickup' THEN 'm' WHEN 'shipped' THEN 'n' WHEN 'out_for_delivery' THEN 'o' WHEN 'completed' THEN 'p' WHEN 'declined' THEN 'q' WHEN 'returned' THEN 'r' WHEN 'cancelled' THEN 's' END), 'P', CASE payment_status WHEN 'unpaid' THEN 'a' WHEN 'paid' THEN 'b' WHEN 'partially_refunded' THEN 'c' WHEN 'refunded' THEN 'd' END), 'B', CASE WHEN booked_at IS NOT NULL AND booking_cancelled_at IS NULL THEN 'z' ELSE 'y' END)",
                persisted=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(payment_status = 'partially_refunded') = (refunded > 0 AND refunded < paid)",
            name=op.f("ck_orders_refunded_is_part"),
        ),
        sa.CheckConstraint(
            "(payment_status = 'refunded') = (paid > 0 AND refunded = paid)", name=op.f("ck_orders_refunded_is_all")
        ),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_orders_cancelled_has_a_date")
        ),
        sa.CheckConstraint(
            "status <> 'cancelled' OR NOT booking_integrated OR booking_cancelled_at IS NOT NULL",
            name=op.f("ck_orders_not_cancelled_while_the_courier_holds_it"),
        ),
        sa.CheckConstraint("(booked_at IS NULL) = (courier_id IS NULL)", name=op.f("ck_orders_booked_has_a_courier")),
        sa.CheckConstraint(
            "booked_at IS NOT NULL OR booking_cancelled_at IS NULL", name=op.f("ck_orders_only_a_booking_is_cancelled")
        ),
        sa.CheckConstraint(
            "booking_cancelled_at IS NULL OR NOT booking_integrated OR courier_reference IS NOT NULL",
            name=op.f("ck_orders_courier_confirmed_with_a_reference"),
        ),
        sa.CheckConstraint("length(number) BETWEEN 1 AND 40", name=op.f("ck_orders_number_has_a_length")),
        sa.CheckConstraint("refunded >= 0 AND refunded <= paid", name=op.f("ck_orders_refunded_within_paid")),
        sa.CheckConstraint(
            "total >= 0 AND shipping >= 0 AND discount >= 0 AND tax >= 0", name=op.f("ck_orders_money_not_negative")
        ),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_orders_courier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
        sa.UniqueConstraint("position", name=op.f("uq_orders_position")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("ix_orders_payment_status", ["payment_status", "position"], unique=False)
        batch_op.create_index("ix_orders_status", ["status", "position"], unique=False)

    op.create_table(
        "password_resets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("expires_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("used_at", models.base.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_password_resets_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_resets_token_hash")),
    )
    with op.batch_alter_table("password_resets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_resets_user_id"), ["user_id"], unique=False)

    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", models.base.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_codes_code_hash")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_codes_user_id"), ["user_id"], unique=False)

    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("last_step >= 0", name=op.f("ck_second_factors_last_step_not_negative")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("ended_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_sessions_token_hash")),
    )
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_sessions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "import_chunks",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["order_imports.id"], name=op.f("fk_import_chunks_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "rank", name=op.f("pk_import_chunks")),
    )
    op.create_table(
        "import_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("found", sa.String(length=80), nullable=False),
        sa.Column("stops", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["order_imports.id"], name=op.f("fk_import_findings_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_findings")),
    )
    with op.batch_alter_table("import_findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_findings_import_id"), ["import_id"], unique=False)

    op.create_table(
        "import_numbers",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("new", "there", "bad", name="verdict", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("has_email", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["order_imports.id"], name=op.f("fk_import_numbers_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_numbers")),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 1000", name=op.f("ck_notes_body_has_a_length")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_notes_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notes_order_id"), ["order_id"], unique=False)

    op.create_table(
        "order_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("ck_order_items_price_not_negative")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_order_items_quantity_not_negative")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_items_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_items")),
    )
    with op.batch_alter_table("order_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_items_order_id"), ["order_id"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("cancellation", "general", name="ticketkind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "waiting_on_merchant",
                "waiting_on_support",
                "solved",
                "closed",
                name="ticketstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("waiting_since", models.base.UTCDateTime(), nullable=False),
        sa.Column("subject", sa.String(length=150), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("solved_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("order_number", sa.String(length=40), nullable=True),
        sa.Column("customer_name", sa.String(length=200), nullable=True),
        sa.Column("order_placed_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("courier_name", sa.String(length=60), nullable=True),
        sa.Column("waybill", sa.String(length=60), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(kind = 'cancellation') = (order_id IS NOT NULL)", name=op.f("ck_tickets_a_cancellation_has_an_order")
        ),
        sa.CheckConstraint(
            "(state IN ('solved', 'closed')) = (solved_at IS NOT NULL)", name=op.f("ck_tickets_solved_has_a_date")
        ),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 4000", name=op.f("ck_tickets_reason_has_a_length")),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_tickets_assignee_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["users.id"], name=op.f("fk_tickets_opened_by_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_tickets_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("once", name=op.f("uq_tickets_once")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_order_id"), ["order_id"], unique=False)
        batch_op.create_index("ix_tickets_state", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_tickets_open_cancellation",
            ["order_id"],
            unique=True,
            sqlite_where=sa.text(
                "kind = 'cancellation' AND state IN ('open', 'waiting_on_merchant', 'waiting_on_support')"
            ),
            postgresql_where=sa.text(
                "kind = 'cancellation' AND state IN ('open', 'waiting_on_merchant', 'waiting_on_support')"
            ),
        )

    op.create_table(
        "access_windows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum("order", "all", name="windowscope", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("expires_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("ended_at", models.base.UTCDateTime(), nullable=True),
        sa.Column(
            "end",
            sa.Enum("expired", "revoked", "solved", name="windowend", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'order') = (order_id IS NOT NULL)", name=op.f("ck_access_windows_scope_of_an_order_names_it")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (end IS NULL)", name=op.f("ck_access_windows_ended_says_how")),
        sa.CheckConstraint("expires_at > opened_at", name=op.f("ck_access_windows_ends_after_it_begins")),
        sa.CheckConstraint(
            "julianday(expires_at) - julianday(opened_at) <= 7.0000001",
            name=op.f("ck_access_windows_at_most_seven_days"),
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_access_windows_ended_by_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["users.id"], name=op.f("fk_access_windows_opened_by_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_access_windows_order_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_access_windows_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_windows")),
    )
    with op.batch_alter_table("access_windows", schema=None) as batch_op:
        batch_op.create_index(
            "ix_access_windows_expiring", ["expires_at"], unique=False, sqlite_where=sa.text("ended_at IS NULL")
        )
        batch_op.create_index(batch_op.f("ix_access_windows_ticket_id"), ["ticket_id"], unique=False)
        batch_op.create_index(
            "uq_access_windows_open",
            ["ticket_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "cancellations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("at", models.base.UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "previous_status",
            sa.Enum(
                "pending",
                "accepted",
                "processing",
                "ready_for_pickup",
                "shipped",
                "out_for_delivery",
                "completed",
                "declined",
                "returned",
                "cancelled",
                name="orderstatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("reason_id", sa.Integer(), nullable=True),
        sa.Column("note_id", sa.Integer(), nullable=True),
        sa.Column("internal_note_id", sa.Integer(), nullable=True),
        sa.Column("restock", sa.Boolean(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", models.base.UTCDateTime(), nullable=True),
        sa.CheckConstraint("fee >= 0", name=op.f("ck_cancellations_fee_not_negative")),
        sa.ForeignKeyConstraint(["internal_note_id"], ["notes.id"], name=op.f("fk_cancellations_internal_note_id")),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_cancellations_note_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_cancellations_order_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["reasons.id"], name=op.f("fk_cancellations_reason_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_cancellations_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancellations")),
        sa.UniqueConstraint("once", name=op.f("uq_cancellations_once")),
    )
    with op.batch_alter_table("cancellations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cancellations_order_id"), ["order_id"], unique=False)
        batch_op.create_index(
            "uq_cancellations_current",
            ["order_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "emails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=254), nullable=True),
        sa.Column("reply_to", sa.String(length=254), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "queued",
                "sending",
                "sent",
                "failed",
                "not_sent",
                name="emailstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "no_address",
                "alerts_off",
                "not_wanted",
                "no_server",
                "demo",
                name="notsentreason",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("created_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("due_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("again_of_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'not_sent') = (reason IS NOT NULL)", name=op.f("ck_emails_not_sent_has_a_reason")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_emails_sent_has_a_date")),
        sa.CheckConstraint("recipient IS NOT NULL OR state = 'not_sent'", name=op.f("ck_emails_sent_to_somebody")),
        sa.ForeignKeyConstraint(["again_of_id"], ["emails.id"], name=op.f("fk_emails_again_of_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_emails_order_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_emails_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emails")),
        sa.UniqueConstraint("message_id", name=op.f("uq_emails_message_id")),
    )
    with op.batch_alter_table("emails", schema=None) as batch_op:
        batch_op.create_index(
            "ix_emails_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('held', 'queued', 'sending')"),
            postgresql_where=sa.text("state IN ('held', 'queued', 'sending')"),
        )
        batch_op.create_index(
            "ix_emails_not_told",
            ["id"],
            unique=False,
            sqlite_where=sa.text(
                "kind = 'order_cancelled' AND (state = 'failed' OR (state = 'not_sent' AND reason IN ('no_address', 'no_server')))"
            ),
            postgresql_where=sa.text(
                "kind = 'order_cancelled' AND (state = 'failed' OR (state = 'not_sent' AND reason IN ('no_address', 'no_server')))"
            ),
        )
        batch_op.create_index("ix_emails_order", ["order_id", "id"], unique=False)
        batch_op.create_index("ix_emails_state", ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_emails_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "ticket_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", models.base.UTCDateTime(), nullable=False),
        sa.Column("body", sa.String(length=4000), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 4000", name=op.f("ck_ticket_messages_body_has_a_length")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_messages_ticket_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ticket_messages_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_messages")),
        sa.UniqueConstraint("once", name=op.f("uq_ticket_messages_once")),
    )
    with op.batch_alter_table("ticket_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_messages_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "image/png",
                "image/jpeg",
                "image/gif",
                "image/webp",
                "application/pdf",
                name="attachmentkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size BETWEEN 1 AND 5242880", name=op.f("ck_attachments_at_most_5_mb")),
        sa.ForeignKeyConstraint(["message_id"], ["ticket_messages.id"], name=op.f("fk_attachments_message_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_attachments_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachments_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachments_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", models.base.UTCDateTime(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("order_version", sa.Integer(), nullable=True),
        sa.Column("from_status", sa.String(length=20), nullable=True),
        sa.Column("to_status", sa.String(length=20), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("note_id", sa.Integer(), nullable=True),
        sa.Column("internal_note_id", sa.Integer(), nullable=True),
        sa.Column("email_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("window_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["about_id"], ["users.id"], name=op.f("fk_events_about_id")),
        sa.ForeignKeyConstraint(["email_id"], ["emails.id"], name=op.f("fk_events_email_id")),
        sa.ForeignKeyConstraint(["internal_note_id"], ["notes.id"], name=op.f("fk_events_internal_note_id")),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_events_note_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_events_order_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_events_ticket_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_events_user_id")),
        sa.ForeignKeyConstraint(["window_id"], ["access_windows.id"], name=op.f("fk_events_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_events_about",
            ["about_id", "id"],
            unique=False,
            sqlite_where=sa.text("about_id IS NOT NULL"),
            postgresql_where=sa.text("about_id IS NOT NULL"),
        )
        batch_op.create_index("ix_events_code", ["code", "id"], unique=False)
        batch_op.create_index("ix_events_order", ["order_id", "id"], unique=False)
        batch_op.create_index("ix_events_ticket", ["ticket_id", "id"], unique=False)
        batch_op.create_index("ix_events_window", ["window_id", "id"], unique=False)

    op.create_table(
        "refunds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("cancellation_id", sa.Integer(), nullable=False),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("owed_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("settled", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("settled_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("waived_at", models.base.UTCDateTime(), nullable=True),
        sa.Column("waived_because", sa.String(length=500), nullable=True),
        sa.Column("waived_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled < owed AND waived_at IS NULL)",
            name=op.f("ck_refunds_closed_when_nothing_is_left"),
        ),
        sa.CheckConstraint(
            "(waived_at IS NULL) = (waived_because IS NULL)", name=op.f("ck_refunds_waived_for_a_reason")
        ),
        sa.CheckConstraint("owed > 0", name=op.f("ck_refunds_owes_something")),
        sa.CheckConstraint("settled BETWEEN 0 AND owed", name=op.f("ck_refunds_settled_within_owed")),
        sa.CheckConstraint("waived_at IS NULL OR settled < owed", name=op.f("ck_refunds_only_what_is_left_is_waived")),
        sa.CheckConstraint(
            "waived_because IS NULL OR length(waived_because) BETWEEN 1 AND 500",
            name=op.f("ck_refunds_reason_has_a_length"),
        ),
        sa.ForeignKeyConstraint(["cancellation_id"], ["cancellations.id"], name=op.f("fk_refunds_cancellation_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id")),
        sa.ForeignKeyConstraint(["waived_by_id"], ["users.id"], name=op.f("fk_refunds_waived_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("cancellation_id", name=op.f("uq_refunds_cancellation_id")),
    )
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.create_index(
            "ix_refunds_all_back",
            ["settled_at", "id"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NOT NULL AND waived_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NOT NULL AND waived_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_refunds_order_id"), ["order_id"], unique=False)
        batch_op.create_index(
            "ix_refunds_owed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(
            "ix_refunds_waiting",
            ["owed_at", "id"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(
            "ix_refunds_waived",
            ["waived_at", "id"],
            unique=False,
            sqlite_where=sa.text("waived_at IS NOT NULL"),
            postgresql_where=sa.text("waived_at IS NOT NULL"),
        )

    op.create_table(
        "window_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_session_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", models.base.UTCDateTime(), nullable=False),
        sa.Column("left_at", models.base.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_window_entries_user_id")),
        sa.ForeignKeyConstraint(
            ["user_session_id"], ["user_sessions.id"], name=op.f("fk_window_entries_user_session_id")
        ),
        sa.ForeignKeyConstraint(["window_id"], ["access_windows.id"], name=op.f("fk_window_entries_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window_entries")),
    )
    with op.batch_alter_table("window_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_window_entries_window_id"), ["window_id"], unique=False)
        batch_op.create_index(
            "uq_window_entries_inside",
            ["user_session_id"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.create_table(
        "settlements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "cash",
                "gcash",
                "maya",
                "bank_transfer",
                "card_reversal",
                "other",
                name="settlementmethod",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("at", models.base.UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_settlements_settles_something")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_settlements_refund_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_settlements_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlements")),
        sa.UniqueConstraint("once", name=op.f("uq_settlements_once")),
    )
    with op.batch_alter_table("settlements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_settlements_refund_id"), ["refund_id"], unique=False)
    for statement in TRIGGERS_AND_INDEX:
        op.execute(statement)


def downgrade():
    for table in (
        "order_search",
        "ticket_search",
    ):
        op.execute(f"DROP TABLE {table}")
    with op.batch_alter_table("settlements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_settlements_refund_id"))

    op.drop_table("settlements")
    with op.batch_alter_table("window_entries", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_window_entries_inside",
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_window_entries_window_id"))

    op.drop_table("window_entries")
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_refunds_waived",
            sqlite_where=sa.text("waived_at IS NOT NULL"),
            postgresql_where=sa.text("waived_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_refunds_waiting",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_refunds_owed",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_refunds_order_id"))
        batch_op.drop_index(
            "ix_refunds_all_back",
            sqlite_where=sa.text("settled_at IS NOT NULL AND waived_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NOT NULL AND waived_at IS NULL"),
        )

    op.drop_table("refunds")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_window")
        batch_op.drop_index("ix_events_ticket")
        batch_op.drop_index("ix_events_order")
        batch_op.drop_index("ix_events_code")
        batch_op.drop_index(
            "ix_events_about",
            sqlite_where=sa.text("about_id IS NOT NULL"),
            postgresql_where=sa.text("about_id IS NOT NULL"),
        )

    op.drop_table("events")
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachments_ticket_id"))
        batch_op.drop_index(batch_op.f("ix_attachments_message_id"))

    op.drop_table("attachments")
    with op.batch_alter_table("ticket_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_messages_ticket_id"))

    op.drop_table("ticket_messages")
    with op.batch_alter_table("emails", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_emails_ticket_id"))
        batch_op.drop_index("ix_emails_state")
        batch_op.drop_index("ix_emails_order")
        batch_op.drop_index(
            "ix_emails_not_told",
            sqlite_where=sa.text(
                "kind = 'order_cancelled' AND (state = 'failed' OR (state = 'not_sent' AND reason IN ('no_address', 'no_server')))"
            ),
            postgresql_where=sa.text(
                "kind = 'order_cancelled' AND (state = 'failed' OR (state = 'not_sent' AND reason IN ('no_address', 'no_server')))"
            ),
        )
        batch_op.drop_index(
            "ix_emails_due",
            sqlite_where=sa.text("state IN ('held', 'queued', 'sending')"),
            postgresql_where=sa.text("state IN ('held', 'queued', 'sending')"),
        )

    op.drop_table("emails")
    with op.batch_alter_table("cancellations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_cancellations_current",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_cancellations_order_id"))

    op.drop_table("cancellations")
    with op.batch_alter_table("access_windows", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_access_windows_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_access_windows_ticket_id"))
        batch_op.drop_index("ix_access_windows_expiring", sqlite_where=sa.text("ended_at IS NULL"))

    op.drop_table("access_windows")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tickets_open_cancellation",
            sqlite_where=sa.text(
                "kind = 'cancellation' AND state IN ('open', 'waiting_on_merchant', 'waiting_on_support')"
            ),
            postgresql_where=sa.text(
                "kind = 'cancellation' AND state IN ('open', 'waiting_on_merchant', 'waiting_on_support')"
            ),
        )
        batch_op.drop_index("ix_tickets_state")
        batch_op.drop_index(batch_op.f("ix_tickets_order_id"))
        batch_op.drop_index(batch_op.f("ix_tickets_assignee_id"))

    op.drop_table("tickets")
    with op.batch_alter_table("order_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_items_order_id"))

    op.drop_table("order_items")
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notes_order_id"))

    op.drop_table("notes")
    op.drop_table("import_numbers")
    with op.batch_alter_table("import_findings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_findings_import_id"))

    op.drop_table("import_findings")
    op.drop_table("import_chunks")
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_sessions_user_id"))

    op.drop_table("user_sessions")
    op.drop_table("second_factors")
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_codes_user_id"))

    op.drop_table("recovery_codes")
    with op.batch_alter_table("password_resets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_password_resets_user_id"))

    op.drop_table("password_resets")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_status")
        batch_op.drop_index("ix_orders_payment_status")

    op.drop_table("orders")
    with op.batch_alter_table("order_imports", schema=None) as batch_op:
        batch_op.drop_index("ix_order_imports_state")

    op.drop_table("order_imports")
    op.drop_table("article_feedback")
    op.drop_table("users")
    op.drop_table("store")
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempts_by_email")
        batch_op.drop_index("ix_sign_in_attempts_by_address")
        batch_op.drop_index(batch_op.f("ix_sign_in_attempts_at"))

    op.drop_table("sign_in_attempts")
    op.drop_table("reasons")
    op.drop_table("couriers")
    op.drop_table("alerts")
