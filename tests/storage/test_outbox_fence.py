"""Who lost a lane changes nothing in it any more; and what lets a lane that stands go on."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.effects import Destination, EffectState, LaneKey, Lease, pool_of
from bot.domain.retry import PROBE_SECONDS, Park, TryAgain
from storage import blocked, leases, outbox, tables
from storage.leases import FenceLostError
from storage.transaction import Transaction, open_transaction
from tests.storage.lanes import (
    AN_HOUR,
    LEASE_SECONDS,
    effects_now,
    lane_now,
    lane_of,
    let_leases_expire,
    let_waiting_be_due,
    name_of,
    owe,
    seconds_until_due,
    see_lanes,
    take,
    take_one,
)
from tests.storage.notes import note, noted
from tests.storage.seeds import added

Write = Callable[[AsyncSession, Lease], Awaitable[object]]


async def _pay(session: AsyncSession, held: Lease) -> None:
    await leases.pay(session, held, seconds=LEASE_SECONDS)


async def _skip(session: AsyncSession, held: Lease) -> None:
    await leases.pay(session, held, seconds=LEASE_SECONDS, skipped="done already")


async def _put_back(session: AsyncSession, held: Lease) -> None:
    await leases.put_back(session, held, TryAgain(0), reason="away")


async def _park(session: AsyncSession, held: Lease) -> None:
    await leases.park(session, held, Park(), reason="refused")


EVERY_WRITE = pytest.mark.parametrize("write", [_pay, _skip, _put_back, _park])


@pytest.fixture
async def lane(transaction: Transaction) -> LaneKey:
    return lane_of(await added(transaction))


async def _deliver(transaction: Transaction, held: Lease) -> None:
    await transaction.write(lambda session: _pay(session, held))


async def _state(transaction: Transaction, lane: LaneKey) -> object:
    return await transaction.read(see_lanes), await effects_now(transaction, lane)


async def _try_late(transaction: Transaction, held: Lease, write: Write) -> None:
    async def work(session: AsyncSession) -> None:
        await note(session, "written late")
        await write(session, held)

    with pytest.raises(FenceLostError):
        await transaction.write(work)
    assert await noted(transaction) == set()


@EVERY_WRITE
async def test_a_write_under_an_old_fence_changes_nothing_while_another_holds_the_lane(
    transaction: Transaction, lane: LaneKey, write: Write
) -> None:
    await owe(transaction, lane, "a", "b")
    late = await take_one(transaction, "worker one")
    await let_leases_expire(transaction)
    await take_one(transaction, "worker two")
    before = await _state(transaction, lane)
    await _try_late(transaction, late, write)
    assert await _state(transaction, lane) == before


@pytest.mark.parametrize(
    ("write", "other_write"), [(_pay, _put_back), (_skip, _park), (_put_back, _pay), (_park, _pay)]
)
async def test_a_write_under_an_old_fence_changes_nothing_after_another_was_there(
    transaction: Transaction, lane: LaneKey, write: Write, other_write: Write
) -> None:
    await owe(transaction, lane, "a")
    late = await take_one(transaction, "worker one")
    await let_leases_expire(transaction)
    other = await take_one(transaction, "worker two")
    await transaction.write(lambda session: other_write(session, other))
    before = await _state(transaction, lane)
    await _try_late(transaction, late, write)
    assert await _state(transaction, lane) == before


@EVERY_WRITE
async def test_a_lease_that_ran_out_is_still_good_while_nobody_else_took_the_lane(
    transaction: Transaction, lane: LaneKey, write: Write
) -> None:
    await owe(transaction, lane, "a")
    held = await take_one(transaction)
    await let_leases_expire(transaction)
    await transaction.write(lambda session: write(session, held))
    [effect] = await effects_now(transaction, lane)
    assert effect.state is not EffectState.SENDING


async def test_a_parked_lane_stands_for_a_while_and_is_tried_again_by_itself(
    transaction: Transaction, lane: LaneKey
) -> None:
    await owe(transaction, lane, "a", "b")
    await transaction.write(partial(leases.park, held=await take_one(transaction), plan=Park(), reason="refused"))
    seen = await lane_now(transaction, lane)
    assert (seen.blocked, seen.due, seen.leased, seen.owner) == ("refused", "later", False, None)
    assert await seconds_until_due(transaction, lane) == pytest.approx(PROBE_SECONDS, abs=20)
    effects = await effects_now(transaction, lane)
    assert [(one.state, one.error) for one in effects] == [(EffectState.DEAD, "refused"), (EffectState.OWED, None)]
    await owe(transaction, lane, "c")
    assert await take(transaction) == []
    await let_waiting_be_due(transaction)
    held = await take_one(transaction)
    assert (name_of(held), held.blocked) == ("a", "refused")
    await _deliver(transaction, held)
    assert (await lane_now(transaction, lane)).blocked is None


async def test_a_parked_lane_whose_cause_is_gone_lets_those_that_wait_for_the_same_be_tried_at_once(
    transaction: Transaction, lane: LaneKey
) -> None:
    keys = {"same": lane_of(lane.organization_id, "same"), "else": lane_of(lane.organization_id, "else")}
    for key, reason in ((lane, "refused"), (keys["same"], "refused"), (keys["else"], "gone")):
        await owe(transaction, key, key.subject)
        await transaction.write(partial(leases.park, held=await take_one(transaction), plan=Park(), reason=reason))
    await let_waiting_be_due(transaction, lane)
    await _deliver(transaction, await take_one(transaction))
    assert [name_of(held) for held in await take(transaction)] == ["same"]


async def test_an_unblocked_lane_tries_the_same_effect_again(transaction: Transaction, lane: LaneKey) -> None:
    await owe(transaction, lane, "a", "b")
    await transaction.write(partial(leases.park, held=await take_one(transaction), plan=Park(), reason="refused"))
    assert len(await transaction.write(blocked.hurry_everything)) == 1
    seen = await lane_now(transaction, lane)
    # Blocked until it succeeds: whoever was told of the cause is not told again meanwhile.
    assert (seen.blocked, seen.due) == ("refused", "now")
    held = await take_one(transaction)
    assert (name_of(held), held.effect.attempts) == ("a", 2)


async def test_unblocking_touches_no_lane_that_is_not_blocked(transaction: Transaction, lane: LaneKey) -> None:
    await owe(transaction, lane, "a")
    held = await take_one(transaction)
    await transaction.write(partial(leases.put_back, held=held, plan=TryAgain(AN_HOUR), reason="away"))
    before = await _state(transaction, lane)
    assert len(await transaction.write(blocked.hurry_everything)) == 0
    assert await _state(transaction, lane) == before


async def test_unblocking_wakes_the_worker(engine: AsyncEngine, transaction: Transaction, lane: LaneKey) -> None:
    woken: list[int] = []
    waking = open_transaction(engine, lambda: woken.append(1))
    await waking.write(blocked.hurry_everything)
    assert woken == []
    await owe(transaction, lane, "a")
    await transaction.write(partial(leases.park, held=await take_one(transaction), plan=Park(), reason="refused"))
    await waking.write(blocked.hurry_everything)
    assert woken == [1]


async def _hurry(transaction: Transaction, lane: LaneKey) -> None:
    hurry = partial(outbox.hurry, organization_id=lane.organization_id, destination=lane.destination)
    await transaction.write(hurry)


async def _wait(transaction: Transaction, held: Lease) -> None:
    await transaction.write(
        partial(leases.put_back, held=held, plan=TryAgain(AN_HOUR, counts=False), reason="no team")
    )


async def test_what_waits_is_due_once_it_is_hurried(transaction: Transaction, lane: LaneKey) -> None:
    await owe(transaction, lane, "a")
    await _wait(transaction, await take_one(transaction))
    await _hurry(transaction, lane)
    assert name_of(await take_one(transaction)) == "a"


async def test_what_is_hurried_while_it_is_tried_does_not_wait_when_it_is_put_back(
    transaction: Transaction, lane: LaneKey
) -> None:
    await owe(transaction, lane, "a")
    held = await take_one(transaction)
    await _hurry(transaction, lane)
    assert await take(transaction) == []
    await _wait(transaction, held)
    again = await take_one(transaction)
    await _wait(transaction, again)
    assert await take(transaction) == []


async def test_what_is_hurried_between_two_effects_of_a_lane_counts_for_the_later_one_only(
    transaction: Transaction, lane: LaneKey
) -> None:
    await owe(transaction, lane, "a", "b")
    held = await take_one(transaction)
    await _hurry(transaction, lane)
    following = await transaction.write(partial(leases.pay, held=held, seconds=LEASE_SECONDS))
    assert following is not None
    await _wait(transaction, following)
    assert await take(transaction) == []


async def test_hurrying_concerns_one_organization_and_one_destination(
    transaction: Transaction, lane: LaneKey
) -> None:
    stranger = lane_of(await added(transaction, "Other"), "two")
    thread = lane_of(lane.organization_id, "three", Destination.TRIAGE)
    for key in (lane, stranger, thread):
        await owe(transaction, key, str(key))
        await _wait(transaction, await take_one(transaction))
    await _hurry(transaction, lane)
    assert [name_of(held) for held in await take(transaction)] == [str(lane)]


async def test_a_lane_waits_as_long_as_anything_in_it_is_not_delivered(
    transaction: Transaction, lane: LaneKey
) -> None:
    async def waits() -> bool:
        return await transaction.read(partial(outbox.is_waiting, lane=lane))

    assert not await waits()
    await owe(transaction, lane, "a")
    assert await waits()
    held = await take_one(transaction)
    assert await waits()
    await transaction.write(partial(leases.park, held=held, plan=Park(), reason="refused"))
    assert await waits()
    await transaction.write(blocked.hurry_everything)
    await transaction.write(partial(leases.pay, held=await take_one(transaction), seconds=LEASE_SECONDS))
    assert not await waits()


async def test_the_worker_is_told_how_long_there_is_nothing_to_do(transaction: Transaction, lane: LaneKey) -> None:
    async def pause() -> float | None:
        return (await transaction.read(outbox.seconds_until_due)).get(pool_of(lane.destination))

    assert await pause() is None
    await owe(transaction, lane, "a")
    due = await pause()
    assert due is not None
    assert due <= 0
    held = await take_one(transaction)
    assert await pause() == pytest.approx(LEASE_SECONDS, abs=10)
    await transaction.write(partial(leases.put_back, held=held, plan=TryAgain(AN_HOUR), reason="away"))
    assert await pause() == pytest.approx(AN_HOUR, abs=10)
    await owe(transaction, lane_of(lane.organization_id, "other"), "b")
    due = await pause()
    assert due is not None
    assert due <= 0
    # In no other pool does anything wait.
    assert set(await transaction.read(outbox.seconds_until_due)) == {pool_of(lane.destination)}


async def test_workers_that_lease_at_once_never_share_a_lane(transaction: Transaction, lane: LaneKey) -> None:
    for number in range(12):
        await owe(transaction, lane_of(lane.organization_id, str(number)), str(number))
    hauls = await asyncio.gather(*(take(transaction, worker=f"worker {number}", limit=4) for number in range(6)))
    lanes = [held.lane_id for haul in hauls for held in haul]
    assert len(lanes) == len(set(lanes)) == 12


@pytest.mark.parametrize("behind", [["behind"], []], ids=["with another behind it", "alone"])
async def test_an_effect_that_is_not_there_stops_nobody(transaction: Transaction, behind: list[str]) -> None:
    organization_id = await added(transaction)
    broken, sound = (lane_of(organization_id, subject) for subject in ("broken", "sound"))
    lost, *_ = await owe(transaction, broken, "lost", *behind)
    await owe(transaction, sound, "sound")
    await transaction.write(lambda session: _delete(session, lost))
    assert [name_of(held) for held in await take(transaction)] == ["sound"]
    await owe(transaction, broken, "later")
    assert [name_of(held) for held in await take(transaction)] == [*behind, "later"][:1]


async def _delete(session: AsyncSession, effect_id: uuid.UUID) -> None:
    await session.execute(delete(tables.Effect).where(tables.Effect.id == effect_id))
