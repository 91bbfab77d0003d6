"""Socket Mode: Slack speaks to us over connections that we open, so that no public address is needed.

It stands where the guard (guard.py) stands over HTTP. There is no signature: the addresses of the connections are
given out for the app-level token.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator

import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import SOCKET_LOGGER, bind_request_id, new_request_id
from bot.slack_errors import code_of
from handlers.closing import REQUESTS_SECONDS, Closing
from handlers.slack.bolt import honest
from handlers.slack.guard import RATE_LIMITED, UNREADABLE, warn_of_rate_limit
from handlers.tasks import TaskKeeper

NOT_CONNECTED = "Slack's socket is not connected"
# Slack asks each to reconnect every few hours, and slack_sdk leaves the old connection before it opens the new one:
# meanwhile the other one takes what comes. Slack allows ten for an app.
CONNECTIONS = 2
# How many seconds slack_sdk may try to get a connection back by itself. It then tries the same address again and
# again, which is good for one connection and a short time only; others saw it silent after an idle time
# (python-slack-sdk#1529). So we begin afresh.
PATIENCE_SECONDS = 30.0
log = structlog.stdlib.get_logger(__name__)


class _Client(SocketModeClient):
    """slack_sdk's client, whose own log is off: it would tell addresses (bot/logs.py)."""

    async def issue_new_wss_url(self) -> str:
        """Return the address of the next connection; slack_sdk tries again after a failure."""
        try:
            return await super().issue_new_wss_url()
        except Exception as error:
            log.warning("Slack gives out no socket", reason=_reason(error))
            raise


class SocketMode:
    """The connections to Slack, and what they bring.

    Args:
        app: Bolt, with its own request verification off.
        app_token: ``xapp-...``.
        web: asks for the connections' addresses.
        closing: tells how long answers under way have left in the end.
        patience_seconds: after which a lost connection is begun afresh.
    """

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        web: AsyncWebClient,
        closing: Closing,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._web = web
        self._closing = closing
        self._patience_seconds = patience_seconds
        self._answers = TaskKeeper()
        self._clients: set[_Client] = set()

    async def problem(self) -> str | None:
        """Return None while at least one connection stands, else what is wrong in words."""
        for client in self._clients:
            if await client.is_connected():
                return None
        return NOT_CONNECTED

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Keep the connections up, in the background; in the end finish the answers under way, then close."""
        keepers = [asyncio.get_running_loop().create_task(self._keep_connected()) for _ in range(CONNECTIONS)]
        try:
            yield
        finally:
            await self._answers.finish(self._closing.left(REQUESTS_SECONDS))
            await _cancel(*keepers)

    async def _keep_connected(self) -> None:
        while True:
            try:
                await self._live_once()
                log.warning("a connection to Slack did not come back: beginning afresh")
            except Exception:
                log.exception("a connection to Slack failed: beginning afresh")

    async def _live_once(self) -> None:
        async with self._client() as client:
            connecting = asyncio.get_running_loop().create_task(client.connect())  # type: ignore[no-untyped-call]
            try:
                await self._lost(client)
            finally:
                await _cancel(connecting)

    @contextlib.asynccontextmanager
    async def _client(self) -> AsyncIterator[_Client]:
        client = _Client(self._app_token, logger=logging.getLogger(SOCKET_LOGGER), web_client=self._web)
        client.socket_mode_request_listeners.append(self._answer)
        self._clients.add(client)
        try:
            yield client
        finally:
            self._clients.discard(client)
            await _close(client)

    async def _lost(self, client: _Client) -> None:
        """Wait until the client is without a connection, and could not help itself."""
        last_connected = time.monotonic()
        while time.monotonic() - last_connected < self._patience_seconds:
            await asyncio.sleep(self._patience_seconds / 10)
            if await client.is_connected():
                last_connected = time.monotonic()

    async def _answer(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        # slack_sdk holds its own tasks only weakly.
        await self._answers.start(self._answer_bound(client, request))

    async def _answer_bound(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        bind_request_id(new_request_id())
        began = time.time()
        try:
            if request.payload.get("type") == RATE_LIMITED:
                warn_of_rate_limit()
                answer = BoltResponse(status=200)
            else:
                answer = honest(await run_async_bolt_app(self._app, request))
            # Stored, then acknowledged. An answer that is not 200 is no acknowledgement.
            await send_async_response(client, request, answer, began)
        except UNREADABLE:
            log.warning("an envelope that cannot be read", exc_info=True)
        except ConnectionError:
            # Slack tells the person that it failed, although it is stored: pressing again gives the same answer.
            log.warning("an answer could not be given: the connection was lost")
        except Exception:
            log.exception("an envelope could not be answered")


def _reason(error: Exception) -> str:
    code = code_of(error) if isinstance(error, SlackApiError) else ""
    return code or type(error).__name__


async def _close(client: _Client) -> None:
    try:
        await client.close()  # type: ignore[no-untyped-call]
    finally:
        # It cancels its tasks without waiting for their end, and none of them when closing fails.
        tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
        await _cancel(*(task for task in tasks if task is not None))
        await client.aiohttp_client_session.close()


async def _cancel(*tasks: asyncio.Future[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
