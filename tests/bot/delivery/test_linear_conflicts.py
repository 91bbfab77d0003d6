"""Both changed something, or what Linear is seen to say comes late, twice, or from ourselves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.effects import LinearField
from bot.domain.issues import Priority, Status
from bot.domain.life import Action
from bot.domain.linear_seen import ActorKind
from bot.domain.sync import AT_ONCE, LINEAR_LATER, OURS_LATER
from bot.usecases.take_over import OVERRULED
from tests.bot.delivery.engineers import actor, living, raised, replies, seen, shadow, story, told
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import do


@pytest.fixture
def _acme_team(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("_acme_team")]


@pytest.mark.parametrize(
    ("seconds", "stands", "why", "what"),
    [(5, "Done", LINEAR_LATER, "resolved"), (-5, "In Progress", OURS_LATER, OVERRULED[LinearField.STATE])],
)
async def test_of_two_changes_the_later_one_stands_and_both_are_in_the_timeline(
    office: Office, seconds: int, stands: str, why: str, what: str
) -> None:
    issue = await raised(office)
    await do(office, issue, Action.START, by=office.vera, now=office.now())
    office.linear.as_user(office.dana).move("ACM-1", "Done")
    said = replace(await seen(office), updated_at=office.now() + timedelta(seconds=seconds))
    [state] = [one for one in await told(office, issue, said) if one.field is LinearField.STATE]
    assert (state.why, state.conflict) == (why, True)
    office.clock.move(10)
    await office.settle_later()
    assert office.linear.issue("ACM-1").state == stands
    [event] = await story(office, issue)
    assert event.what == what
    customer, triage = replies(office)
    assert ("stays" in triage[-1]) == (what == OVERRULED[LinearField.STATE])
    assert "stays" not in "".join(customer)


async def test_a_later_change_of_ours_against_nobody_there_is_told_as_that(office: Office) -> None:
    office.linear.add_user(office.workspace, "Vera V.", "vera@acme.example")
    issue = await raised(office)
    dana = office.linear.as_user(office.dana)
    dana.assign("ACM-1", office.dana)
    await told(office, issue)
    office.clock.move(20)
    await do(office, issue, Action.CLAIM, by=office.vera, now=office.now())
    dana.assign("ACM-1", None)
    await told(office, issue, replace(await seen(office), updated_at=office.now() - timedelta(seconds=5)))
    event = (await story(office, issue))[-1]
    assert (event.what, event.was, event.becomes) == (OVERRULED[LinearField.ASSIGNEE], None, "Vera")
    await office.settle_later()
    assert "In Linear, Dana assigned it to nobody, but it was given to Vera here later." in replies(office)[1][-1]


async def test_at_the_same_moment_linear_has_the_last_word(office: Office) -> None:
    issue = await raised(office)
    await do(office, issue, Action.SET_PRIORITY, by=office.vera, value="low", now=office.now())
    office.linear.as_user(office.dana).set_priority("ACM-1", "Urgent")
    [priority] = [one for one in await told(office, issue) if one.field is LinearField.PRIORITY]
    assert priority.why == AT_ONCE
    assert (await living(office, issue)).issue.priority is Priority.URGENT


async def test_what_is_older_than_what_is_known_is_ignored(office: Office) -> None:
    issue = await raised(office)
    dana = office.linear.as_user(office.dana)
    dana.move("ACM-1", "Done")
    old = await seen(office)
    office.clock.move(1)
    dana.move("ACM-1", "Todo")
    await told(office, issue)
    assert await told(office, issue, old) == []
    assert (await living(office, issue)).state.status is Status.OPEN
    assert [one.what for one in await story(office, issue)] == []


async def test_what_is_as_old_but_different_is_asked_for_once(office: Office) -> None:
    issue = await raised(office)
    known = await seen(office)
    for title in ("One", "Two"):
        assert await told(office, issue, replace(known, title=title)) == []
    await office.settle()
    # The test's own question, and one more.
    assert len(office.linear.calls_of("Issue")) == 2
    assert (await shadow(office, issue)).known.read.title == "Export fails"


@pytest.mark.parametrize("kind", [ActorKind.APP, ActorKind.USER])
async def test_what_our_own_app_did_is_followed_and_not_believed_and_a_keys_owner_is_a_person(
    office: Office, kind: ActorKind
) -> None:
    issue = await raised(office)
    office.linear.as_user(office.dana).set_priority("ACM-1", "Urgent")
    await told(office, issue, by=actor(office.dana, ours=True, kind=kind))
    office.clock.move(1)
    await office.settle_later()
    believed = kind is ActorKind.USER
    assert (await living(office, issue)).issue.priority is (Priority.URGENT if believed else Priority.MEDIUM)
    assert office.linear.issue("ACM-1").priority == (1 if believed else 3)


async def test_who_changed_one_field_is_not_said_to_have_changed_another(office: Office) -> None:
    issue = await raised(office)
    dana = office.linear.as_user(office.dana)
    # The webhook of the first was lost.
    dana.set_priority("ACM-1", "Urgent")
    office.clock.move(1)
    dana.move("ACM-1", "In Progress")
    await told(office, issue, changed=frozenset({LinearField.STATE}))
    names = {one.what: one.actor_name for one in await story(office, issue)}
    assert names == {"priority": None, "started": "Dana"}
    await office.settle_later()
    assert "In Linear, the priority was set to Urgent." in "\n".join(replies(office)[0])
