"""``python app.py retry``: what is stuck is tried again at once: everything, an organization's, or an issue's."""

from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination
from bot.domain.organizations import ChannelAddress
from bot.domain.trouble import LINEAR_CREDENTIAL, Cause
from bot.usecases.customers import NOT_THERE
from bot.usecases.retry import NEEDS_ORGANIZATION, NO_ISSUE_THERE
from bot.views.trouble_words import PLACES, WHY
from handlers.cli import NOTHING_STUCK, TRIED_AGAIN
from storage import tables
from storage.transaction import Database
from storage.types import database_now
from tests.bot.usecases.town import DESK, HELP, channel, link, raise_one, register
from tests.handlers.cli.typed import typed

LATER = 900.0
REASONS = {Destination.LINEAR: LINEAR_CREDENTIAL, Destination.TRIAGE: "Slack refuses: is_archived"}


async def _block(session: AsyncSession, organization_id: int) -> None:
    for destination, reason in REASONS.items():
        mine = (tables.Lane.organization_id == organization_id) & (tables.Lane.destination == destination)
        issues = tables.Lane.subject.startswith("issue:")
        blocked = {"blocked": reason, "due": database_now(LATER)}
        await session.execute(update(tables.Lane).where(mine, issues).values(blocked))


async def hurried(transaction: Database) -> list[tuple[int, str]]:
    """Return which blocked lanes are due, by organization and destination; all still say why they are blocked."""

    async def look(session: AsyncSession) -> list[tuple[int, str]]:
        lane = tables.Lane
        query = select(lane.organization_id, lane.destination).where(
            lane.blocked.is_not(None), lane.due <= database_now()
        )
        return [(row.organization_id, row.destination) for row in await session.execute(query.order_by(lane.id))]

    return await transaction.read(look)


@pytest.fixture
async def two(transaction: Database) -> tuple[int, int]:
    """Acme and Globex, each with an issue that reaches neither Linear nor its triage channel."""
    ids = []
    for name, places in (
        ("Acme", (HELP, DESK)),
        ("Globex", (ChannelAddress("T1", "CLOUNGE"), ChannelAddress("T1", "CBACK"))),
    ):
        organization = (await register(transaction, name)).organization_id
        await link(transaction, channel(organization, places[0]))
        await link(transaction, channel(organization, places[1], intake=False, triage=True))
        await raise_one(transaction, organization, key=name)
        await transaction.write(partial(_block, organization_id=organization))
        ids.append(organization)
    return ids[0], ids[1]


def line(name: str, destination: Destination, cause: Cause) -> str:
    """Return what is printed of one organization's lanes."""
    return f"  {name}: {PLACES[destination]} (1): {WHY[cause]}"


LINES = {
    name: [
        line(name, Destination.LINEAR, Cause.LINEAR_CREDENTIAL),
        line(name, Destination.TRIAGE, Cause.ARCHIVED),
    ]
    for name in ("Acme", "Globex")
}


async def test_everything_is_tried_again_and_said(
    transaction: Database, two: tuple[int, int], database_url: str
) -> None:
    assert await hurried(transaction) == []
    ended = await typed("retry", database_url=database_url)
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == [TRIED_AGAIN, *LINES["Acme"], *LINES["Globex"]]
    assert sorted(await hurried(transaction)) == sorted((one, each) for one in two for each in REASONS)


async def test_one_organization_s_is_tried_again_and_another_s_is_not(
    transaction: Database, two: tuple[int, int], database_url: str
) -> None:
    ended = await typed("retry", "--organization", "globex", database_url=database_url)
    assert ended.stdout.splitlines() == [TRIED_AGAIN, *LINES["Globex"]]
    assert {organization for organization, _ in await hurried(transaction)} == {two[1]}


async def test_one_issue_s_is_tried_again(transaction: Database, two: tuple[int, int], database_url: str) -> None:
    await raise_one(transaction, two[0], key="another")
    await transaction.write(partial(_block, organization_id=two[0]))
    number = ("--organization", "acme", "--issue", "ISS-2026-0002")
    ended = await typed("retry", *number, database_url=database_url)
    assert ended.stdout.splitlines() == [TRIED_AGAIN, *LINES["Acme"]]
    assert len(await hurried(transaction)) == len(REASONS)


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("--organization", "initech"), NOT_THERE.format(key="initech", known="acme, globex")),
        (("--issue", "ISS-2026-0001"), NEEDS_ORGANIZATION),
        (
            ("--organization", "acme", "--issue", "ISS-2026-0009"),
            NO_ISSUE_THERE.format(organization="Acme", key="ISS-2026-0009"),
        ),
        (("--organization", "acme", "--issue", "x"), NO_ISSUE_THERE.format(organization="Acme", key="x")),
    ],
)
async def test_what_is_not_there_is_said_on_stderr(
    transaction: Database, database_url: str, asked: tuple[str, ...], sentence: str
) -> None:
    ended = await typed("retry", *asked, database_url=database_url)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", sentence + "\n")
    assert await hurried(transaction) == []


async def test_where_nothing_is_stuck_that_is_said(database_url: str, transaction: Database) -> None:
    await register(transaction)
    ended = await typed("retry", database_url=database_url)
    assert (ended.exit_code, ended.stdout) == (0, NOTHING_STUCK + "\n")
