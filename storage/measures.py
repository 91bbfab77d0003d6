"""What there is to measure, for who runs the program: counts of all organizations together, and nobody's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.trouble import StuckSince
from storage import tables
from storage.blocked import Waiting, stuck_everywhere, waiting_everywhere


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What is counted.

    Args:
        waiting: deliveries that are owed, those that are stuck included.
        stuck: lanes that are stuck, by cause.
        duplicates: messages in Slack that were there twice and were deleted, since the beginning.
        inbox_waiting: what Slack or Linear told us and is not acted on yet.
    """

    waiting: Waiting
    stuck: Sequence[StuckSince]
    duplicates: int
    inbox_waiting: int


async def measure(session: AsyncSession) -> Measures:
    """How much waits, is stuck, was there twice, or was told and not acted on?"""
    effect, inbox = tables.Effect, tables.Inbox
    duplicates = select(func.coalesce(func.sum(effect.duplicates), 0)).where(effect.duplicates > 0)
    told = select(func.count()).select_from(inbox).where(inbox.again_at.is_not(None))
    return Measures(
        waiting=await waiting_everywhere(session),
        stuck=await stuck_everywhere(session),
        duplicates=int(await session.scalar(duplicates) or 0),
        inbox_waiting=int(await session.scalar(told) or 0),
    )
