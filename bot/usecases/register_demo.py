"""The organization of the demo: registered and linked by the same use cases as any other."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.usecases.link_channel import link_channel
from bot.usecases.pinned_button import owe_button
from bot.usecases.register import Registered, Registration, register_organization


async def register_demo(
    session: AsyncSession, wanted: Registration, *, intake: ChannelAddress, triage: ChannelAddress, now: datetime
) -> Registered:
    """Register an organization and link its intake channel, shared, and its triage channel.

    Raises:
        ConflictError: the name is taken.
    """
    registered = await register_organization(session, wanted, now)
    for address in (intake, triage):
        link = ChannelLink(
            address=address,
            organization_id=registered.organization_id,
            intake=address == intake,
            triage=address == triage,
            visibility=Visibility.SHARED,
        )
        await link_channel(session, link, now)
        if link.intake:
            await owe_button(session, link)
    return registered
