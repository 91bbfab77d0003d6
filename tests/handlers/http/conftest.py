"""Programs that call the API: a customer's, a vendor's, and one of each kind that may less."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.domain.people import ProfileKind
from tests.callers import Caller, caller, line_to, owners
from tests.world import World


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with line_to(world) as opened:
        yield opened


@pytest.fixture
async def ada(http: httpx.AsyncClient, world: World) -> Caller:
    """A customer of Acme."""
    return await caller(http, world, ProfileKind.CUSTOMER, email="ada@customer.example")


@pytest.fixture
async def bo(http: httpx.AsyncClient, world: World) -> Caller:
    """Another customer of Acme."""
    return await caller(http, world, ProfileKind.CUSTOMER, name="Bo")


@pytest.fixture
async def vera(http: httpx.AsyncClient, world: World) -> Caller:
    """Acme's owner: vendor, employee and customer in one."""
    return await owners(http, world)


@pytest.fixture
async def emil(http: httpx.AsyncClient, world: World) -> Caller:
    """An employee of Acme."""
    return await caller(http, world, ProfileKind.EMPLOYEE, name="Emil")
