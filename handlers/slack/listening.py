"""How Slack reaches us: by requests that it signs, or over connections that we open (Socket Mode)."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from starlette.routing import Route

from handlers.closing import Closing
from handlers.slack.guard import SlackEndpoint
from handlers.slack.modals import Modals
from handlers.slack.socket_mode import SocketMode


@contextlib.asynccontextmanager
async def listening(
    bolt: AsyncApp,
    modals: Modals,
    *,
    signing_secret: SecretStr | None,
    app_token: SecretStr | None,
    checks: dict[str, Callable[[], Awaitable[str | None]]],
    closing: Closing,
) -> AsyncIterator[list[Route]]:
    """Listen to Slack until the context ends; gives the routes for its requests.

    Args:
        bolt: answers.
        modals: answers submissions, past Bolt.
        signing_secret: proves requests; None: none are taken.
        app_token: opens connections; None: none are opened.
        checks: where it is told whether the connections stand.
        closing: tells how long answers under way have left in the end.
    """
    routes = []
    if signing_secret is not None:
        endpoint = SlackEndpoint(bolt, signing_secret.get_secret_value(), modals=modals)
        routes.append(Route("/slack/events", endpoint, methods=["POST"]))
    if app_token is None:
        yield routes
        return
    link = SocketMode(bolt, app_token.get_secret_value(), bolt.client, closing)
    checks["slack"] = link.problem
    async with link.connected():
        yield routes
