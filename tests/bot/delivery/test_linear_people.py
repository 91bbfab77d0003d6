"""Who works on an issue, in both places: by e-mail, looked up once."""

from datetime import timedelta

import pytest

from bot.domain.effects import Destination, EffectState, LinearField
from bot.domain.life import Action
from sandbox.faults import Fault
from tests.bot.delivery.engineers import actor, living, not_found_answer, owe, raised, shadow, told
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import do

LINEAR = Destination.LINEAR


@pytest.fixture
def _acme_team(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("_acme_team")]


def there(office: Office) -> str | None:
    return office.linear.issue("ACM-1").assignee


async def test_whoever_takes_it_on_here_has_it_there_and_is_looked_up_once(office: Office) -> None:
    vera = office.linear.add_user(office.workspace, "Vera V.", "VERA@acme.example")
    issue = await raised(office)
    await do(office, issue, Action.CLAIM, by=office.vera)
    await office.settle()
    assert there(office) == "Vera V."
    office.clock.move(1)
    office.linear.as_user(office.dana).assign("ACM-1", None)
    await told(office, issue)
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    assert there(office) == "Vera V."
    assert len(office.linear.calls_of("UserByEmail")) == 1
    # State and assignee went in one call.
    assert [sorted(one.variables["input"]) for one in office.linear.calls_of("IssueUpdate")] == [
        ["assigneeId"],
        ["assigneeId", "stateId"],
    ]
    assert (await shadow(office, issue)).known.read.assignee is not None
    assert vera.id == office.linear.calls_of("IssueUpdate")[0].variables["input"]["assigneeId"]


async def test_whoever_has_no_account_there_is_remembered_for_a_day_and_linears_is_left_alone(
    office: Office,
) -> None:
    issue = await raised(office)
    await do(office, issue, Action.CLAIM, by=office.vera)
    await office.settle()
    await owe(office, issue, LinearField.ASSIGNEE)
    assert len(office.linear.calls_of("UserByEmail")) == 1
    assert office.linear.calls_of("IssueUpdate") == []
    *_, last = await office.effects(issue, LINEAR)
    assert last.state is EffectState.SKIPPED
    # What else is told does not take it for a difference.
    office.linear.as_user(office.dana).set_priority("ACM-1", "High")
    await told(office, issue)
    assert (await living(office, issue)).assignee_first_name == "Vera"
    office.linear.add_user(office.workspace, "Vera V.", "vera@acme.example")
    office.clock.move(timedelta(days=1).total_seconds())
    await owe(office, issue, LinearField.ASSIGNEE)
    assert there(office) == "Vera V."


async def test_one_who_takes_it_there_takes_it_here_too(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.CLAIM, by=office.vera)
    await office.settle()
    office.linear.as_user(office.dana).assign("ACM-1", office.dana)
    await told(office, issue, by=actor(office.dana))
    found = await living(office, issue)
    assert (found.state.assignee_user_id, found.assignee_first_name) == (None, None)
    await office.settle_later()
    assert "Dana is on it" in office.slack.as_text(office.posts(office.intake)[0])


async def test_what_somebody_unknown_works_on_there_is_started_but_not_taken_from_them(office: Office) -> None:
    office.linear.add_user(office.workspace, "Vera V.", "vera@acme.example")
    issue = await raised(office)
    office.linear.as_user(office.dana).assign("ACM-1", office.dana)
    await told(office, issue)
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    found = office.linear.issue("ACM-1")
    assert (found.assignee, found.state) == ("Dana", "In Progress")
    await do(office, issue, Action.CLAIM, by=office.vera)
    await office.settle()
    assert there(office) == "Vera V."


async def test_an_issue_that_somebody_has_is_opened_with_them(office: Office) -> None:
    office.linear.add_user(office.workspace, "Vera V.", "vera@acme.example")
    await office.open_acme()
    issue = await office.raise_issue()
    await do(office, issue, Action.CLAIM, by=office.vera)
    await office.settle()
    assert there(office) == "Vera V."
    assert office.linear.calls_of("IssueUpdate") == []
    assert len(office.linear.calls_of("Issue")) == 0


@pytest.mark.parametrize("operation", ["IssueCreate", "IssueUpdate"])
async def test_an_account_that_is_refused_there_is_not_asked_for_again(office: Office, operation: str) -> None:
    office.linear.add_user(office.workspace, "Vera V.", "vera@acme.example")
    await office.open_acme()
    issue = await office.raise_issue()
    if operation == "IssueUpdate":
        await office.settle()
    office.linear.faults.plant(operation, Fault(answer=not_found_answer("User")))
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    found = office.linear.issue("ACM-1")
    assert (found.assignee, found.state) == (None, "In Progress")
    assert (await office.lane(issue, LINEAR)).blocked is None
    await owe(office, issue, LinearField.ASSIGNEE)
    assert there(office) is None
