"""The worker: what it delivers, in which order, and what follows from a failure."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from bot.domain.effects import Effect, EffectState, LaneKey
from bot.domain.retry import (
    LONGEST_DELAY,
    MOST_ATTEMPTS,
    AlreadyDone,
    Ambiguous,
    DeliveryFailure,
    GiveUp,
    NotSent,
    RetryAfter,
)
from bot.errors import UnavailableError
from storage import tables
from storage.transaction import Transaction
from tests.bot.delivery.desk import Script
from tests.storage.lanes import (
    database_time,
    due_at,
    effects_now,
    enqueue_named,
    lane_now,
    let_leases_expire,
    let_waiting_be_due,
    owe,
    seconds_until_due,
)
from tests.storage.notes import note, noted

pytestmark = pytest.mark.both_databases

# SQLite's clock tells thousandths of a second.
A_ROUNDING = timedelta(milliseconds=2)


@pytest.fixture
def script() -> Script:
    return Script()


async def test_the_effects_of_a_lane_are_delivered_in_their_order(
    transaction: Transaction, lane: LaneKey, other: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a", "b", "c")
    await owe(transaction, other, "x", "y")
    await script.worker(transaction).drain()
    assert [name for name in script.delivered if name in "abc"] == ["a", "b", "c"]
    assert [name for name in script.delivered if name in "xy"] == ["x", "y"]
    for key in (lane, other):
        effects = await effects_now(transaction, key)
        assert {(effect.state, effect.attempts, effect.done) for effect in effects} == {(EffectState.DONE, 1, True)}


async def test_a_lane_that_fails_holds_back_what_follows_in_it_and_nothing_else(
    transaction: Transaction, lane: LaneKey, other: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a", "b")
    await owe(transaction, other, "x", "y")
    script.fail("a", NotSent("away"))
    worker = script.worker(transaction)
    await worker.drain()
    assert sorted(script.delivered) == ["a", "x", "y"]
    await let_waiting_be_due(transaction)
    await worker.drain()
    assert script.delivered[3:] == ["a", "b"]


async def test_who_asks_to_wait_is_obeyed_and_no_attempt_counts(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a")
    script.fail("a", *(RetryAfter("slow down", 777.0) for _ in range(3)))
    worker = script.worker(transaction)
    for _ in range(3):
        await let_waiting_be_due(transaction)
        await worker.drain()
        assert await seconds_until_due(transaction, lane) == pytest.approx(777, abs=20)
    [effect] = await effects_now(transaction, lane)
    assert (effect.state, effect.attempts, effect.error) == (EffectState.OWED, 0, "slow down")


@pytest.mark.parametrize(
    ("failure", "jitter", "delays"), [(NotSent, 1.0, [1, 2, 4, 8]), (Ambiguous, 0.0, [0.5, 1, 2, 4])]
)
async def test_each_attempt_waits_twice_as_long_as_the_one_before(
    transaction: Transaction,
    lane: LaneKey,
    script: Script,
    failure: type[DeliveryFailure],
    jitter: float,
    delays: list[float],
) -> None:
    await owe(transaction, lane, "a")
    script.fail("a", *(failure("away") for _ in delays))
    worker = script.worker(transaction, jitter=lambda: jitter)
    for attempt, delay in enumerate(delays, start=1):
        await let_waiting_be_due(transaction)
        before = await database_time(transaction)
        await worker.drain()
        waited_from = await due_at(transaction, lane) - timedelta(seconds=delay)
        after = await database_time(transaction)
        assert before - A_ROUNDING <= waited_from <= after + A_ROUNDING
        [effect] = await effects_now(transaction, lane)
        assert effect.attempts == attempt


async def _set_attempts(transaction: Transaction, attempts: int) -> None:
    async def change(session: AsyncSession) -> None:
        await session.execute(update(tables.Effect).values(attempts=attempts))

    await transaction.write(change)


async def test_a_long_absence_is_tried_every_ten_minutes_and_given_up_in_the_end(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a")
    script.fail("a", NotSent("away"), NotSent("still away"))
    worker = script.worker(transaction, jitter=lambda: 1.0)
    await _set_attempts(transaction, MOST_ATTEMPTS - 2)
    await worker.drain()
    assert await seconds_until_due(transaction, lane) == pytest.approx(LONGEST_DELAY, abs=30)
    await let_waiting_be_due(transaction)
    await worker.drain()
    assert (await lane_now(transaction, lane)).blocked == "still away"


async def test_what_cannot_be_delivered_blocks_its_lane_and_is_logged(
    transaction: Transaction, lane: LaneKey, other: LaneKey, script: Script
) -> None:
    [effect_id, _] = await owe(transaction, lane, "a", "b")
    await owe(transaction, other, "x")
    script.fail("a", GiveUp("is_archived"))
    with capture_logs() as logs:
        await script.worker(transaction).drain()
    assert sorted(script.delivered) == ["a", "x"]
    assert (await lane_now(transaction, lane)).blocked == "is_archived"
    dead, waiting = await effects_now(transaction, lane)
    assert (dead.state, dead.error, waiting.state) == (EffectState.DEAD, "is_archived", EffectState.OWED)
    [line] = [line for line in logs if line["log_level"] == "error"]
    assert (line["effect"], line["reason"]) == (str(effect_id), "is_archived")
    assert script.errors == []


async def test_what_follows_from_giving_up_is_written_with_it(
    transaction: Transaction, lane: LaneKey, other: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a")
    script.fail("a", GiveUp("refused"))

    async def tell(session: AsyncSession, effect: Effect, reason: str) -> None:
        await enqueue_named(session, other, [f"{effect.about['name']} was given up: {reason}"])

    await script.worker(transaction, on_park=tell).drain()
    assert script.delivered == ["a", "a was given up: refused"]


async def test_what_is_done_already_is_skipped_with_its_reason(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a", "b")
    script.fail("a", AlreadyDone("the message is there"))
    await script.worker(transaction).drain()
    assert script.delivered == ["a", "b"]
    skipped, done = await effects_now(transaction, lane)
    assert (skipped.state, skipped.error) == (EffectState.SKIPPED, "the message is there")
    assert (done.state, done.error) == (EffectState.DONE, None)


async def test_what_came_of_a_delivery_is_written_with_it(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a", "b")
    script.records["a"] = lambda session: note(session, "record of a")
    script.fail("b", NotSent("away"))
    script.records["b"] = lambda session: note(session, "record of b")
    await script.worker(transaction).drain()
    assert await noted(transaction) == {"record of a"}


async def test_a_delivery_that_takes_too_long_is_ambiguous(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a")
    never = script.hold("a")
    await script.worker(transaction, lease_seconds=0.05).drain()
    [effect] = await effects_now(transaction, lane)
    assert (effect.state, effect.attempts, effect.error) == (EffectState.OWED, 1, "no answer in time")
    assert await seconds_until_due(transaction, lane) > 0
    assert script.errors == []
    never.set()


async def test_a_mistake_in_a_delivery_is_told_and_the_effect_is_tried_again(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a", "b")
    mistake = KeyError("a mistake of ours")
    script.fail("a", mistake)
    worker = script.worker(transaction)
    await worker.drain()
    assert script.errors == [mistake]
    effect, _ = await effects_now(transaction, lane)
    assert (effect.state, effect.attempts, effect.error) == (EffectState.OWED, 1, "unexpected: KeyError")
    await let_waiting_be_due(transaction)
    await worker.drain()
    assert script.delivered == ["a", "a", "b"]


async def test_a_mistake_in_a_record_is_told_and_the_effect_is_tried_again_later(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a", "b")
    mistake = KeyError("a mistake of ours")

    async def fail(session: AsyncSession) -> None:
        await note(session, "never")
        raise mistake

    script.records["a"] = fail
    worker = script.worker(transaction)
    await worker.drain()
    assert script.errors == [mistake]
    assert await noted(transaction) == set()
    effect, _ = await effects_now(transaction, lane)
    assert (effect.state, effect.attempts, effect.done) == (EffectState.OWED, 1, False)
    assert await seconds_until_due(transaction, lane) > 0
    del script.records["a"]
    await let_waiting_be_due(transaction)
    await worker.drain()
    assert script.delivered == ["a", "a", "b"]


async def test_a_record_that_refuses_counts_as_the_deliverys_own_failure(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a")

    async def refuse(session: AsyncSession) -> None:
        await note(session, "never")
        raise RetryAfter("somebody else has it", 777.0)

    script.records["a"] = refuse
    await script.worker(transaction).drain()
    assert await noted(transaction) == set()
    assert await seconds_until_due(transaction, lane) == pytest.approx(777, abs=20)
    assert script.errors == []


async def test_a_delivery_that_cannot_read_our_records_waits(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a")
    script.fail("a", UnavailableError("We cannot reach our records right now."))
    await script.worker(transaction).drain()
    [effect] = await effects_now(transaction, lane)
    assert (effect.state, effect.attempts) == (EffectState.OWED, 1)
    assert script.errors == []


async def test_what_cannot_be_recorded_for_now_is_left_to_its_lease(
    transaction: Transaction, lane: LaneKey, script: Script
) -> None:
    await owe(transaction, lane, "a")

    async def be_away(_session: AsyncSession) -> None:
        raise UnavailableError("We cannot reach our records right now.")

    script.records["a"] = be_away
    worker = script.worker(transaction)
    await worker.drain()
    [effect] = await effects_now(transaction, lane)
    assert (effect.state, (await lane_now(transaction, lane)).leased) == (EffectState.SENDING, True)
    assert script.errors == []
    del script.records["a"]
    await let_leases_expire(transaction)
    await worker.drain()
    [effect] = await effects_now(transaction, lane)
    assert (effect.state, effect.attempts) == (EffectState.DONE, 2)
