"""Owe a second look at what may stand in Slack though it should not: posted twice, or taken back meanwhile."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import POSTING, Effect, EffectKind, NewEffect, tidy_lane
from storage.outbox import enqueue


async def owe_tidying(session: AsyncSession, effect: Effect, *, seconds: float) -> None:
    """Owe a look at what an effect left in Slack, in so many seconds: a late message may be on its way.

    All goes but the message that is known to be its own; where none is, all.
    """
    if effect.kind in POSTING:
        await owe_tidying_of(session, effect.organization_id, effect.id, seconds=seconds)


async def owe_tidying_of(
    session: AsyncSession, organization_id: int, effect_id: uuid.UUID, *, seconds: float = 0.0
) -> None:
    """Owe it for an effect of which only the id is at hand."""
    about: dict[str, int | str] = {"organization_id": organization_id, "effect_id": str(effect_id)}
    lane = tidy_lane(organization_id, effect_id)
    await enqueue(session, lane, [NewEffect(EffectKind.SLACK_TIDY, about)], seconds=seconds)


async def owe_file_tidying(session: AsyncSession, effect: Effect, slack_file_id: str, *, seconds: float) -> None:
    """Owe a look, in so many seconds, at a file of ours that is to stand nowhere, and may come to do so late."""
    tidying = _tidying_of_file(effect.organization_id, slack_file_id)
    await enqueue(session, tidy_lane(effect.organization_id, effect.id), [tidying], seconds=seconds)


async def owe_file_tidying_of(session: AsyncSession, organization_id: int, slack_file_id: str) -> None:
    """Owe it for a file that stands there for sure, and no effect is known to have left."""
    tidying = _tidying_of_file(organization_id, slack_file_id)
    await enqueue(session, tidy_lane(organization_id, tidying.id), [tidying])


def _tidying_of_file(organization_id: int, slack_file_id: str) -> NewEffect:
    about: dict[str, int | str] = {"organization_id": organization_id, "slack_file_id": slack_file_id}
    return NewEffect(EffectKind.SLACK_TIDY, about)
