"""What of an issue is still on its way, as the API tells it to each side."""

from functools import partial
from typing import Any

import httpx
import pytest

from bot.domain.effects import Destination
from bot.domain.people import SlackAccount
from bot.domain.trouble import Cause, Stuck
from bot.views.trouble_words import stuck_line
from sandbox.faults import Fault
from sandbox.linear.errors import authentication_answer
from storage.blocked import hurry_everything
from storage.people import user_of
from tests.callers import ALL, MINE, Caller, owners, token_of
from tests.world import World

DONE = {"owed": 0, "failed": 0}
CUSTOMER_STUCK = stuck_line(Stuck(Destination.CUSTOMER, Cause.ARCHIVED), in_linear=False)
LINEAR_STUCK = stuck_line(Stuck(Destination.LINEAR, Cause.LINEAR_CREDENTIAL), in_linear=False)


@pytest.fixture
async def vera(world: World, http: httpx.AsyncClient) -> Caller:
    return await owners(http, world)


async def ada_of(world: World, http: httpx.AsyncClient) -> Caller:
    """Return a program of Ada, who raised an issue in Slack."""
    company, acme = world.company, world.acme.organization_id
    account = SlackAccount(company.team.id, company.ada.id)
    ada = await world.bot.transaction.read(partial(user_of, account=account))
    assert ada is not None
    return Caller(http, ada, await token_of(world.bot.transaction, ada, acme))


async def deliveries(who: Caller, base: str) -> tuple[Any, Any]:
    """Return what the list and the issue itself say of the only issue."""
    [listed] = (await who.get(base)).json()["issues"]
    shown = (await who.get(f"{base}{listed['id']}/")).json()["issue"]
    return listed["delivery"], shown["delivery"]


async def test_what_is_owed_and_what_failed_is_told_with_reasons_to_vendors_alone(
    world: World, http: httpx.AsyncClient, vera: Caller
) -> None:
    company = world.company
    await world.settle()
    await world.raise_issue(company.ada, company.intake, "Export fails")
    ada = await ada_of(world, http)
    # The message and its first line; for vendors the triage message and Linear, too.
    assert await deliveries(ada, MINE) == ({"owed": 2, "failed": 0},) * 2
    whole = {"owed": 4, "failed": 0, "reasons": []}
    assert await deliveries(vera, ALL) == (whole,) * 2

    company.linear.faults.plant("IssueCreate", Fault(answer=authentication_answer()))
    company.intake.is_archived = True
    await world.settle()
    assert await deliveries(ada, MINE) == ({"owed": 2, "failed": 1},) * 2
    told, shown = await deliveries(vera, ALL)
    assert told == shown
    assert (told["failed"], sorted(told["reasons"])) == (2, sorted([CUSTOMER_STUCK, LINEAR_STUCK]))

    company.intake.is_archived = False
    await world.bot.transaction.write(hurry_everything)
    await world.settle()
    assert await deliveries(ada, MINE) == (DONE, DONE)
    assert await deliveries(vera, ALL) == ({**DONE, "reasons": []},) * 2


async def test_what_concerns_the_team_alone_is_not_counted_for_the_customer(
    world: World, http: httpx.AsyncClient, vera: Caller
) -> None:
    company = world.company
    await world.settle()
    company.triage.is_archived = True
    company.linear.faults.plant("IssueCreate", Fault(answer=authentication_answer()))
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    assert await deliveries(await ada_of(world, http), MINE) == (DONE, DONE)
    told, _ = await deliveries(vera, ALL)
    assert told["failed"] == 2
    assert told["owed"] >= 2
