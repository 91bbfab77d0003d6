"""When a channel was heard of last, so that what Slack tells late is known to be old.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel_link", sa.Column("heard_at", UtcDateTime))


def downgrade() -> None:
    op.drop_column("channel_link", "heard_at")
