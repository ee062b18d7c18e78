"""Of each order of a file it is noted which courier it names, and whether its shipping was inferred: the look at the file
says so before anything comes in. A file that was checked before does not say it.

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_import_numbers_verdict": "import_numbers (import_id, verdict, line)",
    "ix_import_numbers_courier": "import_numbers (import_id, courier, line) WHERE courier IS NOT NULL",
}


def upgrade():
    op.add_column(
        "order_imports", sa.Column("shipping_inferred", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("import_numbers", sa.Column("courier", sa.String(80)))
    op.add_column(
        "import_numbers", sa.Column("is_shipping_inferred", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    for index, rows in INDEXES.items():
        op.execute(f"CREATE INDEX {index} ON {rows}")


def downgrade():
    for index in INDEXES:
        op.execute(f"DROP INDEX {index}")
    op.drop_column("import_numbers", "is_shipping_inferred")
    op.drop_column("import_numbers", "courier")
    op.drop_column("order_imports", "shipping_inferred")
