"""Which sessions are open, and which ended long ago, is found without reading all of them.

Revision: 0009, after 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE INDEX ix_user_sessions_ended_at ON user_sessions (ended_at)")


def downgrade():
    op.execute("DROP INDEX ix_user_sessions_ended_at")
