"""The tables of conversations: comments, their copies in Slack, files, and what Slack told us already."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class Comment(Base):
    """A text by a person on an issue. ``source_*`` is the Slack message in which it was said, if it was.

    ``request_key`` makes saying it again answer the same comment; ``client_id`` is its id in Linear.
    ``by_customer``: it was said for the customer's side, not for the organization's. ``author_name`` is that of
    somebody in Linear whom the CRM does not know.
    """

    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("source_team_id", "source_channel_id", "source_ts"),
        Index("ix_comment_issue_id", "issue_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    client_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    author_user_id: Mapped[int | None] = mapped_column(ForeignKey("crm_user.id"))
    author_name: Mapped[str | None]
    by_customer: Mapped[bool]
    visibility: Mapped[str] = mapped_column(String(16))
    text: Mapped[str]
    door: Mapped[str] = mapped_column(String(16))
    request_key: Mapped[str | None] = mapped_column(unique=True)
    source_team_id: Mapped[str | None]
    source_channel_id: Mapped[str | None]
    source_ts: Mapped[str | None]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class CommentCopy(Base):
    """Where a comment was repeated in Slack, for those who are not where it was said."""

    __tablename__ = "comment_copy"
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True, autoincrement=False)
    audience: Mapped[str] = mapped_column(String(16), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    channel_id: Mapped[str]
    ts: Mapped[str]


class IssueFile(Base):
    """A file that somebody gave with an issue, or with a comment on it. ``size`` is in bytes.

    ``linear_url`` is where Linear keeps it, once it was taken there; empty: Linear does not take it.
    """

    __tablename__ = "issue_file"
    __table_args__ = (UniqueConstraint("issue_id", "slack_file_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    team_id: Mapped[str]
    slack_file_id: Mapped[str]
    name: Mapped[str]
    mimetype: Mapped[str]
    size: Mapped[int]
    linear_url: Mapped[str | None]
    created_at: Mapped[datetime]


class FileCopy(Base):
    """Our own file in Slack that repeats one. Its id is stored before the upload is completed, by ``begun_at``."""

    __tablename__ = "file_copy"
    file_id: Mapped[int] = mapped_column(ForeignKey("issue_file.id"), primary_key=True, autoincrement=False)
    audience: Mapped[str] = mapped_column(String(16), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    slack_file_id: Mapped[str]
    begun_at: Mapped[datetime]
    shared_at: Mapped[datetime | None]


class Inbox(Base):
    """What the outside told us, by its delivery key, so that a second telling changes nothing.

    ``body`` is what it told, kept only until it was acted on; ``attempts``: how often the sweep took it up;
    ``again_at``: when it does next, null where nothing waits. ``done_at``: when it was acted on; null together with
    ``again_at``: it was given up, and ``error`` tells why.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_again_at",
            "again_at",
            postgresql_where=text("done_at IS NULL"),
            sqlite_where=text("done_at IS NULL"),
        ),
    )
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[dict[str, Any] | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    again_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]
