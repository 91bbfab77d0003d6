"""An organization's owner says who is what there, and nobody else does."""

import asyncio

import pytest

from bot.domain.people import ProfileKind, SlackAccount
from bot.usecases.owners import OWNERS_ONLY
from bot.usecases.people_admin import DEACTIVATED, NO_BOT, NOBODY_YET, OWNER_STAYS
from bot.usecases.refusals import VENDORS_ONLY
from bot.views.people_modal import CHOOSE_A_PERSON, GROUPS, IS_NOW, IS_OFF, OTHERS, SWITCHED_OFF, WHOSE
from bot.views.people_words import A_KIND, LOOKS_AT
from handlers.slack.threadline.people import WHO_IS_IT
from sandbox.faults import Answer, Fault
from sandbox.slack import Person
from storage import people
from tests.bot.usecases.town import counts
from tests.journeys.asking import appoint, ask, is_refused, make, open_modal, save, seen
from tests.world import World, register

KINDS = "What they are to be"
VERA = "• Vera Vendor (vera@acme.example) · owner · also an employee and a customer"
VICTOR = "Victor Vendor (victor@acme.example)"
DOWN = Fault(answer=Answer(503, "Service Unavailable", content_type="text/plain"))


def is_now(person: str, kinds: str) -> str:
    return IS_NOW.format(person=person, kinds=kinds, organization="Acme")


def listed(world: World, owner: Person) -> list[str]:
    """Return the list below the form."""
    lines = seen(world, owner).split("\n")
    return lines[lines.index("  Exactly this: whatever is not ticked is switched off.") + 1 : -1]


async def test_the_owner_adds_people_and_switches_them_off_in_one_form(world: World) -> None:
    company = world.company
    vera = await open_modal(world, company.vera, "people")
    assert WHOSE.format(organization="Acme") in seen(world, vera)
    assert listed(world, vera) == [GROUPS[ProfileKind.VENDOR], VERA]

    shown = await appoint(world, vera, company.victor, "Vendor", "Employee")
    assert is_now("Victor Vendor", "a vendor and an employee") in shown
    shown = await appoint(world, vera, company.bo, "Customer")
    assert is_now("Bo Nilsson", "a customer") in shown
    # The form begins anew each time: nothing of the person before is left in it.
    assert (vera.value("Person"), vera.value(KINDS)) == (None, [])
    assert listed(world, vera) == [
        GROUPS[ProfileKind.VENDOR],
        VERA,
        f"• {VICTOR} · also an employee",
        GROUPS[ProfileKind.CUSTOMER],
        "• Bo Nilsson",
    ]

    shown = await appoint(world, vera, company.victor, "Employee", "Customer")
    assert is_now("Victor Vendor", "an employee and a customer") in shown
    shown = await appoint(world, vera, company.bo)
    assert IS_OFF.format(person="Bo Nilsson", organization="Acme") in shown
    assert listed(world, vera) == [
        GROUPS[ProfileKind.VENDOR],
        VERA,
        GROUPS[ProfileKind.EMPLOYEE],
        f"• {VICTOR} · also a customer",
        SWITCHED_OFF,
        "• Bo Nilsson · was a customer",
    ]


async def test_records_are_added_once_and_stay(world: World) -> None:
    victor = world.company.victor
    for kinds in (("Vendor", "Customer"), (), ("Vendor", "Customer"), ("Employee",)):
        await make(world, victor, *kinds)
    stored = await counts(world.bot.transaction)
    # Vera's own vendor record, and Victor's two; three profiles each.
    assert (stored["vendor_record"], stored["customer_record"], stored["profile"]) == (2, 1, 6)


async def test_a_guest_and_a_foreigner_can_be_added_as_the_owner_chose_the_account_itself(world: World) -> None:
    slack, company = world.company.slack, world.company
    other = slack.add_team("Customer Inc", "customer")
    eve = slack.add_user(other, "Eve", "Elsewhere", email="eve@customer.example")
    slack.add_channel(company.team, "acme-shared", shared_with=[other], members=[eve, company.app.bot_user])
    vera = await open_modal(world, company.vera, "people")
    await appoint(world, vera, company.bo, "Vendor")
    await appoint(world, vera, eve, "Customer")
    assert "• Bo Nilsson" in listed(world, vera)
    assert "• Eve Elsewhere (eve@customer.example)" in listed(world, vera)
    # She is known by her own workspace, as when she presses a button.
    known = await world.bot.transaction.read(
        lambda session: people.user_of(session, SlackAccount(other.id, eve.id))
    )
    assert known is not None
    # Chosen again, she is the same person.
    await appoint(world, vera, eve, "Employee")
    assert listed(world, vera).count("• Eve Elsewhere (eve@customer.example) · also a customer") == 0
    assert sum("Eve" in line for line in listed(world, vera)) == 1


async def test_apps_and_deactivated_accounts_are_refused(world: World) -> None:
    slack, company = world.company.slack, world.company
    gone = slack.add_user(company.team, "Gerd", "Gone", deleted=True)
    before = await counts(world.bot.transaction)
    vera = await open_modal(world, company.vera, "people")
    for account, sentence in (
        (company.app.bot_user, NO_BOT.format(person="Threadline")),
        (gone, DEACTIVATED.format(person="Gerd Gone")),
    ):
        vera.choose("Person", account)
        vera.choose(KINDS, "Customer")
        assert await save(vera) == {"Person": sentence}
    assert await counts(world.bot.transaction) == before


async def test_who_left_slack_can_still_be_switched_off(world: World) -> None:
    victor = world.company.victor
    await make(world, victor, "Vendor")
    victor.deleted = True
    vera = await open_modal(world, world.company.vera, "people")
    assert IS_OFF.format(person="Victor Vendor", organization="Acme") in await appoint(world, vera, victor)


async def test_what_is_missing_is_said_beside_its_input_and_stores_nothing(world: World) -> None:
    company = world.company
    before = await counts(world.bot.transaction)
    vera = await open_modal(world, company.vera, "people")
    vera.choose(KINDS, "Vendor")
    assert await save(vera, anyway=True) == {"Person": CHOOSE_A_PERSON}
    vera.choose("Person", company.ada)
    vera.choose(KINDS)
    sentence = NOBODY_YET.format(person="Ada Lovelace", organization="Acme")
    assert await save(vera) == {KINDS: sentence}
    for kinds in ((), ("Customer",), ("Employee", "Customer")):
        vera.choose("Person", company.vera)
        vera.choose(KINDS, *kinds)
        sentence = OWNER_STAYS.format(person="Vera Vendor", organization="Acme")
        assert await save(vera) == {KINDS: sentence}
    assert await counts(world.bot.transaction) == before
    assert "vendor (primary), employee, customer" in await ask(world, company.vera, "whoami")
    shown = await appoint(world, vera, company.vera, "Vendor")
    assert is_now("Vera Vendor", "a vendor") in shown


async def test_slack_away_is_said_and_what_was_chosen_stays(world: World) -> None:
    company = world.company
    vera = await open_modal(world, company.vera, "people")
    company.slack.faults.plant("users.info", DOWN)
    vera.choose("Person", company.victor)
    vera.choose(KINDS, "Vendor")
    assert WHO_IS_IT in (await save(vera))["Person"]
    assert not await save(vera)
    assert is_now("Victor Vendor", "a vendor") in seen(world, vera)


@pytest.mark.parametrize("command", ["people", "settings"])
async def test_only_the_owner_administers(world: World, command: str) -> None:
    company = world.company
    await register(world.bot.transaction, company, "Beta", company.bo)
    await world.join(company.ada, ProfileKind.CUSTOMER)
    await world.join(company.victor, ProfileKind.VENDOR, ProfileKind.EMPLOYEE, ProfileKind.CUSTOMER)
    stranger = company.slack.add_user(company.team, "Sam", "Stranger")
    company.intake.members.append(stranger)
    for user in (company.ada, company.victor, stranger):
        assert await is_refused(world, user, command)
    # The owner of another organization administers theirs, and sees nothing of this one.
    shown = seen(world, await open_modal(world, company.bo, command))
    assert "Beta" in shown
    assert "Acme" not in shown
    assert "Vera" not in shown


async def test_a_form_of_somebody_who_is_no_owner_any_more_changes_nothing(world: World) -> None:
    company = world.company
    beta = await register(world.bot.transaction, company, "Beta", company.bo)
    bo = await open_modal(world, company.bo, "people")
    assert bo.modal is not None
    # Forged: Bo's own form, about Vera's organization.
    metadata = str(bo.modal.payload["private_metadata"])
    acme, theirs = str(world.acme.organization_id), str(beta.organization_id)
    bo.modal.payload["private_metadata"] = metadata.replace(f'"organization": {theirs}', f'"organization": {acme}')
    before = await counts(world.bot.transaction)
    bo.choose("Person", company.bo)
    bo.choose(KINDS, "Vendor")
    assert await save(bo) == {"Person": OWNERS_ONLY}
    assert await counts(world.bot.transaction) == before


async def test_the_owner_of_several_chooses_one_and_sees_its_people(world: World) -> None:
    company = world.company
    await make(world, company.victor, "Vendor")
    await register(world.bot.transaction, company, "Beta", company.vera)
    vera = await open_modal(world, company.vera, "people")
    assert vera.value("Organization") == "Acme"
    assert f"• {VICTOR}" in listed(world, vera)
    assert vera.modal is not None
    assert (await vera.select(vera.modal, "Organization", "Beta")).ok
    assert f"• {VICTOR}" not in listed(world, vera)
    assert vera.value("Organization") == "Beta"
    shown = await appoint(world, vera, company.ada, "Customer")
    assert IS_NOW.format(person="Ada Lovelace", kinds="a customer", organization="Beta") in shown
    # It goes on with the same organization.
    assert vera.value("Organization") == "Beta"
    assert await ask(world, company.ada, "mode") == LOOKS_AT.format(
        organization="Beta", a_kind=A_KIND[ProfileKind.CUSTOMER]
    )


async def test_a_vendor_who_is_switched_off_is_refused_at_the_next_press(world: World) -> None:
    company, slack = world.company, world.company.slack
    await make(world, company.victor, "Vendor")
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    [message] = world.posts(company.triage)
    victor = slack.as_user(company.victor)
    assert (await victor.press(message, "Claim")).ok
    await world.settle()
    await make(world, company.victor)
    assert (await victor.press(message, "Resolve")).ok
    await world.settle()
    assert slack.as_text(victor.ephemerals[-1]) == VENDORS_ONLY.format(organization="Acme")
    [message] = world.posts(company.triage)
    assert "Resolved" not in slack.as_text(message)
    # And back: switched on again, it is theirs again.
    await make(world, company.victor, "Vendor")
    assert (await victor.press(message, "Resolve")).ok
    await world.settle()
    assert "Resolved" in slack.as_text(world.posts(company.triage)[0])


@pytest.mark.both_databases
async def test_two_forms_at_once_leave_what_one_of_them_says(world: World) -> None:
    company = world.company
    await make(world, company.victor, "Vendor", "Employee", "Customer")
    forms = [await open_modal(world, company.vera, "people") for _ in range(4)]
    wanted = [("Vendor",), ("Employee",), ("Customer",), ("Vendor", "Customer")]
    await asyncio.gather(
        *(appoint(world, form, company.victor, *kinds) for form, kinds in zip(forms, wanted, strict=True))
    )
    shown = (await ask(world, company.victor, "whoami")).split("\n")[2]
    kinds = [part for part in shown.removeprefix("• Acme: ").split(", ") if "off" not in part]
    assert {kind.removesuffix(" (primary)").capitalize() for kind in kinds} in [set(kinds) for kinds in wanted]
    assert sum("(primary)" in kind for kind in kinds) == 1


async def test_a_long_list_is_cut_and_says_so(world: World) -> None:
    slack, company = world.company.slack, world.company
    for number in range(103):
        user = slack.add_user(company.team, f"Customer {number:03}", "<!channel>")
        await world.join(user, ProfileKind.CUSTOMER)
    vera = await open_modal(world, company.vera, "people")
    assert listed(world, vera)[:4] == [
        GROUPS[ProfileKind.VENDOR],
        VERA,
        GROUPS[ProfileKind.CUSTOMER],
        "• Customer 000 <!channel>",
    ]
    assert listed(world, vera)[-1] == OTHERS.format(count=4)
