"""An organization's settings, changed by its owner, and what they change."""

from typing import Any

from bot.domain.organizations import MARKER_LENGTH, MARKER_SIGN, MARKER_SPACES, WHOLE_DAYS, Organization
from bot.domain.people import CustomersJoin
from bot.usecases.choose_organization import NO_PROFILE
from bot.usecases.owners import OWNERS_ONLY
from bot.views.settings_modal import (
    CUSTOMERS_JOIN,
    JOIN_WORDS,
    REOPEN_DAYS,
    REPLY_MARKER,
    SAVED,
)
from sandbox.slack import Person
from storage import organizations
from tests.journeys.asking import make, open_modal, save, seen
from tests.world import World, register


async def acme(world: World) -> Organization:
    return await world.bot.transaction.read(
        lambda session: organizations.organization(session, world.acme.organization_id)
    )


def held(person: Person) -> tuple[Any, Any, Any]:
    return person.value(CUSTOMERS_JOIN), person.value(REPLY_MARKER), person.value(REOPEN_DAYS)


async def test_what_is_set_is_shown_changed_and_said(world: World) -> None:
    vera = await open_modal(world, world.company.vera, "settings")
    assert held(vera) == ("Open", "@customer", "14")
    vera.choose(CUSTOMERS_JOIN, "Invited")
    vera.fill(REPLY_MARKER, " !Public ")
    vera.fill(REOPEN_DAYS, "030")
    assert not await save(vera)
    shown = seen(world, vera)
    assert SAVED.format(organization="Acme") in shown
    assert f"{CUSTOMERS_JOIN}: Invited. {JOIN_WORDS[CustomersJoin.INVITED][1]}." in shown
    assert f"{REPLY_MARKER}: !Public" in shown
    assert f"{REOPEN_DAYS}: 30" in shown
    stored = await acme(world)
    assert (stored.customers_join, stored.reply_marker, stored.reopen_days) == (
        CustomersJoin.INVITED,
        "!Public",
        30,
    )
    assert held(await open_modal(world, world.company.vera, "settings")) == ("Invited", "!Public", "30")


HOPELESS = [
    (REPLY_MARKER, "", MARKER_LENGTH),
    (REPLY_MARKER, "   ", MARKER_LENGTH),
    (REPLY_MARKER, "@" * 31, MARKER_LENGTH),
    (REPLY_MARKER, "@the customer", MARKER_SPACES),
    (REPLY_MARKER, "@the\u200bcustomer", MARKER_SPACES),
    (REPLY_MARKER, "customer", MARKER_SIGN),
    (REPLY_MARKER, "/customer", MARKER_SIGN),
    (REPLY_MARKER, ">customer", MARKER_SIGN),
    (REPLY_MARKER, "@<!channel>", MARKER_SIGN),
    (REOPEN_DAYS, "", WHOLE_DAYS),
    (REOPEN_DAYS, "-1", WHOLE_DAYS),
    (REOPEN_DAYS, "366", WHOLE_DAYS),
    (REOPEN_DAYS, "1.5", WHOLE_DAYS),
    (REOPEN_DAYS, "1_0", WHOLE_DAYS),
    (REOPEN_DAYS, "³", WHOLE_DAYS),
    (REOPEN_DAYS, "9" * 5_000, WHOLE_DAYS),
    (REOPEN_DAYS, "soon", WHOLE_DAYS),
]


async def test_what_cannot_be_used_is_said_beside_it_and_nothing_is_stored(world: World) -> None:
    before = await acme(world)
    for label, typed, sentence in HOPELESS:
        vera = await open_modal(world, world.company.vera, "settings")
        vera.choose(CUSTOMERS_JOIN, "Invited")
        vera.fill(label, typed)
        assert await save(vera, anyway=True) == {label: sentence}, typed
    assert await acme(world) == before


async def test_the_borders_can_be_used(world: World) -> None:
    for marker, days in (("!", "0"), ("@" + "x" * 29, "365")):
        vera = await open_modal(world, world.company.vera, "settings")
        vera.fill(REPLY_MARKER, marker)
        vera.fill(REOPEN_DAYS, days)
        assert not await save(vera)
        stored = await acme(world)
        assert (stored.reply_marker, str(stored.reopen_days)) == (marker, days)


async def test_each_setting_decides_what_it_says(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await make(world, company.victor, "Vendor")
    vera = await open_modal(world, company.vera, "settings")
    vera.choose(CUSTOMERS_JOIN, "Invited")
    vera.fill(REPLY_MARKER, "!public")
    vera.fill(REOPEN_DAYS, "0")
    assert not await save(vera)
    await world.settle()

    # Bo comes too late to join by himself; Ada is a customer already.
    bo = await world.open_form(company.bo, company.intake)
    assert NO_PROFILE.format(name="Acme") in seen(world, bo)
    [customer], [triage] = world.posts(company.intake), world.posts(company.triage)
    victor = slack.as_user(company.victor)
    await victor.post(company.triage, "@customer not for you", thread=triage)
    await victor.post(company.triage, "!public for you", thread=triage)
    await slack.quiet()
    await world.settle()
    replies = "\n".join(slack.as_text(reply) for reply in slack.replies(customer))
    assert "> for you" in replies
    assert "not for you" not in replies
    await victor.press(triage, "Close")
    await world.settle()
    world.clock.move(1)
    [triage] = world.posts(company.triage)
    await victor.press(triage, "Reopen")
    assert "more than 0 days ago" in slack.as_text(victor.ephemerals[-1])


async def test_the_owner_of_several_changes_the_one_that_is_chosen(world: World) -> None:
    company = world.company
    beta = await register(world.bot.transaction, company, "Beta", company.vera)
    vera = await open_modal(world, company.vera, "settings")
    vera.fill(REPLY_MARKER, "!acme")
    assert vera.modal is not None
    assert (await vera.select(vera.modal, "Organization", "Beta")).ok
    # What was typed for the other is not carried over.
    assert held(vera) == ("Open", "@customer", "14")
    vera.fill(REPLY_MARKER, "!beta")
    assert not await save(vera)
    assert SAVED.format(organization="Beta") in seen(world, vera)
    assert (await acme(world)).reply_marker == "@customer"
    stored = await world.bot.transaction.read(
        lambda session: organizations.organization(session, beta.organization_id)
    )
    assert stored.reply_marker == "!beta"


async def test_one_that_was_chosen_but_not_shown_yet_is_not_given_the_others_settings(world: World) -> None:
    company = world.company
    await register(world.bot.transaction, company, "Beta", company.vera)
    vera = await open_modal(world, company.vera, "settings")
    vera.fill(REPLY_MARKER, "!acme")
    assert vera.modal is not None
    # The answer to the choice got lost.
    key, state = next((key, state) for key, state in vera.modal.values.items() if key[0] == "organization")
    [element] = [block["element"] for block in vera.modal.blocks if block["block_id"] == "organization"]
    vera.modal.values[key] = {**state, "selected_option": element["options"][1]}
    assert not await save(vera)
    assert held(vera) == ("Open", "@customer", "14")
    assert (await acme(world)).reply_marker == "@customer"


async def test_a_forged_form_changes_nothing(world: World) -> None:
    company = world.company
    beta = await register(world.bot.transaction, company, "Beta", company.bo)
    bo = await open_modal(world, company.bo, "settings")
    assert bo.modal is not None
    bo.modal.payload["private_metadata"] = str(bo.modal.payload["private_metadata"]).replace(
        str(beta.organization_id), str(world.acme.organization_id)
    )
    before = await acme(world)
    bo.fill(REPLY_MARKER, "!mine")
    assert list((await save(bo)).values()) == [OWNERS_ONLY]
    assert await acme(world) == before
