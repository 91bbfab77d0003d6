"""Slash commands."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.organizations import ChannelAddress
from bot.usecases.my_issues import my_issues
from bot.views.command_answers import HELP, help_answer, issue_list, unknown_subcommand
from bot.views.issue_message import MessageView
from bot.views.raise_modal import ModalOrigin
from handlers.slack.errors import words_for
from handlers.slack.parts import SlackParts
from handlers.slack.people import account_of_command, installed_team
from handlers.slack.raising import open_raise_modal
from handlers.slack.tasks import ends_within
from handlers.slack.text import unescape

TOO_LATE = "Slack took too long to reach us. Please try again."
STILL_LOOKING = "Still looking. Please try again in a moment."

Body = Mapping[str, Any]


class Commands:
    """Answers slash commands: the table is the whole list, and manifest.yml is held to it by a test."""

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts
        self.table: Mapping[str, Callable[[AsyncAck, Body, AsyncWebClient, AsyncBoltContext], Awaitable[None]]] = {
            "/raise-issue": self._raise_issue,
            "/my-issues": self._my_issues,
            "/threadline": self._threadline,
        }

    async def answer(self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer any slash command."""
        known = self.table.get(body["command"])
        if known is None:
            await ack(text=f"{body['command']}? {HELP}")
            return
        await known(ack, body, client, context)

    async def _raise_issue(
        self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        team_id = installed_team(context)
        try:
            await open_raise_modal(
                self._parts,
                client,
                trigger_id=body["trigger_id"],
                text=unescape(body.get("text", "")),
                origin=ModalOrigin(ChannelAddress(team_id, body["channel_id"])),
                account=account_of_command(body),
                team_id=team_id,
            )
        except SlackApiError as error:
            words_for(error)
            await ack(text=TOO_LATE)
            return
        await ack()

    async def _my_issues(
        self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        del client, context
        look = partial(my_issues, account=account_of_command(body))
        task = self._parts.tasks.start(self._parts.transaction.read(look))
        if not await ends_within(task, self._parts.answer_seconds):
            await ack(text=STILL_LOOKING)
            return
        await _say(ack, issue_list(task.result()))

    async def _threadline(
        self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        del client, context
        asked = " ".join(unescape(body.get("text", "")).split())
        await _say(ack, help_answer() if asked in {"", "help"} else unknown_subcommand(asked))


async def _say(ack: AsyncAck, view: MessageView) -> None:
    await ack(text=view.text, blocks=[block.to_dict() for block in view.blocks])
