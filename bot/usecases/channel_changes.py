"""What happened to a channel in Slack, and what follows for the organization that it is linked to."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.channels import Crowd, OwnerNews, default_visibility
from bot.domain.effects import Destination, EffectKind, NewEffect, organization_lane
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.trouble import OF_A_CHANNEL
from bot.usecases.pinned_button import about_channel, owe_button
from bot.usecases.tell_of_trouble import LOSSES
from storage import blocked, channels, inbox, links, organizations
from storage.outbox import enqueue


async def close_triage(session: AsyncSession, address: ChannelAddress, key: str, now: datetime) -> None:
    """Accept that people of another company read this channel from now on: nothing internal goes there any more.

    Args:
        session: of the change.
        address: the channel.
        key: of this telling; a second one changes nothing.
        now: the time, UTC.
    """
    if not await inbox.is_news(session, key, now):
        return
    await links.withdraw_triage(session, address)
    link = await channels.channel_link(session, address)
    if link is None or not link.triage:
        return
    await _tell_owner(session, link, OwnerNews.TRIAGE_SHARED)
    if link.intake:
        await channels.put_channel_link(session, replace(link, triage=False), now)
    else:
        await channels.remove_channel_link(session, link.organization_id, address, None)


async def accept_crowd(
    session: AsyncSession, address: ChannelAddress, crowd: Crowd, key: str, now: datetime
) -> None:
    """Let the issues of an intake channel be private once a second customer company is there, and tell the owner.

    Args:
        session: of the change.
        address: the channel.
        crowd: who is there now.
        key: of this telling; a second one changes nothing: the owner may have changed it back.
        now: the time, UTC.
    """
    if not await inbox.is_news(session, key, now):
        return
    link = await channels.channel_link(session, address)
    if link is None or not is_open_intake(link) or default_visibility(crowd) is Visibility.SHARED:
        return
    await _tell_owner(session, link, OwnerNews.NOW_PRIVATE)
    private = replace(link, visibility=Visibility.PRIVATE)
    await owe_button(session, private)
    await channels.put_channel_link(session, private, now)


async def tell_of_loss(
    session: AsyncSession,
    address: ChannelAddress,
    news: OwnerNews,
    key: str,
    now: datetime,
    *,
    happened_at: datetime,
) -> None:
    """Tell the owner, once, that the bot cannot use one of their channels any more.

    Args:
        session: of the change.
        address: the channel.
        news: what happened to it.
        key: of this telling; a second one changes nothing.
        now: the time, UTC.
        happened_at: when it happened, UTC by Slack's clock; what is older than what is known changes nothing.
    """
    if not await inbox.is_news(session, key, now):
        return
    link = await channels.channel_link(session, address)
    if link is None:
        return
    organization_id = link.organization_id
    # A message that is refused at the same moment would find that nobody was told, too.
    await organizations.hold_organization(session, organization_id)
    if not await channels.hear(session, organization_id, address, happened_at):
        return
    known = await channels.lost_as(session, organization_id, address) is not None
    if known and OF_A_CHANNEL & await blocked.causes(session, organization_id):
        # Slack refused something there before it told us why.
        return
    await _tell_owner(session, link, news)
    await channels.set_lost(session, organization_id, address, LOSSES[news])


async def follow_channel(
    session: AsyncSession, old: ChannelAddress, new: ChannelAddress, key: str, now: datetime
) -> None:
    """Let the link and the messages of a channel follow its new id."""
    if not await inbox.is_news(session, key, now):
        return
    await channels.move_channel(session, old, new)
    link = await channels.channel_link(session, new)
    if link is not None and link.intake:
        # What was owed under the old id finds no link any more.
        await owe_button(session, link)


def is_open_intake(link: ChannelLink | None) -> bool:
    """Tell whether everyone in this channel sees the issues that are raised there."""
    return link is not None and link.intake and link.visibility is Visibility.SHARED


async def _tell_owner(session: AsyncSession, link: ChannelLink, news: OwnerNews) -> None:
    # As all do who tell the owner of a channel: its lanes and it are locked before the channel's link.
    await organizations.hold_organization(session, link.organization_id)
    about = {**about_channel(link.organization_id, link.address), "news": news.value}
    lane = organization_lane(link.organization_id, Destination.PERSON)
    await enqueue(session, lane, [NewEffect(EffectKind.SLACK_TELL_OWNER, about)])
