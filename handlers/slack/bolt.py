"""Bolt's app, as this bot uses it."""

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import BOLT_LOGGER
from handlers.slack import register
from handlers.slack.modals import Modals
from handlers.slack.parts import SlackParts

# Bolt asks Slack who we are before it hands on the first request. Where Slack does not tell, it answers with
# these words - and with 200, which would acknowledge an event that nobody took.
UNKNOWN = "Slack does not tell who we are"


def bolt_app(client: AsyncWebClient, parts: SlackParts) -> tuple[AsyncApp, Modals]:
    """Return Bolt with every listener, and the one for submissions.

    Who is speaking is proven before it: by the guard, or by the socket.
    """
    bolt = AsyncApp(
        name="threadline",
        client=client,
        logger=logging.getLogger(BOLT_LOGGER),
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        user_facing_authorize_error_message=UNKNOWN,
    )
    return bolt, register(bolt, parts)


def honest(answer: BoltResponse) -> BoltResponse:
    """Return what Slack is answered: what was not taken is not acknowledged, and is told or tried again."""
    return BoltResponse(status=503, body=UNKNOWN) if answer.body == UNKNOWN else answer
