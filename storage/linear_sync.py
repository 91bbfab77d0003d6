"""How far each organization agrees with Linear: up to when it was read, and when a webhook came last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables
from storage.upsert import upsert

_SYNC, _ORGANIZATION = tables.LinearSync, tables.Organization
# How far behind the time of the last webhook may be: one row of an organization is not written for each of a burst.
TOLD_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Sync:
    """How far an organization agrees with Linear; see the table. Times are UTC, ``None``: never."""

    watermark: datetime | None = None
    checked_at: datetime | None = None
    told_at: datetime | None = None
    missed: int = 0
    warned_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TeamToRead:
    """An organization with the only Linear team of which it may read anything."""

    organization_id: int
    team_id: str


async def sync_of(session: AsyncSession, organization_id: int) -> Sync:
    """How far does this organization agree with Linear?"""
    query = select(_SYNC).where(_SYNC.organization_id == organization_id)
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        return Sync()
    return Sync(
        watermark=row.watermark,
        checked_at=row.checked_at,
        told_at=row.told_at,
        missed=row.missed,
        warned_at=row.warned_at,
    )


async def note_told(session: AsyncSession, organization_ids: Sequence[int], now: datetime) -> None:
    """A webhook came for these organizations: so it is on, and what was missed before is no sign any more."""
    news = {"told_at": now, "missed": 0, "warned_at": None}
    for organization_id in sorted(set(organization_ids)):
        await session.execute(
            upsert(session, _SYNC)
            .values(organization_id=organization_id, **news)
            .on_conflict_do_update(
                index_elements=["organization_id"],
                set_=news,
                where=_SYNC.told_at.is_(None)
                | (_SYNC.told_at < now - TOLD_WITHIN)
                | (_SYNC.missed > 0)
                | _SYNC.warned_at.is_not(None),
            )
        )


async def note_missed(session: AsyncSession, organization_id: int, count: int) -> None:
    """So many changes were found by asking, of which no webhook told."""
    await session.execute(
        upsert(session, _SYNC)
        .values(organization_id=organization_id, missed=count)
        .on_conflict_do_update(index_elements=["organization_id"], set_={"missed": _SYNC.missed + count})
    )


async def note_read(session: AsyncSession, organization_id: int, watermark: datetime) -> None:
    """Everything that changed up to this time (Linear's) was read."""
    await _note(session, organization_id, watermark=watermark)


async def note_checked(session: AsyncSession, organization_id: int, now: datetime) -> None:
    """Every open issue was looked for."""
    await _note(session, organization_id, checked_at=now)


async def note_warned(session: AsyncSession, organization_id: int, now: datetime, *, least: int) -> bool:
    """The owner is told that the webhook seems to be off, if so many changes were missed; is that news?"""
    statement = (
        update(_SYNC)
        .where(_SYNC.organization_id == organization_id, _SYNC.warned_at.is_(None), _SYNC.missed >= least)
        .values(warned_at=now)
        .returning(_SYNC.organization_id)
    )
    return (await session.execute(statement)).first() is not None


async def organizations_warned(session: AsyncSession) -> list[int]:
    """Of which organizations does the webhook seem to be off?"""
    query = select(_SYNC.organization_id).where(_SYNC.warned_at.is_not(None)).order_by(_SYNC.organization_id)
    return list(await session.scalars(query))


async def teams_to_read(session: AsyncSession) -> list[TeamToRead]:
    """Which organizations have a Linear team, and exchange with it now?"""
    query = (
        select(_ORGANIZATION.id, _ORGANIZATION.linear_team_id)
        .where(_ORGANIZATION.linear_team_id.is_not(None), _ORGANIZATION.linear_paused_at.is_(None))
        .order_by(_ORGANIZATION.id)
    )
    rows = await session.execute(query)
    return [TeamToRead(organization_id=row.id, team_id=str(row.linear_team_id)) for row in rows]


async def _note(session: AsyncSession, organization_id: int, **values: datetime) -> None:
    await session.execute(
        upsert(session, _SYNC)
        .values(organization_id=organization_id, **values)
        .on_conflict_do_update(index_elements=["organization_id"], set_=values)
    )
