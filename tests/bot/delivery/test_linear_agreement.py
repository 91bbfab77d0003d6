"""What is done in Linear comes here, and is told; what is our own echo, old, or not for us, is not."""

from dataclasses import replace
from functools import partial

import pytest

from bot.domain.effects import LinearField
from bot.domain.issues import Priority, Status
from bot.domain.life import Action
from bot.domain.sync import NOT_WELCOME, ONLY_LINEAR, SAME, Verdict
from bot.usecases.take_over import MOVED
from bot.views.linear_lines import IN_LINEAR
from bot.views.thread_lines import TRIAGE_LINES
from storage import linear_settings
from tests.bot.delivery.engineers import actor, living, owe, raised, read_anew, replies, seen, shadow, story, told
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import do


@pytest.fixture
def _acme_team(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("_acme_team")]


@pytest.mark.parametrize(
    ("state", "status", "what"),
    [
        ("In Progress", Status.IN_PROGRESS, "started"),
        ("In Review", Status.IN_PROGRESS, "started"),
        ("Done", Status.RESOLVED, "resolved"),
        ("Canceled", Status.CLOSED, "closed"),
        ("Duplicate", Status.CLOSED, "closed"),
    ],
)
async def test_a_state_becomes_our_status_with_an_event_and_a_line(
    office: Office, state: str, status: Status, what: str
) -> None:
    issue = await raised(office)
    office.linear.as_user(office.dana).move("ACM-1", state)
    decisions = await told(office, issue)
    assert [one.why for one in decisions if one.verdict is Verdict.ACCEPT] == [ONLY_LINEAR]
    found = (await living(office, issue)).state
    assert (found.status, found.closed_at) == (status, office.now() if status is Status.CLOSED else None)
    [event] = await story(office, issue)
    assert (event.what, event.was, event.becomes, event.actor_name) == (what, "open", status, "Dana")
    await office.settle_later()
    customer, triage = replies(office)
    assert triage[-1] == IN_LINEAR.format(line=TRIAGE_LINES[what].format(actor="Dana"))
    assert customer[-1].startswith("In Linear, Dana ")
    assert office.linear.calls_of("IssueUpdate") == []


async def test_everything_may_come_from_anything(office: Office) -> None:
    issue = await raised(office)
    walk = [
        ("Done", Status.RESOLVED, "resolved"),
        ("In Progress", Status.IN_PROGRESS, MOVED),
        ("Todo", Status.OPEN, MOVED),
        ("Canceled", Status.CLOSED, "closed"),
        ("Todo", Status.OPEN, "reopened"),
        ("Canceled", Status.CLOSED, "closed"),
        ("In Progress", Status.IN_PROGRESS, MOVED),
    ]
    for state, status, _ in walk:
        # Long after our own window for reopening.
        office.clock.move(100 * 86_400)
        office.linear.as_user(office.dana).move("ACM-1", state)
        await told(office, issue)
        assert (await living(office, issue)).state.status is status
    assert [one.what for one in await story(office, issue)] == [what for *_, what in walk]


async def test_what_is_closed_stays_closed_when_it_is_completed(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.CLOSE, by=office.vera)
    await office.settle()
    office.linear.as_user(office.dana).move("ACM-1", "Done")
    office.clock.move(1)
    await told(office, issue)
    assert (await living(office, issue)).state.status is Status.CLOSED
    assert await story(office, issue) == []


async def test_several_changes_within_seconds_are_one_message(office: Office) -> None:
    issue = await raised(office)
    before = [len(lines) for lines in replies(office)]
    dana = office.linear.as_user(office.dana)
    steps = [
        partial(dana.assign, "ACM-1", office.dana),
        partial(dana.set_priority, "ACM-1", "Urgent"),
        partial(dana.move, "ACM-1", "In Progress"),
    ]
    for step in steps:
        office.clock.move(1)
        step()
        await told(office, issue)
        await office.settle()
    assert [len(lines) for lines in replies(office)] == before
    await office.settle_later()
    after = replies(office)
    assert [len(lines) for lines in after] == [count + 1 for count in before]
    assert after[0][-1].count("In Linear, Dana") == 3
    assert "Dana is on it" in office.slack.as_text(office.posts(office.intake)[0])


async def test_a_person_whom_the_crm_knows_as_a_vendor_is_that_person(office: Office) -> None:
    issue = await raised(office)
    vera = office.linear.add_user(office.workspace, "V. Vendor", "Vera@acme.example")
    office.linear.as_user(vera).assign("ACM-1", vera)
    await told(office, issue, by=actor(vera))
    assert (await living(office, issue)).assignee_first_name == "Vera"
    [event] = await story(office, issue)
    assert (event.what, event.actor_name, event.assignee_name) == ("claimed", "Vera Vendor", "Vera Vendor")


async def test_an_assignee_whom_nobody_knows_here_is_shown_by_name(office: Office) -> None:
    issue = await raised(office)
    dana = office.linear.as_user(office.dana)
    stan = office.linear.add_user(office.workspace, "Stan <b> Stranger", "stan@acme.example")
    dana.assign("ACM-1", stan)
    await told(office, issue)
    assert (await living(office, issue)).state.assignee_user_id is None
    await office.settle_later()
    assert "Stan is on it" in office.slack.as_text(office.posts(office.intake)[0])
    office.clock.move(1)
    dana.assign("ACM-1", None)
    await told(office, issue)
    await office.settle_later()
    assert "is on it" not in office.slack.as_text(office.posts(office.intake)[0])
    assert [one.what for one in await story(office, issue)] == ["assigned", "unassigned"]
    assert office.linear.calls_of("IssueUpdate") == []


async def test_titles_come_only_where_the_organization_wants_them(office: Office) -> None:
    issue = await raised(office)
    dana = office.linear.as_user(office.dana)
    dana.rename("ACM-1", "Theirs")
    [title] = [one for one in await told(office, issue) if one.field is LinearField.TITLE]
    assert (title.verdict, title.why) == (Verdict.LEAVE, NOT_WELCOME[LinearField.TITLE])
    # What else changes there later does not bring ours back over theirs.
    office.clock.move(1)
    dana.move("ACM-1", "In Progress")
    await told(office, issue)
    await office.settle_later()
    assert office.linear.calls_of("IssueUpdate") == []
    take = partial(linear_settings.set_takes_titles, organization_id=issue.organization_id, takes_titles=True)
    await office.transaction.write(take)
    office.clock.move(1)
    dana.rename("ACM-1", "  Theirs\tagain ")
    await told(office, issue)
    assert (await living(office, issue)).issue.title == "Theirs again"
    # Their spaces are not worth a correction.
    await owe(office, issue, LinearField.TITLE)
    assert office.linear.calls_of("IssueUpdate") == []


async def test_a_description_stays_in_the_shadow(office: Office) -> None:
    issue = await raised(office)
    office.linear.as_user(office.dana).describe("ACM-1", "Our key was stolen.")
    await told(office, issue)
    assert (await shadow(office, issue)).description == "Our key was stolen."
    assert (await living(office, issue)).issue.description == issue.description
    await office.settle_later()
    assert "stolen" not in str([post.blocks for post in office.posts(office.intake)])


async def test_no_priority_there_leaves_ours_alone_until_ours_changes(office: Office) -> None:
    issue = await raised(office)
    office.linear.as_user(office.dana).set_priority("ACM-1", 0)
    await told(office, issue)
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    assert office.linear.issue("ACM-1").priority == 0
    await do(office, issue, Action.SET_PRIORITY, by=office.vera, value="high")
    await office.settle()
    assert office.linear.issue("ACM-1").priority == 2


async def test_our_own_changes_come_back_as_nothing(office: Office) -> None:
    issue = await raised(office)
    assert {one.why for one in await told(office, issue)} <= {SAME}
    for action, value in ((Action.START, None), (Action.SET_PRIORITY, "low"), (Action.EDIT, "Ours")):
        office.clock.move(1)
        await do(office, issue, action, by=office.vera, value=value)
        await office.settle()
        assert await told(office, issue) == []
    assert await story(office, issue) == []
    assert (await shadow(office, issue)).known.wrote == {}


async def test_our_echo_before_the_answer_is_noted_and_not_taken_for_a_persons(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.SET_PRIORITY, by=office.vera, value="low")
    await office.settle()
    echo = await seen(office)
    # As if the answer had not come yet.
    known = await shadow(office, issue)
    assert known.known.read.priority == 4
    office.clock.move(1)
    await do(office, issue, Action.SET_PRIORITY, by=office.vera, value="high")
    assert await told(office, issue, echo) == []
    assert (await living(office, issue)).issue.priority is Priority.HIGH


async def test_what_was_missed_is_read(office: Office) -> None:
    issue = await raised(office)
    office.linear.as_user(office.dana).move("ACM-1", "Done")
    await read_anew(office, issue)
    assert (await living(office, issue)).state.status is Status.RESOLVED
    await do(office, issue, Action.REOPEN, by=office.vera)
    await office.settle()
    assert office.linear.issue("ACM-1").state == "Todo"


async def test_another_organization_is_not_told_of_it(office: Office) -> None:
    issue = await raised(office)
    office.linear.as_user(office.dana).move("ACM-1", "Done")
    other = await office.register("Other", office.ada)
    assert await told(office, replace(issue, organization_id=other)) == []
    assert (await living(office, issue)).state.status is Status.OPEN
