"""The tables of issues: what they are, what happened to them, and where they are shown."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class IssueCounter(Base):
    """The last number given out, by organization and year. Its row is the lock that leaves no gap."""

    __tablename__ = "issue_counter"
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Issue(Base):
    """An issue. ``raise_key`` makes raising it again answer the same one.

    ``raised_by_user_id`` is who raised it, where that is not the customer; ``source_url`` the message that it was
    raised from.
    """

    __tablename__ = "issue"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        Index("ix_issue_customer_newest", "customer_record_id", "id"),
        Index("ix_issue_organization_newest", "organization_id", "id"),
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
    raised_by_user_id: Mapped[int | None]
    source_url: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class IssueEvent(Base):
    """One thing that happened to an issue: who, what, from, to, when, through which door.

    ``assignee_user_id`` is who works on the issue since. ``actor_name`` and ``assignee_name`` are those of people
    in Linear whom the CRM does not know.
    """

    __tablename__ = "issue_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    actor_user_id: Mapped[int | None] = mapped_column(ForeignKey("crm_user.id"))
    actor_name: Mapped[str | None]
    what: Mapped[str] = mapped_column(String(32))
    was: Mapped[str | None]
    becomes: Mapped[str | None]
    assignee_user_id: Mapped[int | None]
    assignee_name: Mapped[str | None]
    door: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class IssueMessage(Base):
    """Where an issue is shown. ``ts`` is null until it is posted; a direct message knows its person first."""

    __tablename__ = "issue_message"
    __table_args__ = (Index("ix_issue_message_at", "channel_id", "ts"),)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(16), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    team_id: Mapped[str]
    channel_id: Mapped[str | None]
    slack_user_id: Mapped[str | None]
    ts: Mapped[str | None]
