"""Presses of buttons and choices from menus, in messages and views."""

from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.views import ids
from handlers.slack.acts import Body, OnPress, Press, press_of
from handlers.slack.errors import words_for
from handlers.slack.issue_buttons import ON_PRESS
from handlers.slack.parts import SlackParts
from handlers.slack.raising import raise_by_button
from handlers.slack.threadline.linear import (
    choose_linear_organization,
    press_disconnect,
)
from handlers.slack.threadline.mode import choose_mode
from handlers.slack.threadline.people import choose_people_organization
from handlers.slack.threadline.settings import choose_settings_organization
from handlers.slack.threadline.status import press_try_all_again
from handlers.slack.threadline.tokens import press_revoke
from handlers.slack.whispers import whisper
from handlers.tasks import ends_within

log = structlog.stdlib.get_logger(__name__)

# Slack opens what is behind these itself, and tells that they were pressed.
_LINKS = frozenset({ids.LINEAR_INSTALL})


class Actions:
    """Answers presses: the table is the whole list. One of an older or newer version is accepted and logged.

    What was pressed is carried out, committed, and then acknowledged: Slack shows a warning beside a button that is
    not acknowledged, and nothing else. So whatever there is to say is whispered.
    """

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts
        self.table: Mapping[str, OnPress] = {
            **ON_PRESS,
            ids.RAISE_BUTTON: raise_by_button,
            ids.TRY_ALL_AGAIN: press_try_all_again,
            ids.CHOOSE_MODE: choose_mode,
            ids.REVOKE_TOKEN: press_revoke,
            ids.PEOPLE_ORGANIZATION: choose_people_organization,
            ids.SETTINGS_ORGANIZATION: choose_settings_organization,
            ids.LINEAR_ORGANIZATION: choose_linear_organization,
            ids.LINEAR_DISCONNECT: press_disconnect,
        }

    async def answer(self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer any press."""
        press = press_of(self._parts, body, client, context)
        known = None if press is None else self.table.get(press.action_id)
        if press is not None and known is not None:
            task = self._parts.tasks.start(_carried_out(known, press))
            # What takes longer goes on, and is told by a whisper of its own.
            await ends_within(task, self._parts.answer_seconds)
        elif press is None or press.action_id not in _LINKS:
            log.info("a press that we do not know", action_id=press and press.action_id)
        await ack()


async def _carried_out(on_press: OnPress, press: Press) -> Any:
    try:
        await on_press(press)
    except Exception as error:  # noqa: BLE001 - words_for logs it, and it becomes words for the person
        await whisper(press, words_for(error))
