"""One process wakes another at once, on PostgreSQL; the connection for it is watched, and opened again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.doorbell import Doorbell, doorbell, ring_once
from storage.engine import async_url, open_engine
from tests.databases import Postgres
from tests.proxy import Wire

PATIENT = 20


class Ears:
    """Counts what is heard."""

    def __init__(self) -> None:
        self.count = 0
        self._heard = asyncio.Event()

    def hear(self) -> None:
        self.count += 1
        self._heard.set()

    async def next(self) -> None:
        """Wait for the next ring."""
        async with asyncio.timeout(PATIENT):
            await self._heard.wait()
        self._heard.clear()


@pytest.fixture
async def url(postgres: Postgres) -> str:
    return await postgres.emptied("doorbell")


@pytest.fixture
async def wire(url: str) -> AsyncIterator[Wire]:
    wire = Wire(url)
    await wire.mend()
    yield wire
    await wire.cut()


async def test_others_hear_a_ring_and_whoever_rings_does_not(url: str) -> None:
    one, other = Ears(), Ears()
    mine, theirs = Doorbell(async_url(url), one.hear), Doorbell(async_url(url), other.hear)
    async with mine.hung_up(), theirs.hung_up():
        # Each hears itself beginning: it may have missed something before.
        await one.next()
        await other.next()
        mine.ring()
        await other.next()
        theirs.ring()
        await one.next()
    assert (one.count, other.count) == (2, 2)


@pytest.mark.parametrize("more", ["ssl=disable", "sslmode=prefer", "prepared_statement_cache_size=0"])
async def test_what_the_address_says_of_connecting_holds_for_this_one_too(url: str, more: str) -> None:
    ears = Ears()
    address = make_url(url).update_query_string(more).render_as_string(hide_password=False)
    engine = open_engine(address)
    async with doorbell(engine, ears.hear):
        await ears.next()
        await ring_once(engine)
        await ears.next()
    await engine.dispose()


async def test_an_error_that_nobody_expects_ends_no_hearing(url: str) -> None:
    ears, failures = Ears(), [KeyError("a mistake")]

    def hear() -> None:
        if failures:
            raise failures.pop()
        ears.hear()

    async with Doorbell(async_url(url), hear).hung_up():
        await ears.next()
    assert failures == []


async def test_a_command_that_ends_rings_once(url: str) -> None:
    ears = Ears()
    from_there = Doorbell(async_url(url), ears.hear)
    async with from_there.hung_up():
        await ears.next()
        engine = open_engine(url)
        await ring_once(engine)
        await engine.dispose()
        await ears.next()


async def test_a_connection_that_died_is_opened_again_and_nothing_is_missed(url: str, wire: Wire) -> None:
    ears = Ears()
    bell, neighbour = Doorbell(async_url(wire.url), ears.hear), Doorbell(async_url(url), lambda: None)
    async with bell.hung_up(), neighbour.hung_up():
        await ears.next()
        await wire.cut()
        neighbour.ring()
        await wire.mend()
        # It may have been rung for while nobody listened.
        await ears.next()
        neighbour.ring()
        await ears.next()


async def test_a_connection_that_says_nothing_any_more_is_noticed(wire: Wire) -> None:
    ears = Ears()
    bell = Doorbell(async_url(wire.url), ears.hear, pulse_seconds=0.01)
    async with bell.hung_up():
        await ears.next()
        await wire.cut()
        await wire.mend()
        await ears.next()


async def test_sqlite_has_nobody_to_ring_for(engine: AsyncEngine) -> None:
    ears = Ears()
    async with doorbell(engine, ears.hear) as ring:
        ring()
    await ring_once(engine)
