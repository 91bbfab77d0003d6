"""Whether the bot is alive and ready, over HTTP."""

import httpx
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from bot.domain.trouble import Cause, StuckSince
from bot.errors import UnavailableError
from bot.views.trouble_words import FIXES, WHY
from handlers.http.health import KEY_REFUSED, OFF, ON, TOKEN_REFUSED, Check, FindStuck, Readiness
from handlers.inbox import GIVEN_UP, GIVEN_UP_FIX, KEPT_DAYS
from sandbox.serving import Server
from storage import inbox
from storage.linear_connections import ConnectionsState
from storage.transaction import DATABASE_AWAY
from tests.plain_http import plain_http
from tests.world import NOW, World

READY = {"ready": True, "problems": {}, "warnings": {}, "slack": ON, "linear": ON}


async def fine() -> str | None:
    return None


async def away() -> str | None:
    return "the database cannot be reached"


async def get(url: str) -> httpx.Response:
    async with plain_http() as http:
        return await http.get(url)


async def test_a_bot_that_runs_is_alive_and_ready(world: World) -> None:
    alive, ready = [await get(f"{world.server.url}/{path}") for path in ("healthz", "readyz")]
    assert (alive.status_code, alive.json()) == (200, {"alive": True})
    assert (ready.status_code, ready.json()) == (200, READY)


async def test_what_was_told_and_given_up_is_a_warning(world: World) -> None:
    async def give_up(session: AsyncSession) -> None:
        for key in ("slack:Ev1", "slack:Ev2"):
            await inbox.remember(session, key, {}, NOW)
        await inbox.give_up(session, "slack:Ev1", "in vain")

    await world.bot.transaction.write(give_up)
    ready = await get(f"{world.server.url}/readyz")
    warning = {"given_up": 1, "why": GIVEN_UP, "fix": GIVEN_UP_FIX.format(days=KEPT_DAYS)}
    assert (ready.status_code, ready.json()) == (200, {**READY, "warnings": {"inbox": warning}})


async def asked(
    stuck: FindStuck, *, linear_on: bool = True, connected: bool = False, lost: bool = False, **checks: Check
) -> httpx.Response:
    """Return what is answered where these checks are made, this is stuck, and so it stands with connections."""

    async def connections() -> ConnectionsState:
        return ConnectionsState(any_connected=connected, any_lost=lost)

    ready = Readiness(stuck, connections, linear_on=linear_on)
    ready.checks.update(checks)
    server = Server(Starlette(routes=ready.routes))
    await server.start()
    try:
        return await get(f"{server.url}/readyz")
    finally:
        await server.stop()


def found(*causes: Cause) -> FindStuck:
    """Return what finds this stuck, each once more than the one before."""

    async def find() -> list[StuckSince]:
        return [StuckSince(cause=cause, count=count, since=NOW) for count, cause in enumerate(causes, 1)]

    return find


async def no_database() -> list[StuckSince]:
    raise UnavailableError(DATABASE_AWAY)


async def test_what_is_stuck_is_a_warning_with_its_count_cause_and_fix() -> None:
    answer = await asked(found(Cause.ARCHIVED, Cause.LINEAR_CREDENTIAL, Cause.SLACK_TOKEN), database=fine)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["ready"], told["problems"]) == (True, {})
    assert list(told["warnings"]) == ["archived", "linear_credential", "slack_token"]
    assert told["warnings"]["linear_credential"] == {
        "stuck": 2,
        "since": "2026-11-22T12:00:00+00:00",
        "why": WHY[Cause.LINEAR_CREDENTIAL],
        "fix": FIXES[Cause.LINEAR_CREDENTIAL],
    }
    assert (told["slack"], told["linear"]) == (TOKEN_REFUSED, KEY_REFUSED)


async def test_linear_that_is_off_is_said() -> None:
    told = (await asked(found(), linear_on=False)).json()
    assert told == {**READY, "linear": OFF}


async def test_a_connection_of_an_organization_counts_as_linear() -> None:
    assert (await asked(found(), linear_on=False, connected=True)).json() == READY
    told = (await asked(found(), linear_on=False, connected=True, lost=True)).json()
    assert told == {**READY, "linear": KEY_REFUSED}


async def test_a_database_that_goes_away_meanwhile_is_said_with_503() -> None:
    answer = await asked(no_database, database=fine)
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "problems": {"database": DATABASE_AWAY}, "warnings": {}}


async def test_what_is_missing_is_said_with_503() -> None:
    answer = await asked(found(Cause.ARCHIVED), database=away, slack=fine)
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "problems": {"database": "the database cannot be reached"},
        "warnings": {},
    }
