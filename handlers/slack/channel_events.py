"""What happens to channels: shared with other companies, archived, renumbered, left by the bot; and back."""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from bot.domain.channels import OwnerNews
from bot.domain.organizations import ChannelAddress
from bot.usecases.channel_changes import accept_crowd, close_triage, follow_channel, is_open_intake, tell_of_loss
from bot.usecases.try_again import accept_channel_back
from handlers.inbox import Deed, finish
from handlers.slack.channels import look_at_channel, look_at_crowd
from handlers.slack.occurrences import Occurrence
from handlers.slack.text import is_id, time_of
from storage import channels

_NEWS = {
    "channel_archive": OwnerNews.ARCHIVED,
    "group_archive": OwnerNews.ARCHIVED,
    "channel_left": OwnerNews.REMOVED,
    "group_left": OwnerNews.REMOVED,
}
log = structlog.stdlib.get_logger(__name__)


async def on_channel_shared(occurrence: Occurrence) -> Deed | None:
    """Keep internal work from another company, at once; then see who is in the channel now."""
    address = _address(occurrence, "channel")
    return None if address is None else partial(_heed_sharing, occurrence, address)


async def _heed_sharing(occurrence: Occurrence, address: ChannelAddress) -> None:
    transaction, now = occurrence.parts.transaction, occurrence.parts.clock()
    # A key of its own: when it is acted on again, what was not reached the first time is done.
    key = f"triage:{occurrence.key}"[:255]
    await transaction.write(partial(close_triage, address=address, key=key, now=now))
    if not is_open_intake(await transaction.read(partial(channels.channel_link, address=address))):
        await finish(transaction, occurrence.key, now)
        return
    channel = await look_at_channel(occurrence.client, address)
    crowd = await look_at_crowd(occurrence.client, address, channel)
    await transaction.write(partial(accept_crowd, address=address, crowd=crowd, key=occurrence.key, now=now))


async def on_channel_lost(occurrence: Occurrence) -> Deed | None:
    """Tell the owner of an archived channel, or of one from which the bot was removed."""
    address = _address(occurrence, "channel")
    if address is None:
        return None
    told = partial(tell_of_loss, address=address, news=_NEWS[occurrence.kind])
    return partial(occurrence.parts.transaction.write, _heard(occurrence, told))


async def on_channel_back(occurrence: Occurrence) -> Deed | None:
    """Deliver what waits for a channel that was archived."""
    address = _address(occurrence, "channel")
    if address is None:
        return None
    back = partial(accept_channel_back, address=address)
    return partial(occurrence.parts.transaction.write, _heard(occurrence, back))


async def on_member_joined(occurrence: Occurrence) -> Deed | None:
    """Deliver what waits for a channel to which the bot was invited; other people's comings are left alone."""
    if not occurrence.bot_user_id or occurrence.event.get("user") != occurrence.bot_user_id:
        return None
    return await on_channel_back(occurrence)


async def on_channel_id_changed(occurrence: Occurrence) -> Deed | None:
    """Let a channel be known under its new id."""
    old, new = _address(occurrence, "old_channel_id"), _address(occurrence, "new_channel_id")
    if old is None or new is None or old == new:
        return None
    follow = partial(follow_channel, old=old, new=new, key=occurrence.key, now=occurrence.parts.clock())
    return partial(occurrence.parts.transaction.write, follow)


def _heard(occurrence: Occurrence, accept: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return what accepts an event as of when it happened: Slack tells again of what we did not take at first."""
    now = occurrence.parts.clock()
    happened_at = time_of(occurrence.event.get("event_ts")) or now
    return partial(accept, key=occurrence.key, now=now, happened_at=happened_at)


def _address(occurrence: Occurrence, key: str) -> ChannelAddress | None:
    channel = occurrence.event.get(key)
    if is_id(channel):
        return ChannelAddress(occurrence.team_id, channel)
    log.warning("an event without its channel", event_type=occurrence.kind)
    return None
