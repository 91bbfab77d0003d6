"""How fast the outside is asked, shared by all replicas: when the next turn under a key is free."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.pace import Pace, free_after_pause, next_turn
from storage import tables
from storage.types import database_now
from storage.upsert import upsert

_PACE = tables.Pace


async def take_turn(session: AsyncSession, key: str, pace: Pace, *, granted: bool) -> float:
    """Give out the next turn under a key; returns in how many seconds it comes, 0 for now.

    Args:
        session: of the turn: it is taken, now or later, and whoever asks again is given another one.
        key: whose turns.
        pace: how fast.
        granted: this is a turn that was given out; it holds unless the outside asked for a pause since.
    """
    row = await _locked(session, key)
    if granted and (row.paused_until is None or row.paused_until <= row.now):
        return 0.0
    turn = next_turn(row.free_at, row.now, pace)
    await session.execute(update(_PACE).where(_PACE.key == key).values(free_at=turn.free_at))
    return turn.wait


async def pause(session: AsyncSession, key: str, pace: Pace, seconds: float) -> None:
    """Let nobody go under a key for so many seconds: the outside asked for it."""
    row = await _locked(session, key)
    free_at = free_after_pause(row.free_at, row.now, pace, seconds)
    changed = {"free_at": free_at, "paused_until": database_now(seconds)}
    await session.execute(update(_PACE).where(_PACE.key == key).values(changed))


async def _locked(session: AsyncSession, key: str) -> Any:
    """Return when the key is free, until when it is paused, and what time it is; nobody else may change it now."""
    now = database_now().label("now")
    query = select(_PACE.free_at, _PACE.paused_until, now).where(_PACE.key == key).with_for_update()
    row = (await session.execute(query)).one_or_none()
    if row is None:
        new = upsert(session, _PACE).values(key=key, free_at=database_now())
        await session.execute(new.on_conflict_do_nothing(index_elements=["key"]))
        row = (await session.execute(query)).one()
    return row
