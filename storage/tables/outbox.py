"""The tables of the outbox: lanes and the effects in them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class Lane(Base):
    """An ordering key of the outbox: its effects are delivered one after another.

    ``head`` is the next to deliver, ``next_seq`` the next to give out; ``due`` is null where nothing waits, and
    where the lane is blocked it is when that is looked at again. ``fence`` grows with each lease: a write under an
    older one changes nothing.
    ``nudges`` grows when what the lane waits for has come, so that a worker that was just told "not yet" sees it.
    ``granted`` names the pace in which the lane's turn was given out, for the time at which it is due.
    """

    __tablename__ = "lane"
    __table_args__ = (
        Index(
            "ix_lane_due",
            "due",
            postgresql_where=text("due IS NOT NULL"),
            sqlite_where=text("due IS NOT NULL"),
        ),
        Index(
            "ix_lane_blocked",
            "organization_id",
            postgresql_where=text("blocked IS NOT NULL"),
            sqlite_where=text("blocked IS NOT NULL"),
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
    granted: Mapped[str | None]


class Effect(Base):
    """One thing that is owed to the outside.

    ``sent_at``: when the last attempt began, null when it is known not to have happened. ``unsettled_since`` and
    ``unsettled_until``: the first and the last of those before it that may have happened. ``channel_id``,
    ``thread_ts`` and ``ts``: the message in Slack that came of it; without ``ts``, where it was to be posted.
    ``duplicates``: how many more of them came, and were deleted.
    """

    __tablename__ = "effect"
    __table_args__ = (
        UniqueConstraint("lane_id", "seq"),
        Index(
            "ix_effect_duplicates",
            "duplicates",
            postgresql_where=text("duplicates > 0"),
            sqlite_where=text("duplicates > 0"),
        ),
    )
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
    sent_at: Mapped[datetime | None]
    unsettled_since: Mapped[datetime | None]
    unsettled_until: Mapped[datetime | None]
    channel_id: Mapped[str | None]
    thread_ts: Mapped[str | None]
    ts: Mapped[str | None]
    duplicates: Mapped[int] = mapped_column(server_default="0")


class Pace(Base):
    """How fast the outside may be asked: when the next turn under this key is free. All replicas share it."""

    __tablename__ = "pace"
    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    free_at: Mapped[datetime]
    paused_until: Mapped[datetime | None]


class Claim(Base):
    """Work that one of several replicas does at a time: nobody else begins it before ``until``."""

    __tablename__ = "claim"
    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    until: Mapped[datetime]
