"""The tables of organizations: their settings, workspaces, channels and invitations."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class Organization(Base):
    """A vendor company. ``name_key`` is the name as names are compared.

    ``reply_marker`` begins an internal reply that is meant for the customer; ``reopen_days``: for how many days a
    closed issue can be reopened. ``request_key`` makes registering again answer the same organization.
    ``linear_titles``: a title that is changed in Linear is taken over; ``linear_paused_at``: since when nothing is
    exchanged with Linear, on the owner's word.
    """

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
    reply_marker: Mapped[str] = mapped_column(server_default="@customer")
    reopen_days: Mapped[int] = mapped_column(server_default="14")
    linear_titles: Mapped[bool] = mapped_column(server_default=false())
    linear_paused_at: Mapped[datetime | None]
    request_key: Mapped[str | None] = mapped_column(unique=True, index=True)
    created_at: Mapped[datetime]


class WorkspaceOwner(Base):
    """An organization owns a Slack workspace: its members may be recognized by their e-mail."""

    __tablename__ = "workspace_owner"
    team_id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)


class ChannelLink(Base):
    """What a channel is to an organization. One row a channel: it never serves two organizations.

    ``button_ts`` is the pinned message with the Raise issue button, once it is posted. ``lost`` is why the bot
    cannot use the channel, once the organization's owner was told of it. ``heard_at`` is when that of which Slack
    told last happened to it: losses and returns are not told in their order.
    """

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
    button_ts: Mapped[str | None]
    lost: Mapped[str | None]
    heard_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Invite(Base):
    """A one-time code that lets somebody register an organization. Only its hash is kept."""

    __tablename__ = "invite"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
