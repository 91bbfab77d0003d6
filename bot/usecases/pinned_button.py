"""The message with the Raise issue button that stands, pinned, in every intake channel.

What changes it owes its effects before it touches the channel's link: a worker that records a delivery holds the
lane first and the link second, and nobody may hold them the other way round.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import EffectKind, NewEffect, channel_lane
from bot.domain.organizations import ChannelAddress, ChannelLink
from storage import channels
from storage.outbox import enqueue

About = dict[str, int | str]


def about_channel(organization_id: int, address: ChannelAddress) -> About:
    """Return what every effect about a channel names."""
    return {
        "organization_id": organization_id,
        "team_id": address.team_id,
        "channel_id": address.channel_id,
    }


async def owe_button(session: AsyncSession, link: ChannelLink) -> None:
    """Let the channel have its message with the button, as it is to be from now on, pinned."""
    kinds = (EffectKind.SLACK_POST_BUTTON, EffectKind.SLACK_PIN_BUTTON)
    about = about_channel(link.organization_id, link.address)
    await _owe(session, link, [NewEffect(kind, about) for kind in kinds])


async def owe_removal(session: AsyncSession, link: ChannelLink) -> str | None:
    """Let the message with the button be removed; returns its ``ts``, None where it is not posted (yet)."""
    ts = await channels.button_of(session, link.organization_id, link.address)
    if ts is not None:
        await owe_removal_of(session, link.organization_id, link.address, ts)
    return ts


async def owe_removal_of(session: AsyncSession, organization_id: int, address: ChannelAddress, ts: str) -> None:
    """Let this very message be removed."""
    about = {**about_channel(organization_id, address), "ts": ts}
    remove = NewEffect(EffectKind.SLACK_REMOVE_BUTTON, about)
    await enqueue(session, channel_lane(organization_id, address.channel_id), [remove])


async def _owe(session: AsyncSession, link: ChannelLink, effects: list[NewEffect]) -> None:
    await enqueue(session, channel_lane(link.organization_id, link.address.channel_id), effects)
