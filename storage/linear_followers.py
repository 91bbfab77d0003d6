"""Whose a Linear issue is: which issues follow it, of the organizations that a credential serves."""

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import EffectKind, EffectState
from bot.domain.issues import IssueRef, Status
from bot.domain.linear_told import Served
from storage import tables

_ORGANIZATION, _LINK = tables.Organization, tables.LinearIssue


@dataclass(frozen=True, kw_only=True)
class Follower:
    """An issue that follows a Linear issue; ``gone`` is why that cannot be reached, if it cannot."""

    ref: IssueRef
    gone: str | None


async def followers(session: AsyncSession, linear_id: str, served: Served) -> list[Follower]:
    """Which issues of these organizations follow this Linear issue?"""
    query = (
        select(_LINK.organization_id, _LINK.issue_id, _LINK.gone)
        .join(_ORGANIZATION, _ORGANIZATION.id == _LINK.organization_id)
        .where(_LINK.linear_id == linear_id, _is_served(served))
        .order_by(_LINK.issue_id)
    )
    rows = await session.execute(query)
    return [Follower(ref=IssueRef(row.organization_id, row.issue_id), gone=row.gone) for row in rows]


async def number_among_several(session: AsyncSession, ref: IssueRef, linear_id: str) -> str | None:
    """Which number has this issue, if others of the organization follow the same Linear issue? None: none does."""
    issue = tables.Issue
    others = exists().where(
        _LINK.organization_id == ref.organization_id, _LINK.linear_id == linear_id, _LINK.issue_id != ref.issue_id
    )
    query = select(issue.number).where(
        issue.organization_id == ref.organization_id, issue.id == ref.issue_id, others
    )
    return await session.scalar(query)


async def open_linear_ids(session: AsyncSession, organization_id: int) -> dict[str, list[IssueRef]]:
    """Which of the organization's issues that are not closed follow which Linear issue that can be reached?"""
    issue = tables.Issue
    query = (
        select(_LINK.linear_id, _LINK.issue_id)
        .join(issue, issue.id == _LINK.issue_id)
        .where(_LINK.organization_id == organization_id, issue.organization_id == organization_id)
        .where(_LINK.gone.is_(None), issue.status != Status.CLOSED)
        .order_by(_LINK.issue_id)
    )
    found = dict[str, list[IssueRef]]()
    for row in await session.execute(query):
        found.setdefault(row.linear_id, []).append(IssueRef(organization_id, row.issue_id))
    return found


async def issues_being_opened(session: AsyncSession, linear_id: str, served: Served) -> list[IssueRef]:
    """Which issue is on its way to Linear under this id, so that Linear may tell of it before it answers?"""
    try:
        effect_id = uuid.UUID(linear_id)
    except ValueError:
        return []
    effect, lane = tables.Effect, tables.Lane
    query = (
        select(lane.organization_id, effect.about)
        .join(lane, lane.id == effect.lane_id)
        .join(_ORGANIZATION, _ORGANIZATION.id == lane.organization_id)
        .where(
            effect.id == effect_id,
            effect.kind == EffectKind.LINEAR_CREATE_ISSUE,
            effect.state.in_([EffectState.OWED, EffectState.SENDING, EffectState.DEAD]),
            _is_served(served),
        )
    )
    rows = await session.execute(query)
    return [IssueRef(row.organization_id, int(row.about["issue_id"])) for row in rows]


def _is_served(served: Served) -> ColumnElement[bool]:
    if served.organization_id is not None:
        return _ORGANIZATION.id == served.organization_id
    connection = tables.LinearConnection
    return ~exists().where(connection.organization_id == _ORGANIZATION.id)
