"""What there is to measure, for who runs the program: counts of all organizations together, and nobody's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.trouble import StuckSince
from storage import tables
from storage.blocked import Waiting, stuck_everywhere, waiting_everywhere
from storage.inbox import Undone, undone


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What is counted.

    Args:
        waiting: deliveries that are owed, those that are stuck included.
        stuck: lanes that are stuck, by cause.
        duplicates: messages in Slack that were there twice and were deleted, since the beginning.
        inbox: what Slack or Linear told us and is not acted on.
    """

    waiting: Waiting
    stuck: Sequence[StuckSince]
    duplicates: int
    inbox: Undone


async def measure(session: AsyncSession) -> Measures:
    """How much waits, is stuck, was there twice, or was told and not acted on?"""
    effect = tables.Effect
    duplicates = select(func.coalesce(func.sum(effect.duplicates), 0)).where(effect.duplicates > 0)
    return Measures(
        waiting=await waiting_everywhere(session),
        stuck=await stuck_everywhere(session),
        duplicates=int(await session.scalar(duplicates) or 0),
        inbox=await undone(session),
    )
