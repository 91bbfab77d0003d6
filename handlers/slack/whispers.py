"""Words for one person alone, where they look. Best effort: whoever has left the channel does not miss them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
import structlog
from slack_sdk.models.views import View
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack_errors import SLACK_ERRORS
from bot.views.issue_message import MessageView
from bot.views.notes import refused_modal
from bot.views.words import escape
from handlers.slack.acts import Act, Press
from handlers.slack.errors import title_in

log = structlog.stdlib.get_logger(__name__)


async def whisper(act: Act, sentence: str, *, thread_ts: str | None = None) -> None:
    """Tell the person who acted one sentence: in the channel, or above the view in which they pressed."""
    if isinstance(act, Press) and act.view is not None:
        await _lay_above(act, act.view, sentence)
        return
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
    except SLACK_ERRORS as error:
        log.info("a person was not answered", reason=type(error).__name__)


async def replace(press: Press, view: MessageView) -> None:
    """Let a message stand in the place of the one in which the person pressed, which they alone see."""
    body: dict[str, Any] = {"text": view.text, "blocks": [block.to_dict() for block in view.blocks]}
    try:
        # No retry handlers, as for the client: what comes late is of no use here.
        answers = AsyncWebhookClient(press.response_url, session=press.client.session, retry_handlers=[])
        answer = await answers.send_dict({**body, "replace_original": True})
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        log.info("a message was not replaced", reason=type(error).__name__)
    else:
        if answer.status_code == HTTPStatus.OK:
            return
        log.info("a message was not replaced", status=answer.status_code)
    await whisper_view(press, view)


async def update_view(press: Press, view: View) -> None:
    """Let another view stand in the place of the one in which the person pressed."""
    if press.view is None:
        return
    try:
        await press.client.views_update(view_id=press.view["id"], view=view)
    except SLACK_ERRORS as error:
        # Closed meanwhile: then nobody misses it.
        log.info("a view was not updated", reason=type(error).__name__)


async def _lay_above(press: Press, view: Mapping[str, Any], sentence: str) -> None:
    note = refused_modal(sentence, title=title_in(view))
    try:
        if view.get("type") == "modal":
            await press.client.views_push(trigger_id=press.trigger_id, view=note)
        else:
            await press.client.views_open(trigger_id=press.trigger_id, view=note)
    except SLACK_ERRORS as error:
        log.info("a person was not answered", reason=type(error).__name__)
