"""Slash commands."""

from collections.abc import Mapping
from functools import partial

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.usecases.my_issues import my_issues
from bot.views.command_answers import HELP, help_answer, issue_list, unknown_subcommand
from bot.views.issue_message import MessageView
from bot.views.raise_modal import ModalOrigin
from handlers.slack.acts import Act, Body, Subcommand, act_of_command
from handlers.slack.errors import tell_of_late_end, words_for
from handlers.slack.linking import open_link_modal, unlink
from handlers.slack.parts import SlackParts
from handlers.slack.raising import open_raise_modal
from handlers.slack.registering import open_register_modal
from handlers.slack.text import unescape
from handlers.slack.threadline.issue import answer_issue
from handlers.slack.threadline.linear import open_linear
from handlers.slack.threadline.mode import answer_mode
from handlers.slack.threadline.people import open_people
from handlers.slack.threadline.settings import open_settings
from handlers.slack.threadline.status import answer_status
from handlers.slack.threadline.tokens import open_tokens
from handlers.slack.threadline.whoami import answer_whoami
from handlers.tasks import ends_within

TOO_LATE = "Slack took too long to reach us. Please try again."
STILL_LOOKING = "Still looking. Please try again in a moment."


class Commands:
    """Answers slash commands.

    ``table`` is the whole list of commands, and manifest.yml is held to it by a test; ``subcommands`` is the whole
    list of what ``/threadline`` can do, and what ``/threadline help`` says is held to it.
    """

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts
        self.table: Mapping[str, Subcommand] = {
            "/raise-issue": _raise_issue,
            "/my-issues": _my_issues,
            "/threadline": self._threadline,
        }
        self.subcommands: Mapping[str, Subcommand] = {
            "mode": answer_mode,
            "whoami": answer_whoami,
            "token": open_tokens,
            "people": open_people,
            "settings": open_settings,
            "linear": open_linear,
            "status": answer_status,
            "issue": answer_issue,
            "help": _help,
            "register": open_register_modal,
            "link-channel": open_link_modal,
            "unlink-channel": unlink,
        }

    async def answer(self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer any slash command."""
        known = self.table.get(body["command"])
        if known is None:
            await ack(text=f"{body['command']}? {HELP}")
            return
        act = act_of_command(self._parts, body, client, context)
        task = self._parts.tasks.start(known(act, unescape(body.get("text", ""))))
        if not await ends_within(task, self._parts.answer_seconds):
            task.add_done_callback(tell_of_late_end)
            await ack(text=STILL_LOOKING)
            return
        try:
            view = task.result()
        except SlackApiError as error:
            words_for(error)
            await ack(text=TOO_LATE)
            return
        if view is None:
            await ack()
        else:
            await ack(text=view.text, blocks=[block.to_dict() for block in view.blocks])

    async def _threadline(self, act: Act, text: str) -> MessageView | None:
        asked, _, rest = " ".join(text.split()).partition(" ")
        known = self.subcommands.get(asked or "help")
        if known is None or (rest and known is _help):
            return unknown_subcommand(f"{asked} {rest}".strip())
        return await known(act, rest)


async def _raise_issue(act: Act, text: str) -> MessageView | None:
    await open_raise_modal(act, text, ModalOrigin(act.channel))
    return None


async def _my_issues(act: Act, _text: str) -> MessageView | None:
    return issue_list(await act.parts.transaction.read(partial(my_issues, account=act.account)))


async def _help(_act: Act, _rest: str) -> MessageView | None:
    return help_answer()
