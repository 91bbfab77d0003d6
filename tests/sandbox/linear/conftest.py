"""One server for a module's tests, and a fresh Linear behind it for each."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.clock import SettableClock
from sandbox.linear.linear import Linear
from sandbox.serving import Server
from tests.plain_http import plain_http
from tests.sandbox.linear.bench import Bench, Stage
from tests.sandbox.linear.ear import Ear


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    # Opening a server and a client takes longer than most of these tests, so it is done once per module.
    stage = Stage()
    server = Server(stage)
    await server.start()
    async with plain_http(base_url=server.url) as http:
        stage.http = http
        yield stage
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def bench(stage: Stage) -> AsyncIterator[Bench]:
    clock = SettableClock(1_800_000_000)
    stage.linear = Linear(clock, signing_clock=clock)
    yield Bench(stage.linear, clock, stage.http)
    await stage.linear.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ear_server() -> AsyncIterator[tuple[Ear, str]]:
    ear = Ear()
    server = Server(ear)
    await server.start()
    yield ear, f"{server.url}/linear/webhook"
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def ear(ear_server: tuple[Ear, str]) -> Ear:
    ear = ear_server[0]
    ear.heard, ear.statuses, ear.deaf = [], [], None
    ear.arrived.clear()
    return ear


@pytest.fixture
def ear_url(ear_server: tuple[Ear, str]) -> str:
    return ear_server[1]
