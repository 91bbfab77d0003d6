"""``/threadline issue``: the organization's people read all of it, its customer the public part, others nothing."""

from functools import partial

from bot.domain.people import ProfileKind
from bot.usecases.refusals import NO_SUCH_ISSUE
from bot.views.issue_answer import (
    LINEAR_SAYS,
    NOT_IN_LINEAR,
    NOTHING_OWED,
    OWED,
    USAGE,
    WHAT_HAPPENED,
)
from bot.views.linear_tie_modal import AGREEMENT
from sandbox.slack import User
from storage import issues
from storage.issues import NewEvent
from tests.journeys.asking import ask
from tests.storage.seeds import NOW
from tests.world import World

NUMBER = "ISS-2026-0001"


async def look(world: World, user: User, reference: str = NUMBER) -> str:
    return await ask(world, user, f"issue {reference}")


async def started(world: World) -> None:
    """Let Ada raise an issue, Vera start it, and an engineer write a description that no customer may read."""
    company = world.company
    await world.raise_issue(company.ada, company.intake, "Export fails", "It says 500.")
    await world.settle()
    [triage] = world.posts(company.triage)
    await company.slack.as_user(company.vera).press(triage, "Start")
    await world.settle()


async def test_vendors_and_employees_read_all_of_it(world: World) -> None:
    await started(world)
    await world.join(world.company.victor, ProfileKind.EMPLOYEE)
    for user in (world.company.vera, world.company.victor):
        told = await look(world, user)
        for words in (f"{NUMBER}: Export fails", "It says 500.", "In Linear: ACM-1", "In Progress", NOTHING_OWED):
            assert words in told
        assert WHAT_HAPPENED in told
        assert "Vera Vendor started it." in told
        assert LINEAR_SAYS in told
        assert AGREEMENT in told
        assert "Only we changed it." in told


async def test_what_waits_is_said(world: World) -> None:
    company = world.company
    await world.settle()
    company.slack.archive(company.triage)
    await world.raise_issue(company.ada, company.intake, "Export fails")
    told = await look(world, company.vera)
    assert NOT_IN_LINEAR in told
    assert OWED.partition("{")[0] in told


async def test_its_customer_reads_the_public_part(world: World) -> None:
    await started(world)
    told = await look(world, world.company.ada)
    assert f"{NUMBER}: Export fails" in told
    assert "Vera started working on it." in told
    for words in ("Linear", "ACM-1", "Vendor", "vera@", NOTHING_OWED):
        assert words not in told


async def test_others_find_nothing_and_become_known_to_nobody(world: World) -> None:
    await started(world)
    company = world.company
    await world.join(company.bo, ProfileKind.CUSTOMER)
    for user in (company.bo, company.victor):
        assert NO_SUCH_ISSUE in await look(world, user)
    for reference in ("ISS-2026-0002", "nonsense", "-1", "9" * 40):
        assert NO_SUCH_ISSUE in await look(world, company.vera, reference)
    assert USAGE in await ask(world, company.vera, "issue")


async def test_an_issue_with_a_long_story_fits(world: World) -> None:
    await started(world)
    event = NewEvent(
        organization_id=world.acme.organization_id,
        issue_id=1,
        actor_user_id=None,
        what="title",
        was="x" * 255,
        becomes="y" * 255,
        door="slack",
        now=NOW,
    )
    for _ in range(40):
        await world.bot.transaction.write(partial(issues.add_event, event=event))
    told = await look(world, world.company.vera)
    assert "earlier" in told
