"""Time goes by for the bot's questions to Linear: every ten minutes for what changed, once a day for all of it.

Nobody here has that time, so the marks of when it was asked last are moved back. The bot asks when it starts.
"""

import contextlib

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_webhook import MANY_MISSED
from bot.errors import UnavailableError
from storage import linear_sync, tables
from storage.transaction import Transaction, Work

_CLAIM, _SYNC = tables.Claim, tables.LinearSync
# How the claims of whoever asks begin (bot/delivery/linear_reconciling.py).
_CLAIMED = "linear:reconcile:"


class Reading:
    """Moves the marks.

    Args:
        transaction: on a connection of its own, which no fault reaches.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def let_ten_minutes_pass(self) -> None:
        """Let it be time to ask again."""

        async def write(session: AsyncSession) -> None:
            await session.execute(delete(_CLAIM).where(_CLAIM.key.startswith(_CLAIMED)))

        await self._write(write)

    async def let_a_day_pass(self) -> None:
        """Let it be time to look for all that is open."""

        async def write(session: AsyncSession) -> None:
            await session.execute(update(_SYNC).values(checked_at=None))

        await self._write(write)

    async def miss_many(self) -> None:
        """Let so much have been found by asking alone, minutes ago, that the webhook seems to be off."""

        async def write(session: AsyncSession) -> None:
            for team in await linear_sync.teams_to_read(session):
                await linear_sync.note_missed(session, team.organization_id, MANY_MISSED)

        await self._write(write)

    async def forget(self) -> None:
        """Let nothing have been asked yet."""

        async def write(session: AsyncSession) -> None:
            await session.execute(delete(_CLAIM).where(_CLAIM.key.startswith(_CLAIMED)))
            await session.execute(update(_SYNC).values(checked_at=None, watermark=None))

        await self._transaction.write(write)

    async def is_done(self) -> bool:
        """Tell whether all was asked for, and followed, since ``forget``."""

        async def look(session: AsyncSession) -> bool:
            teams = [team.organization_id for team in await linear_sync.teams_to_read(session)]
            read = select(_SYNC.organization_id).where(_SYNC.checked_at.is_not(None), _SYNC.watermark.is_not(None))
            return set(teams) <= set(await session.scalars(read))

        return await self._transaction.read(look)

    async def _write(self, work: Work[None]) -> None:
        # SQLite may be held: then time stands still.
        with contextlib.suppress(UnavailableError):
            await self._transaction.write(work)
