"""What the outside told us, remembered by its delivery key."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables
from storage.upsert import upsert


async def is_news(session: AsyncSession, key: str, now: datetime) -> bool:
    """Remember a delivery; tells whether it is told for the first time."""
    statement = (
        upsert(session, tables.Inbox)
        .values(key=key, received_at=now, done_at=now)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(tables.Inbox.key)
    )
    return (await session.execute(statement)).first() is not None


async def is_known(session: AsyncSession, key: str) -> bool:
    """Was this told before?"""
    return await session.scalar(select(tables.Inbox.key).where(tables.Inbox.key == key)) is not None
