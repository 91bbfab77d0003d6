"""What is stuck and what waits, of whom it is asked, and what is hurried."""

from functools import partial

import pytest

from bot.domain.effects import Destination, LaneKey, issue_lane
from bot.domain.issues import IssueRef
from bot.domain.retry import Park, TryAgain
from bot.domain.trouble import LINEAR_CREDENTIAL, Cause, Owed, Stuck
from storage import blocked, leases
from storage.blocked import Hurried
from storage.transaction import Transaction
from tests.storage.lanes import lane_now, lane_of, owe, take
from tests.storage.seeds import added

ARCHIVED = "Slack refuses: is_archived"
LATER = Park()
ISSUE = 17


@pytest.fixture
async def two(transaction: Transaction) -> tuple[int, int]:
    """Two organizations."""
    return await added(transaction), await added(transaction, "Globex")


async def block(transaction: Transaction, lane: LaneKey, reason: str, *names: str) -> None:
    """Owe effects in a lane and give the first of them up."""
    await owe(transaction, lane, *names)
    [held] = await take(transaction)
    await transaction.write(partial(leases.park, held=held, plan=LATER, reason=reason))


def lanes_of(organization_id: int, issue_id: int = ISSUE) -> list[LaneKey]:
    """Return an issue's lanes to Linear and to triage."""
    return [issue_lane(organization_id, issue_id, where) for where in (Destination.LINEAR, Destination.TRIAGE)]


async def dues(transaction: Transaction, lane: LaneKey) -> str | None:
    """Return whether a lane is due now or later."""
    return (await lane_now(transaction, lane)).due


async def test_what_is_stuck_is_told_of_the_organization_and_the_issue_that_were_asked_for(
    transaction: Transaction, two: tuple[int, int]
) -> None:
    acme, globex = two
    to_linear, to_triage = lanes_of(acme)
    await block(transaction, to_linear, LINEAR_CREDENTIAL, "a", "b")
    await block(transaction, to_triage, ARCHIVED, "c")
    await owe(transaction, lane_of(globex), "d")
    asked = {each: partial(blocked.stuck_of_issue, ref=IssueRef(each, ISSUE)) for each in two}
    assert await transaction.read(asked[acme]) == [
        Stuck(Destination.LINEAR, Cause.LINEAR_CREDENTIAL),
        Stuck(Destination.TRIAGE, Cause.ARCHIVED),
    ]
    assert await transaction.read(asked[globex]) == []
    assert await transaction.read(partial(blocked.stuck_of_issue, ref=IssueRef(acme, ISSUE + 1))) == []
    assert await transaction.read(partial(blocked.causes, organization_id=acme)) == {
        Cause.LINEAR_CREDENTIAL,
        Cause.ARCHIVED,
    }
    assert await transaction.read(partial(blocked.causes, organization_id=globex)) == set()
    since = await transaction.read(partial(blocked.stuck_since, organization_id=acme))
    assert [(each.cause, each.count) for each in since] == [(Cause.LINEAR_CREDENTIAL, 2), (Cause.ARCHIVED, 1)]
    assert await transaction.read(partial(blocked.stuck_since, organization_id=globex)) == []


async def test_reasons_of_one_cause_are_counted_together(transaction: Transaction, two: tuple[int, int]) -> None:
    for each, code in zip(two, ("token_revoked", "invalid_auth"), strict=True):
        await block(transaction, lane_of(each, str(each)), f"Slack refuses: {code}", "a")
    [everywhere] = await transaction.read(blocked.stuck_everywhere)
    assert (everywhere.cause, everywhere.count) == (Cause.SLACK_TOKEN, 2)


async def test_what_waits_is_counted_with_what_stands_behind_it(
    transaction: Transaction, two: tuple[int, int]
) -> None:
    acme, globex = two
    nothing = await transaction.read(blocked.waiting_everywhere)
    assert (nothing.count, nothing.oldest_seconds) == (0, 0)
    await block(transaction, lanes_of(acme)[0], LINEAR_CREDENTIAL, "a", "b")
    await owe(transaction, lane_of(globex), "c")
    found = [await transaction.read(partial(blocked.on_the_way, organization_id=each)) for each in two]
    # What is stuck is told as such: with what stands behind it, too.
    assert [each.count for each in found] == [0, 1]
    assert (found[0].oldest_seconds, found[1].oldest_seconds > 0) == (0, True)
    [stuck] = await transaction.read(partial(blocked.stuck_since, organization_id=acme))
    [lanes] = await transaction.read(blocked.stuck_everywhere)
    assert (stuck.count, lanes.count) == (2, 1)
    assert (await transaction.read(blocked.waiting_everywhere)).count == 3
    owed = partial(blocked.owed_of_issues, organization_id=acme, issue_ids=[ISSUE, ISSUE + 1])
    assert await transaction.read(owed) == {ISSUE: [Owed(Destination.LINEAR, 2, Cause.LINEAR_CREDENTIAL)]}
    assert await transaction.read(partial(blocked.owed_of_issues, organization_id=globex, issue_ids=[ISSUE])) == {}


async def test_only_what_was_meant_is_hurried_and_its_reason_stays(
    transaction: Transaction, two: tuple[int, int]
) -> None:
    acme, globex = two
    (to_linear, to_triage), others = lanes_of(acme), lanes_of(globex, ISSUE + 1)[0]
    await block(transaction, to_linear, LINEAR_CREDENTIAL, "a")
    await block(transaction, to_triage, ARCHIVED, "b")
    await block(transaction, others, LINEAR_CREDENTIAL, "c")
    await block(transaction, lanes_of(globex, ISSUE + 1)[1], ARCHIVED, "d")
    to_slack = partial(blocked.hurry_blocked, organization_id=acme, destinations=blocked.SLACK)
    assert await transaction.write(to_slack) == [Hurried(acme, Destination.TRIAGE, Cause.ARCHIVED)]
    assert [await dues(transaction, lane) for lane in (to_linear, to_triage, others)] == ["later", "now", "later"]
    assert (await lane_now(transaction, to_triage)).blocked == ARCHIVED

    hurried = await transaction.write(partial(blocked.hurry_issue, ref=IssueRef(globex, ISSUE + 1)))
    # In no order.
    assert len(hurried) == 2
    assert {*hurried} == {
        Hurried(globex, Destination.LINEAR, Cause.LINEAR_CREDENTIAL),
        Hurried(globex, Destination.TRIAGE, Cause.ARCHIVED),
    }
    assert [await dues(transaction, lane) for lane in (to_linear, others)] == ["later", "now"]
    assert len(await transaction.write(blocked.hurry_everything)) == 4
    assert await dues(transaction, to_linear) == "now"


async def test_what_needs_both_sides_is_hurried_and_counted_with_either(
    transaction: Transaction, two: tuple[int, int]
) -> None:
    acme, _ = two
    extras = issue_lane(acme, ISSUE, Destination.LINEAR_EXTRAS)
    await block(transaction, extras, LINEAR_CREDENTIAL, "a")
    assert await transaction.read(partial(blocked.waiting_for_linear, organization_id=acme)) == 1
    for destinations in (blocked.LINEAR, blocked.SLACK):
        hurry = partial(blocked.hurry_blocked, organization_id=acme, destinations=destinations)
        assert await transaction.write(hurry) == [Hurried(acme, Destination.LINEAR_EXTRAS, Cause.LINEAR_CREDENTIAL)]
    assert await dues(transaction, extras) == "now"


async def test_a_lane_that_only_waits_for_its_next_try_is_not_hurried(
    transaction: Transaction, lane: LaneKey
) -> None:
    await owe(transaction, lane, "a")
    [held] = await take(transaction)
    again = partial(leases.put_back, held=held, plan=TryAgain(900.0), reason="Linear cannot be reached")
    await transaction.write(again)
    assert await transaction.write(blocked.hurry_everything) == []
    assert await dues(transaction, lane) == "later"
