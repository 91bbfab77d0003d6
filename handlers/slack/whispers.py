"""Words for one person alone, where they look. Best effort: whoever has left the channel does not miss them."""

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.views.issue_message import MessageView
from bot.views.words import escape
from handlers.slack.acts import Act

log = structlog.stdlib.get_logger(__name__)


async def whisper(act: Act, sentence: str, *, thread_ts: str | None = None) -> None:
    """Tell the person who acted one sentence."""
    await whisper_view(act, MessageView(escape(sentence), ()), thread_ts=thread_ts)


async def whisper_view(act: Act, view: MessageView, *, thread_ts: str | None = None) -> None:
    """Show the person who acted a message."""
    if not act.channel_id:
        log.info("nowhere to answer a person")
        return
    try:
        await act.client.chat_postEphemeral(
            channel=act.channel_id,
            user=act.account.user_id,
            text=view.text,
            blocks=list(view.blocks) or None,
            thread_ts=thread_ts,
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.info("a person was not answered", reason=type(error).__name__)
