"""The first tables.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, UtcDateTime, UuidText

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "linear_issue",
    "issue_message",
    "issue_event",
    "issue",
    "effect",
    "workspace_owner",
    "vendor_record",
    "profile",
    "linear_state",
    "lane",
    "issue_counter",
    "customer_record",
    "channel_link",
    "slack_identity",
    "organization",
    "invite",
    "crm_user",
)


def upgrade() -> None:
    op.create_table(
        "crm_user",
        sa.Column("id", Id, nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_trusted", sa.Boolean(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_crm_user"),
    )
    op.create_index("ix_crm_user_email", "crm_user", ["email"], unique=False)

    op.create_table(
        "invite",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name="pk_invite"),
    )
    op.create_table(
        "organization",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("customers_join", sa.String(length=16), nullable=False),
        sa.Column("owner_user_id", Id, nullable=False),
        sa.Column("linear_team_id", sa.Text(), nullable=True),
        sa.Column("linear_team_key", sa.Text(), nullable=True),
        sa.Column("linear_team_name", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_user_id"], ["crm_user.id"], name="fk_organization_owner_user_id_crm_user"),
        sa.PrimaryKeyConstraint("id", name="pk_organization"),
        sa.UniqueConstraint("linear_team_id", name="uq_organization_linear_team_id"),
        sa.UniqueConstraint("name_key", name="uq_organization_name_key"),
        sa.UniqueConstraint("slug", name="uq_organization_slug"),
    )
    op.create_table(
        "slack_identity",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("slack_user_id", sa.Text(), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["crm_user.id"], name="fk_slack_identity_user_id_crm_user"),
        sa.PrimaryKeyConstraint("team_id", "slack_user_id", name="pk_slack_identity"),
    )
    op.create_index("ix_slack_identity_user_id", "slack_identity", ["user_id"], unique=False)

    op.create_table(
        "channel_link",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("intake", sa.Boolean(), nullable=False),
        sa.Column("triage", sa.Boolean(), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_channel_link_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("team_id", "channel_id", name="pk_channel_link"),
    )
    op.create_index(
        "ix_channel_link_one_triage",
        "channel_link",
        ["organization_id"],
        unique=True,
        postgresql_where=sa.text("triage"),
        sqlite_where=sa.text("triage"),
    )
    op.create_index("ix_channel_link_organization_id", "channel_link", ["organization_id"], unique=False)

    op.create_table(
        "customer_record",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_customer_record_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["crm_user.id"], name="fk_customer_record_user_id_crm_user"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_record"),
        sa.UniqueConstraint("user_id", "organization_id", name="uq_customer_record_user_id_organization_id"),
    )
    op.create_index("ix_customer_record_organization_id", "customer_record", ["organization_id"], unique=False)

    op.create_table(
        "issue_counter",
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("year", Id, autoincrement=False, nullable=False),
        sa.Column("last", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_issue_counter_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("organization_id", "year", name="pk_issue_counter"),
    )
    op.create_table(
        "lane",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("destination", sa.String(length=16), nullable=False),
        sa.Column("next_seq", Id, nullable=False),
        sa.Column("head", Id, nullable=False),
        sa.Column("due", UtcDateTime(), nullable=True),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("fence", Id, nullable=False),
        sa.Column("nudges", Id, nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("blocked", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_lane_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lane"),
        sa.UniqueConstraint("key", name="uq_lane_key"),
    )
    op.create_index(
        "ix_lane_due",
        "lane",
        ["due"],
        unique=False,
        postgresql_where=sa.text("due IS NOT NULL"),
        sqlite_where=sa.text("due IS NOT NULL"),
    )
    op.create_index("ix_lane_organization_id", "lane", ["organization_id"], unique=False)
    op.create_index("ix_lane_subject", "lane", ["subject"], unique=False)

    op.create_table(
        "linear_state",
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("state_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_linear_state_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("organization_id", "state_id", name="pk_linear_state"),
    )
    op.create_table(
        "profile",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_profile_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["crm_user.id"], name="fk_profile_user_id_crm_user"),
        sa.PrimaryKeyConstraint("id", name="pk_profile"),
        sa.UniqueConstraint("user_id", "organization_id", "kind", name="uq_profile_user_id_organization_id_kind"),
    )
    op.create_index(
        "ix_profile_one_primary",
        "profile",
        ["user_id", "organization_id"],
        unique=True,
        postgresql_where=sa.text("is_primary"),
        sqlite_where=sa.text("is_primary"),
    )
    op.create_index("ix_profile_organization_id", "profile", ["organization_id"], unique=False)

    op.create_table(
        "vendor_record",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_vendor_record_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["crm_user.id"], name="fk_vendor_record_user_id_crm_user"),
        sa.PrimaryKeyConstraint("id", name="pk_vendor_record"),
        sa.UniqueConstraint("user_id", "organization_id", name="uq_vendor_record_user_id_organization_id"),
    )
    op.create_index("ix_vendor_record_organization_id", "vendor_record", ["organization_id"], unique=False)

    op.create_table(
        "workspace_owner",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_workspace_owner_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("team_id", "organization_id", name="pk_workspace_owner"),
    )
    op.create_table(
        "effect",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("lane_id", Id, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", Id, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name="fk_effect_lane_id_lane"),
        sa.PrimaryKeyConstraint("id", name="pk_effect"),
        sa.UniqueConstraint("lane_id", "seq", name="uq_effect_lane_id_seq"),
    )
    op.create_table(
        "issue",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("customer_record_id", Id, nullable=False),
        sa.Column("assignee_user_id", Id, nullable=True),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("origin_team_id", sa.Text(), nullable=True),
        sa.Column("origin_channel_id", sa.Text(), nullable=True),
        sa.Column("raise_key", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_user_id"], ["crm_user.id"], name="fk_issue_assignee_user_id_crm_user"),
        sa.ForeignKeyConstraint(
            ["customer_record_id"], ["customer_record.id"], name="fk_issue_customer_record_id_customer_record"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_issue_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_issue"),
        sa.UniqueConstraint("organization_id", "number", name="uq_issue_organization_id_number"),
        sa.UniqueConstraint("raise_key", name="uq_issue_raise_key"),
    )
    op.create_index("ix_issue_customer_newest", "issue", ["customer_record_id", "id"], unique=False)

    op.create_table(
        "issue_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("actor_user_id", Id, nullable=True),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("was", sa.Text(), nullable=True),
        sa.Column("becomes", sa.Text(), nullable=True),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_user_id"], ["crm_user.id"], name="fk_issue_event_actor_user_id_crm_user"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_issue_event_issue_id_issue"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_issue_event_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_issue_event"),
    )
    op.create_index("ix_issue_event_issue_id", "issue_event", ["issue_id"], unique=False)

    op.create_table(
        "issue_message",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=True),
        sa.Column("slack_user_id", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_issue_message_issue_id_issue"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_issue_message_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("issue_id", "audience", name="pk_issue_message"),
    )
    op.create_table(
        "linear_issue",
        sa.Column("issue_id", Id, autoincrement=False, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("linear_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state_id", sa.Text(), nullable=False),
        sa.Column("state_name", sa.Text(), nullable=False),
        sa.Column("state_type", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_linear_issue_issue_id_issue"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_linear_issue_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("issue_id", name="pk_linear_issue"),
        sa.UniqueConstraint("linear_id", name="uq_linear_issue_linear_id"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
