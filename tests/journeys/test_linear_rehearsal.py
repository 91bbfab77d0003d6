"""``sync --dry-run`` tells what each webhook would change under the present rules, and changes nothing."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LinearField
from bot.domain.sync import NOT_WELCOME
from handlers.cli.sync import ALL, ONLY_DRY, WRONG_SINCE
from storage import tables
from tests.handlers.cli.typed import typed
from tests.journeys.test_linear_webhooks import an_engineer, in_linear, settle
from tests.journeys.threads import raised, set_organization
from tests.world import open_world

# However long ago the world's time is.
EVER = "99999d"


async def everything(session: AsyncSession) -> list[Any]:
    """Return what is known of Linear, of the issues, and of what is owed."""
    found = list[Any]()
    for table in (tables.LinearIssue, tables.LinearComment, tables.LinearSync, tables.Issue, tables.IssueEvent):
        found += [tuple(row) for row in await session.execute(select(*table.__table__.columns))]
    found += list(await session.scalars(select(tables.Comment.text)))
    found.append(len((await session.scalars(select(tables.Effect.id))).all()))
    return found


async def test_what_came_is_rehearsed_under_the_present_rules_and_nothing_changes(database_url: str) -> None:
    async with open_world(database_url, webhook=True) as world:
        await raised(world)
        engineer = an_engineer(world)
        world.clock.move(60)
        engineer.rename(in_linear(world), "The cron job hangs")
        await settle(world)
        world.clock.move(60)
        engineer.move(in_linear(world), "In Progress")
        engineer.comment(in_linear(world), "Found it")
        await settle(world)
        before = await world.bot.transaction.read(everything)
        ended = await typed("sync", "--dry-run", "--since", EVER, database_url=database_url)
        assert ended.exit_code == 0, ended.stderr
        lines = ended.stdout.splitlines()
        assert NOT_WELCOME[LinearField.TITLE] in next(line for line in lines if "Issue update" in line)
        assert any("Comment create: nothing" in line for line in lines)

        await set_organization(world, linear_titles=True)
        ended = await typed(
            "sync", "--dry-run", "--since", EVER, "--organization", "acme", database_url=database_url
        )
        assert "ISS-2026-0001 title: would become The cron job hangs" in ended.stdout
        assert "would change something. Nothing was changed." in ALL
        assert await world.bot.transaction.read(everything) == before


async def test_what_cannot_be_rehearsed_is_said(database_url: str) -> None:
    for arguments, words in [((), ONLY_DRY), (("--dry-run", "--since", "soon"), WRONG_SINCE)]:
        ended = await typed("sync", *arguments, database_url=database_url)
        assert ended.exit_code == 2
        assert words.split(",")[0][:20] in ended.stderr
    ended = await typed("sync", "--dry-run", "--since", "7d", database_url=database_url)
    assert (ended.exit_code, ended.stdout.strip()) == (0, ALL.format(events="0 webhooks", changes=0))
