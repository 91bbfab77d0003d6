"""``sync --dry-run`` tells what each webhook would change under the present rules, and changes nothing."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LinearField
from bot.domain.sync import NOT_WELCOME, ONLY_LINEAR
from handlers.cli.sync import ALL, GONE, ONLY_DRY, WRONG_SINCE
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
        assert any(line.endswith("Comment create: nothing") for line in lines)
        # What came of it is so already; what was not changed there is not spoken of.
        assert any(line.endswith("Issue create: nothing") for line in lines)
        assert sum(line.count("priority") + line.count("Both say the same") for line in lines) == 0

        await set_organization(world, linear_titles=True)
        ended = await typed(
            "sync", "--dry-run", "--since", EVER, "--organization", "acme", database_url=database_url
        )
        assert "ISS-2026-0001 title: would become The cron job hangs" in ended.stdout
        assert "would change something. Nothing was changed." in ALL
        assert await world.bot.transaction.read(everything) == before


async def test_a_rehearsal_tells_who_would_work_on_it_and_that_it_would_be_gone(database_url: str) -> None:
    async with open_world(database_url, webhook=True) as world:
        await raised(world)
        engineer, linear = an_engineer(world), world.company.linear
        email = str(world.company.vera.email)
        vera = linear.add_user(world.company.linear_organization, "V. Vendor", email)
        world.clock.move(60)
        engineer.assign(in_linear(world), vera)
        await settle(world)
        world.clock.move(60)
        engineer.assign(in_linear(world), None)
        await settle(world)
        world.clock.move(60)
        engineer.delete(in_linear(world))
        await settle(world)
        ended = await typed("sync", "--dry-run", "--since", EVER, database_url=database_url)
        lines = [line.partition(" Acme: ")[2] for line in ended.stdout.splitlines()]
        assert f"Issue update: ISS-2026-0001 assignee: would become {email} ({ONLY_LINEAR})" in lines
        assert f"Issue remove: {GONE}" in lines


async def test_what_cannot_be_rehearsed_is_said(database_url: str) -> None:
    for arguments, words in [((), ONLY_DRY), (("--dry-run", "--since", "soon"), WRONG_SINCE)]:
        ended = await typed("sync", *arguments, database_url=database_url)
        assert ended.exit_code == 2
        assert words.split(",")[0][:20] in ended.stderr
    ended = await typed("sync", "--dry-run", "--since", "7d", database_url=database_url)
    assert (ended.exit_code, ended.stdout.strip()) == (0, ALL.format(events="0 webhooks", changes=0))
