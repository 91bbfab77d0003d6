"""What was said in Linear under an issue that is closed by now, and is deleted there untold."""

import json

import pytest

from bot.delivery.linear_reconciling import CLOSED_LATELY
from sandbox.faults import Answer, Fault
from tests.journeys.test_linear_asking import lose_webhooks
from tests.journeys.test_linear_webhooks import an_engineer, in_linear, reconcile
from tests.journeys.threads import Shown, raised, thread
from tests.world import World

A_DAY = 86_400.0
SAID = "We are on it"
NO_COMMENTS = {"nodes": [], "pageInfo": {"hasNextPage": False}}
ARCHIVED = {"issue": {"archivedAt": "2026-11-22T10:00:00.000Z", "trashed": None, "comments": NO_COMMENTS}}


async def closed_with_a_word(world: World) -> Shown:
    """Let an engineer say something to the customer, and the issue be closed; what comes now nobody tells."""
    shown, engineer = await raised(world), an_engineer(world)
    engineer.comment(in_linear(world), f"@customer {SAID}")
    engineer.comment(in_linear(world), "Kept")
    await reconcile(world)
    vera = world.company.slack.as_user(world.company.vera)
    await vera.press(shown.triage, "Close")
    await world.settle()
    assert SAID in said(world, shown)
    lose_webhooks(world)
    return shown


def said(world: World, shown: Shown) -> str:
    return "\n".join([*thread(world, shown.customer), *thread(world, shown.triage)])


@pytest.mark.parametrize("lately", [True, False])
async def test_a_comment_that_was_deleted_under_a_closed_issue_goes_within_a_day(
    world: World, *, lately: bool
) -> None:
    shown = await closed_with_a_word(world)
    issue = in_linear(world)
    [comment] = [one for one in issue.comments if SAID in one.body]
    if not lately:
        world.clock.move(CLOSED_LATELY.total_seconds())
    world.company.linear.as_user(world.company.dana).delete_comment(comment)
    await reconcile(world, after=A_DAY)
    assert (SAID in said(world, shown)) is not lately
    assert "Kept" in said(world, shown)
    read = len(world.company.linear.calls_of("IssueComments"))
    await reconcile(world, after=A_DAY)
    assert len(world.company.linear.calls_of("IssueComments")) == read


async def test_what_was_said_stays_where_the_whole_linear_issue_is_deleted(world: World) -> None:
    shown = await closed_with_a_word(world)
    world.company.linear.as_user(world.company.dana).delete_permanently(in_linear(world))
    await reconcile(world, after=A_DAY)
    assert SAID in said(world, shown)


async def test_what_cannot_be_seen_of_an_archived_linear_issue_is_not_taken_for_deleted(world: World) -> None:
    shown = await closed_with_a_word(world)
    linear = world.company.linear
    for operation, data in (("CommentsByIds", {"comments": NO_COMMENTS}), ("IssueComments", ARCHIVED)):
        linear.faults.plant(operation, Fault(answer=Answer(200, json.dumps({"data": data}))))
    await reconcile(world, after=A_DAY)
    assert linear.calls_of("IssueComments")[-1].error == "fault:200"
    assert SAID in said(world, shown)
