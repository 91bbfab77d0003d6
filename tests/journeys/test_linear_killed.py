"""A program that is killed after it answered a webhook of Linear, and before it carried that through."""

import signal

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from storage import tables
from storage.transaction import open_transaction
from tests.journeys.test_restart import raise_issue, registered_company, told_everywhere
from tests.process import bot_process
from tests.world import WEBHOOK_SECRET

pytestmark = pytest.mark.both_databases

SAID = "The cron job is stuck"


async def untold(session: AsyncSession) -> int:
    """Return how much of Linear the inbox remembers that is not done."""
    waits = tables.Inbox.key.startswith("linear:") & tables.Inbox.done_at.is_(None)
    return len((await session.scalars(select(tables.Inbox.key).where(waits))).all())


async def said(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(tables.Comment.text)))


async def be_due(session: AsyncSession) -> None:
    waits = tables.Inbox.again_at.is_not(None)
    await session.execute(update(tables.Inbox).where(waits).values(again_at=tables.Inbox.received_at))


async def test_what_was_answered_is_carried_through_by_whoever_runs_next(
    database_url: str, engine: AsyncEngine
) -> None:
    transaction = open_transaction(engine)
    async with registered_company(database_url) as company:
        linear = company.linear
        settings = {**company.settings(), "linear_webhook_secret": WEBHOOK_SECRET, "database_url": database_url}
        async with bot_process(settings) as bot:
            await raise_issue(company, bot)
            await told_everywhere(company)
            url = f"{bot.url}/linear/webhook"
            linear.add_webhook(company.linear_organization, url, secret=WEBHOOK_SECRET)
            eve = linear.add_user(company.linear_organization, "Eve Engineer", "eve@acme.example")
            linear.as_user(eve).comment(linear.issues()[0], SAID)
            await linear.wait_until(lambda: any(one.ok for one in linear.webhooks.deliveries))
            assert await bot.kill() == -signal.SIGKILL
        left = await transaction.read(untold)
        there = await transaction.read(said)
        # It was answered, so it is remembered; most of the time it is not carried through yet.
        assert (left, there) in [(1, []), (0, [SAID])]
        await transaction.write(be_due)
        async with bot_process(settings):
            await company.slack.wait_until(
                lambda: any(
                    SAID in company.slack.as_text(reply)
                    for message in company.slack.messages(company.triage)
                    for reply in company.slack.replies(message)
                )
            )
        assert await transaction.read(said) == [SAID]
        assert await transaction.read(untold) == 0
