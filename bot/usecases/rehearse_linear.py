"""What Linear told before, decided by the present rules as if it were told now. Nothing of it is to be kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_seen import LinearActor, done_by
from bot.domain.linear_told import CommentTold, IssueTold
from bot.domain.sync import Decision
from bot.usecases.accept_linear_comment import accept_linear_comment, accept_linear_comment_gone
from bot.usecases.agree_with_linear import rehearse_linear_issue
from storage import linear_events


async def rehearse_issue(
    session: AsyncSession,
    organization_id: int,
    told: IssueTold,
    was: Mapping[str, Any],
    by: LinearActor | None,
) -> list[Decision]:
    """Return what would be decided of an issue, of the fields that were changed there.

    Args:
        session: of a rehearsal: what Linear is known to say is set back in it.
        organization_id: whose it is.
        told: as it was told.
        was: what it had been in Linear before, by Linear's names.
        by: who did it.
    """
    if told.seen is None:
        return []
    await linear_events.set_back(session, organization_id, told.seen, was)
    decisions = await rehearse_linear_issue(session, organization_id, told.seen, done_by(by, told.changed))
    return [one for one in decisions if told.changed is not None and one.field in told.changed]


async def rehearse_comment(
    session: AsyncSession, organization_id: int, told: CommentTold, by: LinearActor | None, now: datetime
) -> bool:
    """Tell whether what was told of a comment would change any."""
    if told.gone:
        return await accept_linear_comment_gone(session, organization_id, told.linear_id, now)
    return told.seen is not None and await accept_linear_comment(session, organization_id, told.seen, by, now)
