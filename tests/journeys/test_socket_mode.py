"""Socket Mode: the same journeys over connections that the bot opens, without a public address.

On SQLite only: what differs from HTTP ends before the database, and the other journeys run on both kinds.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable

import pytest

from bot.domain.issues import TITLE_REQUIRED
from bot.manifest import read_manifest
from bot.views.raise_modal import RAISED
from handlers.slack.socket_mode import CONNECTIONS, NOT_CONNECTED
from sandbox.clock import SystemClock
from sandbox.company import open_company
from sandbox.faults import Fault
from tests.plain_http import plain_http
from tests.process import bot_process
from tests.world import World, open_world, socket_connected

TITLE = "The secret words of a customer"


@pytest.fixture
def database_url(new_sqlite: Callable[[], str]) -> str:
    return new_sqlite()


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, socket_mode=True) as opened:
        yield opened


async def test_an_issue_is_raised_through_the_socket_and_told_everywhere_once(world: World) -> None:
    company, slack = world.company, world.company.slack
    person = await world.open_form(company.ada, company.intake)
    result = await person.submit(anyway=True)
    assert result.errors == {"Title": TITLE_REQUIRED}
    person.fill("Title", "Export fails")
    assert not (await person.submit()).errors
    await world.settle()

    assert person.modal is not None
    assert RAISED.format(number="ISS-2026-0001") in slack.as_text(person.modal)
    [customer] = world.posts(company.intake)
    [triage] = world.posts(company.triage)
    assert len(slack.replies(customer)) == 1
    [linear] = company.linear.issues()
    assert linear.identifier in slack.as_text(triage)
    kinds = {(each.kind, each.envelope, each.status) for each in slack.deliveries}
    assert kinds >= {("command", "slash_commands", 200), ("view_submission", "interactive", 200)}
    assert all(each.envelope and each.ok for each in slack.deliveries)


async def test_pressing_raise_twice_gives_the_same_issue_and_the_same_answer(world: World) -> None:
    company = world.company
    await world.raise_issue(company.ada, company.intake, "Export fails")
    [submission] = [each for each in company.slack.deliveries if each.kind == "view_submission"]
    again = await company.slack.deliver_again(submission)
    await world.settle()

    assert "ISS-2026-0001" in again.answer
    assert again.answer == submission.answer
    assert len(world.posts(company.intake)) == len(company.linear.issues()) == 1


async def test_a_command_is_answered_in_its_acknowledgement(world: World) -> None:
    person = world.company.slack.as_user(world.company.ada)
    assert (await person.slash(world.company.intake, "/threadline", "help")).ok
    assert "/raise-issue" in world.company.slack.as_text(person.ephemerals[-1])


async def test_when_slack_asks_to_reconnect_the_next_command_works(world: World) -> None:
    company, sockets = world.company, world.company.slack.sockets
    first = sockets.of(company.app)
    for connection in first:
        await sockets.refresh(connection)
    await socket_connected(company)
    assert not set(first) & set(sockets.of(company.app))

    for title in ("One", "Two"):
        await world.raise_issue(company.ada, company.intake, title)
    await world.settle()
    assert {issue.title for issue in company.linear.issues()} == {"One", "Two"}


async def test_while_one_connection_is_renewed_the_other_one_works(world: World) -> None:
    company, sockets = world.company, world.company.slack.sockets
    await sockets.refresh(sockets.of(company.app)[0])
    await world.raise_issue(company.ada, company.intake, "Meanwhile")
    await world.settle()
    assert len(company.linear.issues()) == 1


async def test_what_cannot_be_read_is_not_acknowledged_and_harms_nothing(world: World) -> None:
    company, sockets = world.company, world.company.slack.sockets
    for kind, payload in (
        ("interactive", {"type": "view_submission", "view": {}, "user": {"id": "U1"}}),
        ("interactive", {"type": 7}),
        ("events_api", {}),
        ("slash_commands", {"command": None}),
    ):
        for _ in range(CONNECTIONS):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await sockets.deliver(company.app, kind, payload)  # type: ignore[arg-type]
    assert await sockets.deliver(company.app, "events_api", {"type": "app_rate_limited"}) == {}
    await world.raise_issue(company.ada, company.intake, "Export fails")


async def test_readiness_tells_of_the_socket_and_nothing_is_served_without_a_signing_secret(world: World) -> None:
    company, sockets = world.company, world.company.slack.sockets
    async with plain_http(base_url=world.server.url) as client:
        assert (await client.get("/readyz")).json()["ready"] is True
        assert (await client.post("/slack/events")).status_code == 404
        assert (await client.get("/healthz")).status_code == 200

        held = asyncio.Event()
        company.slack.faults.plant("apps.connections.open", *[Fault(hold=held)] * CONNECTIONS)
        asked = len(company.slack.calls_of("apps.connections.open")) + CONNECTIONS
        for connection in sockets.of(company.app):
            await sockets.drop(connection)
        await company.slack.wait_until(lambda: len(company.slack.calls_of("apps.connections.open")) == asked)
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "problems": {"slack": NOT_CONNECTED}, "warnings": {}}

        held.set()
        await socket_connected(company)
        assert (await client.get("/readyz")).status_code == 200


async def test_a_stopped_bot_answers_closes_and_keeps_its_secrets(database_url: str) -> None:
    async with open_company(read_manifest(), SystemClock(), socket_mode=True) as company:
        slack, app = company.slack, company.app
        settings = {**company.settings(), "database_url": database_url, "log_level": "DEBUG"}
        async with bot_process(settings) as bot:
            await socket_connected(company)
            held = asyncio.Event()
            slack.faults.plant("views.open", Fault(hold=held))
            typed = asyncio.create_task(slack.as_user(company.ada).slash(company.intake, "/raise-issue", TITLE))
            await slack.wait_until(lambda: slack.calls_of("views.open"))
            stopped = asyncio.create_task(bot.kill(signal.SIGTERM))
            await bot.says("Finished server process")
            held.set()
            assert (await typed).ok
            async with asyncio.timeout(10):
                assert await stopped == 0
        await slack.wait_until(lambda: not slack.sockets.of(app))
        log = "".join(bot.log)
        tickets = [call.response["url"] for call in slack.calls_of("apps.connections.open")]
        assert len(tickets) == CONNECTIONS
        for secret in (app.bot_token, app.config.app_token, TITLE, *tickets):
            assert secret not in log
        warned = {line.partition("request_id=")[2] for line in bot.log if "holds events back" in line}
        assert len(warned) == CONNECTIONS
        for word in ("Traceback", "Unclosed", "never awaited", "destroyed", "[error"):
            assert word not in log
