"""What settling, pace and the inbox need to know.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = (
    ("effect", "sent_at"),
    ("effect", "unsettled_since"),
    ("effect", "unsettled_until"),
    ("effect", "channel_id"),
    ("effect", "thread_ts"),
    ("effect", "ts"),
    ("effect", "duplicates"),
    ("lane", "granted"),
    ("channel_link", "lost"),
    ("inbox", "body"),
    ("inbox", "attempts"),
    ("inbox", "again_at"),
    ("inbox", "done_at"),
    ("inbox", "error"),
)


def upgrade() -> None:
    op.add_column("effect", sa.Column("sent_at", UtcDateTime))
    op.add_column("effect", sa.Column("unsettled_since", UtcDateTime))
    op.add_column("effect", sa.Column("unsettled_until", UtcDateTime))
    op.add_column("effect", sa.Column("channel_id", sa.Text))
    op.add_column("effect", sa.Column("thread_ts", sa.Text))
    op.add_column("effect", sa.Column("ts", sa.Text))
    op.add_column("effect", sa.Column("duplicates", Id, nullable=False, server_default="0"))
    op.add_column("lane", sa.Column("granted", sa.Text))
    op.add_column("channel_link", sa.Column("lost", sa.Text))
    is_blocked, doubled = sa.text("blocked IS NOT NULL"), sa.text("duplicates > 0")
    op.create_index(
        "ix_lane_blocked", "lane", ["organization_id"], postgresql_where=is_blocked, sqlite_where=is_blocked
    )
    op.create_index(
        "ix_effect_duplicates", "effect", ["duplicates"], postgresql_where=doubled, sqlite_where=doubled
    )
    op.create_table(
        "pace",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("free_at", UtcDateTime, nullable=False),
        sa.Column("paused_until", UtcDateTime),
        sa.PrimaryKeyConstraint("key", name="pk_pace"),
    )
    op.add_column("inbox", sa.Column("body", sa.JSON))
    op.add_column("inbox", sa.Column("attempts", Id, nullable=False, server_default="0"))
    op.add_column("inbox", sa.Column("again_at", UtcDateTime))
    op.add_column("inbox", sa.Column("done_at", UtcDateTime))
    op.add_column("inbox", sa.Column("error", sa.Text))
    # What was remembered until now was remembered together with what came of it.
    op.execute("UPDATE inbox SET done_at = received_at")
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    waits = sa.text("done_at IS NULL")
    op.create_index("ix_inbox_again_at", "inbox", ["again_at"], postgresql_where=waits, sqlite_where=waits)


def downgrade() -> None:
    op.drop_index("ix_inbox_again_at", "inbox")
    op.drop_index("ix_inbox_received_at", "inbox")
    op.drop_index("ix_effect_duplicates", "effect")
    op.drop_index("ix_lane_blocked", "lane")
    op.drop_table("pace")
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
