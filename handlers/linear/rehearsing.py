"""What a webhook that came before would change now: carried through in a transaction that is never kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from bot.domain.linear_told import CommentTold, IssueTold
from bot.domain.sync import Decision
from bot.errors import InvalidError
from bot.usecases.rehearse_linear import rehearse_comment, rehearse_issue
from handlers.linear.events import Events
from handlers.linear.payloads import actor_of
from storage.linear_events import KeptEvent
from storage.transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What a kept webhook would change: ``decisions`` of an issue, or whether a comment changes anything.

    ``said`` is what the comment would do in words; None: it is of an issue, or nothing can be read of it.
    ``gone``: it would be said that the Linear issue cannot be reached any more.
    """

    event_type: str
    action: str
    received_at: datetime
    decisions: Sequence[Decision] = ()
    said: bool | None = None
    gone: bool = False


async def rehearse(transaction: Transaction, organization_id: int, event: KeptEvent, now: datetime) -> Rehearsed:
    """Carry a kept webhook through as if it came now.

    Args:
        transaction: a rehearsal's.
        organization_id: whose it is.
        event: as it was kept.
        now: the time, UTC.
    """
    body: dict[str, Any] = event.body
    rehearsed = partial(
        Rehearsed,
        event_type=str(body.get("type")),
        action=str(body.get("action")),
        received_at=event.received_at,
    )
    try:
        about = Events().about(body)
    except InvalidError:
        return rehearsed()
    by = actor_of(body.get("actor"), None)
    if isinstance(about, IssueTold) and about.seen is not None:
        was = body.get("updatedFrom")
        decide = partial(
            rehearse_issue,
            organization_id=organization_id,
            told=about,
            was=was if isinstance(was, dict) else {},
            by=by,
        )
        return rehearsed(decisions=await transaction.write(decide), gone=about.seen.gone)
    if isinstance(about, CommentTold):
        follow = partial(rehearse_comment, organization_id=organization_id, told=about, by=by, now=now)
        return rehearsed(said=await transaction.write(follow))
    return rehearsed()
