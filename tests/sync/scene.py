"""Issues, with everybody who can change them: in Slack, by the API and in Linear."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import ProfileKind
from sandbox.faults import Fault, Faults
from sandbox.linear.engineer import Engineer
from sandbox.linear.model import User
from sandbox.linear.reading import ReadIssue
from sandbox.linear.switches import Switches
from sandbox.slack import Message
from sandbox.slack.errors import PersonError
from storage import tables
from tests.callers import Caller, caller, line_to
from tests.storage.lanes import let_waiting_be_due
from tests.sync.writes import Writes
from tests.world import PATIENT, World, open_world

WEBHOOK_SECRET = "sandbox-webhook-secret"
# In seconds: more than the overlap that reconciliation reads again.
A_WHILE = 700.0
A_DAY = 86_400.0
# After so many seconds what was late is sent.
SOON = 120.0
# How often what waits is hurried, at most.
ROUNDS = 5


class Away(Faults):
    """A Linear that cannot be reached while ``away`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False

    def take(self, method: str) -> Fault | None:
        """Drop every call while it is away."""
        return Fault(drop=True) if self.away else super().take(method)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A world whose Linear tells the bot of every change."""

    world: World
    linear_away: Away
    ada: Caller
    vendor: Caller
    dana: User
    eve: User
    counted: Writes = field(default_factory=Writes)

    async def raised(self, *titles: str) -> "list[Subject]":
        """Raise issues, and let them come to Slack and Linear."""
        issues = {title: await self.ada.raises(title) for title in titles}
        await self.world.settle()
        linear, slack, triage = self.world.company.linear, self.world.company.slack, self.world.company.triage
        await linear.quiet()
        opened = {one.title: one.id for one in linear.issues()}
        shown = {title: one for one in self.world.posts(triage) for title in titles if title in slack.as_text(one)}
        return [
            Subject(scene=self, id=int(issues[title]["id"]), linear_id=opened[title], triage=shown[title])
            for title in titles
        ]

    @property
    def engineer(self) -> Engineer:
        """Dana's hands in Linear."""
        return self.world.company.linear.as_user(self.dana)

    async def press(self, subject: "Subject", label: str) -> None:
        """Let Vera press a button, if it is there."""
        with contextlib.suppress(PersonError):
            await self.world.company.slack.as_user(self.world.company.vera).press(subject.triage, label)

    async def change(self, subject: "Subject", label: str, value: str) -> None:
        """Let Vera change something in the form behind the menu, if it opens."""
        vera = self.world.company.slack.as_user(self.world.company.vera)
        with contextlib.suppress(PersonError):
            await vera.press(subject.triage, "Change")
            await self.world.bot.tasks.finish()
            if label == "Title":
                vera.fill(label, value)
            else:
                vera.choose(label, value)
            await vera.submit()

    async def reply(self, subject: "Subject", text: str) -> Message:
        """Let Vera reply in the triage thread."""
        vera = self.world.company.slack.as_user(self.world.company.vera)
        return await vera.post(self.world.company.triage, text, thread=subject.triage)

    async def edit(self, message: Message, text: str) -> None:
        """Let Vera edit what she said."""
        await self.world.company.slack.as_user(self.world.company.vera).edit(message, text)

    async def delete(self, message: Message) -> None:
        """Let Vera delete what she said."""
        await self.world.company.slack.as_user(self.world.company.vera).delete(message)

    async def let_webhooks(self, switches: Switches) -> None:
        """Let the webhooks come, or not, in this way from now on."""
        self.world.company.linear.webhooks.switches = switches

    async def release_the_latest_first(self) -> None:
        """Deliver what was held, the latest first."""
        webhooks = self.world.company.linear.webhooks
        held = [one for one in webhooks.deliveries if one.state == "held"]
        await webhooks.release(*reversed(held))

    async def let_time_go_by(self, seconds: float) -> None:
        """Move the clock, and let what is due then happen."""
        self.world.clock.move(seconds)
        await self.world.company.linear.webhooks.retry_due()
        await self.world.bot.jobs.sweep_inbox()

    async def look_again(self) -> None:
        """Let one more reconciliation look, and deliver what comes of it."""
        self.world.clock.move(A_WHILE)
        await self.world.bot.jobs.reconcile_linear()
        await self.settle_down()

    @property
    def writes(self) -> Writes:
        """What Linear was told to change."""
        self.counted.look(self.world.company.linear.calls)
        return self.counted

    async def deliver(self) -> None:
        """Let the bot hear and tell all that can be now."""
        linear = self.world.company.linear
        await linear.quiet()
        await self.world.bot.tasks.finish()
        await self.world.settle()
        await linear.quiet()
        await self.world.bot.tasks.finish()

    async def calm(self, *, everything: bool) -> None:
        """Let the weather end, all that waits come to its end, and one reconciliation look.

        ``everything``: it is the one of the day, which alone finds what was deleted in Linear and never told of: a
        deletion is in no list of what changed.
        """
        linear = self.world.company.linear
        self.linear_away.away = False
        linear.webhooks.switches = Switches()
        await linear.webhooks.release()
        self.world.clock.move(A_DAY if everything else A_WHILE)
        await self.settle_down()
        await self.world.bot.jobs.reconcile_linear()
        await self.settle_down()

    async def settle_down(self) -> None:
        """Deliver until nothing follows from anything, as far as that can be hurried.

        What is leased cannot: then the sides are compared as they are.
        """
        await self.deliver()
        for _ in range(ROUNDS):
            if not await self._waits():
                return
            # What Linear did not take waits for another try, by the database's own time.
            await let_waiting_be_due(self.world.bot.transaction)
            await self.world.sweep(after=SOON)
            await self.world.company.linear.webhooks.retry_due()
            await self.deliver()

    async def _waits(self) -> bool:
        """Tell whether anything is still to be told, or to be heard soon.

        A webhook that was refused, as it came too late, comes again in an hour: nobody waits for it.
        """
        soon = self.world.clock.now() + SOON
        deliveries = self.world.company.linear.webhooks.deliveries
        return any(
            one.due is not None and one.due <= soon for one in deliveries
        ) or await self.world.bot.transaction.read(_waits)


async def _waits(session: AsyncSession) -> bool:
    lanes = select(tables.Lane.key).where(tables.Lane.due.is_not(None)).limit(1)
    told = select(tables.Inbox.key).where(tables.Inbox.again_at.is_not(None)).limit(1)
    return any([await session.scalar(each) is not None for each in (lanes, told)])


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One issue, here and in Linear."""

    scene: Scene
    id: int
    linear_id: str
    triage: Message

    @property
    def in_linear(self) -> ReadIssue:
        """What Linear says now."""
        return self.scene.world.company.linear.issue(self.linear_id)

    async def ours(self) -> dict[str, Any]:
        """Return what the API tells a vendor now: the issue, its comments and its history."""
        answer = await self.scene.vendor.get(f"/api/vendor/issues/{self.id}/")
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page


@contextlib.asynccontextmanager
async def open_scene(database_url: str) -> AsyncIterator[Scene]:
    """Start a world whose titles go both ways. Dana is a vendor and an engineer, Eve an engineer alone."""
    away = Away()
    changes = {**PATIENT, "linear_faults": away, "linear_webhook_secret": WEBHOOK_SECRET}
    async with open_world(database_url, **changes) as world, line_to(world) as http:
        company = world.company
        company.linear.add_webhook(
            company.linear_organization, f"{world.server.url}/linear/webhook", secret=WEBHOOK_SECRET
        )
        eve = company.linear.add_user(company.linear_organization, "Eve Engineer", "eve@elsewhere.example")
        ada = await caller(http, world, ProfileKind.CUSTOMER)
        vendor = await caller(http, world, ProfileKind.VENDOR, email=company.dana.email, name="Dana")
        await world.bot.transaction.write(partial(_take_titles_over, organization_id=world.acme.organization_id))
        yield Scene(
            world=world, linear_away=away, ada=ada, vendor=vendor, dana=company.dana, eve=eve, counted=Writes()
        )


async def _take_titles_over(session: AsyncSession, *, organization_id: int) -> None:
    organization = tables.Organization
    await session.execute(update(organization).where(organization.id == organization_id).values(linear_titles=True))
