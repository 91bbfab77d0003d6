"""The ways to Slack and Linear, opened from the settings; ``app.py`` opens and closes them."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import aiohttp
import httpx
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.linear_desk import Desk
from bot.delivery.linear_side import LinearSide
from bot.delivery.linear_ways import ConnectedWays, LinearCalls
from bot.settings import Settings
from storage.transaction import Transaction
from storage.vault import open_vault

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


@dataclass(frozen=True)
class Linear:
    """Each organization's way to Linear, and what connects it."""

    ways: ConnectedWays
    desk: Desk

    async def actor_of(self, organization_id: int) -> str | None:
        """Return by which id only we act in an organization's Linear; see ``LinearCalls.actor_of``."""
        return await LinearCalls(self.ways).actor_of(organization_id)


@contextlib.asynccontextmanager
async def linear_side(
    settings: Settings, transaction: Transaction, clock: Callable[[], datetime]
) -> AsyncIterator[Linear]:
    """Open the ways to Linear: the environment's, and those that organizations connect themselves.

    Raises:
        UnavailableError: there is no key to encrypt with, and none can be made.
    """
    key = settings.secret_key
    vault = open_vault(None if key is None else key.get_secret_value(), settings.database_url)
    async with httpx.AsyncClient(verify=_tls()) as http:
        side = LinearSide(http, settings, transaction, vault, clock)
        yield Linear(ways=side.ways, desk=Desk(side, settings.public_url))


@cache
def _tls() -> ssl.SSLContext:
    """Return what proves a server's name, read once: that takes longer than all else that a client begins with."""
    return httpx.create_ssl_context()
