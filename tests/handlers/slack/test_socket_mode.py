"""The connections of Socket Mode themselves; what goes through them is told by the journeys."""

import contextlib
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from handlers.closing import Closing
from handlers.slack.guard import RATE_LIMITED
from handlers.slack.socket_mode import CONNECTIONS, NOT_CONNECTED, SocketMode
from sandbox.clock import SystemClock
from sandbox.faults import Answer, Fault
from sandbox.slack import App, Slack


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    opened = Slack(SystemClock())
    await opened.serve()
    yield opened
    await opened.aclose()


@pytest.fixture
def installed(slack: Slack) -> App:
    app = slack.install_app(slack.add_team("Acme", "acme"))
    app.socket_mode = True
    return app


@contextlib.asynccontextmanager
async def impatient_mode(slack: Slack, app: App) -> AsyncIterator[SocketMode]:
    """Socket Mode that begins a lost connection afresh after a tenth of a second."""
    async with aiohttp.ClientSession() as session:
        web = AsyncWebClient(app.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        bolt = AsyncApp(client=web, request_verification_enabled=False)
        mode = SocketMode(bolt, app.config.app_token, web, Closing(), patience_seconds=0.1)
        async with mode.connected():
            yield mode


async def connected(slack: Slack, app: App) -> None:
    """Wait until every connection is known on both sides: an envelope is acknowledged by each."""
    await slack.wait_until(lambda: len(slack.sockets.of(app)) == CONNECTIONS)
    for _ in range(CONNECTIONS):
        await slack.sockets.deliver(app, "events_api", {"type": RATE_LIMITED})


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, '{"ok": false, "error": "internal_error"}'),
        Answer(503, "<html>away</html>", content_type="text/html"),
        Answer(200, "no JSON"),
    ],
)
async def test_slack_may_be_away_at_the_start(slack: Slack, installed: App, answer: Answer) -> None:
    slack.faults.plant("apps.connections.open", *[Fault(answer=answer)] * CONNECTIONS)
    async with impatient_mode(slack, installed) as mode:
        assert await mode.problem() == NOT_CONNECTED
        await connected(slack, installed)
        assert await mode.problem() is None
    await slack.wait_until(lambda: not slack.sockets.of(installed))


async def test_an_address_that_leads_nowhere_is_asked_for_again(slack: Slack, installed: App) -> None:
    # slack_sdk alone would try this address for ever.
    body = json.dumps({"ok": True, "url": f"{slack.api_url.replace('http', 'ws', 1)}nowhere"})
    slack.faults.plant("apps.connections.open", *[Fault(answer=Answer(200, body))] * CONNECTIONS)
    async with impatient_mode(slack, installed) as mode:
        await connected(slack, installed)
        assert await mode.problem() is None


async def test_it_may_be_stopped_before_it_was_connected(slack: Slack, installed: App) -> None:
    async with impatient_mode(slack, installed) as mode:
        assert await mode.problem() == NOT_CONNECTED
    assert slack.sockets.of(installed) == []


async def test_when_slack_closes_without_a_word_it_connects_again(slack: Slack, installed: App) -> None:
    async with impatient_mode(slack, installed):
        await connected(slack, installed)
        first = slack.sockets.of(installed)
        for connection in first:
            await slack.sockets.drop(connection)
        await connected(slack, installed)
        assert not set(first) & set(slack.sockets.of(installed))
