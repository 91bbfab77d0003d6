"""How fast the outside is asked, shared by all replicas: when the next turn under a key is free."""

from functools import cache
from typing import Any

from sqlalchemy import Executable, Float, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.pace import Pace, free_after_pause, next_turn
from storage import tables
from storage.built import run, value
from storage.types import database_now
from storage.upsert import upsert_in

_PACES = tables.core(tables.Pace)
_PACE = _PACES.c


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
    await run(session, _TAKE, key=key, free_at=turn.free_at)
    return turn.wait


_TAKE = update(_PACES).where(_PACE.key == value("key")).values(free_at=value("free_at"))


async def pause(session: AsyncSession, key: str, pace: Pace, seconds: float) -> None:
    """Let nobody go under a key for so many seconds: the outside asked for it."""
    row = await _locked(session, key)
    free_at = free_after_pause(row.free_at, row.now, pace, seconds)
    await run(session, _PAUSE, key=key, free_at=free_at, seconds=seconds)


_PAUSE = _TAKE.values(paused_until=database_now(value("seconds", Float())))


async def _locked(session: AsyncSession, key: str) -> Any:
    """Return when the key is free, until when it is paused, and what time it is; nobody else may change it now."""
    row = (await run(session, _LOCK, key=key)).one_or_none()
    if row is None:
        await run(session, _add, key=key)
        row = (await run(session, _LOCK, key=key)).one()
    return row


_LOCK = (
    select(_PACE.free_at, _PACE.paused_until, database_now().label("now"))
    .where(_PACE.key == value("key"))
    .with_for_update()
)


@cache
def _add(dialect: str) -> Executable:
    new = upsert_in(dialect, _PACES).values(key=value("key"), free_at=database_now())
    statement: Executable = new.on_conflict_do_nothing(index_elements=["key"])
    return statement
