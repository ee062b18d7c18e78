"""A settlement that was noted by mistake is reversed by an entry of its own, and its refund is owed again.

Revision: 0012, after 0011
"""

from alembic import op

from models.postgresql import triggers_in_its_words

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE settlement_reversals (
    settlement_id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    user_id INTEGER,
    CONSTRAINT pk_settlement_reversals PRIMARY KEY (settlement_id),
    CONSTRAINT fk_settlement_reversals_settlement_id FOREIGN KEY(settlement_id) REFERENCES settlements (id),
    CONSTRAINT fk_settlement_reversals_user_id FOREIGN KEY(user_id) REFERENCES users (id)
)
"""
ADDED = (
    "CREATE TRIGGER settlement_reversals_not_of_what_was_waived BEFORE INSERT ON settlement_reversals WHEN (SELECT waived_at IS NOT NULL FROM refunds WHERE id = (SELECT refund_id FROM settlements WHERE id = NEW.settlement_id)) BEGIN SELECT RAISE(ABORT, 'a closed refund stays so'); END",
    "CREATE TRIGGER settlement_reversals_take_off AFTER INSERT ON settlement_reversals BEGIN UPDATE refunds SET settled = settled - (SELECT amount FROM settlements WHERE id = NEW.settlement_id), settled_at = NULL WHERE id = (SELECT refund_id FROM settlements WHERE id = NEW.settlement_id); END",
    "CREATE TRIGGER settlement_reversals_no_update BEFORE UPDATE ON settlement_reversals BEGIN SELECT RAISE(ABORT, 'reversals are never changed'); END",
    "CREATE TRIGGER settlement_reversals_no_delete BEFORE DELETE ON settlement_reversals BEGIN SELECT RAISE(ABORT, 'reversals are never changed'); END",
)
# Of a refund's triggers two know of it: what its settlements add up to, and that it stays closed unless one is reversed.
KNOW_OF_IT = (
    "CREATE TRIGGER refunds_settled_is_the_sum BEFORE UPDATE OF settled ON refunds WHEN NEW.settled <> (SELECT coalesce(sum(amount), 0) FROM settlements WHERE refund_id = NEW.id AND NOT EXISTS (SELECT 1 FROM settlement_reversals WHERE settlement_reversals.settlement_id = settlements.id)) BEGIN SELECT RAISE(ABORT, 'only settlements settle a refund'); END",
    "CREATE TRIGGER refunds_stay_closed BEFORE UPDATE ON refunds WHEN OLD.settled_at IS NOT NULL AND NOT (NEW.id IS OLD.id AND NEW.order_id IS OLD.order_id AND NEW.cancellation_id IS OLD.cancellation_id AND NEW.owed IS OLD.owed AND NEW.owed_at IS OLD.owed_at AND NEW.withdrawn_at IS OLD.withdrawn_at AND NEW.settled IS OLD.settled AND NEW.settled_at IS OLD.settled_at AND NEW.waived_at IS OLD.waived_at AND NEW.waived_by_id IS OLD.waived_by_id AND NEW.waived_because = '[…]' AND EXISTS (SELECT 1 FROM erased_orders WHERE order_id = OLD.order_id)) AND NOT (NEW.id IS OLD.id AND NEW.order_id IS OLD.order_id AND NEW.cancellation_id IS OLD.cancellation_id AND NEW.owed IS OLD.owed AND NEW.owed_at IS OLD.owed_at AND NEW.withdrawn_at IS OLD.withdrawn_at AND NEW.settled < OLD.settled AND NEW.settled_at IS NULL AND OLD.waived_at IS NULL AND NEW.waived_at IS NULL) BEGIN SELECT RAISE(ABORT, 'a closed refund stays so'); END",
)
KNOW_NOTHING_OF_IT = (
    "CREATE TRIGGER refunds_settled_is_the_sum BEFORE UPDATE OF settled ON refunds WHEN NEW.settled <> (SELECT coalesce(sum(amount), 0) FROM settlements WHERE refund_id = NEW.id) BEGIN SELECT RAISE(ABORT, 'only settlements settle a refund'); END",
    "CREATE TRIGGER refunds_close_once BEFORE UPDATE ON refunds WHEN OLD.settled_at IS NOT NULL AND NOT (NEW.id IS OLD.id AND NEW.order_id IS OLD.order_id AND NEW.cancellation_id IS OLD.cancellation_id AND NEW.owed IS OLD.owed AND NEW.owed_at IS OLD.owed_at AND NEW.settled IS OLD.settled AND NEW.settled_at IS OLD.settled_at AND NEW.withdrawn_at IS OLD.withdrawn_at AND NEW.waived_at IS OLD.waived_at AND NEW.waived_by_id IS OLD.waived_by_id AND NEW.waived_because = '[…]' AND EXISTS (SELECT 1 FROM erased_orders WHERE order_id = OLD.order_id)) BEGIN SELECT RAISE(ABORT, 'a refund closes once'); END",
)


NO_DELETE = "CREATE TRIGGER settlements_no_delete BEFORE DELETE ON settlements BEGIN SELECT RAISE(ABORT, 'settlements are never changed'); END"


def upgrade():
    types = {"INTEGER": "BIGINT", "DATETIME": "TIMESTAMP"} if on_postgresql() else {}
    table = TABLE
    for here, there in types.items():
        table = table.replace(here, there)
    op.execute(table)
    drop("refunds_settled_is_the_sum", "refunds")
    drop("refunds_close_once", "refunds")
    put(*KNOW_OF_IT, *ADDED)


def downgrade():
    """What was reversed goes altogether: an older Suki would count it again."""
    drop("settlements_no_delete", "settlements")
    op.execute("CREATE TEMPORARY TABLE reversed AS SELECT settlement_id FROM settlement_reversals")
    for statement in ADDED:
        drop(statement.split()[2], "settlement_reversals")
    drop("refunds_settled_is_the_sum", "refunds")
    drop("refunds_stay_closed", "refunds")
    op.execute("DROP TABLE settlement_reversals")
    op.execute("DELETE FROM settlements WHERE id IN (SELECT settlement_id FROM reversed)")
    op.execute("DROP TABLE reversed")
    put(NO_DELETE)
    put(*KNOW_NOTHING_OF_IT)


def on_postgresql():
    return op.get_bind().dialect.name == "postgresql"


def put(*triggers):
    for trigger in triggers:
        for statement in triggers_in_its_words(trigger) if on_postgresql() else [trigger]:
            op.execute(statement)


def drop(trigger, table):
    if on_postgresql():
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
        op.execute(f"DROP FUNCTION {trigger}()")
    else:
        op.execute(f"DROP TRIGGER {trigger}")
