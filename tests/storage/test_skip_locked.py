"""Several replicas on PostgreSQL: a lane that another is about to hold is passed over, not waited for."""

import asyncio
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.effects import LaneKey, Pool
from bot.domain.retry import Park
from storage import blocked, leases
from storage.transaction import Transaction, open_transaction
from tests.kept import kept_database
from tests.storage.lanes import (
    LEASE_SECONDS,
    enqueue_named,
    lane_now,
    lane_of,
    let_waiting_be_due,
    name_of,
    owe,
    take,
    take_one,
)
from tests.storage.seeds import added

PATIENCE = 10.0


@pytest.fixture(params=["postgresql"])
async def database_url(request: pytest.FixtureRequest) -> str:
    return await kept_database(request, request.param)


async def test_a_lease_passes_over_what_another_lease_is_about_to_hold(
    engine: AsyncEngine, transaction: Transaction
) -> None:
    organization_id = await added(transaction)
    for number in range(10):
        await owe(transaction, lane_of(organization_id, str(number)), str(number))
    async with AsyncSession(engine) as one, AsyncSession(engine) as two:
        first = await leases.lease(one, worker="one", seconds=LEASE_SECONDS, places={Pool.LINEAR: 6})
        second = await leases.lease(two, worker="two", seconds=LEASE_SECONDS, places={Pool.LINEAR: 6})
        await one.commit()
        await two.commit()
    assert (len(first), len(second)) == (6, 4)
    assert len({held.lane_id for held in first + second}) == 10


async def test_a_lease_passes_over_a_lane_that_a_producer_is_writing_to(
    engine: AsyncEngine, transaction: Transaction
) -> None:
    organization_id = await added(transaction)
    busy, free = lane_of(organization_id, "busy"), lane_of(organization_id, "free")
    await owe(transaction, busy, "first")
    await owe(transaction, free, "first")
    async with AsyncSession(engine) as producer:
        await enqueue_named(producer, busy, ["second"])
        assert len(await take(transaction)) == 1
        await producer.commit()
    assert len(await take(transaction)) == 1


async def test_a_lease_of_many_due_lanes_takes_exactly_as_many_as_asked_for(
    engine: AsyncEngine, transaction: Transaction
) -> None:
    """A locking query that the planner ran once for each row of the update would lock them all."""
    organization_id = await added(transaction)
    for number in range(30):
        await owe(transaction, lane_of(organization_id, str(number)), str(number))
    async with AsyncSession(engine) as one:
        assert len(await leases.lease(one, worker="one", seconds=LEASE_SECONDS, places={Pool.LINEAR: 7})) == 7
        assert len(await take(transaction, limit=30)) == 23
        await one.commit()


async def _blocked(transaction: Transaction, *names: str) -> list[LaneKey]:
    """Return lanes of an organization that are blocked for the same reason."""
    organization_id = await added(transaction)
    keys = [lane_of(organization_id, name) for name in names]
    for key in keys:
        await owe(transaction, key, key.subject)
        held = await take_one(transaction)
        await transaction.write(partial(leases.park, held=held, plan=Park(), reason="refused"))
    return keys


async def test_hurrying_waits_for_no_lane_that_is_held_and_comes_back_to_it(
    engine: AsyncEngine, transaction: Transaction
) -> None:
    busy, free = await _blocked(transaction, "busy", "free")
    committed = asyncio.Event()
    async with AsyncSession(engine) as producer:
        await enqueue_named(producer, busy, ["second"])
        hurrying = asyncio.create_task(open_transaction(engine, committed.set).write(blocked.hurry_everything))
        try:
            await asyncio.wait_for(committed.wait(), PATIENCE)
            dues = {key.subject: (await lane_now(transaction, key)).due for key in (busy, free)}
        finally:
            await producer.commit()
            hurried = await hurrying
    assert dues == {"busy": "later", "free": "now"}
    assert len(hurried) == 2
    assert (await lane_now(transaction, busy)).due == "now"


async def test_a_lane_that_is_about_to_be_parked_again_does_not_miss_that_its_cause_is_gone(
    engine: AsyncEngine, transaction: Transaction
) -> None:
    mended, late, _ = await _blocked(transaction, "mended", "late", "waits")
    for key in (mended, late):
        await let_waiting_be_due(transaction, key)
    held = {name_of(one): one for one in await take(transaction)}
    committed = asyncio.Event()
    pay = partial(leases.pay, held=held["mended"], seconds=LEASE_SECONDS)
    # It was refused before the cause was gone, and says so after.
    async with AsyncSession(engine) as parking:
        await leases.lock_held(parking, held["late"])
        await leases.park(parking, held["late"], Park(), reason="refused")
        paying = asyncio.create_task(open_transaction(engine, committed.set).write(pay))
        try:
            await asyncio.wait_for(committed.wait(), PATIENCE)
        finally:
            await parking.commit()
            await paying
    assert {name_of(one) for one in await take(transaction)} == {"late", "waits"}
