"""Effects that are owed to channels as such: the pinned message with the Raise issue button, news for the owner."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import skipping
from bot.delivery.slack_posts import SlackPosts
from bot.delivery.worker import Record, nothing_more
from bot.domain.channels import OwnerNews
from bot.domain.effects import Effect
from bot.domain.linear_webhook import WebhookFault
from bot.domain.organizations import ChannelAddress, ChannelLink
from bot.domain.retry import AlreadyDone, Unchangeable
from bot.domain.trouble import Cause
from bot.usecases.pinned_button import owe_removal_of
from bot.views.button_message import button_message
from bot.views.issue_message import MessageView
from bot.views.owner_news import owner_news, trouble_news, webhook_news
from storage import channels, organizations
from storage.transaction import Transaction

# The channel cannot be used (any more). Linking it again owes all of this anew, so nothing may wait behind it.
_CLOSED = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
# It cannot be pinned (again): it stands in the channel as it is.
_NO_PIN = _CLOSED | {"already_pinned", "access_denied", "not_pinnable", "permission_denied", "restricted_action"}
_NO_DELETING = _CLOSED | {"cant_delete_message", "compliance_exports_prevent_deletion"}


@dataclass(frozen=True)
class _Wanted:
    """What an intake channel is to have: its message, and where that stands."""

    organization_name: str
    link: ChannelLink
    ts: str | None


class ChannelDelivery:
    """Delivers to channels as such. Every method raises ``DeliveryFailure``.

    Args:
        posts: the way to Slack.
        transaction: state is read at the moment of sending.
    """

    def __init__(self, posts: SlackPosts, transaction: Transaction) -> None:
        self._posts = posts
        self._transaction = transaction

    async def post_button(self, effect: Effect) -> Record:
        """Post an intake channel's message with the button, or bring the one that stands there up to date."""
        wanted = await self._transaction.read(partial(_wanted, effect=effect))
        view = button_message(wanted.organization_name, wanted.link.visibility)
        channel_id = wanted.link.address.channel_id
        with skipping(_CLOSED):
            if wanted.ts is not None and await self._edited(effect, channel_id, wanted.ts, view):
                return nothing_more
            posted = await self._posts.post(effect, channel_id, view)
        return self._posts.recorded(effect, posted, partial(_posted, link=wanted.link, ts=posted.ts))

    async def pin_button(self, effect: Effect) -> Record:
        """Pin the message with the button; one that cannot be pinned stands in the channel without."""
        wanted = await self._transaction.read(partial(_wanted, effect=effect))
        if wanted.ts is None:
            raise AlreadyDone("there is no message to pin")
        with skipping(_NO_PIN):
            await self._posts.pin(effect, wanted.link.address.channel_id, wanted.ts)
        return nothing_more

    async def remove_button(self, effect: Effect) -> Record:
        """Delete a message with the button."""
        with skipping(_NO_DELETING):
            await self._posts.delete(effect, _address(effect).channel_id, str(effect.about["ts"]))
        return nothing_more

    async def tell_owner(self, effect: Effect) -> Record:
        """Tell the owner what happened to a channel, or what is stuck, by direct message and nowhere else."""
        look = partial(organizations.owner_in_slack, organization_id=effect.organization_id)
        name, owner = await self._transaction.read(look)
        if owner is None:
            raise AlreadyDone("the owner is not known in Slack")
        view = _news(effect, name)
        channel_id = await self._posts.direct_message(effect, owner.user_id)
        return self._posts.recorded(effect, await self._posts.post(effect, channel_id, view))

    async def _edited(self, effect: Effect, channel_id: str, ts: str, view: MessageView) -> bool:
        """Edit a message; False: somebody deleted it. One that cannot be edited raises ``Unchangeable``."""
        try:
            await self._posts.edit(effect, channel_id, ts, view)
        except Unchangeable:
            raise
        except AlreadyDone:
            return False
        return True


def _news(effect: Effect, organization_name: str) -> MessageView:
    if "webhook" in effect.about:
        return webhook_news(WebhookFault(str(effect.about["webhook"])), organization_name)
    if "trouble" in effect.about:
        channel_id = effect.about.get("channel_id")
        cause = Cause(str(effect.about["trouble"]))
        return trouble_news(cause, organization_name, None if channel_id is None else str(channel_id))
    return owner_news(OwnerNews(str(effect.about["news"])), organization_name, _address(effect).channel_id)


def _address(effect: Effect) -> ChannelAddress:
    return ChannelAddress(str(effect.about["team_id"]), str(effect.about["channel_id"]))


async def _wanted(session: AsyncSession, effect: Effect) -> _Wanted:
    link = await channels.channel_link(session, _address(effect))
    if link is None or link.organization_id != effect.organization_id or not link.intake:
        raise AlreadyDone("the channel is no intake of the organization any more")
    organization = await organizations.organization(session, link.organization_id)
    ts = await channels.button_of(session, link.organization_id, link.address)
    return _Wanted(organization.name, link, ts)


async def _posted(session: AsyncSession, *, link: ChannelLink, ts: str) -> None:
    if not await channels.set_button(session, link.organization_id, link.address, ts):
        # Unlinked while it was on its way: nobody else knows of this message.
        await owe_removal_of(session, link.organization_id, link.address, ts)
