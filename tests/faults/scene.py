"""The scene of a round: the company, the program, and all that is about to happen to both."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.people import ProfileKind
from bot.manifest import read_manifest
from bot.usecases.pinned_button import owe_button
from sandbox.clock import SystemClock
from sandbox.company import Company, open_company
from sandbox.linear.model import User
from sandbox.linear.subscription import Webhook
from sandbox.slack import Channel
from storage.engine import open_engine
from storage.tables import Organization
from storage.transaction import Database, open_transaction
from tests.faults.closing import Closing
from tests.faults.crowd import BOTH_NAME, OWNED_NAME
from tests.faults.fleet import Fleet, running_fleet
from tests.faults.havoc import Havoc
from tests.faults.ledger import Ledger
from tests.faults.letters import Letters
from tests.faults.mail import SECRET, Mail
from tests.faults.plan import Plan
from tests.faults.planted import PROGRAM, VARIABLE
from tests.faults.reading import Reading
from tests.faults.recovery import Recovery
from tests.faults.weather import Storm, Weather
from tests.proxy import Wire, wire_to
from tests.world import join, link, register

# Until a replica runs.
LOOK_SECONDS = 0.5
NOWHERE = "http://127.0.0.1:9/linear/webhook"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything that a round needs; ``settings`` are the program's."""

    plan: Plan
    company: Company
    both: Channel
    engineers: list[User]
    mail: Mail
    transaction: Database
    storm: Storm
    closing: Closing
    ledger: Ledger
    fleet: Fleet
    recovery: Recovery
    havoc: Havoc
    settings: dict[str, str]


@contextlib.asynccontextmanager
async def open_scene(plan: Plan) -> AsyncIterator[Scene]:
    """Found the company and start the program; stop all of it in the end, whatever happened."""
    storm = Storm(
        seed=plan.seed,
        left=plan.faults,
        chance=plan.chance,
        late_seconds=plan.late_seconds,
        too_late_seconds=plan.too_late_seconds,
        wanted=plan.methods,
    )
    async with contextlib.AsyncExitStack() as stack:
        company = await stack.enter_async_context(_weathered(plan, storm))
        transaction = await stack.enter_async_context(_database(plan.url))
        both = await _found(plan, company, transaction)
        engineers, webhook = _engineers(plan, company), _webhook(plan, company)
        wire = await stack.enter_async_context(wire_to(plan.url)) if plan.replicas > 1 else None
        settings = _settings(plan, company, plan.url if wire is None else wire.url)
        fleet = await stack.enter_async_context(_fleet(plan, company, settings))
        ledger = Ledger(transaction)
        recovery = await stack.enter_async_context(_watched(ledger))
        yield Scene(
            plan=plan,
            company=company,
            both=both,
            engineers=engineers,
            mail=Mail(company, webhook, Letters(plan.seed), Reading(transaction), storm, fleet),
            transaction=transaction,
            storm=storm,
            closing=Closing(company, ledger, _chance(plan, "closing")),
            ledger=ledger,
            fleet=fleet,
            recovery=recovery,
            havoc=_havoc(plan, company, fleet, recovery, wire),
            settings=settings,
        )


def _weathered(plan: Plan, storm: Storm) -> contextlib.AbstractAsyncContextManager[Company]:
    return open_company(
        read_manifest(),
        SystemClock(),
        linear_team=plan.linear_team,
        slack_faults=Weather(storm, "slack"),
        linear_faults=Weather(storm, "linear"),
    )


def _engineers(plan: Plan, company: Company) -> list[User]:
    """Return who works in Linear: Victor, who is a vendor, too, and Eve, whom nobody knows here."""
    if not plan.all_hands:
        return []
    company.linear_organization.customers_enabled = plan.customers
    people = [("Victor Vendor", str(company.victor.email)), ("Eve Engineer", "eve@elsewhere.example")]
    return [company.linear.add_user(company.linear_organization, *person) for person in people]


def _webhook(plan: Plan, company: Company) -> Webhook:
    webhook = company.linear.add_webhook(company.linear_organization, NOWHERE, secret=SECRET)
    webhook.enabled = plan.all_hands
    return webhook


@contextlib.asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    engine = open_engine(url)
    transaction = open_transaction(engine)
    try:
        yield transaction
    finally:
        await transaction.close()
        await engine.dispose()


async def _found(plan: Plan, company: Company, transaction: Database) -> Channel:
    """Let two organizations be there before the program runs: who may raise issues, and where.

    Returns:
        The channel of the one whose customers and vendors share it.
    """
    company.slack.world.history_page = plan.history_page
    company.linear_organization.allowed_file_upload_content_types = ["image/png"]
    visibility = Visibility.PRIVATE if plan.private else Visibility.SHARED
    acme = await register(transaction, company, "Acme", company.vera)
    await join(transaction, acme.organization_id, company.victor, ProfileKind.VENDOR)
    await link(transaction, acme.organization_id, company.triage, triage=True)
    await _open_intake(transaction, company, acme.organization_id, company.intake, visibility)
    members = [company.vera, company.victor, company.ada, company.app.bot_user]
    both = company.slack.add_channel(company.team, BOTH_NAME.lower(), members=members)
    globex = await register(transaction, company, BOTH_NAME, company.victor)
    await _open_intake(transaction, company, globex.organization_id, both, Visibility.SHARED, triage=True)
    return both


async def found_another(scene: Scene) -> Channel:
    """Let there be one more organization, once the others have their teams in Linear.

    Returns:
        Where its owner, who only chooses its team, does that.
    """

    async def look(session: AsyncSession) -> bool:
        without = select(Organization.id).where(Organization.linear_team_id.is_(None))
        return await session.scalar(without) is None

    while not await scene.transaction.read(look):  # noqa: ASYNC110 - another process finds them
        await asyncio.sleep(LOOK_SECONDS)
    company = scene.company
    ivo = company.slack.add_user(company.team, "Ivo", "Owner", email="ivo@initech.example")
    async with scene.fleet.struck:
        await register(scene.transaction, company, OWNED_NAME, ivo)
    return company.slack.add_channel(company.team, OWNED_NAME.lower(), members=[ivo])


async def _open_intake(
    transaction: Database,
    company: Company,
    organization_id: int,
    channel: Channel,
    visibility: Visibility,
    *,
    triage: bool = False,
) -> None:
    await link(transaction, organization_id, channel, intake=True, triage=triage, visibility=visibility)
    intake = ChannelLink(
        address=ChannelAddress(company.team.id, channel.id),
        organization_id=organization_id,
        intake=True,
        triage=triage,
        visibility=visibility,
    )
    await transaction.write(partial(owe_button, link=intake))


def _fleet(plan: Plan, company: Company, settings: dict[str, str]) -> contextlib.AbstractAsyncContextManager[Fleet]:
    def point(url: str) -> None:
        company.app.request_url = f"{url}/slack/events"
        company.linear.webhooks.move(f"{url}/linear/webhook")

    if plan.planted is None:
        return running_fleet(point, settings, plan.replicas)
    return running_fleet(point, settings | {VARIABLE: plan.planted}, plan.replicas, PROGRAM)


def _settings(plan: Plan, company: Company, url: str) -> dict[str, str]:
    return {
        **company.settings(as_app=plan.as_app),
        "linear_webhook_secret": SECRET,
        "database_url": url,
        "lease_seconds": str(plan.lease_seconds),
        "settle_seconds": str(plan.settle_seconds),
        # Replicas share one secret; a base that knows none ignores it.
        "secret_key": "the-secret-of-a-harness-on-this-machine",
    }


def _havoc(plan: Plan, company: Company, fleet: Fleet, recovery: Recovery, wire: Wire | None) -> Havoc:
    return Havoc(company, fleet, recovery, _chance(plan, "havoc"), plan.lease_seconds, plan.url, wire)


def _chance(plan: Plan, what: str) -> random.Random:
    return random.Random(f"{plan.seed}/{what}")  # noqa: S311 - chance, not a secret


@contextlib.asynccontextmanager
async def _watched(ledger: Ledger) -> AsyncIterator[Recovery]:
    recovery = Recovery(ledger)
    watching = asyncio.get_running_loop().create_task(recovery.watch())
    try:
        yield recovery
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
