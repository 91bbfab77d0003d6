"""Submissions of modals: stored first, acknowledged last."""

from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.views import ids
from handlers.slack.acts import Body, Submit, act_of_interaction
from handlers.slack.errors import inline, inline_words, still_saving, tell_of_late_end
from handlers.slack.issue_modals import SUBMISSIONS
from handlers.slack.linear import submit_link
from handlers.slack.linking import submit_link_modal
from handlers.slack.parts import SlackParts
from handlers.slack.raising import submit_raise_modal
from handlers.slack.registering import submit_register_modal
from handlers.slack.threadline.people import submit_people
from handlers.slack.threadline.settings import submit_settings
from handlers.slack.threadline.tokens import submit_tokens
from handlers.tasks import ends_within

log = structlog.stdlib.get_logger(__name__)


class Modals:
    """Answers submissions: the table is the whole list. A modal that is only there to be read has no submission."""

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts
        self.table: Mapping[str, Submit] = {
            ids.RAISE_MODAL: submit_raise_modal,
            **SUBMISSIONS,
            ids.LINEAR_TIE_MODAL: submit_link,
            ids.REGISTER_MODAL: submit_register_modal,
            ids.LINK_CHANNEL_MODAL: submit_link_modal,
            ids.TOKENS_MODAL: submit_tokens,
            ids.PEOPLE_MODAL: submit_people,
            ids.SETTINGS_MODAL: submit_settings,
        }

    async def submit(self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer any submission."""
        view: Mapping[str, Any] = body["view"]
        known = self.table.get(view["callback_id"])
        if known is None:
            log.info("a modal that we do not know", callback_id=view["callback_id"])
            await ack()
            return
        task = self._parts.tasks.start(known(act_of_interaction(self._parts, body, client, context), view))
        if not await ends_within(task, self._parts.answer_seconds):
            task.add_done_callback(tell_of_late_end)
            await ack(**inline(view, still_saving(view)))
            return
        if error := task.exception():
            if not isinstance(error, Exception):
                raise error
            await ack(**inline_words(error, view))
            return
        await ack(**task.result())
