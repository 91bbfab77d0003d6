"""Many lanes that one cause has blocked recover together, however many workers are at it."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from bot.domain.effects import Destination, issue_lane
from bot.domain.issues import Issue
from sandbox.faults import Answer, Fault
from storage import tables
from tests.bot.delivery.office import Office
from tests.storage.lanes import let_rest, let_waiting_be_due

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.both_databases]

REVOKED = Fault(answer=Answer(200, '{"ok": false, "error": "token_revoked"}'))
# Each has a message for its customer and one for vendors.
ISSUES = 15


async def blocked_lanes(office: Office) -> int:
    async def count(session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).where(tables.Lane.blocked.is_not(None))) or 0

    return await office.transaction.read(count)


async def raise_in_vain(office: Office) -> list[Issue]:
    """Raise issues of which Slack takes no message, as its token is revoked; by now it would."""
    await office.open_acme()
    raised = [await office.raise_issue(f"Export {number} fails") for number in range(ISSUES)]
    # Linear is not looked at here.
    await let_rest(office.transaction, Destination.LINEAR)
    office.slack.faults.plant("chat.postMessage", *[REVOKED] * (2 * ISSUES))
    await office.settle()
    assert await blocked_lanes(office) == 2 * ISSUES
    return raised


async def recover(office: Office, *, workers: int) -> None:
    """Let several workers deliver what is due, until there is nothing more; all are done with it at first go."""
    at_work = []
    for _ in range(workers):
        office.take_another_worker()
        at_work.append(office.worker)
    with capture_logs() as logs:
        async with asyncio.timeout(30):
            await asyncio.gather(*(worker.drain() for worker in at_work))
    assert [line for line in logs if line["log_level"] in {"warning", "error"}] == []
    assert await blocked_lanes(office) == 0
    for channel in (office.intake, office.triage):
        titles = Counter(office.slack.as_text(post).splitlines()[0] for post in office.posts(channel))
        assert titles == {f"Export {number} fails": 1 for number in range(ISSUES)}


async def test_what_one_cause_has_blocked_recovers_at_once_when_all_of_it_is_tried_again(office: Office) -> None:
    await raise_in_vain(office)
    await let_waiting_be_due(office.transaction)
    await recover(office, workers=2)


async def test_the_first_that_is_delivered_lets_all_the_others_follow_at_once(office: Office) -> None:
    first, *_ = await raise_in_vain(office)
    await let_waiting_be_due(office.transaction, issue_lane(first.organization_id, first.id, Destination.CUSTOMER))
    await recover(office, workers=1)
