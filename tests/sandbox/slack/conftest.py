"""Two servers for a module's tests, the Slack's and the app's; a fresh Slack behind them for each test."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest_asyncio

from sandbox.serving import Server
from tests.sandbox.slack.office import Office, Switch


@dataclass
class Street:
    """The two addresses, and who is at home there."""

    slack: Switch
    app: Switch
    slack_url: str
    app_url: str
    session: aiohttp.ClientSession

    def move_in(self, office: Office) -> Office:
        self.slack.program, self.app.program = office.slack.program, office.tiny
        return office


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street() -> AsyncIterator[Street]:
    # Opening a server and a client takes longer than most of these tests, so it is done once per module.
    slack, app = Switch(), Switch()
    servers = [Server(slack), Server(app)]
    for server in servers:
        await server.start()
    async with aiohttp.ClientSession() as session:
        yield Street(slack, app, servers[0].url, servers[1].url, session)
    for server in servers:
        await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def office(street: Street) -> AsyncIterator[Office]:
    office = street.move_in(Office(street.slack_url, street.app_url, street.session))
    yield office
    await office.slack.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def impatient(street: Street) -> AsyncIterator[Office]:
    """An office whose Slack waits a twentieth of a second for the app, not three."""
    office = street.move_in(Office(street.slack_url, street.app_url, street.session, ack_seconds=0.05))
    yield office
    await office.slack.aclose()
