"""Slack's limits are kept: nobody asks too fast, what waits is told together, newest edits stand for older ones."""

from functools import partial

import pytest

from bot.delivery.pacing import PACES
from bot.domain.effects import Destination, EffectKind, EffectState
from bot.domain.issues import Issue
from bot.domain.life import Action
from bot.domain.pace import Pace
from bot.domain.places import Audience
from bot.usecases.tell import tell_audience
from bot.views.thread_lines import MOST_TEXT, TRIAGE_LINES
from sandbox.faults import Fault, slack_rate_limit
from storage.effects import SHOWN_ALREADY
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import do, thread

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLOW = Pace(60.0)
TRIAGE = Destination.TRIAGE
STARTED, RESOLVED, REOPENED = (
    TRIAGE_LINES[what].format(actor="Vera Vendor") for what in ("started", "resolved", "reopened")
)


async def test_the_newest_edit_stands_for_those_that_wait(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    before = len(office.slack.calls_of("chat.update"))
    for action in (Action.START, Action.RESOLVE, Action.REOPEN):
        await do(office, issue, action, by=office.vera)
    await office.settle()
    # One for each of the two messages.
    assert len(office.slack.calls_of("chat.update")) == before + 2
    edits = [one for one in await office.effects(issue, TRIAGE) if one.error == SHOWN_ALREADY]
    assert [one.state for one in edits] == [EffectState.SKIPPED] * 2
    [triage] = office.posts(office.triage)
    assert thread(office, triage) == [STARTED, RESOLVED, REOPENED]


async def test_an_edit_that_comes_while_one_is_sent_is_sent_too(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    await do(office, issue, Action.START, by=office.vera)
    office.slack.faults.plant("chat.update", *[Fault(answer=slack_rate_limit(30))] * 2)
    await office.settle()
    await do(office, issue, Action.RESOLVE, by=office.vera)
    await office.settle_later()
    assert "Resolved" in office.triage_text()


async def test_many_issues_in_one_channel_are_told_one_after_another(office: Office) -> None:
    await office.open_acme()
    office.keep_pace({"chat.postMessage": Pace(60.0, 3)})
    issues = [await office.raise_issue(f"Export {number} fails") for number in range(8)]
    await office.settle()
    assert len(office.posts(office.triage)) == 3
    waits = sorted([await office.wait(issue, TRIAGE) for issue in issues if await office.waits(issue, TRIAGE)])
    assert waits == [pytest.approx(60 * number, abs=20) for number in range(1, 6)]


async def two_lines_waiting(office: Office) -> Issue:
    """An issue of which one line was told, and two wait for their turn."""
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    office.keep_pace({"chat.postMessage": SLOW})
    for action in (Action.START, Action.RESOLVE, Action.REOPEN):
        await do(office, issue, action, by=office.vera)
    await office.settle()
    return issue


async def test_lines_that_wait_for_their_turn_become_one_message(office: Office) -> None:
    issue = await two_lines_waiting(office)
    [triage] = office.posts(office.triage)
    assert thread(office, triage) == [STARTED]
    await office.settle_later()
    assert thread(office, triage) == [STARTED, f"{RESOLVED}\n{REOPENED}"]
    assert {one.state for one in await office.effects(issue, TRIAGE)} == {EffectState.DONE, EffectState.SKIPPED}


async def test_a_message_of_several_lines_whose_answer_was_lost_is_adopted_whole(office: Office) -> None:
    issue = await two_lines_waiting(office)
    office.slack.faults.plant("chat.postMessage", *[Fault(drop=True, commit=True)] * 2)
    await office.settle_later()
    await office.settle_later()
    [triage] = office.posts(office.triage)
    assert thread(office, triage) == [STARTED, f"{RESOLVED}\n{REOPENED}"]
    assert {one.state for one in await office.effects(issue, TRIAGE)} == {EffectState.DONE, EffectState.SKIPPED}


async def test_long_lines_that_wait_become_messages_that_can_be_edited(office: Office) -> None:
    issue = await two_lines_waiting(office)
    # Slack counts "&" as it is sent, in five letters.
    titles = ["&" * 240 + str(number) for number in range(6)]
    for title in titles:
        await do(office, issue, Action.EDIT, by=office.vera, value=title)
    while (await office.lane(issue, TRIAGE)).due is not None:
        await office.settle_later()
    [triage] = office.posts(office.triage)
    told = "\n".join(thread(office, triage)).splitlines()
    assert [line for line in told if "changed the title" in line] == [
        TRIAGE_LINES["title"].format(actor="Vera Vendor", was=was) for was in ("Export fails", *titles[:-1])
    ]
    for reply in office.slack.replies(triage):
        assert len(reply.text) <= MOST_TEXT
        effect_id = str((reply.metadata or {})["event_payload"]["id"])
        edit = partial(tell_audience, ref=issue.ref, audience=Audience.TRIAGE, kind=EffectKind.SLACK_EDIT_LINE)
        await office.transaction.write(partial(edit, effect_id=effect_id))
    await office.settle_later()
    assert (await office.lane(issue, TRIAGE)).blocked is None


async def test_when_slack_asks_to_wait_nobody_else_asks_meanwhile(office: Office) -> None:
    await office.open_acme()
    office.keep_pace(PACES)
    for number in range(3):
        await office.raise_issue(f"Export {number} fails")
    office.slack.faults.plant("chat.postMessage", *[Fault(answer=slack_rate_limit(30))] * 9)
    await office.settle()
    # Those that were under way together, and none after them.
    asked = len(office.slack.calls_of("chat.postMessage"))
    await office.worker.drain()
    await office.hurry()
    await office.settle()
    assert len(office.slack.calls_of("chat.postMessage")) == asked
