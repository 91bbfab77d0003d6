"""The global shortcut and the message shortcut: other ways to the same modal."""

from collections.abc import Callable, Mapping

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.organizations import ChannelAddress
from bot.domain.people import SlackAccount
from bot.views import ids
from bot.views.raise_modal import ModalOrigin, Source
from handlers.slack.acts import Act, Body, act_of_interaction
from handlers.slack.errors import words_for
from handlers.slack.parts import SlackParts
from handlers.slack.people import installed_team
from handlers.slack.raising import open_raise_modal
from handlers.slack.text import as_typed

# The one bot that Slack does not call one.
SLACKBOT = "USLACKBOT"
# What a form begins with: a text, and where it was opened.
Beginning = tuple[str, ModalOrigin]


class Shortcuts:
    """Answers shortcuts: the table is the whole list, and manifest.yml is held to it by a test."""

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts
        self.table: Mapping[str, Callable[[Body, Act], Beginning]] = {
            ids.RAISE_GLOBAL_SHORTCUT: _from_anywhere,
            ids.RAISE_MESSAGE_SHORTCUT: _from_message,
        }

    async def answer(self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer any shortcut; one that we do not know is acknowledged and nothing else."""
        begin = self.table.get(body["callback_id"])
        if begin is not None:
            act = act_of_interaction(self._parts, body, client, installed_team(context))
            text, origin = begin(body, act)
            try:
                await open_raise_modal(act, text, origin)
            except SlackApiError as error:
                # Slack gives no place to answer a shortcut; the person sees that no modal opened.
                words_for(error)
        await ack()


def _from_anywhere(_body: Body, _act: Act) -> Beginning:
    return "", ModalOrigin(None)


def _from_message(body: Body, act: Act) -> Beginning:
    message = body["message"]
    text = as_typed(str(message.get("text") or ""))
    source = Source(ts=str(message["ts"]), author=_author(message, act))
    return text, ModalOrigin(ChannelAddress(act.team_id, str(body["channel"]["id"])), source=source)


def _author(message: Body, act: Act) -> SlackAccount | None:
    """Return who wrote a message, if that was somebody else; what kind of member it is, Slack is asked later."""
    user_id, team_id = message.get("user"), message.get("team") or act.team_id
    if not isinstance(user_id, str) or not isinstance(team_id, str) or user_id in {act.account.user_id, SLACKBOT}:
        return None
    return SlackAccount(team_id, user_id)
