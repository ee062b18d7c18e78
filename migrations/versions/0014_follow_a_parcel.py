"""A courier has a page about each parcel: its address, with a place for the waybill.

Revision: 0014, after 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WAYS = "substr(tracking_url, 1, 8) = 'https://' OR substr(tracking_url, 1, 7) = 'http://'"
PLACES = "length(tracking_url) - length(replace(tracking_url, '{waybill}', '')) = 9"


def upgrade():
    op.execute(
        "ALTER TABLE couriers ADD COLUMN tracking_url VARCHAR(300) "
        f"CONSTRAINT ck_couriers_tracked_on_the_web_by_one_waybill CHECK (({WAYS}) AND {PLACES})"
    )


def downgrade():
    op.execute("ALTER TABLE couriers DROP COLUMN tracking_url")
