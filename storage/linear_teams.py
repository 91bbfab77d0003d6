"""The Linear team that belongs to an organization, and what follows for its issues when that is another one."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_team import LinearTeam
from storage import tables

_ORGANIZATION, _ISSUE = tables.Organization, tables.LinearIssue


async def team_of(session: AsyncSession, organization_id: int) -> LinearTeam | None:
    """Which Linear team is this organization's?"""
    query = select(_ORGANIZATION.linear_team_id, _ORGANIZATION.linear_team_key, _ORGANIZATION.linear_team_name)
    team_id, key, name = (await session.execute(query.where(_ORGANIZATION.id == organization_id))).one()
    return None if team_id is None else LinearTeam(team_id, key or "", name or "")


async def is_taken(session: AsyncSession, organization_id: int, team_id: str) -> bool:
    """Does this Linear team belong to another organization? Asked across organizations: a team has only one."""
    query = select(_ORGANIZATION.id).where(_ORGANIZATION.linear_team_id == team_id)
    return await session.scalar(query.where(_ORGANIZATION.id != organization_id)) is not None


async def leave_team(session: AsyncSession, organization_id: int, why: str) -> None:
    """Let an organization have no Linear team; what is linked there is out of its reach, for this reason."""
    team_id = select(_ORGANIZATION.linear_team_id).where(_ORGANIZATION.id == organization_id).scalar_subquery()
    left = (_ISSUE.organization_id == organization_id, _ISSUE.team_id == team_id, _ISSUE.gone.is_(None))
    await session.execute(update(_ISSUE).where(*left).values(gone=why))
    for table in (tables.LinearState, tables.LinearMapping):
        await session.execute(delete(table).where(table.organization_id == organization_id))
    nothing = {"linear_team_id": None, "linear_team_key": None, "linear_team_name": None}
    await session.execute(update(_ORGANIZATION).where(_ORGANIZATION.id == organization_id).values(nothing))


async def return_to_team(session: AsyncSession, organization_id: int, team_id: str, why: str) -> None:
    """Let what is linked in a Linear team be in reach again, where it was out of it for this reason."""
    back = (_ISSUE.organization_id == organization_id, _ISSUE.team_id == team_id, _ISSUE.gone == why)
    await session.execute(update(_ISSUE).where(*back).values(gone=None))


async def told_at(session: AsyncSession, organization_id: int) -> datetime | None:
    """When did Linear tell something of this organization by a webhook last?"""
    query = select(tables.LinearSync.told_at).where(tables.LinearSync.organization_id == organization_id)
    return await session.scalar(query)
