"""What is known of Linear, so that both sides can agree.

Revision ID: 0004
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.types import Id, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    "linear_comment",
    "linear_user",
    "linear_event",
    "linear_sync",
    "linear_mapping",
    "linear_install",
    "linear_grant",
    "linear_connection",
    "claim",
)
def _columns() -> tuple[tuple[str, sa.Column[Any]], ...]:
    return (
        ("organization", sa.Column("linear_titles", sa.Boolean, nullable=False, server_default=sa.false())),
        ("organization", sa.Column("linear_paused_at", UtcDateTime)),
        ("issue_event", sa.Column("actor_name", sa.Text)),
        ("issue_event", sa.Column("assignee_name", sa.Text)),
        ("comment", sa.Column("author_name", sa.Text)),
        ("issue_file", sa.Column("linear_url", sa.Text)),
        ("customer_record", sa.Column("linear_customer_id", sa.Text)),
        ("linear_issue", sa.Column("title", sa.Text)),
        ("linear_issue", sa.Column("description", sa.Text)),
        ("linear_issue", sa.Column("priority", Id)),
        ("linear_issue", sa.Column("assignee_id", sa.Text)),
        ("linear_issue", sa.Column("assignee_name", sa.Text)),
        ("linear_issue", sa.Column("assignee_email", sa.Text)),
        ("linear_issue", sa.Column("seen_at", UtcDateTime)),
        ("linear_issue", sa.Column("wrote", sa.JSON)),
        ("linear_issue", sa.Column("reasons", sa.JSON)),
        ("linear_issue", sa.Column("made_by_us", sa.Boolean, nullable=False, server_default=sa.true())),
        ("linear_issue", sa.Column("mirrored", sa.Boolean, nullable=False, server_default=sa.true())),
        ("linear_issue", sa.Column("gone", sa.Text)),
        ("linear_issue", sa.Column("paused_at", UtcDateTime)),
        ("linear_issue", sa.Column("need_id", sa.Text)),
        ("linear_issue", sa.Column("threads", sa.JSON)),
        ("linear_issue", sa.Column("threads_at", UtcDateTime)),
        ("linear_issue", sa.Column("mirrored_at", UtcDateTime)),
    )


def upgrade() -> None:
    for table, column in _columns():
        op.add_column(table, column)
    # Several issues may follow one Linear issue.
    with op.batch_alter_table("linear_issue") as batch:
        batch.drop_constraint("uq_linear_issue_linear_id", type_="unique")
    op.create_index("ix_linear_issue_linear_id", "linear_issue", ["linear_id"])
    _make_connection_tables()
    _make_knowledge_tables()


def _make_connection_tables() -> None:
    op.create_table(
        "linear_connection",
        sa.Column("organization_id", Id, nullable=False, autoincrement=False),
        sa.Column("path", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("webhook_secret", sa.Text),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("linear_organization_id", sa.Text, nullable=False),
        sa.Column("linear_organization_name", sa.Text, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("connected_by_user_id", Id),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_linear_connection_organization_id_organization"),
        sa.ForeignKeyConstraint(["connected_by_user_id"], ["crm_user.id"], name="fk_linear_connection_connected_by_user_id_crm_user"),
        sa.PrimaryKeyConstraint("organization_id", name="pk_linear_connection"),
        sa.UniqueConstraint("path", name="uq_linear_connection_path"),
    )
    op.create_table(
        "linear_grant",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("access_token", sa.Text),
        sa.Column("refresh_token", sa.Text),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("refreshing_until", UtcDateTime),
        sa.Column("fence", Id, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("key", name="pk_linear_grant"),
    )
    op.create_table(
        "linear_install",
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("verifier", sa.Text, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_linear_install_organization_id_organization"),
        sa.ForeignKeyConstraint(["user_id"], ["crm_user.id"], name="fk_linear_install_user_id_crm_user"),
        sa.PrimaryKeyConstraint("state_hash", name="pk_linear_install"),
    )
    op.create_table(
        "claim",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_claim"),
    )


def _make_knowledge_tables() -> None:
    op.create_table(
        "linear_mapping",
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("state_id", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_linear_mapping_organization_id_organization"),
        sa.PrimaryKeyConstraint("organization_id", "status", name="pk_linear_mapping"),
    )
    op.create_table(
        "linear_sync",
        sa.Column("organization_id", Id, nullable=False, autoincrement=False),
        sa.Column("watermark", UtcDateTime),
        sa.Column("checked_at", UtcDateTime),
        sa.Column("told_at", UtcDateTime),
        sa.Column("missed", Id, nullable=False, server_default="0"),
        sa.Column("warned_at", UtcDateTime),
        sa.Column("customers", sa.Boolean),
        sa.Column("customers_at", UtcDateTime),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_linear_sync_organization_id_organization"),
        sa.PrimaryKeyConstraint("organization_id", name="pk_linear_sync"),
    )
    op.create_table(
        "linear_event",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_linear_event_organization_id_organization"),
        sa.PrimaryKeyConstraint("key", name="pk_linear_event"),
    )
    op.create_index(
        "ix_linear_event_organization_id_received_at", "linear_event", ["organization_id", "received_at"]
    )
    op.create_index("ix_linear_event_received_at", "linear_event", ["received_at"])
    op.create_table(
        "linear_user",
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("linear_user_id", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("looked_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_linear_user_organization_id_organization"),
        sa.PrimaryKeyConstraint("organization_id", "email", name="pk_linear_user"),
    )
    op.create_table(
        "linear_comment",
        sa.Column("comment_id", Id, nullable=False, autoincrement=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("linear_id", sa.Text, nullable=False),
        sa.Column("ours", sa.Boolean, nullable=False),
        sa.Column("body_hash", sa.String(64)),
        sa.Column("seen_at", UtcDateTime),
        sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("withheld", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.UniqueConstraint("issue_id", "linear_id", name="uq_linear_comment_issue_id_linear_id"),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name="fk_linear_comment_comment_id_comment"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_linear_comment_organization_id_organization"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_linear_comment_issue_id_issue"),
        sa.PrimaryKeyConstraint("comment_id", name="pk_linear_comment"),
    )
    op.create_index("ix_linear_comment_linear_id", "linear_comment", ["linear_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_linear_issue_linear_id", "linear_issue")
    # Of several issues that follow one Linear issue only the first can stay with it.
    op.execute(
        "DELETE FROM linear_issue WHERE issue_id NOT IN (SELECT min(issue_id) FROM linear_issue GROUP BY linear_id)"
    )
    with op.batch_alter_table("linear_issue") as batch:
        batch.create_unique_constraint("uq_linear_issue_linear_id", ["linear_id"])
    for table, column in reversed(_columns()):
        op.drop_column(table, column.name)
