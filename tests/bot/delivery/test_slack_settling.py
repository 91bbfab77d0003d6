"""Posts whose answer was lost: looked for before they are sent again, then adopted, sent again, or deleted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from bot.domain.effects import Destination, EffectState
from bot.domain.life import Action
from bot.views.thread_lines import CUSTOMER_LINES, RAISED_LINE
from sandbox.faults import Answer, Fault, slack_rate_limit
from tests.bot.delivery.office import SETTLE_SECONDS, Office
from tests.bot.delivery.talk import do, thread
from tests.storage.lanes import let_leases_expire, let_waiting_be_due

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOMER = Destination.CUSTOMER
RAISED = RAISED_LINE.format(customer="Ada Lovelace", organization="Acme")
LOST = Fault(drop=True, commit=True)
NEVER_CAME = Fault(drop=True)
A_WORD = Answer(500, "no words for that", content_type="text/plain")
HISTORY = "conversations.history"


def calls(office: Office, method: str) -> int:
    return len(office.slack.calls_of(method))


async def lose_both(office: Office, fault: Fault) -> None:
    """Let each of an issue's two messages meet a fault, once."""
    office.slack.faults.plant("chat.postMessage", fault, fault)
    await office.settle()


@pytest.mark.parametrize("fault", [LOST, Fault(answer=A_WORD, commit=True)], ids=["dropped", "500"])
async def test_a_message_whose_answer_was_lost_is_found_and_adopted(office: Office, fault: Fault) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    before = calls(office, HISTORY)
    await lose_both(office, fault)
    assert calls(office, HISTORY) == before
    await office.settle_later()
    [shown], [triage] = office.posts(office.intake), office.posts(office.triage)
    assert thread(office, shown) == [RAISED]
    assert "ACM-1" in office.slack.as_text(triage)
    assert {effect.state for effect in await office.effects(issue, CUSTOMER)} == {EffectState.DONE}


async def test_it_is_not_looked_for_before_it_can_have_settled(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await lose_both(office, LOST)
    before = calls(office, HISTORY)
    await office.hurry()
    await office.settle()
    assert calls(office, HISTORY) == before
    assert await office.wait(issue, CUSTOMER) == pytest.approx(SETTLE_SECONDS, abs=20)
    post, _ = await office.effects(issue, CUSTOMER)
    assert post.attempts == 1


async def test_a_message_that_never_came_is_sent_again_once(office: Office) -> None:
    await office.open_acme()
    await office.raise_issue()
    await lose_both(office, NEVER_CAME)
    await office.settle_later()
    assert (len(office.posts(office.intake)), len(office.posts(office.triage))) == (1, 1)


async def test_what_slack_refused_to_hear_is_sent_again_without_a_look(office: Office) -> None:
    await office.open_acme()
    await office.raise_issue()
    before = calls(office, HISTORY)
    await lose_both(office, Fault(answer=slack_rate_limit(30)))
    await office.settle_later()
    assert calls(office, HISTORY) == before
    assert (len(office.posts(office.intake)), len(office.posts(office.triage))) == (1, 1)


async def test_a_line_whose_answer_was_lost_is_found_in_its_thread(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    await do(office, issue, Action.START, by=office.vera)
    office.slack.faults.plant("chat.postMessage", LOST, LOST)
    await office.settle()
    await office.settle_later()
    [shown] = office.posts(office.intake)
    assert thread(office, shown) == [RAISED, CUSTOMER_LINES["started"].format(actor="Vera")]


async def test_a_long_thread_is_read_on_where_slack_asked_to_wait(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    [shown] = office.posts(office.intake)
    for number in range(40):
        await office.slack.as_user(office.ada).post(office.intake, f"and {number}", thread=shown)
    office.slack.limit_rates(slow_history=True)
    await do(office, issue, Action.START, by=office.vera)
    office.slack.faults.plant("chat.postMessage", LOST, LOST)
    await office.settle()
    for _ in range(8):
        office.clock.move(60)
        await office.settle_later()
    assert thread(office, shown).count(CUSTOMER_LINES["started"].format(actor="Vera")) == 1
    assert {effect.state for effect in await office.effects(issue, CUSTOMER)} <= {
        EffectState.DONE,
        EffectState.SKIPPED,
    }


async def test_a_message_that_comes_after_all_is_deleted_and_counted(office: Office) -> None:
    await office.open_acme()
    await office.raise_issue()
    await lose_both(office, NEVER_CAME)
    await office.settle_later()
    [shown] = office.posts(office.intake)
    # The first attempt, that everybody took for lost, arrives now.
    await repeat(office, office.intake.id, shown.ts)
    assert len(office.posts(office.intake)) == 2
    await office.settle_later()
    assert [post.ts for post in office.posts(office.intake)] == [shown.ts]
    assert await office.duplicates() == 1


@pytest.mark.both_databases
async def test_a_worker_that_lost_its_lane_lets_its_late_message_be_looked_for(office: Office) -> None:
    await office.open_acme()
    await office.raise_issue()
    async with frozen_over_two_posts(office):
        office.take_another_worker()
        # Once to see that an attempt may have been made, once when that has settled.
        await office.settle_later()
        await office.settle_later()
        [shown], [_] = office.posts(office.intake), office.posts(office.triage)
    assert (len(office.posts(office.intake)), len(office.posts(office.triage))) == (2, 2)
    await office.settle_later()
    assert [post.ts for post in office.posts(office.intake)] == [shown.ts]
    assert thread(office, shown) == [RAISED]
    assert len(office.posts(office.triage)) == 1
    assert await office.duplicates() == 2


@contextlib.asynccontextmanager
async def frozen_over_two_posts(office: Office) -> AsyncIterator[None]:
    """Let the worker stand still while it posts an issue's two messages, for longer than it holds their lanes."""
    # All else is delivered first: a lane that ended meanwhile would let this worker hold what the next one shall.
    await lose_both(office, NEVER_CAME)
    await let_waiting_be_due(office.transaction)
    thaw, before = asyncio.Event(), calls(office, "chat.postMessage")
    office.slack.faults.plant("chat.postMessage", Fault(hold=thaw), Fault(hold=thaw))
    frozen = asyncio.create_task(office.worker.drain())
    try:
        await office.slack.wait_until(lambda: calls(office, "chat.postMessage") == before + 2)
        await let_leases_expire(office.transaction)
        yield
    finally:
        thaw.set()
        await frozen


async def repeat(office: Office, channel_id: str, ts: str) -> None:
    """Let a message be posted once more, exactly as it was."""
    where = (channel_id, ts)
    posts = office.slack.calls_of("chat.postMessage")
    [call] = [call for call in posts if (call.response.get("channel"), call.response.get("ts")) == where]
    assert (await office.client.api_call("chat.postMessage", json=call.args))["ok"]
