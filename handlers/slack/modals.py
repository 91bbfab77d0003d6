"""Submissions of modals: stored first, acknowledged last."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.models import JsonObject
from slack_sdk.web.async_client import AsyncWebClient

from bot.views import ids
from handlers.slack.acts import Answer, Body, Submit, act_of_interaction
from handlers.slack.errors import inline, inline_words, still_saving, tell_of_late_end
from handlers.slack.issue_modals import SUBMISSIONS
from handlers.slack.linear import submit_link
from handlers.slack.linking import submit_link_modal
from handlers.slack.parts import SlackParts
from handlers.slack.people import installed_team
from handlers.slack.raising import submit_raise_modal
from handlers.slack.registering import submit_register_modal
from handlers.slack.threadline.linear import submit_linear
from handlers.slack.threadline.people import submit_people
from handlers.slack.threadline.settings import submit_settings
from handlers.slack.threadline.tokens import submit_tokens
from handlers.tasks import ends_within

log = structlog.stdlib.get_logger(__name__)


MOST_SENDERS = 1_000


@dataclass(frozen=True)
class Installed:
    """Through which client a workspace is spoken to, and the name by which its channels are known."""

    client: AsyncWebClient
    team_id: str


class Modals:
    """Answers submissions: the table is the whole list. A modal that is only there to be read has no submission."""

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts
        self._installed: dict[tuple[str, str], Installed] = {}
        self.table: Mapping[str, Submit] = {
            ids.RAISE_MODAL: submit_raise_modal,
            **SUBMISSIONS,
            ids.LINEAR_TIE_MODAL: submit_link,
            ids.REGISTER_MODAL: submit_register_modal,
            ids.LINK_CHANNEL_MODAL: submit_link_modal,
            ids.TOKENS_MODAL: submit_tokens,
            ids.PEOPLE_MODAL: submit_people,
            ids.SETTINGS_MODAL: submit_settings,
            ids.LINEAR_MODAL: submit_linear,
        }

    async def submit(self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer any submission that Bolt brings."""
        installed = Installed(client, installed_team(context))
        sender = _sender(body)
        if sender is not None and len(self._installed) < MOST_SENDERS:
            self._installed[sender] = installed
        ack.response = await acknowledged(await self.answer(body, installed))

    def installed_for(self, body: Body) -> Installed | None:
        """Return what Bolt found out for an earlier submission from the same workspace; None: ask it."""
        sender = _sender(body)
        return None if sender is None else self._installed.get(sender)

    async def answer(self, body: Body, installed: Installed) -> Answer:
        """Return what a submission is acknowledged with, once what it wants is done."""
        view: Mapping[str, Any] = body["view"]
        known = self.table.get(view["callback_id"])
        if known is None:
            log.info("a modal that we do not know", callback_id=view["callback_id"])
            return {}
        act = act_of_interaction(self._parts, body, installed.client, installed.team_id)
        task = self._parts.tasks.start(known(act, view))
        if not await ends_within(task, self._parts.answer_seconds):
            task.add_done_callback(tell_of_late_end)
            return inline(view, still_saving(view))
        if error := task.exception():
            if not isinstance(error, Exception):
                raise error
            return inline_words(error, view)
        return task.result()


async def acknowledged(answer: Answer) -> BoltResponse:
    """Return what Bolt's ``ack`` returns for this answer; it takes ten times as long to write JSON."""
    if answer:
        try:
            return BoltResponse(status=200, body=orjson.dumps(answer, _in_json).decode())
        except orjson.JSONEncodeError:
            # It takes no half of a surrogate pair, which is what a text that was cut in an emoji ends with.
            pass
    return await AsyncAck()(**answer)  # type: ignore[no-untyped-call]


def _in_json(part: JsonObject) -> dict[str, Any]:
    return part.to_dict()


def _sender(body: Body) -> tuple[str, str] | None:
    """Return the workspaces by which Bolt tells whose a submission is; None: they are not as Slack sends them."""
    installed, team = body["view"].get("app_installed_team_id"), body.get("team")
    own = team.get("id") if isinstance(team, dict) else None
    return (installed, own) if isinstance(installed, str) and isinstance(own, str) else None
