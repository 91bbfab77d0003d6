"""Whether the bot is alive and ready, over HTTP."""

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from handlers.http.health import Readiness
from sandbox.serving import Server
from tests.world import World


async def fine() -> str | None:
    return None


async def away() -> str | None:
    return "the database cannot be reached"


async def get(url: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(url)


async def test_a_bot_that_runs_is_alive_and_ready(world: World) -> None:
    alive, ready = [await get(f"{world.server.url}/{path}") for path in ("healthz", "readyz")]
    assert (alive.status_code, alive.json()) == (200, {"alive": True})
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "problems": {}})


async def test_what_is_missing_is_said_with_503() -> None:
    server = Server(Starlette(routes=[Route("/readyz", Readiness({"database": away, "slack": fine}).answer)]))
    await server.start()
    try:
        answer = await get(f"{server.url}/readyz")
    finally:
        await server.stop()
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "problems": {"database": "the database cannot be reached"}}
