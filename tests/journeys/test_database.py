"""A database that is slow, held, away, or refuses: the person reads why, and nothing that they typed is lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.views.raise_modal import RAISED, SUBMIT
from handlers.slack.errors import STILL_SAVING, UNEXPECTED
from storage import tables
from storage.transaction import DATABASE_AWAY
from tests.databases import Postgres, held_closed, refuse_issues, take_issues_again
from tests.proxy import wire_to
from tests.world import World, open_world

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def impatient(database_url: str) -> AsyncIterator[World]:
    """A bot that answers after a tenth of a second at the latest."""
    async with open_world(database_url, answer_seconds=0.1) as world:
        yield world


async def count(world: World, table: type[tables.Base]) -> int:
    async def look(session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(table)) or 0

    return await world.bot.transaction.read(look)


async def test_the_form_opens_while_the_database_is_held_and_is_filled_afterwards(world: World) -> None:
    company, slack = world.company, world.company.slack
    person = slack.as_user(company.ada)
    async with held_closed(world.settings.database_url):
        outcome = await person.slash(company.intake, "/raise-issue", "Export fails")
        assert outcome.ok
        assert person.labels() == ["Title", "Description", "Priority", "Category", "Files"]
        assert [call.method for call in slack.calls if call.method.startswith("views.")] == ["views.open"]
    await world.filled(person)
    assert person.modal is not None
    assert "This goes to Acme." in slack.as_text(person.modal)


async def test_a_submission_past_its_bound_is_told_goes_on_and_can_be_pressed_again(impatient: World) -> None:
    world, company = impatient, impatient.company
    person = await world.open_form(company.ada, company.intake, "Export fails")
    async with held_closed(world.settings.database_url):
        result = await person.submit()
        assert result.errors == {"Title": STILL_SAVING.format(submit=SUBMIT)}
        assert person.value("Title") == "Export fails"
    # Nobody presses anything: the first press comes to its end by itself.
    async with asyncio.timeout(10):
        while await count(world, tables.Issue) == 0:  # noqa: ASYNC110 - another connection's commit has no event
            await asyncio.sleep(0)
    # On a busy machine a tenth of a second may not be enough for the second press either.
    for _ in range(100):
        if not (await person.submit()).errors:
            break
    assert person.modal is not None
    assert RAISED.format(number="ISS-2026-0001") in company.slack.as_text(person.modal)
    assert await count(world, tables.Issue) == 1
    await world.settle()
    assert len(company.linear.issues()) == len(world.posts(company.intake)) == 1


async def test_an_issue_that_fails_keeps_its_text_and_its_customer_record(
    world: World, engine: AsyncEngine
) -> None:
    company = world.company
    await refuse_issues(engine)
    person = await world.open_form(company.ada, company.intake, "Export fails")
    result = await person.submit()

    assert result.status == 200
    assert UNEXPECTED in result.errors["Title"]
    assert "Reference" in result.errors["Title"]
    assert person.value("Title") == "Export fails"
    assert (await count(world, tables.CustomerRecord), await count(world, tables.Issue)) == (1, 0)

    await take_issues_again(engine)
    assert not (await person.submit()).errors
    await world.settle()
    assert await count(world, tables.CustomerRecord) == 1
    assert [issue.title for issue in company.linear.issues()] == ["Export fails"]


async def test_a_database_that_is_away_is_said_and_the_same_form_works_when_it_is_back(postgres: Postgres) -> None:
    url = await postgres.create()
    async with wire_to(url) as wire, open_world(wire.url) as world:
        company = world.company
        person = await world.open_form(company.ada, company.intake, "Export fails")
        await wire.cut()
        result = await person.submit()
        assert result.status == 200
        assert DATABASE_AWAY in result.errors["Title"]
        assert person.value("Title") == "Export fails"
        listed = await company.slack.as_user(company.ada).slash(company.intake, "/my-issues")
        assert listed.ok
        await wire.mend()
        assert not (await person.submit()).errors
        await world.settle()
        assert [issue.title for issue in company.linear.issues()] == ["Export fails"]
    await postgres.drop(url)
