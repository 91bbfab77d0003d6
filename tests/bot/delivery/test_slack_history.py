"""Channels with much in them: read page by page, as slowly as Slack wants it, and never on from nowhere."""

import pytest

from bot.domain.effects import Destination, EffectState
from bot.domain.issues import Issue
from bot.domain.pace import Pace
from sandbox.faults import Answer, Fault
from tests.bot.delivery.office import Office
from tests.storage.lanes import let_rest

pytestmark = pytest.mark.asyncio(loop_scope="module")

HISTORY, POST = "conversations.history", "chat.postMessage"
CUSTOMER = Destination.CUSTOMER
LOST, NEVER_CAME = Fault(drop=True, commit=True), Fault(drop=True)
FORGOTTEN = Fault(answer=Answer(200, '{"ok":false,"error":"invalid_cursor"}'))
ONE_A_MINUTE = Pace(60.0)
PAGES = 3


async def raised(office: Office, fault: Fault, *, pages: int = PAGES) -> Issue:
    """An issue whose only message met a fault, in a channel of several pages; it is about to be looked for."""
    acme = await office.register("Acme")
    await office.link(acme, office.intake)
    await office.settle()
    issue = await office.raise_issue()
    # What its owner is sent directly would meet the fault, if it came first.
    await let_rest(office.transaction, Destination.TRIAGE)
    office.slack.faults.plant(POST, fault)
    await office.settle()
    for number in range(15 * (pages - 1) + 5):
        await office.slack.as_user(office.ada).post(office.intake, f"and {number}")
    office.slack.limit_rates(slow_history=True)
    return issue


async def read_on(office: Office, pages: int = 1) -> None:
    """Let the time pass in which so many pages may be read."""
    for _ in range(pages):
        office.clock.move(60)
        await office.settle_later()


def cursors(office: Office) -> list[str | None]:
    """Return the cursors with which the channel was read, but where Slack asked to wait."""
    calls = [call for call in office.slack.calls_of(HISTORY) if call.error != "ratelimited"]
    return [call.args.get("cursor") or None for call in calls]


def messages(office: Office) -> int:
    return len([post for post in office.posts(office.intake) if post.app is not None])


async def test_a_channel_is_read_to_its_end_page_by_page(office: Office) -> None:
    issue = await raised(office, LOST)
    await read_on(office, PAGES)
    first, *others = cursors(office)
    assert first is None
    assert len({*others} - {None}) == PAGES - 1
    assert messages(office) == 1
    assert {effect.state for effect in await office.effects(issue, CUSTOMER)} == {EffectState.DONE}


async def test_a_page_that_slack_has_forgotten_is_not_asked_for_again(office: Office) -> None:
    issue = await raised(office, LOST)
    await read_on(office)
    office.slack.faults.plant(HISTORY, FORGOTTEN)
    await read_on(office)
    assert cursors(office)[-1] is not None
    assert (await office.lane(issue, CUSTOMER)).blocked is None
    await read_on(office)
    assert cursors(office)[-1] is None
    await read_on(office, PAGES)
    assert messages(office) == 1
    assert {effect.state for effect in await office.effects(issue, CUSTOMER)} == {EffectState.DONE}


@pytest.mark.both_databases
async def test_what_another_worker_went_on_with_is_read_from_the_beginning(office: Office) -> None:
    await raised(office, NEVER_CAME)
    one = office.worker
    await read_on(office)
    office.take_another_worker()
    office.slack.faults.plant(POST, LOST)
    # It posts what it did not find, and is not told that it is there, before the page that the first one has read.
    await read_on(office, PAGES)
    assert messages(office) == 1
    office.worker = one
    await read_on(office, PAGES + 1)
    posts = [call.args for call in office.slack.calls_of(POST) if call.args["channel"] == office.intake.id]
    assert len([post for post in posts if not post.get("thread_ts")]) == 2
    assert messages(office) == 1


async def test_whoever_waits_for_a_turn_to_post_does_not_read_it_all_again(office: Office) -> None:
    office.keep_pace({HISTORY: ONE_A_MINUTE, POST: ONE_A_MINUTE})
    await raised(office, NEVER_CAME, pages=1)
    # Once for the turn to read, once for that to post.
    await read_on(office, 2)
    assert cursors(office) == [None]
    assert messages(office) == 1


async def test_a_turn_that_was_waited_for_is_one_page(office: Office) -> None:
    office.keep_pace({HISTORY: ONE_A_MINUTE})
    await raised(office, LOST)
    await read_on(office, PAGES)
    assert len(cursors(office)) == PAGES
    assert [call.error for call in office.slack.calls_of(HISTORY)] == [None] * PAGES
    assert messages(office) == 1
