"""Linear's limits: obeyed until the moment that its headers name, by every effect of the credential."""

import pytest

from bot.delivery.pacing import PACES
from bot.domain.effects import Destination
from sandbox.faults import Fault
from sandbox.linear.budget import Limits
from sandbox.linear.errors import rate_limited_answer
from tests.bot.delivery.office import Office

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINEAR = Destination.LINEAR
FIVE_MINUTES = 300.0


def asked(office: Office) -> int:
    return len(office.linear.calls)


async def test_who_is_told_to_wait_lets_all_others_wait_until_the_reset(office: Office) -> None:
    await office.open_acme()
    office.keep_pace(PACES)
    issues = [await office.raise_issue(f"Export {number} fails") for number in range(3)]
    reset = int((office.clock.now() + FIVE_MINUTES) * 1000)
    office.linear.faults.plant("IssueCreate", *[Fault(answer=rate_limited_answer(reset_ms=reset))] * 3)
    await office.settle()
    waits = [await office.wait(issue, LINEAR) for issue in issues]
    assert waits == [pytest.approx(FIVE_MINUTES, abs=20)] * 3
    before = asked(office)
    await office.hurry()
    await office.settle()
    assert asked(office) == before


async def test_a_budget_that_is_spent_is_not_asked_again_before_the_reset(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    office.linear.limits["api_key"] = Limits(requests=asked(office) + 1, points=3_000_000)
    await office.settle()
    assert len(office.linear.issues()) == 1
    assert [call.error for call in office.linear.calls if call.error] == []
    assert await office.waits(issue, LINEAR)
