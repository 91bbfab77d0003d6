"""A worker that was started: what wakes it, what it outlives, and how it stops."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.delivery.worker import PLACES, STOPPED, SWEEP_SECONDS, Record, Worker, nothing_more
from bot.domain.effects import Destination, Effect, EffectState, LaneKey, Pool
from bot.domain.retry import RetryAfter
from bot.errors import UnavailableError
from storage import outbox
from storage.transaction import Transaction, open_transaction
from tests.bot.delivery.desk import Script, Watched
from tests.storage.lanes import effects_now, enqueue_named, lane_now, lane_of, owe, take_one

pytestmark = pytest.mark.both_databases

SOON = SWEEP_SECONDS / 3


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def started() -> AsyncIterator[list[Worker]]:
    """The workers that a test starts; they are stopped in the end."""
    workers: list[Worker] = []
    yield workers
    for worker in workers:
        await worker.stop()


async def _until_done(transaction: Transaction, lane: LaneKey) -> None:
    """Look until all in a lane is done."""
    async with asyncio.timeout(SOON):
        while any(effect.state is not EffectState.DONE for effect in await effects_now(transaction, lane)):
            pass


async def _until(so: Callable[[], bool], transaction: Transaction) -> None:
    """Look until something is so; between the looks the worker has its turns."""
    async with asyncio.timeout(SOON):
        while not so():
            await transaction.read(outbox.seconds_until_due)


async def test_what_is_there_at_the_start_is_delivered(
    transaction: Transaction, lane: LaneKey, script: Script, started: list[Worker]
) -> None:
    await owe(transaction, lane, "a", "b")
    started.append(script.worker(transaction))
    started[0].start()
    await _until_done(transaction, lane)
    assert script.delivered == ["a", "b"]


async def test_a_commit_wakes_the_worker_at_once(
    engine: AsyncEngine, transaction: Transaction, lane: LaneKey, script: Script, started: list[Worker]
) -> None:
    looked = asyncio.Event()
    started.append(script.worker(Watched(transaction, on_read=looked.set)))
    waking = open_transaction(engine, started[0].wake)
    started[0].start()
    # It has looked and found nothing: from here on it would only look again after SWEEP_SECONDS.
    await looked.wait()
    await owe(waking, lane, "a")
    async with asyncio.timeout(SOON):
        await script.begun("a")


async def test_what_waits_is_tried_again_when_its_time_has_come(
    transaction: Transaction, lane: LaneKey, script: Script, started: list[Worker]
) -> None:
    await owe(transaction, lane, "a")
    script.fail("a", RetryAfter("slow down", 0.2))
    started.append(script.worker(transaction))
    started[0].start()
    await _until_done(transaction, lane)
    assert script.delivered == ["a", "a"]


async def test_what_follows_in_another_lane_is_delivered_without_anybody_waking(
    transaction: Transaction, lane: LaneKey, script: Script, started: list[Worker]
) -> None:
    other = lane_of(lane.organization_id, "other")
    await owe(transaction, lane, "a")

    async def follow(session: AsyncSession) -> None:
        await enqueue_named(session, other, ["follows"])

    script.records["a"] = follow
    started.append(script.worker(transaction))
    started[0].start()
    async with asyncio.timeout(SOON):
        await script.begun("follows")


@pytest.mark.parametrize(("error", "told"), [(UnavailableError("away"), 0), (KeyError("a mistake"), 1)])
async def test_a_database_that_fails_for_a_while_is_outlived(
    transaction: Transaction,
    lane: LaneKey,
    script: Script,
    started: list[Worker],
    error: Exception,
    told: int,
) -> None:
    await owe(transaction, lane, "a")
    failed = asyncio.Event()

    def fail_once() -> None:
        if not failed.is_set():
            failed.set()
            raise error

    started.append(script.worker(Watched(transaction, on_read=fail_once)))
    started[0].start()
    await failed.wait()
    started[0].wake()
    await _until_done(transaction, lane)
    assert len(script.errors) == told


async def test_stopping_finishes_what_is_under_way_and_gives_back_the_rest(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a", "b")
    held = script.hold("a")
    worker = script.worker(transaction)
    worker.start()
    await script.begun("a")
    stopping = asyncio.create_task(worker.stop())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(stopping), 0.01)
    await owe(transaction, lane_of(lane.organization_id, "late"), "late")
    held.set()
    await stopping
    assert script.delivered == ["a"]
    done, given_back = await effects_now(transaction, lane)
    assert (done.state, done.done) == (EffectState.DONE, True)
    assert (given_back.state, given_back.attempts) == (EffectState.OWED, 0)
    seen = await lane_now(transaction, lane)
    assert (seen.leased, seen.owner, seen.due) == (False, None, "now")
    another = script.worker(transaction)
    await another.drain()
    assert sorted(script.delivered[1:]) == ["b", "late"]


async def test_stopping_gives_back_what_does_not_come_to_its_end_and_it_is_settled_first(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a")
    never = script.hold("a")
    worker = script.worker(transaction, closing_seconds=0.01)
    worker.start()
    await script.begun("a")
    async with asyncio.timeout(SOON):
        await worker.stop()
    never.set()
    [effect] = await effects_now(transaction, lane)
    assert (effect.state, effect.attempts, effect.error) == (EffectState.OWED, 1, STOPPED)
    seen = await lane_now(transaction, lane)
    assert (seen.leased, seen.due) == (False, "now")
    held = await take_one(transaction)
    assert held.effect.unsettled is not None


async def test_a_worker_that_retires_begins_nothing_more(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a")
    asked = asyncio.Event()

    def ask() -> None:
        worker.retire()
        asked.set()

    # It is asked to stop in the very moment in which it takes hold of the lane.
    worker = script.worker(Watched(transaction, on_write=ask))
    worker.start()
    async with asyncio.timeout(SOON):
        await asked.wait()
        await worker.stop()
    assert script.delivered == []
    [effect] = await effects_now(transaction, lane)
    assert (effect.state, effect.attempts) == (EffectState.OWED, 0)
    assert not (await lane_now(transaction, lane)).leased


async def test_a_worker_that_has_nothing_to_do_stops_at_once(transaction: Transaction, script: Script) -> None:
    looked = asyncio.Event()
    worker = script.worker(Watched(transaction, on_read=looked.set))
    worker.start()
    await looked.wait()
    async with asyncio.timeout(SOON):
        await worker.stop()


async def test_a_worker_that_was_never_started_stops(transaction: Transaction, script: Script) -> None:
    await script.worker(transaction).stop()


async def test_two_workers_deliver_each_effect_once(
    transaction: Transaction, lane: LaneKey, script: Script, started: list[Worker]
) -> None:
    lanes = [lane_of(lane.organization_id, str(number)) for number in range(10)]
    for key in lanes:
        await owe(transaction, key, f"{key.subject}a", f"{key.subject}b")
    started += [script.worker(transaction, name=name, places=dict.fromkeys(Pool, 3)) for name in ("one", "two")]
    await asyncio.gather(*(worker.drain() for worker in started))
    for key in lanes:
        await _until_done(transaction, key)
        mine = [name for name in script.delivered if name in {f"{key.subject}a", f"{key.subject}b"}]
        assert mine == [f"{key.subject}a", f"{key.subject}b"]
    assert script.errors == []


@pytest.mark.parametrize("hangs", Pool)
async def test_what_hangs_takes_the_places_of_no_other_pool(
    transaction: Transaction, lane: LaneKey, script: Script, started: list[Worker], hangs: Pool
) -> None:
    there = [Destination(one) for one in hangs.value]
    lanes = [lane_of(lane.organization_id, str(number), one) for number in range(20) for one in there]
    for key in lanes:
        await owe(transaction, key, str(key))
    held = {str(key): script.hold(str(key)) for key in lanes}
    started.append(script.worker(transaction))
    started[0].start()
    await _until(lambda: len(script.delivered) == PLACES[hangs], transaction)
    others = [
        lane_of(lane.organization_id, "other", one) for pool in Pool if pool is not hangs for one in pool.value
    ]
    for key in others:
        await owe(transaction, key, str(key))
    started[0].wake()
    for key in others:
        await _until_done(transaction, key)
    assert len(set(script.delivered) & set(held)) == PLACES[hangs]
    for one in held.values():
        one.set()
    for key in lanes:
        await _until_done(transaction, key)


async def test_no_more_lanes_are_held_at_once_than_the_worker_may(
    transaction: Transaction, lane: LaneKey, started: list[Worker]
) -> None:
    lanes = [lane_of(lane.organization_id, str(number)) for number in range(6)]
    for key in lanes:
        await owe(transaction, key, key.subject)
    under_way: set[uuid.UUID] = set()
    most: list[int] = []
    two = asyncio.Barrier(2)

    async def deliver(effect: Effect) -> Record:
        under_way.add(effect.id)
        most.append(len(under_way))
        await two.wait()
        under_way.discard(effect.id)
        return nothing_more

    worker = Worker(
        transaction, deliver, name="two hands", lease_seconds=30.0, jitter=lambda: 1.0, places={Pool.LINEAR: 2}
    )
    started.append(worker)
    worker.start()
    for key in lanes:
        await _until_done(transaction, key)
    assert max(most) == 2
