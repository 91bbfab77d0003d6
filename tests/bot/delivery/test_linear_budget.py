"""How many calls to Linear an issue costs; and that a pause costs none, and loses nothing."""

from datetime import datetime
from functools import partial

import pytest

from bot.delivery.routes import LINEAR_IS_PAUSED, PAUSE_SECONDS
from bot.domain.effects import Destination, LinearField
from bot.domain.issues import Issue, Status
from bot.domain.life import Action
from sandbox.faults import Fault
from sandbox.linear.calls import Call
from storage import linear_settings, outbox
from tests.bot.delivery.engineers import living, not_found_answer, owe, raised, seen, told
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import do

LINEAR = Destination.LINEAR
# Raise, claim, start, two comments, resolve.
WHOLE_LIFE = 8
COMMENTS = 2


@pytest.fixture
def _acme_team(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("_acme_team")]


async def live(office: Office, title: str) -> Issue:
    """Let an issue live its whole life, with every webhook of it coming back."""
    issue = await office.raise_issue(title)
    await office.settle()
    reference = office.linear.issues()[-1].identifier
    for action in (Action.CLAIM, Action.START, Action.RESOLVE):
        office.clock.move(60)
        await do(office, issue, action, by=office.vera, now=office.now())
        await office.settle()
        await told(office, issue, await seen(office, reference))
        await office.settle_later()
    return issue


def by_us(office: Office, since: int) -> list[Call]:
    """Return what the bot asked; the questions of the tests themselves are all the same one."""
    return [call for call in office.linear.calls[since:] if call.operation != "Issue"]


async def test_a_whole_life_costs_few_calls(office: Office) -> None:
    office.linear.add_user(office.workspace, "Vera V.", "vera@acme.example")
    await office.open_acme()
    await live(office, "Warm the caches")
    before, asked = len(office.linear.calls), len(office.linear.calls_of("Issue"))
    issue = await live(office, "Export fails")
    assert [call.operation for call in by_us(office, before)] == [
        "IssueCreate",
        "AttachmentCreate",
        "IssueUpdate",
        "IssueUpdate",
        "IssueUpdate",
    ]
    # Nothing was read but by this test.
    assert len(office.linear.calls_of("Issue")) - asked == 3
    assert len(by_us(office, before)) + COMMENTS <= WHOLE_LIFE
    assert (await living(office, issue)).state.status is Status.RESOLVED
    assert office.linear.issue("ACM-2").state == "Done"


async def test_what_changed_while_it_waited_goes_in_one_call(office: Office) -> None:
    issue = await raised(office)
    for action, value in ((Action.START, None), (Action.SET_PRIORITY, "urgent"), (Action.EDIT, "Ours")):
        await do(office, issue, action, by=office.vera, value=value)
    await office.settle()
    [update] = office.linear.calls_of("IssueUpdate")
    assert sorted(update.variables["input"]) == ["priority", "stateId", "title"]


async def test_a_state_that_is_gone_there_is_looked_up_anew(office: Office) -> None:
    issue = await raised(office)
    office.linear.faults.plant("IssueUpdate", Fault(answer=not_found_answer("WorkflowState")))
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    assert office.linear.issue("ACM-1").state == "In Progress"
    assert len(office.linear.calls_of("TeamStates")) == 2


async def test_a_state_of_the_organizations_own_choice_is_written(office: Office) -> None:
    issue = await raised(office)
    team = office.linear.issue("ACM-1").team_id
    answer = await office.linear_api.run("TeamStates", {"teamId": team})
    review = next(one["id"] for one in answer["team"]["states"]["nodes"] if one["name"] == "In Review")
    chosen = {Status.IN_PROGRESS: review}
    choose = partial(linear_settings.choose_states, organization_id=issue.organization_id, states=chosen)
    await office.transaction.write(choose)
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    assert office.linear.issue("ACM-1").state == "In Review"


async def pause(office: Office, issue: Issue, since: datetime | None) -> None:
    """Let nothing be exchanged since then; None: everything is again."""
    await office.transaction.write(
        partial(linear_settings.set_paused, organization_id=issue.organization_id, paused_at=since)
    )
    if since is None:
        await office.transaction.write(
            partial(outbox.hurry, organization_id=issue.organization_id, destination=LINEAR)
        )


async def test_a_pause_costs_nothing_and_loses_nothing(office: Office) -> None:
    issue = await raised(office)
    await pause(office, issue, office.now())
    before = len(office.linear.calls)
    await do(office, issue, Action.START, by=office.vera, now=office.now())
    await office.settle()
    assert len(office.linear.calls) == before
    _, waiting, _ = await office.effects(issue, LINEAR)
    assert (waiting.attempts, waiting.error) == (0, LINEAR_IS_PAUSED)
    assert await office.wait(issue, LINEAR) == pytest.approx(PAUSE_SECONDS, abs=60)
    office.clock.move(60)
    dana = office.linear.as_user(office.dana)
    dana.move("ACM-1", "Done")
    dana.set_priority("ACM-1", "Urgent")
    for _ in range(3):
        assert await told(office, issue) == []
    assert (await living(office, issue)).state.status is Status.IN_PROGRESS
    office.clock.move(60)
    await pause(office, issue, None)
    await office.settle()
    # Theirs was the later change, so ours was not written over it.
    found = await living(office, issue)
    assert (found.state.status, found.issue.priority) == (Status.RESOLVED, "urgent")
    assert office.linear.issue("ACM-1").state == "Done"
    assert office.linear.calls_of("IssueUpdate") == []
    assert (await office.lane(issue, LINEAR)).due is None


async def test_what_was_changed_there_before_the_answer_to_its_opening_is_found(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    office.linear.faults.plant("IssueCreate", Fault(drop=True, commit=True))
    await office.settle()
    office.clock.move(1)
    office.linear.as_user(office.dana).move("ACM-1", "Done")
    office.linear.as_user(office.dana).rename("ACM-1", "Theirs")
    await told(office, issue)
    await office.settle_later()
    assert (await living(office, issue)).state.status is Status.RESOLVED
    assert office.linear.issue("ACM-1").title == "Theirs"
    await owe(office, issue, LinearField.STATE)
    assert office.linear.calls_of("IssueUpdate") == []
