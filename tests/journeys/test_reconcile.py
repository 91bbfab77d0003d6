"""``python app.py reconcile``, as somebody types it beside the bot that runs."""

import pytest
from typer.testing import Result

from bot.domain.places import Audience
from bot.domain.reconciled import What, Wrong
from bot.domain.retry import Platform
from bot.domain.trouble import Cause
from bot.usecases.customers import NOT_THERE
from bot.views.trouble_words import WHY
from handlers.cli.reconcile import (
    ALL_AGREES,
    CHANNEL,
    DISAGREES,
    IN_PART,
    NOUNS,
    OVER,
    PUT_RIGHT,
    UNREAD,
    WHERE,
    WORDS,
)
from sandbox.faults import Answer, Fault, broken_answer
from sandbox.linear.errors import authentication_answer
from sandbox.slack import Channel
from tests.handlers.cli.typed import typed
from tests.journeys.linking import buttons, linked, new_channel
from tests.journeys.test_trouble import titles
from tests.world import World, link, register

MISSING = f"{NOUNS[What.LINE]} in {WHERE[Audience.CUSTOMER]} {WORDS[Wrong.MISSING]}"
LOST = f"Acme, ISS-2026-0001: {MISSING}"


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


def thread_of(audience: Audience, channel: Channel) -> str:
    return f"{WHERE[audience]} ({CHANNEL.format(channel=channel.id)})"


async def test_when_slack_cannot_be_asked_that_is_said_once(issue: World) -> None:
    refused = Answer(200, '{"ok":false,"error":"token_revoked"}')
    issue.company.slack.faults.plant("conversations.replies", Fault(answer=refused))
    where = thread_of(Audience.CUSTOMER, issue.company.intake)
    told = f"{UNREAD.format(where=where, why=WHY[Cause.SLACK_TOKEN])}; {OVER[Platform.SLACK]}"
    ended = await reconcile(issue)
    assert ended.stdout.splitlines() == [
        f"Acme, ISS-2026-0001: {told}",
        IN_PART.format(count="1 issue", wrong=0),
    ]
    assert (ended.stderr, ended.exit_code) == ("", 2)


async def test_what_linear_answers_is_said_where_it_is_nothing_that_is_known(issue: World) -> None:
    issue.company.linear.faults.plant("Issue", Fault(answer=broken_answer(503)))
    told = UNREAD.format(where=Platform.LINEAR.value, why="Linear answered 503")
    ended = await reconcile(issue)
    assert ended.stdout.splitlines()[0] == f"Acme, ISS-2026-0001: {told}"
    assert ended.exit_code == 2


async def test_a_key_that_linear_does_not_accept_is_said_of_its_organization(issue: World) -> None:
    issue.company.linear.faults.plant("Issue", Fault(answer=authentication_answer()))
    why, over = WHY[Cause.LINEAR_CREDENTIAL], OVER[Platform.LINEAR].format(organization="Acme")
    told = f"{UNREAD.format(where=Platform.LINEAR.value, why=why)}; {over}"
    ended = await reconcile(issue)
    assert ended.stdout.splitlines()[0] == f"Acme, ISS-2026-0001: {told}"
    assert ended.exit_code == 2


@pytest.fixture
async def two(issue: World) -> World:
    """Acme's issue, whose vendors' channel we were removed from, and one of Globex of which a line is missing."""
    company, slack = issue.company, issue.company.slack
    globex = await register(issue.bot.transaction, company, "Globex", company.victor)
    channel = new_channel(issue, "globex-help", company.app.bot_user, company.ada)
    await link(issue.bot.transaction, globex.organization_id, channel, intake=True)
    await issue.raise_issue(company.ada, channel, "Import fails")
    await issue.settle()
    company.vera.is_admin = True
    [shown] = issue.posts(channel)
    await slack.as_user(company.vera).delete(slack.replies(shown)[0])
    slack.remove_member(company.triage, company.app.bot_user, by=company.victor)
    await issue.settle()
    return issue


@pytest.mark.parametrize("private", [True, False])
async def test_a_channel_without_us_is_said_and_left_alone_and_the_others_are_put_right(
    two: World, *, private: bool
) -> None:
    company, slack = two.company, two.company.slack
    company.triage.kind, cause = ("group", Cause.CHANNEL_GONE) if private else ("channel", Cause.REMOVED)
    where = thread_of(Audience.TRIAGE, company.triage)
    closed = f"Acme, ISS-2026-0001: {UNREAD.format(where=where, why=WHY[cause])}"
    lost, came = f"Globex, ISS-2026-0001: {MISSING}", IN_PART.format(count="2 issues", wrong=1)
    ended = await reconcile(two)
    assert (ended.stdout.splitlines(), ended.exit_code) == ([closed, lost, came], 2)
    ended = await reconcile(two, "--repair")
    assert (ended.stdout.splitlines(), ended.exit_code) == ([closed, f"{lost}; {PUT_RIGHT}", came], 2)
    slack.invite(company.triage, company.app.bot_user)
    await two.settle()
    ended = await reconcile(two)
    assert (ended.stdout, ended.exit_code) == (ALL_AGREES.format(count="2 issues") + "\n", 0)
    assert titles(two, company.triage) == ["Export fails"]


async def test_an_organization_that_is_not_there_is_not_read(issue: World) -> None:
    ended = await reconcile(issue, "--organization", "initech")
    assert (ended.stdout, ended.exit_code) == ("", 2)
    assert ended.stderr == NOT_THERE.format(key="initech", known="acme") + "\n"


async def test_without_the_database_nothing_is_read(issue: World) -> None:
    settings = {key: str(value) for key, value in issue.company.settings().items()}
    ended = await typed("reconcile", **settings, database_url="postgresql://nobody@127.0.0.1:1/nothing")
    assert (ended.stdout, ended.exit_code) == ("", 2)
    assert ended.stderr
