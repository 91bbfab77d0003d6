"""Issues on their way to Linear: once each, as they were typed, through whatever weather."""

import asyncio
import json
import re

import pytest

from bot.domain.effects import Destination, EffectState
from bot.domain.issues import Priority
from bot.domain.life import Action
from bot.domain.synced import PRIORITY_NUMBERS
from bot.domain.trouble import Cause
from bot.views.issue_message import LINEAR_WAITING
from bot.views.trouble_words import WHY
from sandbox.faults import Answer, Fault, slack_rate_limit
from sandbox.linear.errors import authentication_answer, internal_error_answer, rate_limited_answer
from storage.blocked import hurry_everything
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import do

LINEAR, EXTRAS = Destination.LINEAR, Destination.LINEAR_EXTRAS
# More than a worker has places.
ISSUES = 20
TYPED = "*not bold* _nor this_ <b>tag</b> #1 @dana\n- no list\n1. no list either\n```no code```\n> no quote \\o/"


@pytest.fixture
def _acme_team(office: Office) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("_acme_team")]


async def test_an_issue_is_opened_under_the_effects_id_with_what_was_typed(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue("Export *fails* <now>", TYPED)
    await office.settle()
    [there] = office.linear.issues()
    [create] = await office.effects(issue, LINEAR)
    assert (there.id, there.identifier, there.team) == (str(create.id), "ACM-1", "Acme")
    assert there.title == "Export *fails* <now>"
    assert there.priority == PRIORITY_NUMBERS[Priority.MEDIUM]
    text, _, footer = (there.description or "").partition("\n\n---\n\n")
    # A backslash before a sign lets Markdown show the sign; one at a line's end breaks the line.
    assert re.sub(r"\\([\W_])", r"\1", text) == TYPED
    assert not re.search(r"(?<!\\)[*_<>#@`]", text)
    assert "ISS" in footer
    assert "Ada Lovelace" in footer


async def test_the_vendors_message_links_the_issue_without_its_title(office: Office) -> None:
    await office.open_acme()
    await office.raise_issue("Secret title")
    await office.settle()
    [there] = office.linear.issues()
    [post] = office.posts(office.triage)
    assert "ACM-1" in office.triage_text()
    assert there.url.endswith("/secret-title")
    assert there.url.removesuffix("/secret-title") in str(post.blocks)
    assert there.url not in str(post.blocks)


async def test_the_thread_in_slack_is_attached_once(office: Office) -> None:
    await office.open_acme()
    await office.raise_issue()
    office.linear.faults.plant("AttachmentCreate", Fault(drop=True, commit=True))
    await office.settle()
    await office.settle_later()
    [there] = office.linear.issues()
    [attachment] = there.attachments
    [post] = office.posts(office.triage)
    assert post.ts.replace(".", "") in attachment.url
    assert attachment.title == "Slack: ISS-2026-0001"
    assert len(office.linear.calls_of("AttachmentCreate")) == 2


async def test_what_slack_does_not_tell_for_now_is_attached_later(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    office.slack.faults.plant("chat.getPermalink", Fault(answer=slack_rate_limit(40)))
    await office.settle()
    assert await office.wait(issue, EXTRAS) == pytest.approx(40, abs=20)
    await office.settle_later()
    [there] = office.linear.issues()
    assert len(there.attachments) == 1


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "token_revoked"])
async def test_what_slack_refuses_holds_back_nothing_else_in_linear(office: Office, code: str) -> None:
    await office.open_acme()
    refused = Answer(200, json.dumps({"ok": False, "error": code}))
    office.slack.faults.plant("chat.getPermalink", Fault(answer=refused))
    issue = await office.raise_issue()
    await office.settle()
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    [there] = office.linear.issues()
    assert there.state_type == "started"
    assert there.attachments == ()
    # A channel may be opened again, a token given anew.
    await office.settle_later()
    [there] = office.linear.issues()
    assert len(there.attachments) == 1


@pytest.mark.parametrize("conflict_status", [200, 400])
async def test_an_issue_whose_opening_was_not_answered_is_not_opened_twice(
    office: Office, conflict_status: int
) -> None:
    office.linear.conflict_status = conflict_status
    await office.open_acme()
    await office.settle()
    issue = await office.raise_issue()
    office.linear.faults.plant("IssueCreate", Fault(drop=True, commit=True))
    await office.settle()
    create = (await office.effects(issue, LINEAR))[0]
    assert (create.state, create.attempts) == (EffectState.OWED, 1)
    assert LINEAR_WAITING in office.triage_text()
    await office.settle_later()
    create = (await office.effects(issue, LINEAR))[0]
    assert (create.state, create.attempts) == (EffectState.DONE, 2)
    assert [call.error for call in office.linear.calls_of("IssueCreate")] == ["dropped", "INPUT_ERROR"]
    [there] = office.linear.issues()
    assert there.identifier in office.triage_text()


@pytest.mark.parametrize(
    "fault", [Fault(drop=True), Fault(answer=internal_error_answer(503)), Fault(answer=internal_error_answer(200))]
)
async def test_an_issue_that_linear_failed_to_open_is_opened_later(office: Office, fault: Fault) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    office.linear.faults.plant("IssueCreate", fault)
    await office.settle()
    assert office.linear.issues() == []
    assert await office.wait(issue, LINEAR) > 0
    await office.settle_later()
    assert len(office.linear.issues()) == 1


async def test_linear_being_away_holds_back_nothing_in_slack(office: Office) -> None:
    await office.open_acme()
    await office.raise_issue()
    office.linear.faults.plant("IssueCreate", Fault(drop=True))
    await office.settle()
    assert len(office.posts(office.triage)) == 1
    [post] = office.posts(office.intake)
    assert len(office.slack.replies(post)) == 1


async def test_linear_hanging_holds_back_nothing_in_slack(office: Office) -> None:
    await office.open_acme()
    hangs = asyncio.Event()
    office.linear.faults.plant("IssueCreate", *[Fault(hold=hangs)] * ISSUES)
    for number in range(ISSUES):
        await office.raise_issue(f"Export {number} fails")
    delivering = asyncio.create_task(office.settle())
    try:
        places = (office.intake, office.triage)
        await office.slack.wait_until(lambda: [len(office.posts(one)) for one in places] == [ISSUES] * 2)
        assert office.linear.issues() == []
    finally:
        hangs.set()
        await delivering
    assert len(office.linear.issues()) == ISSUES


async def test_linear_asks_to_wait_and_no_attempt_counts(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    answer = rate_limited_answer(retry_after=120)
    office.linear.faults.plant("IssueCreate", Fault(answer=answer), Fault(answer=answer))
    await office.settle()
    office.clock.move(121)
    await office.settle_later()
    assert await office.wait(issue, LINEAR) == pytest.approx(120, abs=30)
    create = (await office.effects(issue, LINEAR))[0]
    assert (create.state, create.attempts) == (EffectState.OWED, 0)
    office.clock.move(121)
    await office.settle_later()
    assert len(office.linear.issues()) == 1


async def test_a_credential_that_is_refused_parks_the_issue_until_it_is_good_again(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    refused = Fault(answer=authentication_answer())
    office.linear.faults.plant("IssueCreate", refused, refused)
    await office.settle()
    assert "credential" in ((await office.lane(issue, LINEAR)).blocked or "")
    assert WHY[Cause.LINEAR_CREDENTIAL] in office.triage_text()
    await office.settle_later()
    assert office.linear.issues() == []
    await office.transaction.write(hurry_everything)
    await office.settle()
    [there] = office.linear.issues()
    assert there.identifier in office.triage_text()


async def test_an_issue_goes_to_the_team_of_its_own_organization(office: Office) -> None:
    office.linear.add_team(office.workspace, "Beta", "BET")
    lounge = office.slack.add_channel(office.team, "beta-help", members=[office.ada, office.app.bot_user])
    await office.open_acme()
    await office.link(await office.register("Beta"), lounge)
    await office.settle()
    await office.raise_issue("For Acme")
    await office.raise_issue("For Beta", channel=lounge)
    await office.settle()
    assert {there.title: there.team for there in office.linear.issues()} == {"For Acme": "Acme", "For Beta": "Beta"}
    assert "For Beta" not in office.triage_text()


async def test_an_issue_that_is_delivered_again_is_left_alone(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    await office.owe_issue(issue)
    await office.settle()
    assert len(office.linear.calls_of("IssueCreate")) == 1
    *_, again = await office.effects(issue, LINEAR)
    assert again.state is EffectState.SKIPPED
