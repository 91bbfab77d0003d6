"""Whatever workers and producers do in whatever order: the outbox goes the way of lanes in memory.

Hypothesis walks at random; on a failure it prints the shortest walk that fails, and the blob that repeats it.
"""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectState, Lease
from bot.domain.retry import Park, TryAgain
from storage import blocked, leases, outbox, tables
from storage.leases import FenceLostError
from storage.transaction import Transaction
from tests.storage.lane_model import ModelLane, Token
from tests.storage.lanes import (
    AN_HOUR,
    LEASE_SECONDS,
    SeenEffect,
    SeenLane,
    lane_of,
    let_leases_expire,
    let_waiting_be_due,
    name_of,
    owe,
    see_effects,
    see_lanes,
    take,
)
from tests.storage.seeds import added

LANES = 3
Step = tuple[str, int, int]


class Walk:
    """The outbox and the model, side by side."""

    def __init__(self, transaction: Transaction, organization_id: int) -> None:
        self._transaction = transaction
        self._keys = [lane_of(organization_id, f"lane {number}") for number in range(LANES)]
        self._model = [ModelLane() for _ in range(LANES)]
        self._held: list[tuple[Lease, Token]] = []
        self._count = 0
        self._acts: dict[str, Callable[[int, int], Awaitable[None]]] = {
            "enqueue": self._enqueue,
            "lease": self._lease,
            "pay": self._pay,
            "skip": self._skip,
            "put_back": self._put_back,
            "park": self._park,
            "unblock": self._unblock,
            "hurry": self._hurry,
            "expire": self._expire,
            "let_pass": self._let_pass,
        }

    async def go(self, step: Step) -> None:
        """Take a step in both, and compare."""
        act, which, count = step
        await self._acts[act](which, count)
        await self._compare()

    async def _enqueue(self, which: int, count: int) -> None:
        names = [f"effect {self._count + number}" for number in range(count)]
        self._count += count
        await owe(self._transaction, self._keys[which % LANES], *names)
        self._model[which % LANES].enqueue(names)

    async def _lease(self, _which: int, count: int) -> None:
        leases = await take(self._transaction, limit=count)
        free = [lane for lane in self._model if lane.is_free]
        assert len(leases) == min(count, len(free))
        for held in leases:
            [lane] = [lane for lane in free if lane.effects[lane.head].name == name_of(held)]
            self._keep(held, lane.lease())

    def _keep(self, held: Lease | None, token: Token | None) -> None:
        if held is None or token is None:
            assert (held, token) == (None, None)
            return
        assert (held.fence, held.nudges) == (token.fence, token.nudges)
        assert (name_of(held), held.effect.attempts) == (token.effect.name, token.effect.attempts)
        self._held.append((held, token))

    async def _end(self, which: int, state: EffectState, skipped: str | None) -> None:
        async def write(session: AsyncSession, held: Lease) -> Lease | None:
            return await leases.pay(session, held, seconds=LEASE_SECONDS, skipped=skipped)

        await self._write(which, write, lambda token: self._ended(token, state))

    def _ended(self, token: Token, state: EffectState) -> Token | None:
        cause_is_gone = token.lane.blocked and state is EffectState.DONE
        following = token.lane.end(state)
        for lane in self._model:
            if cause_is_gone:
                lane.recover()
        return following

    async def _pay(self, which: int, _count: int) -> None:
        await self._end(which, EffectState.DONE, None)

    async def _skip(self, which: int, _count: int) -> None:
        await self._end(which, EffectState.SKIPPED, "it is there")

    async def _put_back(self, which: int, count: int) -> None:
        counts = count % 2 == 0

        async def write(session: AsyncSession, held: Lease) -> None:
            await leases.put_back(session, held, TryAgain(AN_HOUR, counts=counts), reason="away")

        await self._write(which, write, lambda token: token.lane.put_back(token, counts=counts))

    async def _park(self, which: int, _count: int) -> None:
        async def write(session: AsyncSession, held: Lease) -> None:
            await leases.park(session, held, Park(), reason="refused")

        await self._write(which, write, lambda token: token.lane.park(token))

    async def _write(
        self,
        which: int,
        write: Callable[[AsyncSession, Lease], Awaitable[Lease | None]],
        expect: Callable[[Token], Token | None],
    ) -> None:
        """Let one of the workers that hold something, or believe so, write what came of it."""
        if not self._held:
            return
        held, token = self._held.pop(which % len(self._held))
        try:
            following = await self._transaction.write(lambda session: write(session, held))
        except FenceLostError:
            assert token.is_lost
        else:
            assert not token.is_lost
            self._keep(following, expect(token))

    async def _unblock(self, _which: int, _count: int) -> None:
        assert len(await self._transaction.write(blocked.hurry_everything)) == sum(
            lane.blocked for lane in self._model
        )
        for lane in self._model:
            lane.unblock()

    async def _hurry(self, _which: int, _count: int) -> None:
        hurry = partial(outbox.hurry, organization_id=self._keys[0].organization_id, destination=Destination.LINEAR)
        await self._transaction.write(hurry)
        for lane in self._model:
            lane.hurry()

    async def _expire(self, _which: int, _count: int) -> None:
        await let_leases_expire(self._transaction)
        for lane in self._model:
            lane.expire()

    async def _let_pass(self, _which: int, _count: int) -> None:
        await let_waiting_be_due(self._transaction)
        for lane in self._model:
            lane.let_pass()

    async def _compare(self) -> None:
        lanes, effects = await self._transaction.read(self._look)
        for key, model in zip(self._keys, self._model, strict=True):
            found = [lane for lane in lanes if lane.key == str(key)]
            if not found:
                assert model == ModelLane()
                continue
            seen = found[0]
            assert (seen.head, seen.next_seq, seen.fence) == (model.head, len(model.effects), model.fence)
            assert (seen.due, seen.leased) == (model.due, model.leased)
            assert (seen.blocked is not None) is model.blocked
            assert [(one.seq, one.name, one.state, one.attempts) for one in effects[str(key)]] == [
                (seq, one.name, one.state, one.attempts) for seq, one in enumerate(model.effects)
            ]

    async def _look(self, session: AsyncSession) -> tuple[list[SeenLane], dict[str, list[SeenEffect]]]:
        return await see_lanes(session), {str(key): await see_effects(session, key) for key in self._keys}


async def _forget_all(session: AsyncSession) -> None:
    await session.execute(delete(tables.Effect))
    await session.execute(delete(tables.Lane))


_ACTS = ("enqueue", "lease", "pay", "pay", "skip", "put_back", "park", "unblock", "hurry", "expire", "let_pass")
# A lane recovers while another one with the same cause is due already: that one is left as it is.
_RECOVERED_WHILE_DUE: list[Step] = [
    ("enqueue", 1, 1),
    ("park", 0, 1),
    ("unblock", 0, 1),
    ("lease", 0, 2),
    ("park", 1, 1),
    ("unblock", 0, 1),
    ("pay", 0, 1),
    ("lease", 0, 1),
]
_STEPS = st.tuples(st.sampled_from(_ACTS), st.integers(0, 5), st.integers(1, 4))


@pytest.fixture
async def organization_id(transaction: Transaction) -> int:
    return await added(transaction)


@settings(
    max_examples=15,
    deadline=None,
    database=None,
    print_blob=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(_STEPS, min_size=15, max_size=40))
@example(steps=_RECOVERED_WHILE_DUE)
async def test_the_outbox_goes_the_way_of_lanes_in_memory(
    transaction: Transaction, organization_id: int, steps: list[Step]
) -> None:
    await transaction.write(_forget_all)
    walk = Walk(transaction, organization_id)
    await walk.go(("enqueue", 0, 3))
    await walk.go(("lease", 0, 1))
    for step in steps:
        await walk.go(step)
