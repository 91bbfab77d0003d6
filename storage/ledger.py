"""What came of effects that were posted: the message in Slack under each of them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.effects import Destination, EffectKind, EffectState, LaneKey
from storage import tables
from storage.types import database_now

_EFFECT, _LANE = tables.Effect, tables.Lane
OWED_AGAIN = "its message was gone; it is owed again"
LEFT = "its channel was left; the issue is shown elsewhere"


@dataclass(frozen=True)
class Entry:
    """How far an effect has come, and the message that came of it.

    Args:
        state: how far.
        channel_id: where it stands, or was to be posted; None: nothing was.
        thread_ts: the message under which it stands, if it is a reply.
        ts: Slack's name for it; None: none is known.
        first: how many seconds ago it was first sent, as far as it may have happened.
    """

    state: EffectState
    channel_id: str | None
    thread_ts: str | None
    ts: str | None
    first: float


@dataclass(frozen=True)
class Place:
    """Where an effect's message stands; ``ts`` None: none that stands there is its own."""

    channel_id: str
    ts: str | None
    thread_ts: str | None


@dataclass(frozen=True)
class Told:
    """What a message tells of one effect."""

    kind: EffectKind
    about: Mapping[str, int | str]
    channel_id: str
    ts: str


async def entry(session: AsyncSession, organization_id: int, effect_id: uuid.UUID) -> Entry | None:
    """What came of this effect?"""
    first = func.coalesce(_EFFECT.unsettled_since, _EFFECT.sent_at, _EFFECT.created_at)
    query = (
        select(
            _EFFECT.state,
            _EFFECT.channel_id,
            _EFFECT.thread_ts,
            _EFFECT.ts,
            first.label("first"),
            database_now().label("now"),
        )
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .where(_EFFECT.id == effect_id, _LANE.organization_id == organization_id)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    ago = (row.now - row.first).total_seconds()
    return Entry(EffectState(row.state), row.channel_id, row.thread_ts, row.ts, ago)


async def count_duplicates(session: AsyncSession, organization_id: int, effect_id: uuid.UUID, count: int) -> None:
    """Remember that so many more messages of an effect were found, and deleted."""
    lanes = select(_LANE.id).where(_LANE.organization_id == organization_id)
    mine = update(_EFFECT).where(_EFFECT.id == effect_id, _EFFECT.lane_id.in_(lanes))
    await session.execute(mine.values(duplicates=_EFFECT.duplicates + count))


async def forget(session: AsyncSession, organization_id: int, effect_id: uuid.UUID) -> None:
    """Forget the message of an effect: it does not stand there any more, and is owed by another effect."""
    lanes = select(_LANE.id).where(_LANE.organization_id == organization_id)
    mine = update(_EFFECT).where(_EFFECT.id == effect_id, _EFFECT.lane_id.in_(lanes))
    nothing = {"channel_id": None, "thread_ts": None, "ts": None}
    await session.execute(mine.values(**nothing, state=EffectState.SKIPPED, error=OWED_AGAIN))


async def leave_threads(session: AsyncSession, lane: LaneKey) -> None:
    """Forget the messages that stand because of this lane: what it shows is shown elsewhere from now on."""
    lanes = select(_LANE.id).where(_LANE.key == str(lane), _LANE.organization_id == lane.organization_id)
    delivered = _EFFECT.state.in_([EffectState.DONE, EffectState.SKIPPED])
    theirs = update(_EFFECT).where(_EFFECT.lane_id.in_(lanes), delivered, _EFFECT.ts.is_not(None))
    nothing = {"channel_id": None, "thread_ts": None, "ts": None}
    await session.execute(theirs.values(**nothing, state=EffectState.SKIPPED, error=LEFT))


async def place(session: AsyncSession, organization_id: int, effect_id: uuid.UUID, where: Place) -> None:
    """Let the message of an effect be this one."""
    lanes = select(_LANE.id).where(_LANE.organization_id == organization_id)
    mine = update(_EFFECT).where(_EFFECT.id == effect_id, _EFFECT.lane_id.in_(lanes))
    await session.execute(mine.values(channel_id=where.channel_id, thread_ts=where.thread_ts, ts=where.ts))


async def lane_of(session: AsyncSession, organization_id: int, effect_id: uuid.UUID) -> LaneKey:
    """In which lane is this effect? It must exist."""
    query = (
        select(_LANE.destination, _LANE.subject)
        .join(_EFFECT, _EFFECT.lane_id == _LANE.id)
        .where(_EFFECT.id == effect_id, _LANE.organization_id == organization_id)
    )
    row = (await session.execute(query)).one()
    return LaneKey(organization_id, Destination(row.destination), row.subject)


async def told_with(session: AsyncSession, organization_id: int, effect_id: uuid.UUID) -> list[Told]:
    """Which effects share the message of this one, itself among them? In their order; none: it has no message."""
    this = aliased(_EFFECT)
    query = (
        select(_EFFECT.kind, _EFFECT.about, _EFFECT.channel_id, _EFFECT.ts)
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .join(this, this.lane_id == _EFFECT.lane_id)
        .where(_LANE.organization_id == organization_id, this.id == effect_id)
        .where(_EFFECT.channel_id == this.channel_id, _EFFECT.ts == this.ts)
        .order_by(_EFFECT.seq)
    )
    rows = await session.execute(query)
    return [Told(EffectKind(row.kind), row.about, row.channel_id, row.ts) for row in rows]
