"""Linear's limits: obeyed until the moment that its headers name, by every effect of the credential."""

from dataclasses import replace

import pytest

from bot.delivery.pacing import PACES
from bot.domain.effects import Destination
from sandbox.faults import Fault, slack_rate_limit
from sandbox.linear.budget import Limits
from sandbox.linear.errors import rate_limited_answer
from tests.bot.delivery.office import Office
from tests.bot.delivery.test_linear_files import raised

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINEAR, EXTRAS = Destination.LINEAR, Destination.LINEAR_EXTRAS
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


async def test_who_asked_for_more_than_is_left_waits_until_there_is_more(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    reset = str(int((office.clock.now() + FIVE_MINUTES) * 1000))
    budgets = ("X-RateLimit-Requests", "X-RateLimit-Complexity")
    left = {f"{budget}-Remaining": "12" for budget in budgets} | {f"{budget}-Reset": reset for budget in budgets}
    office.linear.faults.plant("IssueCreate", Fault(answer=replace(rate_limited_answer(), headers=left)))
    await office.settle()
    assert await office.wait(issue, LINEAR) == pytest.approx(FIVE_MINUTES, abs=20)


async def test_a_budget_that_is_spent_is_not_asked_again_before_the_reset(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    office.linear.limits["api_key"] = Limits(requests=asked(office) + 1, points=3_000_000)
    await office.settle()
    assert len(office.linear.issues()) == 1
    assert [call.error for call in office.linear.calls if call.error] == []
    assert await office.waits(issue, EXTRAS)


async def test_slack_asking_to_wait_lets_nobody_wait_for_linear(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")
    await office.open_acme()
    office.keep_pace(PACES)
    office.slack.faults.plant("chat.getPermalink", Fault(answer=slack_rate_limit(120)))
    first = await office.raise_issue("Export fails")
    await office.settle()
    assert await office.wait(first, EXTRAS) == pytest.approx(120, abs=20)
    await office.raise_issue("Import fails")
    await office.settle()
    assert {one.title for one in office.linear.issues() if one.attachments} == {"Import fails"}
    await office.settle_later()
    assert {one.title for one in office.linear.issues() if one.attachments} == {"Export fails", "Import fails"}


async def test_slack_asking_to_wait_with_a_file_lets_nobody_wait_for_linear(office: Office) -> None:
    office.keep_pace(PACES)
    issue = await raised(office)
    office.slack.faults.plant("files.info", *[Fault(answer=slack_rate_limit(120))] * 3)
    await office.settle()
    assert await office.wait(issue, EXTRAS) == pytest.approx(120, abs=20)
    await office.raise_issue("Import fails")
    await office.settle()
    assert "Import fails" in {one.title for one in office.linear.issues()}
