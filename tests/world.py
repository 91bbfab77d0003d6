"""The bot between the sandbox's Slack and Linear: what journeys begin with."""

import contextlib
import functools
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app import Bot, running_bot
from bot.delivery.pacing import NO_PACES
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.people import ProfileKind, SlackAccount, SlackMember
from bot.manifest import read_manifest
from bot.settings import Settings, read_settings
from bot.usecases.link_channel import link_channel
from bot.usecases.recognize import recognize
from bot.usecases.register import Registered, Registration, register_organization
from handlers.http.parts import Pace
from handlers.slack.errors import STILL_SAVING
from handlers.slack.guard import RATE_LIMITED
from handlers.slack.socket_mode import CONNECTIONS
from sandbox.clock import SettableClock
from sandbox.company import Company, open_company
from sandbox.serving import Server
from sandbox.slack import Channel, Message, Person, User
from storage import people
from storage.transaction import Transaction
from tests.kept import lent_engine

# Far beyond 0 to 1: what waits for another try is not due before the test says so, on however slow a machine.
NOT_BY_ITSELF = 1_000_000.0
# The API takes any number of requests, and waits for no Linear that is delivered by hand.
IN_NO_HURRY = Pace(requests_per_minute=100_000, linear_seconds=0)
WEBHOOK_SECRET = "lin_wh_sandbox"
_STILL_SAVING = STILL_SAVING.partition(":")[0]
_OF_COMPANY = ("linear_team", "socket_mode", "ack_seconds", "slack_faults", "linear_faults")
# For the bot, and for Slack: however slow a machine is, nobody is told to wait or to try again.
PATIENT: Mapping[str, float] = {"answer_seconds": 60, "ack_seconds": 60}
# Where nothing else is said: longer than the program's own bounds, as a busy machine may stand still for a while.
_UNHURRIED: Mapping[str, float] = {"answer_seconds": 8, "ack_seconds": 12}
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def register(transaction: Transaction, company: Company, name: str, owner: User | None) -> Registered:
    """Register an organization, through the use case that every door calls."""
    registration = Registration(
        organization_name=name,
        email=owner.email if owner else None,
        first_name=owner.first_name if owner else "",
        last_name=owner.last_name if owner else "",
        account=SlackAccount(company.team.id, owner.id) if owner else None,
    )
    return await transaction.write(partial(register_organization, wanted=registration, now=NOW))


async def join(transaction: Transaction, organization_id: int, user: User, *kinds: ProfileKind) -> int:
    """Let a member of a workspace be known, with these profiles in an organization; returns their user's id."""
    member = SlackMember(
        account=SlackAccount(user.team.id, user.id),
        seen_by_team_id=user.team.id,
        email=user.email,
        email_confirmed=user.is_email_confirmed,
        first_name=user.first_name,
        last_name=user.last_name,
        guest=user.is_restricted,
        bot=user.is_bot,
        deleted=user.deleted,
    )

    async def write(session: AsyncSession) -> int:
        known = await recognize(session, member, NOW)
        await people.add_profiles(session, known.id, organization_id, kinds, NOW)
        return known.id

    return await transaction.write(write)


async def link(
    transaction: Transaction,
    organization_id: int,
    channel: Channel,
    *,
    intake: bool = False,
    triage: bool = False,
    visibility: Visibility = Visibility.SHARED,
) -> None:
    """Link a channel to an organization."""
    wanted = ChannelLink(
        address=ChannelAddress(channel.team.id, channel.id),
        organization_id=organization_id,
        intake=intake,
        triage=triage,
        visibility=visibility,
    )
    await transaction.write(partial(link_channel, link=wanted, now=NOW))


async def socket_connected(company: Company) -> None:
    """Wait until every Socket Mode connection is known on both sides: an envelope is acknowledged by each."""
    slack, app = company.slack, company.app
    await slack.wait_until(lambda: len(slack.sockets.of(app)) == CONNECTIONS)
    for _ in range(CONNECTIONS):
        await slack.sockets.deliver(app, "events_api", {"type": RATE_LIMITED})


@dataclass(kw_only=True)
class World:
    """A running bot, and Acme: registered, with its intake and triage channel linked."""

    company: Company
    clock: SettableClock
    settings: Settings
    bot: Bot
    server: Server
    acme: Registered
    errors: list[Exception] = field(default_factory=list)

    async def settle(self) -> None:
        """Let the bot hear what happened, and deliver all that is owed."""
        linear, told = self.company.linear, -1
        while told != len(linear.webhooks.deliveries):
            told = len(linear.webhooks.deliveries)
            await self.company.slack.quiet()
            if told:
                await linear.quiet()
                await self.bot.tasks.finish()
            await self.bot.worker.drain()
            await self.company.slack.quiet()

    async def sweep(self, *, after: float = 60) -> None:
        """Let so many seconds go by, and the bot act again on what it was told and did not get done."""
        self.clock.move(after)
        await self.bot.jobs.sweep_inbox()

    async def open_form(self, user: User, channel: Channel, text: str = "") -> Person:
        """Let somebody type /raise-issue in a new window, and wait until the form is filled in."""
        person = self.company.slack.as_user(user)
        outcome = await person.slash(channel, "/raise-issue", text)
        assert outcome.ok, outcome
        await self.filled(person)
        return person

    async def filled(self, person: Person) -> None:
        """Wait until the look-up behind a form has ended."""
        slack, view = self.company.slack, person.modal
        assert view is not None
        await slack.wait_until(
            lambda: any(call.args.get("view_id") == view.id for call in slack.calls_of("views.update"))
        )

    async def raise_issue(self, user: User, channel: Channel, title: str, description: str = "") -> Person:
        """Let somebody raise an issue through the form."""
        person = await self.open_form(user, channel, title)
        if description:
            person.fill("Description", description)
        result = await person.submit()
        while any(_STILL_SAVING in sentence for sentence in result.errors.values()):
            # On a busy machine; people press again, too.
            result = await person.submit()
        assert result.status == 200, result
        assert not result.errors, result
        return person

    async def join(self, user: User, *kinds: ProfileKind) -> int:
        """Let a member of the workspace be known, with these profiles at Acme; returns their user's id."""
        return await join(self.bot.transaction, self.acme.organization_id, user, *kinds)

    def posts(self, channel: Channel) -> list[Message]:
        """Return the bot's messages at the top of a channel, the oldest first, but for the one that is pinned."""
        messages = self.company.slack.messages(channel)
        ours = [message for message in messages if message.app is not None and not message.is_reply]
        return [message for message in ours if message.ts not in channel.pins]


@functools.cache
def _manifest() -> dict[str, Any]:
    """Return the manifest, which nobody changes: reading it takes longer than all else that a world begins with."""
    return read_manifest()


@contextlib.asynccontextmanager
async def open_world(database_url: str, **changes: Any) -> AsyncIterator[World]:
    """Start everything.

    Args:
        database_url: a migrated, empty database.
        changes: ``works``, ``pace`` and ``answer_seconds`` of the bot, what ``_OF_COMPANY`` names of the company,
            ``webhook`` (Linear tells it all), ``as_app`` (Linear by an app of its own), and settings by name.
    """
    changes = {**_UNHURRIED, **changes}
    company_changes = {key: changes.pop(key) for key in _OF_COMPANY if key in changes}
    bot_changes = {key: changes.pop(key) for key in ("answer_seconds", "pace", "paces") if key in changes}
    works, webhook, as_app = (changes.pop(key, False) for key in ("works", "webhook", "as_app"))
    clock, errors = SettableClock(NOW.timestamp()), list[Exception]()
    async with contextlib.AsyncExitStack() as stack:
        company = await stack.enter_async_context(
            open_company(_manifest(), clock, linear_signing_clock=clock, **company_changes)
        )
        secret = {"linear_webhook_secret": WEBHOOK_SECRET} if webhook else {}
        given = {**company.settings(as_app=as_app), **secret, "database_url": database_url, **changes}
        settings = read_settings(_env_file=None, **given)
        engine = stack.enter_context(lent_engine(database_url))
        bot = await stack.enter_async_context(
            running_bot(
                settings,
                clock=lambda: datetime.fromtimestamp(clock.now(), UTC),
                jitter=lambda: NOT_BY_ITSELF,
                works=works,
                on_error=errors.append,
                opening=lambda _url: engine,
                **{"pace": IN_NO_HURRY, "paces": NO_PACES, **bot_changes},
            )
        )
        server = Server(bot.program)
        await server.start()
        stack.push_async_callback(server.stop)
        company.app.request_url = f"{server.url}/slack/events"
        if webhook:
            url = f"{server.url}/linear/webhook"
            company.linear.add_webhook(company.linear_organization, url, secret=WEBHOOK_SECRET)
        if company.app.socket_mode:
            await socket_connected(company)
        acme = await register(bot.transaction, company, "Acme", company.vera)
        await link(bot.transaction, acme.organization_id, company.intake, intake=True)
        await link(bot.transaction, acme.organization_id, company.triage, triage=True)
        yield World(
            company=company, clock=clock, settings=settings, bot=bot, server=server, acme=acme, errors=errors
        )
        await company.slack.quiet()
    # A failure inside the worker that nobody expected is a failure of the test, whatever it asserted.
    assert errors == []
