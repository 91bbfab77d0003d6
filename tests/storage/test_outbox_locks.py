"""What follows a delivery is enqueued in the other lanes of the same issue: two that end at once do not collide."""

import asyncio
import contextlib
from functools import partial

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, LaneKey, Lease, organization_lane
from bot.domain.retry import Park
from storage import leases, organizations, tables
from storage.transaction import Transaction
from tests.storage.lanes import LEASE_SECONDS, effects_now, enqueue_named, lane_of, name_of, owe, take, take_one
from tests.storage.seeds import added


@pytest.fixture
async def lanes(transaction: Transaction) -> dict[Destination, LaneKey]:
    organization_id = await added(transaction)
    keys = {
        destination: lane_of(organization_id, "issue:1", destination)
        for destination in (Destination.LINEAR, Destination.TRIAGE)
    }
    for destination, key in keys.items():
        await owe(transaction, key, destination.value)
    return keys


@pytest.mark.parametrize("ends", ["pay", "park"])
async def test_two_lanes_of_an_issue_that_end_at_once_and_enqueue_in_each_other_are_each_written_at_first_go(
    transaction: Transaction, lanes: dict[Destination, LaneKey], ends: str
) -> None:
    runs: list[str] = []
    both = asyncio.Barrier(2)

    async def end(session: AsyncSession, *, held: Lease, other: LaneKey) -> None:
        runs.append(name_of(held))
        await leases.lock_held(session, held)
        if ends == "pay":
            await leases.pay(session, held, seconds=LEASE_SECONDS)
        else:
            await leases.park(session, held, Park(), reason="refused")
        # Time for the other to come as far as this, if it can. One that waits for our locks cannot.
        with contextlib.suppress(TimeoutError, asyncio.BrokenBarrierError):
            await asyncio.wait_for(both.wait(), 0.1)
        await enqueue_named(session, other, [f"after {name_of(held)}"])

    held = {name_of(one): one for one in await take(transaction)}
    linear, triage = lanes[Destination.LINEAR], lanes[Destination.TRIAGE]
    await asyncio.gather(
        transaction.write(partial(end, held=held["linear"], other=triage)),
        transaction.write(partial(end, held=held["triage"], other=linear)),
    )
    assert sorted(runs) == ["linear", "triage"]
    assert [effect.name for effect in await effects_now(transaction, linear)] == ["linear", "after triage"]
    assert [effect.name for effect in await effects_now(transaction, triage)] == ["triage", "after linear"]


async def test_who_holds_an_organization_and_what_changes_it_from_its_own_lanes_are_each_written_at_first_go(
    transaction: Transaction,
) -> None:
    organization_id = await added(transaction)
    person = organization_lane(organization_id, Destination.PERSON)
    await owe(transaction, organization_lane(organization_id, Destination.LINEAR), "team")
    held = await take_one(transaction)
    await owe(transaction, person, "first")
    runs: list[str] = []
    both = asyncio.Barrier(2)

    async def meet() -> None:
        with contextlib.suppress(TimeoutError, asyncio.BrokenBarrierError):
            await asyncio.wait_for(both.wait(), 0.1)

    async def deliver(session: AsyncSession) -> None:
        runs.append("deliver")
        await leases.lock_held(session, held)
        await meet()
        mine = update(tables.Organization).where(tables.Organization.id == organization_id)
        await session.execute(mine.values(linear_team_key="ACM"))
        await leases.pay(session, held, seconds=LEASE_SECONDS)

    async def tell(session: AsyncSession) -> None:
        runs.append("tell")
        await organizations.hold_organization(session, organization_id)
        await meet()
        await enqueue_named(session, person, ["second"])

    await asyncio.gather(transaction.write(deliver), transaction.write(tell))
    assert sorted(runs) == ["deliver", "tell"]
    assert [effect.name for effect in await effects_now(transaction, person)] == ["first", "second"]
