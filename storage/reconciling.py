"""What stands in Slack and Linear by our records."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import EffectKind, EffectState
from bot.domain.issues import IssueRef
from bot.domain.places import Audience
from bot.domain.reconciled import Expected
from storage import tables

_EFFECT, _LANE, _ISSUE = tables.Effect, tables.Lane, tables.Issue
_SHOWN = (EffectKind.SLACK_POST_ISSUE, EffectKind.SLACK_POST_LINE, EffectKind.SLACK_SHOW_COMMENT)


async def issues_since(
    session: AsyncSession, organization_id: int, since: datetime, *, after: int, limit: int
) -> list[int]:
    """Which issues of the organization were raised, or had something happen, since then (UTC)? By id, after one."""
    event = tables.IssueEvent
    happened = select(event.id).where(
        event.issue_id == _ISSUE.id, event.organization_id == organization_id, event.at >= since
    )
    query = (
        select(_ISSUE.id)
        .where(_ISSUE.organization_id == organization_id, _ISSUE.id > after)
        .where(or_(_ISSUE.created_at >= since, happened.exists()))
        .order_by(_ISSUE.id)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def expected_messages(session: AsyncSession, ref: IssueRef) -> list[Expected]:
    """Which messages about this issue stand in Slack by our records?"""
    copies = await _copies(session, ref)
    query = (
        select(_EFFECT)
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .where(_LANE.organization_id == ref.organization_id, _LANE.subject == f"issue:{ref.issue_id}")
        .where(_EFFECT.state == EffectState.DONE, _EFFECT.ts.is_not(None), _EFFECT.kind.in_(_SHOWN))
        .order_by(_EFFECT.lane_id, _EFFECT.seq)
    )
    rows = (await session.scalars(query)).all()
    return [_expected(row) for row in rows if row.kind != EffectKind.SLACK_SHOW_COMMENT or row.ts in copies]


async def is_anything_owed(session: AsyncSession, ref: IssueRef) -> bool:
    """Is anything about this issue still on its way?"""
    query = select(_LANE.id).where(
        _LANE.organization_id == ref.organization_id,
        _LANE.subject == f"issue:{ref.issue_id}",
        _LANE.head < _LANE.next_seq,
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def _copies(session: AsyncSession, ref: IssueRef) -> Sequence[str]:
    copy, comment = tables.CommentCopy, tables.Comment
    query = (
        select(copy.ts)
        .join(comment, comment.id == copy.comment_id)
        .where(comment.organization_id == ref.organization_id, comment.issue_id == ref.issue_id)
        .where(copy.organization_id == ref.organization_id)
    )
    return (await session.scalars(query)).all()


def _expected(row: tables.Effect) -> Expected:
    return Expected(
        effect_id=row.id,
        kind=EffectKind(row.kind),
        about=row.about,
        audience=Audience(str(row.about["audience"])),
        thread_ts=row.thread_ts,
        ts=str(row.ts),
    )
