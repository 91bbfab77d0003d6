"""The outbox: lanes keep their order, one worker at a time holds one."""

import asyncio
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import EffectState, LaneKey
from bot.domain.retry import Park, TryAgain
from storage import leases
from storage.effects import ERROR_LIMIT
from storage.transaction import Transaction
from tests.storage.lanes import (
    AN_HOUR,
    LEASE_SECONDS,
    effects_now,
    enqueue_named,
    lane_now,
    lane_of,
    let_leases_expire,
    let_waiting_be_due,
    name_of,
    owe,
    seconds_until_due,
    take,
    take_one,
)


async def test_effects_stand_in_the_order_in_which_they_were_enqueued(
    transaction: Transaction, lane: LaneKey
) -> None:
    await owe(transaction, lane, "a")
    await owe(transaction, lane, "b", "c")
    effects = await effects_now(transaction, lane)
    assert [(effect.name, effect.seq, effect.state, effect.attempts) for effect in effects] == [
        ("a", 0, EffectState.OWED, 0),
        ("b", 1, EffectState.OWED, 0),
        ("c", 2, EffectState.OWED, 0),
    ]


@pytest.mark.parametrize("first_fails", [False, True])
async def test_the_order_is_that_of_the_commits(
    transaction: Transaction, lane: LaneKey, *, first_fails: bool
) -> None:
    enqueued, go_on = asyncio.Event(), asyncio.Event()

    async def slow(session: AsyncSession) -> None:
        await enqueue_named(session, lane, ["slow"])
        enqueued.set()
        await go_on.wait()
        if first_fails:
            raise LookupError

    first = asyncio.create_task(transaction.write(slow))
    await enqueued.wait()
    second = asyncio.create_task(owe(transaction, lane, "quick"))
    # A tenth of a second is long for a write: one that did not wait for the lane would be through.
    await asyncio.wait([second], timeout=0.1)
    assert not second.done()
    go_on.set()
    await asyncio.wait([first, second])
    seqs = {effect.name: effect.seq for effect in await effects_now(transaction, lane)}
    assert seqs == ({"quick": 0} if first_fails else {"slow": 0, "quick": 1})


async def test_many_producers_at_once_leave_no_gap(transaction: Transaction, lane: LaneKey) -> None:
    names = [f"producer {number}" for number in range(20)]
    await asyncio.gather(*(owe(transaction, lane, name) for name in names))
    effects = await effects_now(transaction, lane)
    assert [effect.seq for effect in effects] == list(range(20))
    assert {effect.name for effect in effects} == set(names)
    assert (await lane_now(transaction, lane)).next_seq == 20


async def test_a_lease_holds_the_lane_and_marks_its_first_effect(transaction: Transaction, lane: LaneKey) -> None:
    [first, _] = await owe(transaction, lane, "a", "b")
    held = await take_one(transaction, "worker one")
    assert (held.effect.id, held.effect.attempts, held.effect.about) == (first, 1, {"name": "a"})
    seen = await lane_now(transaction, lane)
    assert (seen.leased, seen.owner, seen.fence, seen.head) == (True, "worker one", held.fence, 0)
    effects = await effects_now(transaction, lane)
    assert [(effect.state, effect.attempts) for effect in effects] == [
        (EffectState.SENDING, 1),
        (EffectState.OWED, 0),
    ]


async def test_a_lease_takes_only_lanes_that_are_due(
    transaction: Transaction, lane: LaneKey, other: LaneKey
) -> None:
    await owe(transaction, lane, "waits")
    held = await take_one(transaction)
    await transaction.write(partial(leases.put_back, held=held, plan=TryAgain(AN_HOUR), reason="later"))
    await owe(transaction, other, "due")
    assert [name_of(held) for held in await take(transaction)] == ["due"]


async def test_a_held_lane_is_not_leased_again_before_its_lease_has_run_out(
    transaction: Transaction, lane: LaneKey
) -> None:
    await owe(transaction, lane, "a")
    first = await take_one(transaction, "worker one")
    assert await take(transaction, worker="worker two") == []
    await let_leases_expire(transaction)
    second = await take_one(transaction, "worker two")
    assert (second.effect.id, second.effect.attempts) == (first.effect.id, 2)
    assert second.fence == first.fence + 1
    assert (await lane_now(transaction, lane)).owner == "worker two"


async def test_a_lease_takes_no_more_lanes_than_asked_for(transaction: Transaction, lane: LaneKey) -> None:
    for number in range(5):
        await owe(transaction, lane_of(lane.organization_id, str(number)), f"effect {number}")
    first, second = await take(transaction, limit=3), await take(transaction, limit=3)
    assert (len(first), len(second)) == (3, 2)
    assert len({held.lane_id for held in first + second}) == 5


async def test_the_lanes_that_are_due_longest_are_leased_first(transaction: Transaction, lane: LaneKey) -> None:
    for number in range(3):
        await owe(transaction, lane_of(lane.organization_id, str(number)), f"effect {number}")
    leases = [(await take(transaction, limit=1))[0] for _ in range(3)]
    assert [name_of(held) for held in leases] == ["effect 0", "effect 1", "effect 2"]


async def test_paying_goes_on_to_the_next_effect_under_the_same_fence(
    transaction: Transaction, lane: LaneKey
) -> None:
    await owe(transaction, lane, "a", "b")
    held = await take_one(transaction)
    following = await transaction.write(partial(leases.pay, held=held, seconds=LEASE_SECONDS))
    assert following is not None
    assert (name_of(following), following.effect.attempts, following.fence) == ("b", 1, held.fence)
    seen = await lane_now(transaction, lane)
    assert (seen.head, seen.leased, seen.owner) == (1, True, "tester")
    done, sending = await effects_now(transaction, lane)
    assert (done.state, done.done, done.error) == (EffectState.DONE, True, None)
    assert (sending.state, sending.done) == (EffectState.SENDING, False)


async def test_paying_the_last_effect_frees_the_lane(transaction: Transaction, lane: LaneKey) -> None:
    await owe(transaction, lane, "a")
    held = await take_one(transaction)
    assert await transaction.write(partial(leases.pay, held=held, seconds=LEASE_SECONDS)) is None
    seen = await lane_now(transaction, lane)
    assert (seen.head, seen.next_seq, seen.due, seen.leased, seen.owner) == (1, 1, None, False, None)
    assert await take(transaction) == []


async def test_what_is_enqueued_while_the_last_effect_is_sent_follows_it(
    transaction: Transaction, lane: LaneKey
) -> None:
    await owe(transaction, lane, "a")
    held = await take_one(transaction)
    await owe(transaction, lane, "b")
    assert await take(transaction) == []
    following = await transaction.write(partial(leases.pay, held=held, seconds=LEASE_SECONDS))
    assert following is not None
    assert name_of(following) == "b"


async def test_an_empty_lane_is_due_again_once_something_is_enqueued(
    transaction: Transaction, lane: LaneKey
) -> None:
    await owe(transaction, lane, "a")
    await transaction.write(partial(leases.pay, held=await take_one(transaction), seconds=LEASE_SECONDS))
    await owe(transaction, lane, "b")
    held = await take_one(transaction)
    assert (name_of(held), held.effect.attempts) == ("b", 1)


async def test_a_skipped_effect_keeps_the_reason(transaction: Transaction, lane: LaneKey) -> None:
    await owe(transaction, lane, "a")
    held = await take_one(transaction)
    await transaction.write(partial(leases.pay, held=held, seconds=LEASE_SECONDS, skipped="it is there"))
    [effect] = await effects_now(transaction, lane)
    assert (effect.state, effect.error, effect.done) == (EffectState.SKIPPED, "it is there", True)


async def test_a_lane_that_is_put_back_waits_with_its_reason(transaction: Transaction, lane: LaneKey) -> None:
    await owe(transaction, lane, "a", "b")
    held = await take_one(transaction)
    await transaction.write(partial(leases.put_back, held=held, plan=TryAgain(AN_HOUR), reason="away"))
    assert await take(transaction) == []
    assert await seconds_until_due(transaction, lane) == pytest.approx(AN_HOUR, abs=30)
    seen = await lane_now(transaction, lane)
    assert (seen.leased, seen.owner, seen.head) == (False, None, 0)
    effect, _ = await effects_now(transaction, lane)
    assert (effect.state, effect.attempts, effect.error) == (EffectState.OWED, 1, "away")
    await let_waiting_be_due(transaction)
    again = await take_one(transaction)
    assert (name_of(again), again.effect.attempts) == ("a", 2)


async def test_an_attempt_that_does_not_count_is_not_counted(transaction: Transaction, lane: LaneKey) -> None:
    await owe(transaction, lane, "a")
    for _ in range(3):
        held = await take_one(transaction)
        await transaction.write(partial(leases.put_back, held=held, plan=TryAgain(0, counts=False), reason="wait"))
    [effect] = await effects_now(transaction, lane)
    assert effect.attempts == 0


async def test_a_lane_that_waits_keeps_its_time_when_more_is_enqueued(
    transaction: Transaction, lane: LaneKey
) -> None:
    await owe(transaction, lane, "a")
    held = await take_one(transaction)
    await transaction.write(partial(leases.put_back, held=held, plan=TryAgain(AN_HOUR), reason="away"))
    await owe(transaction, lane, "b")
    assert await take(transaction) == []
    assert await seconds_until_due(transaction, lane) > AN_HOUR / 2


async def test_a_reason_is_cut_where_it_would_fill_the_table(transaction: Transaction, lane: LaneKey) -> None:
    await owe(transaction, lane, "a")
    held = await take_one(transaction)
    await transaction.write(partial(leases.park, held=held, plan=Park(), reason="x" * 10_000))
    [effect] = await effects_now(transaction, lane)
    assert effect.error == "x" * ERROR_LIMIT
