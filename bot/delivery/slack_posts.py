"""Messages on their way to Slack: posted under an effect's id, edited, deleted; failures named for the queue."""

import contextlib
from collections.abc import Iterator

from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.failures import slack_failure
from bot.domain.effects import Effect
from bot.slack_errors import SLACK_ERRORS
from bot.views.issue_message import MessageView

# The name under which an effect's id stands in a message's metadata. Every member of the workspace can read
# metadata, so nothing else goes there (Slack's documentation, "Message metadata").
METADATA_EVENT = "threadline_effect"


@contextlib.contextmanager
def named_failures() -> Iterator[None]:
    """Turn what Slack's client raises into a ``DeliveryFailure``."""
    try:
        yield
    except SLACK_ERRORS as error:
        raise slack_failure(error) from error


class SlackPosts:
    """Posts messages. Every method raises ``DeliveryFailure``.

    Args:
        client: no retry handlers: a dropped answer must reach this code, which alone knows what follows.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client

    async def post(
        self, effect: Effect, channel_id: str, view: MessageView, *, thread_ts: str | None = None
    ) -> str:
        """Post a message under its effect's id; returns its ``ts``."""
        with named_failures():
            answer = await self.client.chat_postMessage(
                channel=channel_id,
                thread_ts=thread_ts,
                text=view.text,
                blocks=view.blocks,
                metadata=Metadata(event_type=METADATA_EVENT, event_payload={"id": str(effect.id)}),
                unfurl_links=False,
                unfurl_media=False,
            )
        return str(answer["ts"])

    async def edit(self, channel_id: str, ts: str, view: MessageView) -> None:
        """Bring a message up to date; its metadata stays."""
        with named_failures():
            await self.client.chat_update(channel=channel_id, ts=ts, text=view.text, blocks=view.blocks)

    async def delete(self, channel_id: str, ts: str) -> None:
        """Delete a message of ours."""
        with named_failures():
            await self.client.chat_delete(channel=channel_id, ts=ts)

    async def direct_message(self, slack_user_id: str) -> str:
        """Return the direct message with a person; Slack gives the same one each time."""
        with named_failures():
            answer = await self.client.conversations_open(users=slack_user_id)
        return str(answer["channel"]["id"])

    async def permalink(self, channel_id: str, ts: str) -> str:
        """Return a message's address."""
        with named_failures():
            answer = await self.client.chat_getPermalink(channel=channel_id, message_ts=ts)
        return str(answer["permalink"])
