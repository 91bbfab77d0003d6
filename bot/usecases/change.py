"""Change what an issue is called and how it is sorted, several at once: all of it, or nothing."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import IssueRef
from bot.domain.life import Action
from bot.domain.people import User
from bot.usecases.act import Refused, Wish, act
from bot.usecases.refusals import UNCHANGED


async def change_issue(
    session: AsyncSession, ref: IssueRef, *, user: User, values: Mapping[Action, str], door: str, now: datetime
) -> None:
    """Set these values; each that is so already is left out.

    Raises:
        ThreadlineError: one of them cannot be set; none is then.
    """
    for action, value in values.items():
        outcome = await act(session, ref, Wish(user=user, action=action, door=door, value=value), now)
        if isinstance(outcome, Refused) and outcome.error.sentence != UNCHANGED:
            raise outcome.error
