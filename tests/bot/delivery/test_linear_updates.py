"""Changes on their way to Linear: what is owed and no more, and no state that says the same already."""

from functools import partial

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectState, LinearField
from bot.domain.issues import Issue
from bot.domain.life import Action
from bot.usecases.agree_with_linear import owe_refetch
from bot.usecases.tell import tell_linear
from sandbox.faults import Fault
from sandbox.linear.calls import Call
from sandbox.linear.errors import authentication_answer, internal_error_answer, rate_limited_answer
from storage import tables
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import do

LINEAR = Destination.LINEAR
SAME = "Linear says the same already"


@pytest.fixture
def _acme_team(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("_acme_team")]


async def raised(office: Office) -> Issue:
    """Return an issue that is in Linear."""
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    assert len(office.linear.issues()) == 1
    return issue


def updates(office: Office) -> list[Call]:
    return office.linear.calls_of("IssueUpdate")


async def see_linear(office: Office, issue: Issue) -> None:
    """Let what is in Linear be seen, as by a webhook."""
    await office.transaction.write(partial(owe_refetch, ref=issue.ref))
    await office.settle()


async def owe(office: Office, issue: Issue, *fields: LinearField) -> None:
    """Let Linear be told of these fields (again)."""
    await office.transaction.write(partial(tell_linear, ref=issue.ref, fields=fields))
    await office.settle()


async def last(office: Office, issue: Issue) -> tuple[EffectState, str | None]:
    *_, effect = await office.effects(issue, LINEAR)
    return effect.state, effect.error


@pytest.mark.parametrize(
    ("action", "value", "field", "shown"),
    [
        (Action.EDIT, "Export says 500", "title", "Export says 500"),
        (Action.SET_PRIORITY, "urgent", "priority", 1),
        (Action.SET_PRIORITY, "low", "priority", 4),
    ],
)
async def test_a_field_that_changed_is_written_and_no_other(
    office: Office, action: Action, value: str, field: str, shown: object
) -> None:
    issue = await raised(office)
    # Engineers have their own words and their own order: they are left alone.
    engineer = office.linear.as_user(office.dana)
    other = {"title": "Their title", "priority": 3}
    engineer.rename("ACM-1", "Their title")
    engineer.set_priority("ACM-1", 3)
    await do(office, issue, action, by=office.vera, value=value)
    await office.settle()
    [call] = updates(office)
    assert call.variables["input"] == {field: shown}
    there = office.linear.issue("ACM-1")
    assert {"title": there.title, "priority": there.priority} == {**other, field: shown}


async def test_a_category_is_ours_alone(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.SET_CATEGORY, by=office.vera, value="bug")
    await office.settle()
    assert updates(office) == []


async def test_linear_follows_the_life_of_an_issue(office: Office) -> None:
    issue = await raised(office)
    walk = [
        (Action.START, office.vera, "In Progress"),
        (Action.RESOLVE, office.vera, "Done"),
        (Action.REOPEN, office.ada, "Todo"),
        (Action.CLOSE, office.ada, "Canceled"),
    ]
    for action, who, state in walk:
        await do(office, issue, action, by=who)
        await office.settle()
        assert office.linear.issue("ACM-1").state == state
        assert state in office.triage_text()


async def test_a_state_of_the_teams_own_that_says_the_same_is_kept(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    office.linear.as_user(office.dana).move("ACM-1", "In Review")
    await see_linear(office, issue)
    assert "In Review" in office.triage_text()
    await owe(office, issue, LinearField.STATE)
    assert office.linear.issue("ACM-1").state == "In Review"
    assert len(updates(office)) == 1
    assert await last(office, issue) == (EffectState.SKIPPED, SAME)


async def test_what_engineers_finished_stays_finished_when_it_is_confirmed(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.RESOLVE, by=office.vera)
    await office.settle()
    await do(office, issue, Action.CONFIRM, by=office.ada)
    await office.settle()
    assert office.linear.issue("ACM-1").state == "Done"
    assert len(updates(office)) == 1


async def test_what_was_changed_again_before_it_was_sent_is_sent_as_it_is_now(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.START, by=office.vera)
    await do(office, issue, Action.RESOLVE, by=office.vera)
    for title in ("One", "Two"):
        await do(office, issue, Action.EDIT, by=office.vera, value=title)
    await office.settle()
    there = office.linear.issue("ACM-1")
    assert (there.state, there.title) == ("Done", "Two")
    states = [call for call in updates(office) if "stateId" in call.variables["input"]]
    assert len(states) == 1


async def test_a_team_without_such_a_state_is_left_as_it_is(office: Office) -> None:
    async def forget(session: AsyncSession) -> None:
        await session.execute(delete(tables.LinearState).where(tables.LinearState.type == "started"))

    issue = await raised(office)
    await office.transaction.write(forget)
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    assert updates(office) == []
    assert await last(office, issue) == (EffectState.SKIPPED, SAME)


async def test_what_is_not_in_linear_is_not_changed_there(office: Office) -> None:
    office.switch_linear_off()
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    await do(office, issue, Action.START, by=office.vera)
    office.switch_linear_on()
    await office.settle()
    assert updates(office) == []
    assert await last(office, issue) == (EffectState.SKIPPED, "the issue is not in Linear")


async def test_without_linear_a_change_is_skipped_and_slack_goes_on(office: Office) -> None:
    issue = await raised(office)
    office.switch_linear_off()
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    assert (await last(office, issue))[0] is EffectState.SKIPPED
    assert "In progress" in office.triage_text()


@pytest.mark.parametrize("operation", ["Issue", "IssueUpdate", "UserByEmail"])
async def test_linear_asks_to_wait_and_is_obeyed(office: Office, operation: str) -> None:
    issue = await raised(office)
    if operation == "Issue":
        # Nothing is read before it is written, unless there is something unread.
        await office.transaction.write(partial(owe_refetch, ref=issue.ref))
    await do(office, issue, Action.START, by=office.vera)
    office.linear.faults.plant(operation, Fault(answer=rate_limited_answer(retry_after=120)))
    await office.settle()
    assert await office.wait(issue, LINEAR) == pytest.approx(120, abs=30)
    office.clock.move(121)
    await office.settle_later()
    assert office.linear.issue("ACM-1").state == "In Progress"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(drop=True),
        Fault(drop=True, commit=True),
        Fault(answer=internal_error_answer(503)),
        Fault(answer=internal_error_answer(200)),
    ],
    ids=["lost before", "lost after", "503", "200"],
)
async def test_a_change_that_linear_did_not_answer_is_made_again_with_the_same_outcome(
    office: Office, fault: Fault
) -> None:
    issue = await raised(office)
    await do(office, issue, Action.EDIT, by=office.vera, value="Export says 500")
    office.linear.faults.plant("IssueUpdate", fault)
    await office.settle()
    *_, effect = await office.effects(issue, LINEAR)
    assert (effect.state, effect.attempts) == (EffectState.OWED, 1)
    await office.settle_later()
    assert office.linear.issue("ACM-1").title == "Export says 500"
    assert len(updates(office)) == 2


async def test_a_credential_that_is_refused_blocks_linears_lane_alone(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.EDIT, by=office.vera, value="Export says 500")
    office.linear.faults.plant("IssueUpdate", Fault(answer=authentication_answer()))
    await office.settle()
    assert "credential" in ((await office.lane(issue, LINEAR)).blocked or "")
    assert "Export says 500" in office.triage_text()


async def test_what_was_resolved_and_confirmed_before_linear_heard_of_it_is_completed(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.RESOLVE, by=office.vera)
    await do(office, issue, Action.CONFIRM, by=office.ada)
    await office.settle()
    assert office.linear.issue("ACM-1").state_type == "completed"


async def test_what_was_closed_unsolved_is_canceled(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.RESOLVE, by=office.vera)
    await do(office, issue, Action.REOPEN, by=office.vera)
    await do(office, issue, Action.CLOSE, by=office.vera)
    await office.settle()
    assert office.linear.issue("ACM-1").state_type == "canceled"
