"""The global shortcut and the message shortcut: other ways to the same modal."""

from collections.abc import Callable, Mapping

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.organizations import ChannelAddress
from bot.views import ids
from bot.views.raise_modal import ModalOrigin
from handlers.slack.acts import Body, act_of_interaction
from handlers.slack.errors import words_for
from handlers.slack.parts import SlackParts
from handlers.slack.raising import open_raise_modal
from handlers.slack.text import as_typed

# What a form begins with: a text, and where it was opened.
Beginning = tuple[str, ModalOrigin]


class Shortcuts:
    """Answers shortcuts: the table is the whole list, and manifest.yml is held to it by a test."""

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts
        self.table: Mapping[str, Callable[[Body, str], Beginning]] = {
            ids.RAISE_GLOBAL_SHORTCUT: _from_anywhere,
            ids.RAISE_MESSAGE_SHORTCUT: _from_message,
        }

    async def answer(self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer any shortcut; one that we do not know is acknowledged and nothing else."""
        begin = self.table.get(body["callback_id"])
        if begin is not None:
            act = act_of_interaction(self._parts, body, client, context)
            text, origin = begin(body, act.team_id)
            try:
                await open_raise_modal(act, text, origin)
            except SlackApiError as error:
                # Slack gives no place to answer a shortcut; the person sees that no modal opened.
                words_for(error)
        await ack()


def _from_anywhere(_body: Body, _team_id: str) -> Beginning:
    return "", ModalOrigin(None)


def _from_message(body: Body, team_id: str) -> Beginning:
    text = as_typed(str(body["message"].get("text") or ""))
    return text, ModalOrigin(ChannelAddress(team_id, str(body["channel"]["id"])))
