"""Work that one of several replicas does at a time."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables
from storage.upsert import upsert

_CLAIM = tables.Claim


async def claim(session: AsyncSession, key: str, *, now: datetime, until: datetime) -> bool:
    """Take this work until then (UTC); tells whether nobody else has it."""
    statement = (
        upsert(session, _CLAIM)
        .values(key=key, until=until)
        .on_conflict_do_update(index_elements=["key"], set_={"until": until}, where=_CLAIM.until <= now)
        .returning(_CLAIM.key)
    )
    return (await session.execute(statement)).first() is not None


async def release(session: AsyncSession, key: str) -> None:
    """Let anybody do this work from now on."""
    await session.execute(delete(_CLAIM).where(_CLAIM.key == key))
