"""What an organization decided about Linear: titles, its own states for our statuses, and pauses."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Status
from bot.domain.organizations import LinearSettings
from storage import tables
from storage.built import run, value


async def linear_settings(session: AsyncSession, organization_id: int) -> LinearSettings:
    """What did this organization decide about Linear? It must exist."""
    row = (await run(session, _SETTINGS, organization_id=organization_id)).one()
    return LinearSettings(
        takes_titles=row.linear_titles,
        paused=row.linear_paused_at is not None,
        states=await chosen_states(session, organization_id),
    )


_ORGANIZATION, _MAPPING = tables.Organization, tables.LinearMapping
_SETTINGS = select(_ORGANIZATION.linear_titles, _ORGANIZATION.linear_paused_at).where(
    _ORGANIZATION.id == value("organization_id")
)


async def chosen_states(session: AsyncSession, organization_id: int) -> dict[Status, str]:
    """Which of its team's states did this organization choose for which of our statuses?"""
    rows = await run(session, _CHOSEN, organization_id=organization_id)
    return {Status(row.status): row.state_id for row in rows}


_CHOSEN = select(_MAPPING.status, _MAPPING.state_id).where(_MAPPING.organization_id == value("organization_id"))


async def choose_states(session: AsyncSession, organization_id: int, states: Mapping[Status, str]) -> None:
    """Remember which states an organization chose; for other statuses it has none of its own."""
    mapping = tables.LinearMapping
    await session.execute(delete(mapping).where(mapping.organization_id == organization_id))
    for status, state_id in states.items():
        values = {"organization_id": organization_id, "status": status, "state_id": state_id}
        await session.execute(insert(mapping).values(values))


async def set_takes_titles(session: AsyncSession, organization_id: int, *, takes_titles: bool) -> None:
    """Remember whether titles that are changed in Linear are taken over."""
    await _set(session, organization_id, linear_titles=takes_titles)


async def set_paused(session: AsyncSession, organization_id: int, paused_at: datetime | None) -> None:
    """Remember since when nothing is exchanged with Linear; None: it is."""
    await _set(session, organization_id, linear_paused_at=paused_at)


async def _set(session: AsyncSession, organization_id: int, **values: object) -> None:
    statement = update(tables.Organization).where(tables.Organization.id == organization_id)
    await session.execute(statement.values(**values))
