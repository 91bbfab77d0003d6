"""The tables. Only storage touches them; migrations make the schema, and a test holds them to this file."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.types import Id, UtcDateTime, UuidText


class Base(DeclarativeBase):
    """What all tables share: constraints have names, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain attribute
        int: Id,
        str: Text,
        datetime: UtcDateTime,
        uuid.UUID: UuidText,
        dict[str, Any]: JSON,
    }


class CrmUser(Base):
    """A person. ``email_trusted``: said of a full member by the owning workspace, or by who registered."""

    __tablename__ = "crm_user"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(index=True)
    email_trusted: Mapped[bool]
    first_name: Mapped[str]
    last_name: Mapped[str]
    active: Mapped[bool]
    created_at: Mapped[datetime]


class Organization(Base):
    """A vendor company. ``name_key`` is the name as names are compared."""

    __tablename__ = "organization"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    customers_join: Mapped[str] = mapped_column(String(16))
    owner_user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"))
    linear_team_id: Mapped[str | None] = mapped_column(unique=True)
    linear_team_key: Mapped[str | None]
    linear_team_name: Mapped[str | None]
    created_at: Mapped[datetime]


class WorkspaceOwner(Base):
    """An organization owns a Slack workspace: its members may be recognized by their e-mail."""

    __tablename__ = "workspace_owner"
    team_id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)


class Profile(Base):
    """What a user is in one organization."""

    __tablename__ = "profile"
    __table_args__ = (
        UniqueConstraint("user_id", "organization_id", "kind"),
        Index(
            "ix_profile_one_primary",
            "user_id",
            "organization_id",
            unique=True,
            postgresql_where=text("is_primary"),
            sqlite_where=text("is_primary"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool]
    is_primary: Mapped[bool]
    created_at: Mapped[datetime]


class SlackIdentity(Base):
    """Who a Slack account is in the CRM, and the rule that matched."""

    __tablename__ = "slack_identity"
    team_id: Mapped[str] = mapped_column(primary_key=True)
    slack_user_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"), index=True)
    rule: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class VendorRecord(Base):
    """A vendor in an organization."""

    __tablename__ = "vendor_record"
    __table_args__ = (UniqueConstraint("user_id", "organization_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    created_at: Mapped[datetime]


class CustomerRecord(Base):
    """A customer of an organization."""

    __tablename__ = "customer_record"
    __table_args__ = (UniqueConstraint("user_id", "organization_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    created_at: Mapped[datetime]


class ChannelLink(Base):
    """What a channel is to an organization. One row a channel: it never serves two organizations."""

    __tablename__ = "channel_link"
    __table_args__ = (
        Index(
            "ix_channel_link_one_triage",
            "organization_id",
            unique=True,
            postgresql_where=text("triage"),
            sqlite_where=text("triage"),
        ),
    )
    team_id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    intake: Mapped[bool]
    triage: Mapped[bool]
    visibility: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class IssueCounter(Base):
    """The last number given out, by organization and year. Its row is the lock that leaves no gap."""

    __tablename__ = "issue_counter"
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Issue(Base):
    """An issue. ``raise_key`` makes raising it again answer the same one."""

    __tablename__ = "issue"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        Index("ix_issue_customer_newest", "customer_record_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    number: Mapped[str] = mapped_column(String(32))
    title: Mapped[str]
    description: Mapped[str]
    status: Mapped[str] = mapped_column(String(16))
    priority: Mapped[str] = mapped_column(String(16))
    category: Mapped[str]
    customer_record_id: Mapped[int] = mapped_column(ForeignKey("customer_record.id"))
    assignee_user_id: Mapped[int | None] = mapped_column(ForeignKey("crm_user.id"))
    origin: Mapped[str] = mapped_column(String(16))
    origin_team_id: Mapped[str | None]
    origin_channel_id: Mapped[str | None]
    raise_key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class IssueEvent(Base):
    """One thing that happened to an issue: who, what, from, to, when, through which door."""

    __tablename__ = "issue_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    actor_user_id: Mapped[int | None] = mapped_column(ForeignKey("crm_user.id"))
    what: Mapped[str] = mapped_column(String(32))
    was: Mapped[str | None]
    becomes: Mapped[str | None]
    door: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class IssueMessage(Base):
    """Where an issue is shown. ``ts`` is null until it is posted; a direct message knows its person first."""

    __tablename__ = "issue_message"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(16), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    team_id: Mapped[str]
    channel_id: Mapped[str | None]
    slack_user_id: Mapped[str | None]
    ts: Mapped[str | None]


class LinearIssue(Base):
    """The Linear issue of an issue. ``url`` is the short address, without the title's slug."""

    __tablename__ = "linear_issue"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True, autoincrement=False)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    linear_id: Mapped[str] = mapped_column(unique=True)
    team_id: Mapped[str]
    identifier: Mapped[str]
    url: Mapped[str]
    state_id: Mapped[str]
    state_name: Mapped[str]
    state_type: Mapped[str]
    created_at: Mapped[datetime]


class LinearState(Base):
    """A workflow state of a team that belongs to an organization, as it was last read."""

    __tablename__ = "linear_state"
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    state_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    type: Mapped[str] = mapped_column(String(32))
    position: Mapped[float]


class Invite(Base):
    """A one-time code that lets somebody register an organization. Only its hash is kept."""

    __tablename__ = "invite"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Lane(Base):
    """An ordering key of the outbox: its effects are delivered one after another.

    ``head`` is the next to deliver, ``next_seq`` the next to give out; ``due`` is null where nothing waits
    or the lane is blocked. ``fence`` grows with each lease: a write under an older one changes nothing.
    ``nudges`` grows when what the lane waits for has come, so that a worker that was just told "not yet" sees it.
    """

    __tablename__ = "lane"
    __table_args__ = (
        Index(
            "ix_lane_due",
            "due",
            postgresql_where=text("due IS NOT NULL"),
            sqlite_where=text("due IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    subject: Mapped[str] = mapped_column(String(64), index=True)
    destination: Mapped[str] = mapped_column(String(16))
    next_seq: Mapped[int]
    head: Mapped[int]
    due: Mapped[datetime | None]
    owner: Mapped[str | None] = mapped_column(String(64))
    fence: Mapped[int]
    nudges: Mapped[int]
    lease_until: Mapped[datetime | None]
    blocked: Mapped[str | None]


class Effect(Base):
    """One thing that is owed to the outside."""

    __tablename__ = "effect"
    __table_args__ = (UniqueConstraint("lane_id", "seq"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    lane_id: Mapped[int] = mapped_column(ForeignKey("lane.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    about: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
