"""What channels are to organizations."""

from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from storage import tables
from storage.transaction import RunAgainError
from storage.upsert import upsert

_COLUMNS = (
    tables.ChannelLink.team_id,
    tables.ChannelLink.channel_id,
    tables.ChannelLink.organization_id,
    tables.ChannelLink.intake,
    tables.ChannelLink.triage,
    tables.ChannelLink.visibility,
)


def _link(row: Row[str, str, int, bool, bool, str]) -> ChannelLink:
    return ChannelLink(
        address=ChannelAddress(row.team_id, row.channel_id),
        organization_id=row.organization_id,
        intake=row.intake,
        triage=row.triage,
        visibility=Visibility(row.visibility),
    )


async def channel_link(session: AsyncSession, address: ChannelAddress) -> ChannelLink | None:
    """What is this channel, and to which organization?"""
    query = select(*_COLUMNS).where(
        tables.ChannelLink.team_id == address.team_id, tables.ChannelLink.channel_id == address.channel_id
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _link(row)


async def triage_link(session: AsyncSession, organization_id: int) -> ChannelLink | None:
    """Where do this organization's vendors work?"""
    query = select(*_COLUMNS).where(
        tables.ChannelLink.organization_id == organization_id, tables.ChannelLink.triage
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _link(row)


async def put_channel_link(session: AsyncSession, link: ChannelLink, now: datetime) -> None:
    """Store what a channel is; one that already belongs to the organization changes its parts.

    Raises:
        RunAgainError: another transaction gave the organization a triage channel, or the channel to another
            organization, meanwhile.
    """
    parts = {"intake": link.intake, "triage": link.triage, "visibility": link.visibility}
    statement = (
        upsert(session, tables.ChannelLink)
        .values(
            team_id=link.address.team_id,
            channel_id=link.address.channel_id,
            organization_id=link.organization_id,
            created_at=now,
            **parts,
        )
        .on_conflict_do_update(
            index_elements=["team_id", "channel_id"],
            set_=parts,
            where=tables.ChannelLink.organization_id == link.organization_id,
        )
        .returning(tables.ChannelLink.channel_id)
    )
    try:
        stored = await session.scalar(statement)
    except IntegrityError as error:
        raise RunAgainError from error
    if stored is None:
        raise RunAgainError
