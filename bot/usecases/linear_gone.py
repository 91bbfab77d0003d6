"""A Linear issue that cannot be reached any more: said once, in words, and nothing of ours is lost."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import IssueRef, Status
from bot.domain.linear_links import LINKED, RELINKED
from bot.domain.linear_seen import LINEAR_DOOR
from bot.usecases.tell import LinearNews, show_to_vendors, tell_of_linear
from storage import issues, linear_shadow, lives
from storage.issues import NewEvent

IN_THE_TRASH = "it was deleted or archived in Linear"
MOVED_AWAY = "it was moved to another team in Linear"
NOT_FOUND = "Linear knows no such issue any more, or may not show it to us"
# What an event says.
GONE = "linear_gone"
BACK = "linear_back"
# After these it is another Linear issue that may be gone.
_OTHER_TIES = (LINKED, RELINKED)
_FINISHED = frozenset({Status.RESOLVED, Status.CLOSED})


async def note_gone(
    session: AsyncSession, ref: IssueRef, reason: str, now: datetime, *, needed: bool = False
) -> None:
    """Remember that the Linear issue cannot be reached, and say it to the vendors, once.

    Linear archives what is finished after a while: nobody needs to hear of that, until it is needed again.

    Args:
        session: of the change.
        ref: our issue.
        reason: why, in words that end a sentence; one of this module's.
        now: UTC.
        needed: something was to be written there.
    """
    if await linear_shadow.set_gone(session, ref, reason):
        await show_to_vendors(session, ref)
    living = await lives.living_issue(session, ref)
    quiet = living is None or (living.state.status in _FINISHED and not needed)
    if not quiet and await lives.last_event(session, ref, (GONE, BACK, *_OTHER_TIES)) != GONE:
        await _say(session, ref, GONE, reason, now)


async def note_back(session: AsyncSession, ref: IssueRef, now: datetime) -> None:
    """Remember that the Linear issue can be reached, and say so where it was said that it cannot."""
    if not await linear_shadow.set_gone(session, ref, None):
        return
    await show_to_vendors(session, ref)
    if await lives.last_event(session, ref, (GONE, BACK)) == GONE:
        await _say(session, ref, BACK, None, now)


async def _say(session: AsyncSession, ref: IssueRef, what: str, reason: str | None, now: datetime) -> None:
    event = NewEvent(
        organization_id=ref.organization_id,
        issue_id=ref.issue_id,
        actor_user_id=None,
        what=what,
        was=None,
        becomes=reason,
        door=LINEAR_DOOR,
        now=now,
    )
    event_id = await issues.add_event(session, event)
    await tell_of_linear(session, ref, [LinearNews(event_id=event_id, public=False)])
