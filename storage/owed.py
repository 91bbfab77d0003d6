"""What is owed, one by one: for who runs the program, and wants to see what it is that waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, and_, cast, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, EffectState
from storage import tables
from storage.types import database_now

_LANE, _EFFECT, _ISSUE = tables.Lane, tables.Effect, tables.Issue
_NOT_DELIVERED = _EFFECT.state.in_([EffectState.OWED, EffectState.SENDING, EffectState.DEAD])


@dataclass(frozen=True, kw_only=True)
class OwedEffect:
    """One delivery that is not done.

    Args:
        kind: what is to be done.
        destination: where its lane leads.
        issue_number: of which issue; None: it is about none.
        state: whether it waits, is being sent, or was given up.
        attempts: how often it was tried.
        error: why it was not delivered last; None: it was not tried, or nothing went wrong.
        stuck: why its lane is stuck; None: it is not.
        is_head: whether it is the first of its lane; the others wait for that.
        since: when it was owed (UTC).
        due: when its lane is tried next (UTC); None: it has just ended.
        now: when that was so, by the database's clock (UTC).
    """

    kind: EffectKind
    destination: Destination
    issue_number: str | None
    state: EffectState
    attempts: int
    error: str | None
    stuck: str | None
    is_head: bool
    since: datetime
    due: datetime | None
    now: datetime


async def owed_everywhere(session: AsyncSession, limit: int) -> Sequence[OwedEffect]:
    """What is not delivered, the oldest first? For who runs the program: of all organizations."""
    # A lane of an issue is named after it (bot.domain.effects.issue_lane).
    of_issue = and_(
        _ISSUE.organization_id == _LANE.organization_id,
        _LANE.subject == literal("issue:") + cast(_ISSUE.id, String),
    )
    query = (
        select(_EFFECT, _LANE, _ISSUE.number, database_now().label("now"))
        .join(_LANE, _EFFECT.lane_id == _LANE.id)
        .outerjoin(_ISSUE, of_issue)
        .where(_NOT_DELIVERED)
        .order_by(_EFFECT.created_at, _EFFECT.lane_id, _EFFECT.seq)
        .limit(limit)
    )
    return [
        OwedEffect(
            kind=EffectKind(effect.kind),
            destination=Destination(lane.destination),
            issue_number=number,
            state=EffectState(effect.state),
            attempts=effect.attempts,
            error=effect.error,
            stuck=lane.blocked,
            is_head=effect.seq == lane.head,
            since=effect.created_at,
            due=lane.due,
            now=now,
        )
        for effect, lane, number, now in await session.execute(query)
    ]
