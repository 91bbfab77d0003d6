"""Owe a second look at what may have been posted twice."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Effect, EffectKind, NewEffect, tidy_lane
from storage.outbox import enqueue

# Each of these posts a message of its own; whatever else is sent twice is the same twice.
_POSTING = frozenset(
    {
        EffectKind.SLACK_POST_ISSUE,
        EffectKind.SLACK_POST_LINE,
        EffectKind.SLACK_SHOW_COMMENT,
        EffectKind.SLACK_POST_BUTTON,
        EffectKind.SLACK_ASK_OWNER,
        EffectKind.SLACK_TELL_OWNER,
    }
)


async def owe_tidying(session: AsyncSession, effect: Effect, *, seconds: float) -> None:
    """Owe a look whether an effect was posted twice, in so many seconds: a late message may be on its way."""
    if effect.kind in _POSTING:
        await owe_tidying_of(session, effect.organization_id, effect.id, seconds=seconds)


async def owe_tidying_of(
    session: AsyncSession, organization_id: int, effect_id: uuid.UUID, *, seconds: float = 0.0
) -> None:
    """Owe it for an effect of which only the id is at hand."""
    about: dict[str, int | str] = {"organization_id": organization_id, "effect_id": str(effect_id)}
    lane = tidy_lane(organization_id, effect_id)
    await enqueue(session, lane, [NewEffect(EffectKind.SLACK_TIDY, about)], seconds=seconds)
