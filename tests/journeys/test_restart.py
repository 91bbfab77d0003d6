"""What was acknowledged is delivered, whatever happens to the process."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.manifest import read_manifest
from sandbox.clock import SystemClock
from sandbox.company import Company, open_company
from sandbox.faults import Fault
from sandbox.slack import SubmitResult
from storage.engine import open_engine
from storage.transaction import open_transaction
from tests.databases import refuse_issues
from tests.plain_http import plain_http
from tests.process import BotProcess, bot_process
from tests.world import link, register

pytestmark = pytest.mark.both_databases

# Seconds for all that is owed, on however busy a machine.
PATIENCE = 40.0
TITLE, DESCRIPTION = "Export fails", "The secret words of a customer"


@contextlib.asynccontextmanager
async def registered_company(database_url: str) -> AsyncIterator[Company]:
    """A company whose organization is in the database before any bot runs."""
    async with open_company(read_manifest(), SystemClock()) as company:
        engine = open_engine(database_url)
        transaction = open_transaction(engine)
        acme = await register(transaction, company, "Acme", company.vera)
        await link(transaction, acme.organization_id, company.intake, intake=True)
        await link(transaction, acme.organization_id, company.triage, triage=True)
        await engine.dispose()
        yield company


async def press_raise(company: Company, bot: BotProcess) -> SubmitResult:
    """Let Ada fill in the form and press Raise; returns once that is acknowledged."""
    company.app.request_url = f"{bot.url}/slack/events"
    person = company.slack.as_user(company.ada)
    await person.slash(company.intake, "/raise-issue", TITLE)
    person.fill("Description", DESCRIPTION)
    return await person.submit()


async def raise_issue(company: Company, bot: BotProcess) -> None:
    """Let Ada raise an issue; returns once it is acknowledged."""
    result = await press_raise(company, bot)
    assert (result.status, result.errors) == (200, {}), result


async def told_everywhere(company: Company) -> None:
    """Wait until the issue stands in both channels and in Linear, linked."""
    slack, linear = company.slack, company.linear
    intake, triage = company.intake, company.triage
    await slack.wait_until(lambda: any(slack.replies(each) for each in slack.messages(intake)), seconds=PATIENCE)
    await slack.wait_until(
        lambda: any("ACM-1" in slack.as_text(each) for each in slack.messages(triage)), seconds=PATIENCE
    )
    await linear.wait_until(lambda: any(issue.attachments for issue in linear.issues()), seconds=PATIENCE)


def expect_one_of_each(company: Company) -> None:
    """Everything is there exactly once."""
    posts = [each for each in company.slack.messages(company.intake) if each.app is not None]
    assert len(posts) == 1
    assert len(company.slack.replies(posts[0])) == 1
    assert len([each for each in company.slack.messages(company.triage) if each.app is not None]) == 1
    assert len(company.linear.issues()) == 1


async def test_killed_right_after_the_acknowledgement_it_delivers_after_the_next_start(database_url: str) -> None:
    async with registered_company(database_url) as company:
        settings = {**company.settings(), "database_url": database_url, "lease_seconds": "1", "settle_seconds": "1"}
        # The first process never gets a post or a Linear issue through: each waits, and dies unanswered.
        held = asyncio.Event()
        for method, faults in (("chat.postMessage", company.slack.faults), ("IssueCreate", company.linear.faults)):
            faults.plant(method, *[Fault(hold=held, drop=True)] * 2)
        async with bot_process(settings) as bot:
            await raise_issue(company, bot)
            assert await bot.kill() == -signal.SIGKILL
        held.set()
        assert company.linear.issues() == []
        for method, faults in (("chat.postMessage", company.slack.faults), ("IssueCreate", company.linear.faults)):
            while faults.take(method):
                pass

        async with bot_process(settings):
            await told_everywhere(company)
        expect_one_of_each(company)


async def test_the_log_tells_who_raised_what_and_never_a_token_or_a_text(
    database_url: str, engine: AsyncEngine
) -> None:
    async with registered_company(database_url) as company:
        settings = {**company.settings(), "database_url": database_url, "log_level": "DEBUG"}
        async with bot_process(settings) as bot:
            await raise_issue(company, bot)
            await told_everywhere(company)
            await raise_issue(company, bot)
            await bot.says("Using existing customer record")
            await refuse_issues(engine)
            assert (await press_raise(company, bot)).errors
            await bot.says("planted")
            assert await bot.kill(signal.SIGTERM) == 0
        log = "".join(bot.log)
        for line in (
            "Customer issue raise request from ada@customer.example",
            "Created new customer record for ada@customer.example in organization Acme",
            "Using existing customer record for ada@customer.example in organization Acme",
            "raised by customer ada@customer.example for organization Acme",
        ):
            assert line in log
        raised = await bot.says("raised by customer")
        assert "request_id=" in raised
        for secret in (DESCRIPTION, TITLE, company.app.bot_token, company.linear_key, company.app.signing_secret):
            assert secret not in log


async def test_a_stopped_bot_ends_in_time_and_answers_its_health_before(database_url: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        company = await stack.enter_async_context(registered_company(database_url))
        settings = {**company.settings(), "database_url": database_url}
        async with bot_process(settings) as bot:
            async with plain_http(base_url=bot.url) as client:
                assert (await client.get("/healthz")).json() == {"alive": True}
                assert (await client.get("/readyz")).json()["ready"] is True
            async with asyncio.timeout(10):
                assert await bot.kill(signal.SIGTERM) == 0
