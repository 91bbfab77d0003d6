"""Say what a channel is to an organization."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import ChannelLink
from bot.errors import ConflictError
from storage import channels

CHANNEL_TAKEN = "This channel already belongs to another organization."
TRIAGE_TAKEN = "The organization already has a triage channel. Unlink that one first."


async def link_channel(session: AsyncSession, link: ChannelLink, now: datetime) -> None:
    """Link a channel to an organization, or change the parts that it has there.

    Raises:
        ConflictError: the channel belongs to another organization, or there is another triage channel.
    """
    present = await channels.channel_link(session, link.address)
    if present is not None and present.organization_id != link.organization_id:
        raise ConflictError(CHANNEL_TAKEN)
    triage = await channels.triage_link(session, link.organization_id)
    if link.triage and triage is not None and triage.address != link.address:
        raise ConflictError(TRIAGE_TAKEN)
    await channels.put_channel_link(session, link, now)
