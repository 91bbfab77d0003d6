"""``python app.py reconcile``, as somebody types it beside the bot that runs."""

import pytest
from typer.testing import Result

from bot.domain.places import Audience
from bot.domain.reconciled import What, Wrong
from handlers.cli.reconcile import ALL_AGREES, CANNOT_LOOK, DISAGREES, NOUNS, PUT_RIGHT, WHERE, WORDS
from sandbox.faults import Answer, Fault
from tests.handlers.cli.typed import typed
from tests.journeys.linking import buttons, linked
from tests.world import World

LOST = f"ISS-2026-0001: {NOUNS[What.LINE]} in {WHERE[Audience.CUSTOMER]} {WORDS[Wrong.MISSING]}"


async def reconcile(world: World, *arguments: str) -> Result:
    settings = {key: str(value) for key, value in world.company.settings().items()}
    return await typed("reconcile", *arguments, **settings, database_url=world.settings.database_url)


@pytest.fixture
async def issue(world: World) -> World:
    await world.raise_issue(world.company.ada, world.company.intake, "Export fails")
    await world.settle()
    return world


async def test_where_all_agrees_it_says_so(issue: World) -> None:
    ended = await reconcile(issue)
    assert (ended.stdout, ended.exit_code) == (ALL_AGREES.format(count="1 issue") + "\n", 0)


async def test_what_is_missing_is_said_and_owed_again_when_asked_for(issue: World) -> None:
    slack, intake = issue.company.slack, issue.company.intake
    [line] = slack.replies(issue.posts(intake)[0])
    issue.company.vera.is_admin = True
    await slack.as_user(issue.company.vera).delete(line)
    wrong = DISAGREES.format(count="1 issue", wrong=1)
    ended = await reconcile(issue, "--organization", "acme")
    assert (ended.stdout, ended.exit_code) == (f"{LOST}\n{wrong}\n", 1)
    ended = await reconcile(issue, "--repair")
    assert (ended.stdout, ended.exit_code) == (f"{LOST}; {PUT_RIGHT}\n{wrong}\n", 0)
    await issue.settle()
    assert len(slack.replies(issue.posts(intake)[0])) == 1
    assert (await reconcile(issue)).exit_code == 0


async def test_a_button_that_is_gone_is_said_under_the_organizations_name_and_posted_again(issue: World) -> None:
    slack, intake = issue.company.slack, issue.company.intake
    await linked(issue, intake, "intake")
    [button] = buttons(issue, intake)
    issue.company.vera.is_admin = True
    await slack.as_user(issue.company.vera).delete(button)
    gone = f"Acme: {NOUNS[What.BUTTON]} {WORDS[Wrong.MISSING]}"
    wrong = DISAGREES.format(count="1 issue", wrong=1)
    ended = await reconcile(issue, "--repair")
    assert (ended.stdout, ended.exit_code) == (f"{gone}; {PUT_RIGHT}\n{wrong}\n", 0)
    await issue.settle()
    assert len(buttons(issue, intake)) == 1
    assert (await reconcile(issue)).exit_code == 0


async def test_when_slack_cannot_be_asked_that_is_said(issue: World) -> None:
    refused = Answer(200, '{"ok":false,"error":"token_revoked"}')
    issue.company.slack.faults.plant("conversations.replies", Fault(answer=refused))
    ended = await reconcile(issue)
    assert (ended.stdout, ended.exit_code) == ("", 2)
    assert ended.stderr == CANNOT_LOOK.format(reason="Slack refuses: token_revoked") + "\n"
