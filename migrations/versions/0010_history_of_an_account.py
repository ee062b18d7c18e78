"""What was done to an account is found without reading the tickets that an agent was given.

Revision: 0010, after 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("DROP INDEX ix_events_about")
    op.execute(
        "CREATE INDEX ix_events_account ON events (about_id, id) WHERE about_id IS NOT NULL AND ticket_id IS NULL"
    )


def downgrade():
    op.execute("DROP INDEX ix_events_account")
    op.execute("CREATE INDEX ix_events_about ON events (about_id, id) WHERE about_id IS NOT NULL")
