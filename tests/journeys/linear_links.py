"""Issues and the Linear issues that they follow: what journeys of linking begin with."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.views.issue_buttons import MENU_LABELS
from bot.views.linear_tie_modal import LINK_ANOTHER, LINK_ONE
from sandbox.linear.engineer import Engineer
from sandbox.linear.model import Team
from sandbox.linear.reading import ReadIssue
from sandbox.slack import Channel, Message, Person, User
from sandbox.slack.submission import SubmitResult
from storage import tables
from tests.journeys.threads import Shown, raised
from tests.storage.lanes import let_waiting_be_due
from tests.world import PATIENT, World, open_world

SECRET = "sandbox-webhook-secret"


@dataclass(frozen=True)
class ById:
    """What is known in Linear by its id."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Office:
    """Acme's Slack and Linear, whose every change the bot is told; ``rival`` is another organization's team."""

    world: World
    shown: Shown
    rival: Team

    @property
    def dana(self) -> Engineer:
        """An engineer's hands in Linear."""
        return self.world.company.linear.as_user(self.world.company.dana)

    def theirs(self, title: str, team: Team | None = None) -> ReadIssue:
        """Let an engineer open an issue in Acme's team, or in another."""
        acme = ById(self.world.company.linear.issue("ACM-1").team_id)
        return self.dana.raise_issue(team or acme, title)

    async def settle(self) -> None:
        """Let everything be told and delivered."""
        linear = self.world.company.linear
        for _ in range(2):
            await linear.quiet()
            await self.world.bot.tasks.finish()
            await self.world.settle()
        await self.world.sweep(after=10)
        # Lines of what happened in Linear wait some seconds for each other.
        await let_waiting_be_due(self.world.bot.transaction)
        await self.world.settle()

    async def opens(self, message: Message, user: User | None = None) -> Person:
        """Let a vendor open what stands behind "Linear" in the menu of an issue's message."""
        person = self.world.company.slack.as_user(user or self.world.company.vera)
        assert (await person.press(message, MENU_LABELS["linear"])).ok
        await self.world.bot.tasks.finish()
        return person

    async def links(self, message: Message, name: str) -> SubmitResult:
        """Let a vendor link a Linear issue through the menu."""
        vera = await self.opens(message)
        vera.fill(LINK_ONE if LINK_ONE in vera.labels() else LINK_ANOTHER, name)
        result = await vera.submit()
        await self.settle()
        return result

    async def changes(self, message: Message, label: str) -> Person:
        """Let a vendor press a button in the modal behind the menu."""
        vera = await self.opens(message)
        assert vera.modal is not None
        assert (await vera.press(vera.modal, label)).ok
        await self.settle()
        return vera

    async def raises(self, name: str, title: str = "Another one", user: User | None = None) -> SubmitResult:
        """Let somebody raise an issue that is to follow a Linear issue."""
        company = self.world.company
        person = await self.world.open_form(user or company.vera, company.intake, title)
        person.fill("Linear issue", name)
        result = await person.submit()
        await self.settle()
        return result

    def says(self, what: Message | Person) -> str:
        """Return what a message or somebody's modal says."""
        shown = what.modal if isinstance(what, Person) else what
        assert shown is not None
        return self.world.company.slack.as_text(shown)

    def newest(self, channel: Channel | None = None) -> Message:
        """Return the newest issue's message in the triage channel, or in another."""
        return self.world.posts(channel or self.world.company.triage)[-1]

    async def followed(self) -> dict[str, str]:
        """Return by their numbers what our issues follow."""

        async def look(session: AsyncSession) -> dict[str, str]:
            query = select(tables.Issue.number, tables.LinearIssue.identifier).join(
                tables.LinearIssue, tables.LinearIssue.issue_id == tables.Issue.id
            )
            rows = (await session.execute(query)).all()
            return {row.number: row.identifier for row in rows}

        return await self.world.bot.transaction.read(look)


@contextlib.asynccontextmanager
async def open_office(database_url: str) -> AsyncIterator[Office]:
    """Start a world in which Ada has raised an issue, which follows ACM-1."""
    async with open_world(database_url, **PATIENT, linear_webhook_secret=SECRET) as world:
        company = world.company
        url = f"{world.server.url}/linear/webhook"
        company.linear.add_webhook(company.linear_organization, url, secret=SECRET)
        shown = await raised(world)
        rival = company.linear.add_team(company.linear_organization, "Rival", "RIV")
        office = Office(world=world, shown=shown, rival=rival)
        await office.settle()
        yield office
        assert world.errors == []
