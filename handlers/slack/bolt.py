"""Bolt's app, as this bot uses it."""

import logging

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import BOLT_LOGGER
from handlers.slack import register
from handlers.slack.parts import SlackParts


def bolt_app(client: AsyncWebClient, parts: SlackParts) -> AsyncApp:
    """Return Bolt with every listener. Who is speaking is proven before it: by the guard, or by the socket."""
    bolt = AsyncApp(
        name="threadline",
        client=client,
        logger=logging.getLogger(BOLT_LOGGER),
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
    )
    register(bolt, parts)
    return bolt
