"""What came of effects that were posted: the message in Slack under each of them."""

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import EffectState
from storage import tables
from storage.types import database_now

_EFFECT, _LANE = tables.Effect, tables.Lane


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
    """Forget the message of an effect: it does not stand there any more."""
    lanes = select(_LANE.id).where(_LANE.organization_id == organization_id)
    mine = update(_EFFECT).where(_EFFECT.id == effect_id, _EFFECT.lane_id.in_(lanes))
    await session.execute(mine.values(channel_id=None, thread_ts=None, ts=None))
