"""The simplest thing that can be written: an invitation's code, which hangs on nothing else."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import organizations, tables
from storage.transaction import Transaction
from tests.storage.seeds import NOW


async def note(session: AsyncSession, code: str) -> None:
    """Write a row."""
    await organizations.add_invite(session, code, now=NOW, expires_at=NOW + timedelta(days=1))


async def noted(transaction: Transaction) -> set[str]:
    """Return which rows there are."""

    async def look(session: AsyncSession) -> set[str]:
        return set(await session.scalars(select(tables.Invite.code_hash)))

    return await transaction.read(look)
