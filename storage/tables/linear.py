"""The tables of Linear: connections, and what was last known of what is there.

Nothing in them leaves its organization: a team, and all that is in it, belongs to one organization at most.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class LinearConnection(Base):
    """An organization's own way to Linear. Whatever is secret is encrypted with ``SECRET_KEY``.

    ``path`` is the last part of its webhook's address; ``kind`` is ``api_key`` or ``oauth_app`` (whose tokens are a
    ``LinearGrant``, and whose ``secret`` is empty); ``actor_id`` and ``actor_name`` are who we are there.
    ``problem`` is why it does not work, in words; null: it does.
    """

    __tablename__ = "linear_connection"
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id"), primary_key=True, autoincrement=False
    )
    path: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    secret: Mapped[str]
    webhook_secret: Mapped[str | None]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    linear_organization_id: Mapped[str]
    linear_organization_name: Mapped[str]
    problem: Mapped[str | None]
    connected_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("crm_user.id"))
    created_at: Mapped[datetime]


class LinearGrant(Base):
    """An OAuth token that all replicas share, encrypted; ``key`` is whose: ``environment``, or an organization's.

    ``refreshing_until``: somebody fetches a new one, and has until then; ``fence`` proves who.
    """

    __tablename__ = "linear_grant"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    access_token: Mapped[str | None]
    refresh_token: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    refreshing_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(server_default="0")


class LinearInstall(Base):
    """A consent that somebody began to give in Linear, by the hash of its state: good for one answer.

    ``verifier`` proves that it is ended by whoever began it (PKCE), encrypted.
    """

    __tablename__ = "linear_install"
    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"))
    verifier: Mapped[str]
    expires_at: Mapped[datetime]


class LinearState(Base):
    """A workflow state of a team that belongs to an organization, as it was last read."""

    __tablename__ = "linear_state"
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    state_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    type: Mapped[str] = mapped_column(String(32))
    position: Mapped[float]


class LinearMapping(Base):
    """The state that an organization chose for one of our statuses, over the first of the wanted type."""

    __tablename__ = "linear_mapping"
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    status: Mapped[str] = mapped_column(String(16), primary_key=True)
    state_id: Mapped[str]


class LinearSync(Base):
    """How far an organization agrees with Linear.

    ``watermark``: up to when (Linear's time) changes were read by asking; ``checked_at``: when every open issue
    was looked for last. ``told_at``: when a webhook of it came last. ``missed``: how many changes only asking
    found since then; ``warned_at``: when the owner was told that the webhook seems to be off. ``customers``:
    whether the Linear workspace has customers, as read at ``customers_at``.
    """

    __tablename__ = "linear_sync"
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id"), primary_key=True, autoincrement=False
    )
    watermark: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    missed: Mapped[int] = mapped_column(server_default="0")
    warned_at: Mapped[datetime | None]
    customers: Mapped[bool | None]
    customers_at: Mapped[datetime | None]


class LinearEvent(Base):
    """A webhook's words, kept for rehearsal: what would it change under the present rules?"""

    __tablename__ = "linear_event"
    __table_args__ = (Index("ix_linear_event_organization_id_received_at", "organization_id", "received_at"),)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    received_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[dict[str, Any]]


class LinearUser(Base):
    """Who has this e-mail in an organization's Linear; ``linear_user_id`` is null where nobody has."""

    __tablename__ = "linear_user"
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    email: Mapped[str] = mapped_column(primary_key=True)
    linear_user_id: Mapped[str | None]
    name: Mapped[str | None]
    looked_at: Mapped[datetime]


class LinearIssue(Base):
    """The Linear issue of an issue, as it was last known. ``url`` is the short address, without the title's slug.

    ``title``, ``priority`` (Linear's number), ``assignee_*`` and ``description`` are what Linear last said, at its
    own time ``seen_at``; null: never read. ``wrote``: what we are writing, by field, until Linear's answer is
    recorded. ``reasons``: what was last decided of each field, and why. ``made_by_us``: false, it was linked.
    ``gone``: why it cannot be reached any more. ``mirrored``: false, Linear's own Slack app repeats the thread.
    ``paused_at``: nothing is exchanged since, on somebody's word. Several issues may follow one Linear issue.
    ``threads``: the addresses of threads elsewhere that Linear keeps in step with it, by the comments with which
    they begin, as they were known at ``threads_at``. ``mirrored_at``: since when it is ``mirrored`` again.
    """

    __tablename__ = "linear_issue"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True, autoincrement=False)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    linear_id: Mapped[str] = mapped_column(index=True)
    team_id: Mapped[str]
    identifier: Mapped[str]
    url: Mapped[str]
    state_id: Mapped[str]
    state_name: Mapped[str]
    state_type: Mapped[str]
    title: Mapped[str | None]
    description: Mapped[str | None]
    priority: Mapped[int | None]
    assignee_id: Mapped[str | None]
    assignee_name: Mapped[str | None]
    assignee_email: Mapped[str | None]
    seen_at: Mapped[datetime | None]
    wrote: Mapped[dict[str, Any] | None]
    reasons: Mapped[dict[str, Any] | None]
    made_by_us: Mapped[bool] = mapped_column(server_default=true())
    mirrored: Mapped[bool] = mapped_column(server_default=true())
    gone: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    need_id: Mapped[str | None]
    threads: Mapped[dict[str, Any] | None]
    threads_at: Mapped[datetime | None]
    mirrored_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class LinearComment(Base):
    """A comment's counterpart in Linear. ``ours``: we wrote it there; else it was written there, and taken over.

    ``body_hash`` is of what Linear returned, which renders Markdown anew; ``seen_at`` is Linear's own time: null,
    it does not stand there. ``withheld``: it is internal, and Linear would have repeated it elsewhere.
    """

    __tablename__ = "linear_comment"
    __table_args__ = (UniqueConstraint("issue_id", "linear_id"),)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True, autoincrement=False)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    linear_id: Mapped[str] = mapped_column(index=True)
    ours: Mapped[bool]
    body_hash: Mapped[str | None] = mapped_column(String(64))
    seen_at: Mapped[datetime | None]
    gone: Mapped[bool] = mapped_column(server_default=false())
    withheld: Mapped[bool] = mapped_column(server_default=false())
