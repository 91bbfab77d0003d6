"""Slack or Linear is away, slow or unwilling: what is owed still arrives, once, and nothing else waits for it."""

from bot.domain.trouble import Cause
from bot.views.issue_message import LINEAR_WAITING
from bot.views.trouble_words import WHY
from sandbox.faults import Answer, Fault, slack_rate_limit
from sandbox.linear.errors import authentication_answer, internal_error_answer, rate_limited_answer
from storage import blocked
from tests.storage.lanes import LONG_AGO, let_waiting_be_due
from tests.world import World

DOWN = Fault(answer=Answer(503, "Service Unavailable", content_type="text/plain"))


async def hurry_everything(world: World) -> None:
    """Let the time come for whatever waits for another try, and deliver it."""
    world.clock.move(LONG_AGO)
    await let_waiting_be_due(world.bot.transaction)
    await world.settle()


async def test_linear_away_holds_back_no_thread_and_is_caught_up_later(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.settle()
    company.linear.faults.plant("IssueCreate", Fault(answer=internal_error_answer(503)), Fault(drop=True))
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()

    assert len(slack.replies(world.posts(company.intake)[0])) == 1
    assert LINEAR_WAITING in slack.as_text(world.posts(company.triage)[0])
    assert company.linear.issues() == []

    await hurry_everything(world)
    await hurry_everything(world)
    [linear] = company.linear.issues()
    assert linear.identifier in slack.as_text(world.posts(company.triage)[0])
    assert len(linear.attachments) == 1


async def test_an_answer_that_linear_lost_makes_no_second_issue(world: World) -> None:
    company = world.company
    await world.settle()
    company.linear.faults.plant("IssueCreate", Fault(drop=True, commit=True))
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    await hurry_everything(world)

    assert len(company.linear.calls_of("IssueCreate")) == 2
    [linear] = company.linear.issues()
    assert linear.identifier in company.slack.as_text(world.posts(company.triage)[0])


async def test_rate_limits_of_both_are_waited_for(world: World) -> None:
    company = world.company
    await world.settle()
    company.linear.faults.plant("IssueCreate", Fault(answer=rate_limited_answer()))
    company.slack.faults.plant(
        "chat.postMessage", Fault(answer=slack_rate_limit(7)), Fault(answer=slack_rate_limit(7))
    )
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    assert world.posts(company.intake) == world.posts(company.triage) == []
    assert company.linear.issues() == []

    await hurry_everything(world)
    assert len(world.posts(company.intake)) == len(world.posts(company.triage)) == 1
    assert len(company.linear.issues()) == 1


async def test_a_refused_credential_is_said_to_vendors_and_a_retry_brings_all_in_order(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.settle()
    company.linear.faults.plant("IssueCreate", Fault(answer=authentication_answer()))
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    [triage] = world.posts(company.triage)
    assert WHY[Cause.LINEAR_CREDENTIAL] in slack.as_text(triage)
    [customer] = world.posts(company.intake)
    assert WHY[Cause.LINEAR_CREDENTIAL] not in slack.as_text(customer)

    assert len(await world.bot.transaction.write(blocked.hurry_everything)) == 1
    await world.settle()
    [linear] = company.linear.issues()
    assert linear.identifier in slack.as_text(world.posts(company.triage)[0])
    assert [attachment.title for attachment in linear.attachments] == ["Slack: ISS-2026-0001"]


async def test_a_channel_that_slack_closed_holds_back_nothing_else(world: World) -> None:
    company, slack = world.company, world.company.slack
    slack.archive(company.triage)
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()

    assert len(slack.replies(world.posts(company.intake)[0])) == 1
    assert [issue.title for issue in company.linear.issues()] == ["Export fails"]
    assert world.posts(company.triage) == []


async def test_slack_away_for_a_moment_posts_each_message_once_it_is_back(world: World) -> None:
    company = world.company
    company.slack.faults.plant("chat.postMessage", DOWN, DOWN)
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    assert world.posts(company.intake) == []
    await hurry_everything(world)
    assert len(world.posts(company.intake)) == len(world.posts(company.triage)) == 1
