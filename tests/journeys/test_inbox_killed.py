"""A program that is killed after it remembered what Slack told, and before it acted on it."""

import asyncio
import signal

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from sandbox.company import Company
from sandbox.faults import Fault
from sandbox.slack import Message
from storage import tables
from storage.transaction import open_transaction
from tests.journeys.test_restart import PATIENCE, raise_issue, registered_company, told_everywhere
from tests.journeys.told import events_in
from tests.process import bot_process

pytestmark = pytest.mark.both_databases

REPLY = "It began with @victor.vendor"
REPLY_SHOWN = "It began with @Victor Vendor"


async def texts(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(tables.Comment.text)))


async def be_due(session: AsyncSession) -> None:
    waits = tables.Inbox.again_at.is_not(None)
    await session.execute(update(tables.Inbox).where(waits).values(again_at=tables.Inbox.received_at))


def in_triage(company: Company) -> list[Message]:
    """Return what stands below the message in triage."""
    [shown] = [message for message in company.slack.messages(company.triage) if message.app is not None]
    return company.slack.replies(shown)


async def test_what_was_remembered_is_acted_on_by_whoever_runs_next(database_url: str, engine: AsyncEngine) -> None:
    transaction, held = open_transaction(engine), asyncio.Event()
    async with registered_company(database_url) as company:
        settings = {**company.settings(), "database_url": database_url}
        async with bot_process(settings) as bot:
            await raise_issue(company, bot)
            await told_everywhere(company)
            slack, ada = company.slack, company.slack.as_user(company.ada)
            [shown] = [message for message in slack.messages(company.intake) if message.app is not None]
            # The bot asks Slack for the name that a reader sees, once it has remembered the reply.
            slack.faults.plant("users.info", Fault(hold=held, drop=True))
            await ada.post(company.intake, REPLY, thread=shown)
            await slack.wait_until(
                lambda: any(call.args.get("user") == company.victor.id for call in slack.calls_of("users.info"))
            )
            assert await bot.kill() == -signal.SIGKILL
        held.set()
        await slack.quiet()
        [row] = await events_in(transaction)
        assert (row.done_at, row.attempts) == (None, 0)
        assert await transaction.read(texts) == []

        # A minute goes by.
        await transaction.write(be_due)
        async with bot_process(settings):
            await slack.wait_until(
                lambda: any(REPLY_SHOWN in slack.as_text(reply) for reply in in_triage(company)), seconds=PATIENCE
            )
        assert await transaction.read(texts) == [REPLY_SHOWN]
        [row] = await events_in(transaction)
        assert (row.body, row.again_at, row.attempts) == (None, None, 1)
        assert row.done_at is not None
