"""The ways to Slack and Linear, opened from the settings; ``app.py`` opens and closes them."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import cache

import aiohttp
import httpx
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.linear_api import LinearApi
from bot.settings import Settings

SLACK_TIMEOUT_SECONDS = 8.0


@contextlib.asynccontextmanager
async def slack_client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    """Open the client for Slack."""
    timeout = aiohttp.ClientTimeout(total=SLACK_TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        # No retry handlers: the default one sends a post again after a dropped connection (reference: Slack, 0.1).
        yield AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(),
            base_url=settings.slack_api_url,
            session=session,
            retry_handlers=[],
        )


@contextlib.asynccontextmanager
async def linear_api(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[LinearApi | None]:
    """Open the client for Linear; None: there is no credential."""
    if settings.linear_api_key is None:
        yield None
        return
    async with httpx.AsyncClient(verify=_tls()) as http:
        key = settings.linear_api_key.get_secret_value()
        yield LinearApi(http, url=settings.linear_api_url, authorization=key, clock=clock)


@cache
def _tls() -> ssl.SSLContext:
    """Return what proves a server's name, read once: that takes longer than all else that a client begins with."""
    return httpx.create_ssl_context()
