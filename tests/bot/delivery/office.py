"""Delivery between the sandbox's Slack and Linear: no web server of the bot, nothing but what delivers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import aiohttp
import httpx
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.delivery.linear_api import LinearApi
from bot.delivery.linear_credentials import ApiKey
from bot.delivery.linear_ways import OneWay
from bot.delivery.pacing import NO_PACES
from bot.delivery.routes import Outside, open_delivery
from bot.delivery.worker import Worker
from bot.domain.effects import Destination, EffectKind, LaneKey, NewEffect, issue_lane, organization_lane
from bot.domain.issues import Draft, Issue
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.pace import Pace
from bot.domain.people import SlackAccount, SlackMember
from bot.usecases.link_channel import link_channel
from bot.usecases.raise_issue import raise_issue
from bot.usecases.recognize import recognize
from bot.usecases.register import Registration, register_organization
from bot.usecases.store_issues import RaiseRequest
from bot.usecases.tell_of_trouble import tell_of_delivery, tell_of_skip, tell_of_trouble
from bot.usecases.tidying import owe_tidying
from sandbox.clock import SettableClock
from sandbox.linear.linear import Linear
from sandbox.slack import Channel, Message, Slack, User
from storage import channels, organizations, tables
from storage.files import GivenFile
from storage.outbox import enqueue
from storage.transaction import Transaction, open_transaction
from storage.types import database_now
from tests.bot.delivery.desk import NOT_BEFORE_THE_TEST_SAYS_SO
from tests.storage.lanes import SeenEffect, SeenLane, effects_now, lane_now, let_waiting_be_due, seconds_until_due
from tests.storage.seeds import NOW

SETTLE_SECONDS = 30.0


class Switch:
    """A program that hands over to whichever program the present test has."""

    def __init__(self) -> None:
        self.program: ASGIApp = PlainTextResponse("nobody is here", 503)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.program(scope, receive, send)


@dataclass
class Street:
    """The two addresses, and the ways there."""

    slack: Switch
    linear: Switch
    slack_url: str
    linear_url: str
    session: aiohttp.ClientSession
    http: httpx.AsyncClient


class Town:
    """Acme and its customer Ada in a Slack workspace, a Linear without teams, and the clients for both.

    Dana, whose key is used, may make teams.
    """

    def __init__(self, street: Street) -> None:
        self.street = street
        self.clock = SettableClock(NOW.timestamp())
        self.slack, self.linear = Slack(self.clock), Linear(self.clock)
        self.slack.base_url = street.slack_url
        street.slack.program, street.linear.program = self.slack.program, self.linear.program
        self.team = self.slack.add_team("Acme", "acme")
        self.app = self.slack.install_app(self.team)
        self.vera = self.slack.add_user(self.team, "Vera", "Vendor", email="vera@acme.example")
        self.ada = self.slack.add_user(self.team, "Ada", "Lovelace", email="ada@customer.example")
        everyone = [self.vera, self.ada, self.app.bot_user]
        self.intake = self.slack.add_channel(self.team, "acme-help", members=everyone)
        self.triage = self.slack.add_channel(self.team, "acme-triage", members=[self.vera, self.app.bot_user])
        self.workspace = self.linear.add_organization("Acme", "acme")
        self.dana = self.linear.add_user(self.workspace, "Dana", "dana@acme.example", admin=False)
        self.linear_key = self.linear.add_api_key(self.dana)
        self.client = AsyncWebClient(
            token=self.app.bot_token, base_url=self.slack.api_url, session=street.session, retry_handlers=[]
        )
        url, key = f"{street.linear_url}/graphql", ApiKey(self.linear_key)
        self.linear_api = LinearApi(street.http, url=url, credential=key, clock=self.now)

    def now(self) -> datetime:
        """Return the time by the sandbox's clock."""
        return datetime.fromtimestamp(self.clock.now(), UTC)


class Office(Town):
    """The town, the bot's records, and the worker that delivers from them to both."""

    def __init__(self, street: Street, engine: AsyncEngine) -> None:
        super().__init__(street)
        self.paces: Mapping[str, Pace] = NO_PACES
        self.errors: list[Exception] = []
        self.transaction: Transaction = open_transaction(engine)
        self.worker = self._worker(linear_on=True)

    def switch_linear_off(self) -> None:
        """Let there be no credential for Linear."""
        self.worker = self._worker(linear_on=False)

    def switch_linear_on(self) -> None:
        """Let there be a credential (again)."""
        self.worker = self._worker(linear_on=True)

    def take_another_worker(self) -> None:
        """Let another worker deliver from now on, as in another process."""
        self.worker = self._worker(linear_on=True)

    def keep_pace(self, paces: Mapping[str, Pace]) -> None:
        """Let Slack's methods be called so fast from now on."""
        self.paces = paces
        self.take_another_worker()

    def _worker(self, *, linear_on: bool) -> Worker:
        outside = Outside(
            slack=self.client,
            http=self.street.session,
            linear=OneWay(self.linear_api if linear_on else None),
            paces=self.paces,
            settle_seconds=SETTLE_SECONDS,
            clock=self.now,
        )
        return Worker(
            self.transaction,
            open_delivery(self.transaction, outside),
            name="the worker",
            lease_seconds=30.0,
            jitter=lambda: NOT_BEFORE_THE_TEST_SAYS_SO,
            on_delivery=tell_of_delivery,
            on_skip=tell_of_skip,
            on_park=tell_of_trouble,
            after_late=partial(owe_tidying, seconds=SETTLE_SECONDS),
            on_error=self.errors.append,
        )

    async def register(self, name: str, owner: User | None = None) -> int:
        """Register an organization: Vera's, unless told otherwise; returns its id."""
        who = owner or self.vera
        wanted = Registration(
            organization_name=name,
            email=who.email,
            first_name=who.first_name,
            last_name=who.last_name,
            account=SlackAccount(self.team.id, who.id),
        )
        work = partial(register_organization, wanted=wanted, now=NOW)
        return (await self.transaction.write(work)).organization_id

    async def link(self, organization_id: int, channel: Channel, *, triage: bool = False) -> None:
        """Link a channel: for intake, or for triage."""
        wanted = ChannelLink(
            address=ChannelAddress(self.team.id, channel.id),
            organization_id=organization_id,
            intake=not triage,
            triage=triage,
            visibility=Visibility.SHARED,
        )
        await self.transaction.write(partial(link_channel, link=wanted, now=NOW))

    async def open_acme(self) -> int:
        """Register Acme with both channels, and look for its Linear team; returns its id."""
        acme = await self.register("Acme")
        await self.link(acme, self.intake)
        await self.link(acme, self.triage, triage=True)
        await self.settle()
        return acme

    async def raise_issue(
        self,
        title: str = "Export fails",
        description: str = "",
        channel: Channel | None = None,
        given_files: Sequence[GivenFile] = (),
    ) -> Issue:
        """Let Ada raise an issue in an intake channel; nothing is delivered yet."""
        address = ChannelAddress(self.team.id, (channel or self.intake).id)
        account = SlackAccount(self.team.id, self.ada.id)
        origin = await self.transaction.read(partial(channels.channel_link, address=address))
        assert origin is not None
        which = partial(organizations.organization, organization_id=origin.organization_id)
        member = SlackMember(
            account=account,
            seen_by_team_id=self.team.id,
            email=self.ada.email,
            email_confirmed=True,
            first_name=self.ada.first_name,
            last_name=self.ada.last_name,
            guest=False,
            bot=False,
            deleted=False,
        )
        request = RaiseRequest(
            user=await self.transaction.write(partial(recognize, member=member, now=NOW)),
            account=account,
            organization=await self.transaction.read(which),
            origin=origin,
            draft=Draft(title=title, description=description),
            raise_key=f"test:{address.channel_id}:{title}",
            door="slack",
            given_files=given_files,
        )
        return (await raise_issue(self.transaction, request, NOW)).issue

    async def settle(self) -> None:
        """Deliver all that is due."""
        await self.worker.drain()

    async def settle_later(self, lane: LaneKey | None = None) -> None:
        """Deliver all that is due once the time has passed for which lanes, or one lane, waited."""
        await let_waiting_be_due(self.transaction, lane)
        await self.settle()

    async def hurry(self) -> None:
        """Let every lane be due at once, though no time has passed."""

        async def come(session: AsyncSession) -> None:
            waiting = tables.Lane.due.is_not(None)
            await session.execute(update(tables.Lane).where(waiting).values(due=database_now()))

        await self.transaction.write(come)

    async def duplicates(self) -> int:
        """Return how many doubles were deleted."""

        async def count(session: AsyncSession) -> int:
            return await session.scalar(select(func.sum(tables.Effect.duplicates))) or 0

        return await self.transaction.read(count)

    async def lane(self, issue: Issue, destination: Destination) -> SeenLane:
        """Return one of an issue's lanes."""
        return await lane_now(self.transaction, issue_lane(issue.organization_id, issue.id, destination))

    async def effects(self, issue: Issue, destination: Destination) -> list[SeenEffect]:
        """Return what is in one of an issue's lanes, by seq."""
        return await effects_now(self.transaction, issue_lane(issue.organization_id, issue.id, destination))

    async def wait(self, issue: Issue, destination: Destination) -> float:
        """Return how many seconds one of an issue's lanes still waits."""
        return await seconds_until_due(self.transaction, issue_lane(issue.organization_id, issue.id, destination))

    async def waits(self, issue: Issue, destination: Destination) -> bool:
        """Tell whether anything is owed in one of an issue's lanes."""
        return (await self.lane(issue, destination)).due is not None

    async def owe_team(self, organization_id: int) -> None:
        """Let an organization's Linear team be looked for."""
        lane = organization_lane(organization_id, Destination.LINEAR)
        look = NewEffect(EffectKind.LINEAR_CONFIGURE_TEAM, {"organization_id": organization_id})
        await self.transaction.write(partial(enqueue, lane=lane, effects=[look]))

    async def owe_issue(self, issue: Issue) -> None:
        """Let an issue be opened in Linear (again)."""
        about: dict[str, int | str] = {"organization_id": issue.organization_id, "issue_id": issue.id}
        lane = issue_lane(issue.organization_id, issue.id, Destination.LINEAR)
        create = NewEffect(EffectKind.LINEAR_CREATE_ISSUE, about)
        await self.transaction.write(partial(enqueue, lane=lane, effects=[create]))

    async def owe_message(self, issue: Issue, destination: Destination) -> None:
        """Let a message of an issue be posted (again)."""
        about: dict[str, int | str] = {
            "organization_id": issue.organization_id,
            "issue_id": issue.id,
            "audience": destination.value,
        }
        lane = issue_lane(issue.organization_id, issue.id, destination)
        post = NewEffect(EffectKind.SLACK_POST_ISSUE, about)
        await self.transaction.write(partial(enqueue, lane=lane, effects=[post]))

    async def team_of(self, organization_id: int) -> str | None:
        """Return the id of an organization's Linear team."""
        found = await self.transaction.read(partial(organizations.organization, organization_id=organization_id))
        return found.linear_team_id

    def posts(self, channel: Channel) -> list[Message]:
        """Return what stands in a channel, the oldest first, replies left out."""
        return [message for message in self.slack.messages(channel) if not message.is_reply]

    def triage_text(self) -> str:
        """Return the only message of the triage channel, as a person reads it."""
        [message] = self.posts(self.triage)
        return self.slack.as_text(message)
