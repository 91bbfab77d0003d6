"""The operators' tools as they are typed: ``python app.py customers`` and ``python app.py verify``."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.usecases.check_organization import PLAN
from bot.usecases.check_walk import RAISE, WOULD_BE
from handlers.cli.customers import NO_CUSTOMERS
from handlers.cli.verify import ALL_WELL, NOT_WELL
from storage.transaction import Database
from tests.bot.usecases.town import DESK, HELP, channel, counts, link, raise_one, register
from tests.databases import refuse_issues
from tests.handlers.cli.typed import typed


@pytest.fixture
async def acme(transaction: Database) -> int:
    """Acme with its channels, and Ada, who raised an issue."""
    acme = (await register(transaction)).organization_id
    await link(transaction, channel(acme, HELP))
    await link(transaction, channel(acme, DESK, intake=False, triage=True))
    await raise_one(transaction, acme)
    return acme


async def test_the_customers_of_every_organization_as_a_table(
    transaction: Database, acme: int, database_url: str
) -> None:
    await register(transaction, "Globex")
    ended = await typed("customers", database_url=database_url)
    assert (ended.exit_code, ended.stderr) == (0, "")
    title, _, ada, empty, globex = ended.stdout.splitlines()
    assert title == f"Acme (acme, id {acme})"
    assert ada.split() == ["Ada", "Lovelace", "ada@customer.example", "T1/UADA", "2026-11-22", "12:00", "1/1", "on"]
    assert (empty, globex) == ("", NO_CUSTOMERS.format(name="Globex"))

    ended = await typed("customers", "--organization", "globex", database_url=database_url)
    assert (ended.exit_code, ended.stdout) == (0, NO_CUSTOMERS.format(name="Globex") + "\n")


@pytest.mark.usefixtures("acme")
async def test_a_check_says_its_plan_does_it_and_leaves_nothing(transaction: Database, database_url: str) -> None:
    before = await counts(transaction)
    ended = await typed("verify", "--organization", "acme", "--yes", database_url=database_url)
    assert (ended.exit_code, ended.stderr) == (0, "")
    plan, _, done = ended.stdout.partition("\n\n")
    assert [line.partition(". ")[2] for line in plan.splitlines()[1:]] == list(PLAN)
    told = [line for line in done.splitlines() if line.startswith(("ok", "note", "failed", "skipped"))]
    assert [line[9:].startswith(step) for line, step in zip(told, PLAN, strict=True)] == [True] * len(PLAN)
    assert WOULD_BE.format(number="ISS-") in ended.stdout
    assert ended.stdout.endswith(f"\n{ALL_WELL}\n")
    assert "\x1b" not in ended.stdout
    assert await counts(transaction) == before


@pytest.mark.both_databases
@pytest.mark.usefixtures("acme")
async def test_a_step_that_fails_ends_a_check_with_code_one_and_leaves_nothing(
    transaction: Database, database_url: str, engine: AsyncEngine
) -> None:
    before = await counts(transaction)
    await refuse_issues(engine)
    ended = await typed("verify", "--organization", "acme", "--yes", database_url=database_url)
    assert (ended.exit_code, ended.stderr) == (1, "")
    assert f"failed   {RAISE}: " in ended.stdout
    assert "“planted”" in ended.stdout
    assert ended.stdout.endswith(NOT_WELL.format(failed=1, all=len(PLAN)) + "\n")
    assert await counts(transaction) == before
