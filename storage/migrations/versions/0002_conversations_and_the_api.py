"""Comments, files, tokens, and what buttons need to know of an issue.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, UtcDateTime, UuidText

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("api_answer", "api_token", "inbox", "file_copy", "issue_file", "comment_copy", "comment", "user_mode")
COLUMNS = (
    ("crm_user", "email_team_id"),
    ("organization", "reply_marker"),
    ("organization", "reopen_days"),
    ("organization", "request_key"),
    ("channel_link", "button_ts"),
    ("issue", "raised_by_user_id"),
    ("issue", "source_url"),
    ("issue", "closed_at"),
    ("issue_event", "assignee_user_id"),
)


def upgrade() -> None:
    op.add_column("crm_user", sa.Column("email_team_id", sa.Text))
    op.add_column("organization", sa.Column("reply_marker", sa.Text, nullable=False, server_default="@customer"))
    op.add_column("organization", sa.Column("reopen_days", Id, nullable=False, server_default="14"))
    op.add_column("organization", sa.Column("request_key", sa.Text))
    op.create_index("ix_organization_request_key", "organization", ["request_key"], unique=True)
    op.add_column("channel_link", sa.Column("button_ts", sa.Text))
    op.add_column("issue", sa.Column("source_url", sa.Text))
    op.add_column("issue", sa.Column("closed_at", UtcDateTime))
    # No references: SQLite takes one with a new table only, and copying a table that others refer to loses rows.
    op.add_column("issue", sa.Column("raised_by_user_id", Id))
    op.add_column("issue_event", sa.Column("assignee_user_id", Id))
    op.create_index("ix_issue_organization_newest", "issue", ["organization_id", "id"])
    op.create_index("ix_issue_message_at", "issue_message", ["channel_id", "ts"])
    _create_people_tables()
    _create_conversation_tables()
    _create_api_tables()


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}")


def _create_people_tables() -> None:
    op.create_table(
        "user_mode",
        sa.Column("user_id", Id, nullable=False, autoincrement=False),
        sa.Column("profile_id", Id, nullable=False),
        _reference("user_mode", "user_id", "crm_user"),
        _reference("user_mode", "profile_id", "profile"),
        sa.PrimaryKeyConstraint("user_id", name="pk_user_mode"),
    )


def _create_conversation_tables() -> None:
    op.create_table(
        "comment",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("client_id", UuidText, nullable=False),
        sa.Column("author_user_id", Id),
        sa.Column("by_customer", sa.Boolean, nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("door", sa.String(16), nullable=False),
        sa.Column("request_key", sa.Text),
        sa.Column("source_team_id", sa.Text),
        sa.Column("source_channel_id", sa.Text),
        sa.Column("source_ts", sa.Text),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("edited_at", UtcDateTime),
        sa.Column("deleted_at", UtcDateTime),
        _reference("comment", "organization_id", "organization"),
        _reference("comment", "issue_id", "issue"),
        _reference("comment", "author_user_id", "crm_user"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
        sa.UniqueConstraint("client_id", name="uq_comment_client_id"),
        sa.UniqueConstraint("request_key", name="uq_comment_request_key"),
        sa.UniqueConstraint(
            "source_team_id",
            "source_channel_id",
            "source_ts",
            name="uq_comment_source_team_id_source_channel_id_source_ts",
        ),
    )
    op.create_index("ix_comment_issue_id", "comment", ["issue_id", "id"])
    op.create_table(
        "comment_copy",
        sa.Column("comment_id", Id, nullable=False, autoincrement=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        _reference("comment_copy", "comment_id", "comment"),
        _reference("comment_copy", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("comment_id", "audience", name="pk_comment_copy"),
    )
    op.create_table(
        "issue_file",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("comment_id", Id),
        sa.Column("team_id", sa.Text, nullable=False),
        sa.Column("slack_file_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mimetype", sa.Text, nullable=False),
        sa.Column("size", Id, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        _reference("issue_file", "organization_id", "organization"),
        _reference("issue_file", "issue_id", "issue"),
        _reference("issue_file", "comment_id", "comment"),
        sa.PrimaryKeyConstraint("id", name="pk_issue_file"),
        sa.UniqueConstraint("issue_id", "slack_file_id", name="uq_issue_file_issue_id_slack_file_id"),
    )
    op.create_table(
        "file_copy",
        sa.Column("file_id", Id, nullable=False, autoincrement=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("slack_file_id", sa.Text, nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("shared_at", UtcDateTime),
        _reference("file_copy", "file_id", "issue_file"),
        _reference("file_copy", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("file_id", "audience", name="pk_file_copy"),
    )
    op.create_table(
        "inbox",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_inbox"),
    )


def _create_api_tables() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", Id, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("hint", sa.String(16), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("last_used_at", UtcDateTime),
        sa.Column("revoked_at", UtcDateTime),
        _reference("api_token", "user_id", "crm_user"),
        _reference("api_token", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
    )
    op.create_index("ix_api_token_user_id", "api_token", ["user_id"])
    op.create_table(
        "api_answer",
        sa.Column("token_id", Id, nullable=False, autoincrement=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("status", Id),
        sa.Column("answer", sa.JSON),
        sa.Column("created_at", UtcDateTime, nullable=False),
        _reference("api_answer", "token_id", "api_token"),
        sa.PrimaryKeyConstraint("token_id", "key", name="pk_api_answer"),
    )
    op.create_index("ix_api_answer_created_at", "api_answer", ["created_at"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_organization_request_key", "organization")
    op.drop_index("ix_issue_message_at", "issue_message")
    op.drop_index("ix_issue_organization_newest", "issue")
    for table, column in COLUMNS:
        op.drop_column(table, column)
