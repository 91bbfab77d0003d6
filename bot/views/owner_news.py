"""What an organization's owner is told of its channels and of what is stuck, by direct message."""

from slack_sdk.models.blocks import SectionBlock

from bot.domain.channels import OwnerNews
from bot.domain.linear_webhook import WebhookFault
from bot.domain.trouble import Cause
from bot.views.issue_message import MessageView
from bot.views.trouble_words import FIXES, WHY
from bot.views.words import escape, line_with_channel, plain

# {channel} becomes the channel's name, where the owner can see it.
WORDS = {
    OwnerNews.TRIAGE_SHARED: (
        "{channel} is shared with another company now, so it is not {organization}'s triage channel any more. "
        "From now on I write nothing internal there; what stands there already, they may be able to read. "
        "To give your team another channel, type /threadline link-channel in it: issues that are not closed come "
        "there."
    ),
    OwnerNews.NOW_PRIVATE: (
        "People of more than one company may be in {channel} now. So issues that are raised there are seen only by "
        "the customer and {organization} from now on. If everyone there may see them, type "
        "/threadline link-channel there and choose so."
    ),
    OwnerNews.ARCHIVED: (
        "{channel} is archived, so I cannot write there any more: who has an issue there reads nothing new. "
        "Unarchive it, and what waits comes in its order. If {organization}'s team worked there, you can give it "
        "another channel instead: type /threadline link-channel in that one, and issues that are not closed come "
        "there."
    ),
    OwnerNews.REMOVED: (
        "I was removed from {channel}: I read nothing there any more, and may not be able to write there. "
        "To have me back, type /invite @Threadline there, and what waits comes in its order. If {organization} "
        "does not need it any more, type /threadline unlink-channel there."
    ),
}
TROUBLE = "Something for {organization} cannot be delivered: {why}. {fix}"
TROUBLE_IN_CHANNEL = "Something for {organization} cannot be delivered in {channel}: {why}. {fix}"
KEPT = "Nothing is lost: what waits comes in its order once that is done. Type /threadline status to see it."
_A_CHANNEL = "A channel"


WEBHOOK_OFF = (
    "Linear does not tell me what happens there: I found changes for {organization} only by asking, which I do "
    "every 10 minutes. {fix} Nothing is lost meanwhile, it only comes later."
)
# For whoever runs the program, and in the status.
WEBHOOK_SILENT = "changes in Linear are found only by asking, so its webhook seems to be off"
WEBHOOK_FIXES = {
    WebhookFault.UNKNOWN: (
        "Look in Linear under Settings, API, Webhooks: the webhook must be enabled, its address must end in "
        "/linear/webhook and reach Threadline, and its signing secret must be LINEAR_WEBHOOK_SECRET."
    ),
    WebhookFault.MISSING: (
        "Linear has no webhook for Threadline. Add one in Linear under Settings, API, Webhooks, with the address "
        "https://(where Threadline is)/linear/webhook, and set its signing secret as LINEAR_WEBHOOK_SECRET."
    ),
    WebhookFault.DISABLED: (
        "Linear has disabled the webhook, as it does when an address fails for long. Enable it again in Linear "
        "under Settings, API, Webhooks."
    ),
    WebhookFault.NOT_ARRIVING: (
        "In Linear the webhook is enabled, so look whether its address reaches Threadline, and whether its signing "
        "secret is LINEAR_WEBHOOK_SECRET."
    ),
}


def webhook_news(fault: WebhookFault, organization_name: str) -> MessageView:
    """Return what the owner reads when Linear does not tell what happens."""
    words = WEBHOOK_OFF.replace("{fix}", WEBHOOK_FIXES[fault]).replace("{organization}", organization_name)
    return MessageView(escape(words), [SectionBlock(text=plain(words))])


def owner_news(news: OwnerNews, organization_name: str, channel_id: str) -> MessageView:
    """Return what the owner reads of a channel."""
    return _of_channel(WORDS[news], organization_name, channel_id)


def trouble_news(cause: Cause, organization_name: str, channel_id: str | None) -> MessageView:
    """Return what the owner reads when something is stuck; ``channel_id`` is where, if it is one channel."""
    template = TROUBLE if channel_id is None else TROUBLE_IN_CHANNEL
    words = f"{template} {KEPT}".replace("{why}", WHY[cause]).replace("{fix}", FIXES[cause])
    if channel_id is not None:
        return _of_channel(words, organization_name, channel_id)
    words = words.replace("{organization}", organization_name)
    return MessageView(escape(words), [SectionBlock(text=plain(words))])


def _of_channel(words: str, organization_name: str, channel_id: str) -> MessageView:
    # The name is put in last: it may look like anything.
    before, _, after = (part.replace("{organization}", organization_name) for part in words.partition("{channel}"))
    a_channel = _A_CHANNEL if not before else _A_CHANNEL.lower()
    line = line_with_channel("{channel}" + after, channel_id, prefix=before)
    return MessageView(escape(before + a_channel + after), [line])
