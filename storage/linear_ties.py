"""The tie between an issue and the Linear issue that it follows: looked at, cut, paused."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, false, insert, null, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, EffectState, LinearField, issue_lane
from bot.domain.issues import IssueRef
from bot.domain.linear_links import Tie
from storage import tables

_LINK, _COMMENT, _COUNTERPART = tables.LinearIssue, tables.Comment, tables.LinearComment
_TIES = (EffectKind.LINEAR_CREATE_ISSUE, EffectKind.LINEAR_LINK_ISSUE)


def _is_link(ref: IssueRef) -> ColumnElement[bool]:
    return (_LINK.organization_id == ref.organization_id) & (_LINK.issue_id == ref.issue_id)


async def tie_of(session: AsyncSession, ref: IssueRef) -> Tie | None:
    """Which Linear issue does this issue follow, and which others of the organization do?"""
    query = (
        select(_LINK, tables.Organization.linear_paused_at)
        .join(tables.Organization, tables.Organization.id == _LINK.organization_id)
        .where(_is_link(ref))
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    row, organization_paused_at = found
    return Tie(
        linear_id=row.linear_id,
        identifier=row.identifier,
        url=row.url,
        state_name=row.state_name,
        paused_at=row.paused_at,
        organization_paused=organization_paused_at is not None,
        gone=row.gone,
        others=await _others(session, ref, row.linear_id),
        decisions={LinearField(name): reason["why"] for name, reason in (row.reasons or {}).items()},
    )


async def _others(session: AsyncSession, ref: IssueRef, linear_id: str) -> list[str]:
    query = (
        select(tables.Issue.number)
        .join(_LINK, _LINK.issue_id == tables.Issue.id)
        .where(tables.Issue.organization_id == ref.organization_id, _LINK.organization_id == ref.organization_id)
        .where(_LINK.linear_id == linear_id, tables.Issue.id != ref.issue_id)
        .order_by(tables.Issue.id)
    )
    return list(await session.scalars(query))


async def is_tie_owed(session: AsyncSession, ref: IssueRef) -> bool:
    """Is this issue about to be opened in Linear, or to be linked with an issue there?"""
    lane, effect = tables.Lane, tables.Effect
    mine = str(issue_lane(ref.organization_id, ref.issue_id, Destination.LINEAR))
    waits = effect.state.in_([EffectState.OWED, EffectState.SENDING, EffectState.DEAD])
    query = (
        select(effect.id)
        .join(lane, lane.id == effect.lane_id)
        .where(lane.organization_id == ref.organization_id, lane.key == mine)
        .where(effect.seq >= lane.head, effect.kind.in_(_TIES), waits)
    )
    return await session.scalar(query.limit(1)) is not None


async def cut(session: AsyncSession, ref: IssueRef) -> None:
    """Let the issue follow nothing in Linear any more, and none of its words be exchanged again.

    What was said until now stays where it is: it is not changed there, whatever the issue follows next.
    """
    await session.execute(delete(_LINK).where(_is_link(ref)))
    mine = (_COUNTERPART.organization_id == ref.organization_id) & (_COUNTERPART.issue_id == ref.issue_id)
    await session.execute(update(_COUNTERPART).where(mine).values(gone=true(), withheld=false()))
    unsent = (
        select(_COMMENT.id, _COMMENT.client_id)
        .outerjoin(_COUNTERPART, and_(_COUNTERPART.comment_id == _COMMENT.id, mine))
        .where(_COMMENT.organization_id == ref.organization_id, _COMMENT.issue_id == ref.issue_id)
        .where(_COUNTERPART.comment_id.is_(None))
    )
    rows = [
        {
            "comment_id": comment_id,
            "organization_id": ref.organization_id,
            "issue_id": ref.issue_id,
            "linear_id": str(client_id),
            "ours": True,
            "gone": True,
        }
        for comment_id, client_id in await session.execute(unsent)
    ]
    if rows:
        await session.execute(insert(_COUNTERPART), rows)


async def set_paused_at(session: AsyncSession, ref: IssueRef, paused_at: datetime | None) -> None:
    """Let nothing be exchanged about this issue since then (UTC); None: let it be exchanged."""
    value = null() if paused_at is None else paused_at
    await session.execute(update(_LINK).where(_is_link(ref)).values(paused_at=value))
