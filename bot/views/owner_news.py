"""What an organization's owner is told of its channels, by direct message."""

from bot.domain.channels import OwnerNews
from bot.views.issue_message import MessageView
from bot.views.words import escape, line_with_channel

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
        "Unarchive it, or type /threadline link-channel in another channel of {organization}."
    ),
    OwnerNews.REMOVED: (
        "I was removed from {channel}: I read nothing there any more, and may not be able to write there. "
        "To have me back, type /invite @Threadline there. If {organization} does not need it any more, type "
        "/threadline unlink-channel there."
    ),
}
_A_CHANNEL = "A channel"


def owner_news(news: OwnerNews, organization_name: str, channel_id: str) -> MessageView:
    """Return what the owner reads."""
    # The name is put in last: it may look like anything.
    before, _, after = (
        part.replace("{organization}", organization_name) for part in WORDS[news].partition("{channel}")
    )
    a_channel = _A_CHANNEL if not before else _A_CHANNEL.lower()
    line = line_with_channel("{channel}" + after, channel_id, prefix=before)
    return MessageView(escape(before + a_channel + after), [line])
