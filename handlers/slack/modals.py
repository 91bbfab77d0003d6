"""Submissions of modals: stored first, acknowledged last."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.views import ids
from bot.views.raise_modal import still_saving
from handlers.slack.errors import inline_words, words_for
from handlers.slack.parts import SlackParts
from handlers.slack.people import account_of_interaction, installed_team
from handlers.slack.raising import submit_raise_modal
from handlers.slack.tasks import ends_within

log = structlog.stdlib.get_logger(__name__)

Body = Mapping[str, Any]


class Modals:
    """Answers submissions. A modal that was only there to be read has nothing to submit."""

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts

    async def submit(self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer any submission."""
        view: Mapping[str, Any] = body["view"]
        if view["callback_id"] != ids.RAISE_MODAL:
            log.info("a modal that we do not know", callback_id=view["callback_id"])
            await ack()
            return
        account, team_id = account_of_interaction(body), installed_team(context)
        work = submit_raise_modal(self._parts, client, view, account, team_id)
        task = self._parts.tasks.start(work)
        if not await ends_within(task, self._parts.answer_seconds):
            task.add_done_callback(_tell_of_late_end)
            await ack(response_action="errors", errors=still_saving())
            return
        if error := task.exception():
            if not isinstance(error, Exception):
                raise error
            await ack(**inline_words(error))
            return
        await ack(**task.result())


def _tell_of_late_end(task: asyncio.Task[Any]) -> None:
    """Log the failure of a submission whose person was told to press again: nobody else reads it."""
    if not task.cancelled() and isinstance(error := task.exception(), Exception):
        words_for(error)
