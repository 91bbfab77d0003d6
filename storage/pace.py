"""How fast the outside is asked, shared by all replicas: when the next turn under a key is free."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.pace import Pace, free_after_pause, next_turn
from storage import tables
from storage.types import database_now
from storage.upsert import upsert

_PACE = tables.Pace


async def take_turn(session: AsyncSession, key: str, pace: Pace) -> float:
    """Give out the next turn under a key; returns in how many seconds it comes, 0 for now.

    The turn is taken, now or later: whoever asks again is given another one.
    """
    free_at, now = await _locked(session, key)
    turn = next_turn(free_at, now, pace)
    await _set(session, key, turn.free_at)
    return turn.wait


async def pause(session: AsyncSession, key: str, pace: Pace, seconds: float) -> None:
    """Give out no turn under a key for so many seconds: the outside asked for it."""
    free_at, now = await _locked(session, key)
    await _set(session, key, free_after_pause(free_at, now, pace, seconds))


async def seconds_until_free(session: AsyncSession, key: str) -> float:
    """In how many seconds may the outside be asked under a key? 0: now. It takes no turn."""
    row = (await session.execute(select(_PACE.free_at, database_now()).where(_PACE.key == key))).one_or_none()
    return 0.0 if row is None else max(0.0, (row[0] - row[1]).total_seconds())


async def _locked(session: AsyncSession, key: str) -> tuple[datetime, datetime]:
    """Return when the key is free and what time it is; nobody else takes a turn until the commit."""
    query = select(_PACE.free_at, database_now()).where(_PACE.key == key).with_for_update()
    row = (await session.execute(query)).one_or_none()
    if row is None:
        new = upsert(session, _PACE).values(key=key, free_at=database_now())
        await session.execute(new.on_conflict_do_nothing(index_elements=["key"]))
        row = (await session.execute(query)).one()
    return row[0], row[1]


async def _set(session: AsyncSession, key: str, free_at: datetime) -> None:
    await session.execute(update(_PACE).where(_PACE.key == key).values(free_at=free_at))
