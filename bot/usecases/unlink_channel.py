"""Let a channel be nothing to an organization any more. Issues that were raised there keep their places."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import ChannelAddress, Organization
from bot.domain.people import User
from bot.errors import NotFoundError
from bot.usecases.link_channel import check_may_link
from bot.usecases.pinned_button import owe_removal
from storage import channels

NOT_LINKED = "This channel is not linked to an organization."


async def unlink_channel_for(session: AsyncSession, user: User, address: ChannelAddress) -> Organization:
    """Unlink a channel on somebody's behalf, its pinned button included; returns whose it was.

    Raises:
        NotFoundError: it is not linked.
        ForbiddenError: they are no vendor there.
    """
    link = await channels.channel_link(session, address)
    if link is None:
        raise NotFoundError(NOT_LINKED)
    organization = await check_may_link(session, user, link)
    ts = await owe_removal(session, link)
    await channels.remove_channel_link(session, organization.id, address, ts)
    return organization
