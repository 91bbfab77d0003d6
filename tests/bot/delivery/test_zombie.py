"""Never to be removed (DESIGN.md, 6): the deterministic zombie, and its mutant.

Worker one holds a lane with A and B, and stalls while it delivers A: a frozen machine, a long pause of the
process. Its lease runs out. Worker two takes the lane over, and delivers A (again: it cannot know) and B. Then
worker one wakes and wants to write what came of A. Were that written, B would be taken for A's successor and sent
again or left out, and what A's record says would stand twice. The fence is what refuses it.

The mutant shows that these assertions see a missing fence: the same scenario, run with a worker that refreshes its
lease's fence before each write, so that the outbox's condition always holds, must fail. Nothing is patched and
no second outbox is kept beside the real one: the scenario takes the class of its workers as an argument.
"""

import pytest

from bot.delivery.worker import Worker
from bot.domain.effects import LaneKey
from bot.domain.retry import AlreadyDone, DeliveryFailure, GiveUp, RetryAfter
from storage.transaction import Transaction
from tests.bot.delivery.zombie import Haunting, Unfenced, Wakes

SLOW_DOWN, REFUSED, IS_THERE = RetryAfter("slow down", 1.0), GiveUp("refused"), AlreadyDone("it is there")

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.parametrize(
        ("wakes", "failure"),
        [
            pytest.param(Wakes.WHILE_B_IS_SENT, None, id="while B is sent, and A succeeded"),
            pytest.param(Wakes.AFTER_B, None, id="after B, and A succeeded"),
            pytest.param(Wakes.WHILE_C_WAITS, None, id="while C waits, and A succeeded"),
            pytest.param(Wakes.WHILE_B_IS_SENT, SLOW_DOWN, id="while B is sent, and A was asked to wait"),
            pytest.param(Wakes.AFTER_B, SLOW_DOWN, id="after B, and A was asked to wait"),
            pytest.param(Wakes.WHILE_B_IS_SENT, REFUSED, id="while B is sent, and A was refused"),
            pytest.param(Wakes.WHILE_C_WAITS, REFUSED, id="while C waits, and A was refused"),
            pytest.param(Wakes.WHILE_B_IS_SENT, IS_THERE, id="while B is sent, and A was done already"),
        ],
    ),
]


async def test_a_worker_that_wakes_after_its_lane_was_taken_over_changes_nothing(
    transaction: Transaction, lane: LaneKey, wakes: Wakes, failure: DeliveryFailure | None
) -> None:
    haunting = Haunting(transaction, lane, Worker, wakes=wakes, failure=failure)
    await haunting.happens()
    assert haunting.was_refused


async def test_without_the_fence_the_same_scenario_fails(
    transaction: Transaction, lane: LaneKey, wakes: Wakes, failure: DeliveryFailure | None
) -> None:
    haunting = Haunting(transaction, lane, Unfenced, wakes=wakes, failure=failure)
    with pytest.raises(AssertionError):
        await haunting.happens()
    assert not haunting.was_refused
