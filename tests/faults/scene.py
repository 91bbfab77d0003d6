"""The scene of a round: the company, the program, and all that is about to happen to both."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.people import ProfileKind
from bot.manifest import read_manifest
from bot.usecases.pinned_button import owe_button
from sandbox.clock import SystemClock
from sandbox.company import Company, open_company
from storage.engine import open_engine
from storage.transaction import Database, open_transaction
from tests.faults.fleet import Fleet, running_fleet
from tests.faults.havoc import Havoc, Recovery
from tests.faults.ledger import Ledger
from tests.faults.plan import Plan
from tests.faults.weather import Storm, Weather
from tests.proxy import Wire, wire_to
from tests.world import join, link, register


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything that a round needs; ``settings`` are the program's."""

    plan: Plan
    company: Company
    storm: Storm
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
    )
    async with contextlib.AsyncExitStack() as stack:
        company = await stack.enter_async_context(_weathered(plan, storm))
        transaction = await stack.enter_async_context(_database(plan.url))
        await _found(plan, company, transaction)
        wire = await stack.enter_async_context(wire_to(plan.url)) if plan.replicas > 1 else None
        settings = _settings(plan, company, plan.url if wire is None else wire.url)
        fleet = await stack.enter_async_context(running_fleet(company.app, settings, plan.replicas))
        ledger = Ledger(transaction)
        recovery = await stack.enter_async_context(_watched(ledger))
        yield Scene(
            plan=plan,
            company=company,
            storm=storm,
            ledger=ledger,
            fleet=fleet,
            recovery=recovery,
            havoc=_havoc(plan, fleet, recovery, wire),
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


@contextlib.asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    engine = open_engine(url)
    transaction = open_transaction(engine)
    try:
        yield transaction
    finally:
        await transaction.close()
        await engine.dispose()


async def _found(plan: Plan, company: Company, transaction: Database) -> None:
    """Let the organization be there before the program runs: who may raise issues, and where."""
    visibility = Visibility.PRIVATE if plan.private else Visibility.SHARED
    acme = await register(transaction, company, "Acme", company.vera)
    await join(transaction, acme.organization_id, company.victor, ProfileKind.VENDOR)
    await link(transaction, acme.organization_id, company.intake, intake=True, visibility=visibility)
    await link(transaction, acme.organization_id, company.triage, triage=True)
    intake = ChannelLink(
        address=ChannelAddress(company.team.id, company.intake.id),
        organization_id=acme.organization_id,
        intake=True,
        triage=False,
        visibility=visibility,
    )
    await transaction.write(partial(owe_button, link=intake))


def _settings(plan: Plan, company: Company, url: str) -> dict[str, str]:
    return {
        **company.settings(),
        "database_url": url,
        "lease_seconds": str(plan.lease_seconds),
        "settle_seconds": str(plan.settle_seconds),
        # Replicas share one secret; a base that knows none ignores it.
        "secret_key": "the-secret-of-a-harness-on-this-machine",
    }


def _havoc(plan: Plan, fleet: Fleet, recovery: Recovery, wire: Wire | None) -> Havoc:
    chance = random.Random(f"{plan.seed}/havoc")  # noqa: S311 - chance, not a secret
    return Havoc(fleet, recovery, chance, plan.lease_seconds, plan.url, wire)


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
