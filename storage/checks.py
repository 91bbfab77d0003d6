"""What a check of an installation looks at, and the marked rows that it makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables
from storage.types import database_now

_LANE, _EFFECT = tables.Lane, tables.Effect


@dataclass(frozen=True, kw_only=True)
class Outstanding:
    """What an organization still owes to the outside.

    Args:
        given_up: why each blocked lane was given up.
        owed: how many effects wait in the other lanes.
        oldest: for how long the first of these has waited; None: nothing waits.
    """

    given_up: Sequence[str]
    owed: int
    oldest: timedelta | None


async def outstanding(session: AsyncSession, organization_id: int) -> Outstanding:
    """What does this organization still owe to the outside?"""
    blocked = select(_LANE.blocked).where(_LANE.organization_id == organization_id, _LANE.blocked.is_not(None))
    waiting = (
        select(func.count(), func.min(_EFFECT.created_at), database_now())
        .select_from(_EFFECT)
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .where(
            _LANE.organization_id == organization_id,
            _LANE.blocked.is_(None),
            _EFFECT.seq >= _LANE.head,
        )
    )
    owed, since, now = (await session.execute(waiting)).one()
    return Outstanding(
        given_up=[reason or "" for reason in await session.scalars(blocked.order_by(_LANE.id))],
        owed=owed,
        oldest=now - since if owed else None,
    )


async def rows_marked(session: AsyncSession, mark: str) -> int:
    """How many rows can be seen that a check with this mark made? Asked across organizations."""
    marked = (
        tables.Inbox.key,
        tables.Issue.raise_key,
        tables.CrmUser.last_name,
        tables.SlackIdentity.slack_user_id,
    )
    counts = [await session.scalar(select(func.count()).where(column == mark)) or 0 for column in marked]
    return sum(counts)


async def remove_marks(session: AsyncSession, beginning: str) -> int:
    """Remove what checks stored, by how their marks begin; returns how many rows that were."""
    key = tables.Inbox.key
    removed = delete(tables.Inbox).where(key.startswith(beginning, autoescape=True)).returning(key)
    return len((await session.execute(removed)).all())
