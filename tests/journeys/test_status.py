"""``/threadline status``: what vendors are told of deliveries, and nobody else is."""

from bot.domain.people import ProfileKind
from bot.domain.trouble import Cause
from bot.usecases.status import VENDORS_SEE_IT
from bot.views.status_answer import AGAIN, ALL_DELIVERED, LINEAR_OFF, LINEAR_ON, LINEAR_REFUSED, LOST
from bot.views.trouble_words import FIXES, WHY
from sandbox.faults import Fault
from sandbox.linear.errors import authentication_answer
from sandbox.slack import User
from tests.journeys.threads import switch_user, whispers
from tests.world import World, open_world, register


async def status(world: World, user: User) -> str:
    """Return what somebody reads who asks."""
    assert (await world.company.slack.as_user(user).slash(world.company.intake, "/threadline", "status")).ok
    return whispers(world, user)[-1]


async def test_where_all_is_delivered_vendors_read_so(world: World) -> None:
    await world.settle()
    assert (await status(world, world.company.vera)).splitlines() == [
        "Acme",
        ALL_DELIVERED,
        LINEAR_ON.format(team="Acme"),
    ]


async def test_vendors_read_what_is_stuck_and_why_and_what_to_do(world: World) -> None:
    company = world.company
    await world.settle()
    company.linear.faults.plant("IssueCreate", Fault(answer=authentication_answer()))
    company.slack.archive(company.triage)
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    told = await status(world, company.vera)
    for cause in (Cause.ARCHIVED, Cause.LINEAR_CREDENTIAL):
        assert f"1 update is stuck for less than a minute: {WHY[cause]}. {FIXES[cause]}" in told
    assert f"{LOST}#{company.triage.name}" in told
    assert told.splitlines()[-2:] == [LINEAR_REFUSED, AGAIN]
    assert "Export fails" not in told

    company.slack.unarchive(company.triage)
    await world.settle()
    told = await status(world, company.vera)
    assert WHY[Cause.ARCHIVED] not in told
    assert LOST not in told


async def test_customers_employees_and_strangers_are_kindly_refused_and_made_known_to_nobody(world: World) -> None:
    company = world.company
    await world.join(company.victor, ProfileKind.EMPLOYEE)
    await world.join(company.ada, ProfileKind.CUSTOMER)
    for user in (company.victor, company.ada, company.bo):
        assert await status(world, user) == VENDORS_SEE_IT
    await switch_user(world, company.vera, active=False)
    assert await status(world, company.vera) == VENDORS_SEE_IT


async def test_a_vendor_of_two_reads_of_both_and_of_no_other(world: World) -> None:
    company = world.company
    await register(world.bot.transaction, company, "Globex", company.vera)
    await register(world.bot.transaction, company, "Initech", company.victor)
    told = (await status(world, company.vera)).splitlines()
    assert ("Acme" in told, "Globex" in told, "Initech" in told) == (True, True, False)


async def test_without_a_key_linear_is_said_to_be_off(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world:
        await world.settle()
        assert (await status(world, world.company.vera)).splitlines()[-1] == LINEAR_OFF
