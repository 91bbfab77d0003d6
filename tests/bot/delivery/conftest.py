"""Fixtures of delivery's tests: databases, and one Slack's and one Linear's address for a module's tests."""

import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from sandbox.serving import Server
from tests.bot.delivery.office import Office, Street, Switch, Town
from tests.kept import kept_engine
from tests.plain_http import plain_http
from tests.storage.fixtures import lane, other

__all__ = ["lane", "other"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street() -> AsyncIterator[Street]:
    # Opening servers and clients takes longer than most of these tests, so it is done once per module.
    slack, linear = Switch(), Switch()
    async with contextlib.AsyncExitStack() as stack:
        servers = [Server(slack), Server(linear)]
        for server in servers:
            await server.start()
            stack.push_async_callback(server.stop)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        http = await stack.enter_async_context(plain_http())
        yield Street(slack, linear, servers[0].url, servers[1].url, session, http)


@pytest_asyncio.fixture(loop_scope="module")
async def town(street: Street) -> AsyncIterator[Town]:
    """A Slack and a Linear, and nothing of the bot but its clients."""
    opened = Town(street)
    yield opened
    await opened.slack.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def office(street: Street, database_url: str) -> AsyncIterator[Office]:
    """Acme between a Slack and a Linear; the worker is drained by hand, and may not be surprised."""
    async with kept_engine(database_url) as kept:
        opened = Office(street, kept)
        yield opened
        await opened.transaction.close()
        await opened.slack.aclose()
    assert opened.errors == []
