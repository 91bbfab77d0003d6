"""What an organization's owner decides about Linear, and what that changes."""

from functools import partial

from bot.domain.issues import Status
from bot.domain.organizations import LinearSettings
from bot.views.linear_settings_inputs import EXCHANGE, FIRST_OF_ITS_KIND, NO_STATES, STATE, TITLES
from bot.views.words import STATUS_WORDS
from sandbox.slack import Person
from storage import linear_settings
from tests.journeys.asking import open_modal, save, seen
from tests.world import World, register

IN_PROGRESS = STATE.format(status=STATUS_WORDS[Status.IN_PROGRESS])


async def stored(world: World) -> LinearSettings:
    look = partial(linear_settings.linear_settings, organization_id=world.acme.organization_id)
    return await world.bot.transaction.read(look)


def held(person: Person) -> tuple[object, ...]:
    return tuple(person.value(label) for label in (EXCHANGE, TITLES, IN_PROGRESS))


async def test_titles_and_states_are_chosen_shown_and_followed(world: World) -> None:
    company = world.company
    await world.settle()
    vera = await open_modal(world, company.vera, "settings")
    assert held(vera) == ("On", "Stay in Linear", FIRST_OF_ITS_KIND)
    vera.choose(TITLES, "Are taken over")
    vera.choose(IN_PROGRESS, "In Review")
    assert not await save(vera)
    assert f"{IN_PROGRESS}: In Review" in seen(world, vera)
    assert held(await open_modal(world, company.vera, "settings")) == ("On", "Are taken over", "In Review")
    assert (await stored(world)).takes_titles

    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    [triage] = world.posts(company.triage)
    await company.slack.as_user(company.vera).press(triage, "Start")
    await world.settle()
    [there] = company.linear.issues()
    assert there.state == "In Review"

    vera = await open_modal(world, company.vera, "settings")
    vera.choose(IN_PROGRESS, FIRST_OF_ITS_KIND)
    assert not await save(vera)
    assert (await stored(world)).states == {}


async def test_a_pause_holds_back_and_its_end_catches_up(world: World) -> None:
    company = world.company
    await world.settle()
    vera = await open_modal(world, company.vera, "settings")
    vera.choose(EXCHANGE, "Paused")
    assert not await save(vera)
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    assert company.linear.issues() == []
    assert len(world.posts(company.triage)) == 1
    vera = await open_modal(world, company.vera, "settings")
    vera.choose(EXCHANGE, "On")
    assert not await save(vera)
    await world.settle()
    assert [one.title for one in company.linear.issues()] == ["Export fails"]


async def test_an_organization_without_a_team_has_no_states_to_choose(world: World) -> None:
    company = world.company
    await register(world.bot.transaction, company, "Beta", company.bo)
    bo = await open_modal(world, company.bo, "settings")
    assert NO_STATES in seen(world, bo)
    assert not await save(bo)
