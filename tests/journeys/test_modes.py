"""Who somebody is to the bot, and under which of their profiles they look."""

from bot.domain.issues import Status
from bot.domain.people import IdentityRule, ProfileKind
from bot.usecases.modes import NO_SUCH_PROFILE
from bot.views.command_answers import (
    ASSIGNED,
    NEWEST,
    NO_ISSUES,
    NOTHING_THERE,
    NOTHING_TO_DO,
    UNASSIGNED,
    YOUR_ISSUES,
)
from bot.views.mode_answer import CHOOSE, NO_MODE, NOT_A_KIND, NOT_YOU, NOT_YOU_ANYWHERE, SEVERAL
from bot.views.people_words import A_KIND, LOOKS_AT
from bot.views.whoami_answer import OWNER, RULE_WORDS, YOU_ARE
from bot.views.words import SEPARATOR, STATUS_WORDS
from sandbox.faults import Answer, Fault
from sandbox.slack import User
from storage import tables
from tests.bot.usecases.town import counts
from tests.journeys.asking import answer, ask, make
from tests.world import World, register

MENU = f"[{CHOOSE} ▾]"


def looks(kind: ProfileKind, organization: str = "Acme") -> str:
    return LOOKS_AT.format(organization=organization, a_kind=A_KIND[kind])


async def mine(world: World, user: User) -> str:
    """Return what /my-issues says to somebody."""
    person = world.company.slack.as_user(user)
    assert (await person.slash(world.company.intake, "/my-issues")).ok
    return world.company.slack.as_text(person.ephemerals[-1])


def line(number: int, title: str, status: Status = Status.OPEN) -> str:
    return f"• {SEPARATOR.join([f'ISS-2026-000{number}', STATUS_WORDS[status], title])}"


async def test_the_owner_reads_who_they_are_by_which_rule_and_what(world: World) -> None:
    assert (await ask(world, world.company.vera, "whoami")).split("\n") == [
        YOU_ARE.format(name="Vera Vendor (vera@acme.example)"),
        RULE_WORDS[IdentityRule.REGISTERED],
        f"• Acme: vendor (primary), employee, customer. {OWNER}",
        looks(ProfileKind.VENDOR),
    ]


async def test_what_is_switched_off_is_marked_and_the_primary_one_goes_on(world: World) -> None:
    victor = world.company.victor
    await make(world, victor, "Vendor", "Employee", "Customer")
    await make(world, victor, "Customer", "Employee")
    shown = (await ask(world, victor, "whoami")).split("\n")
    assert shown[1] == RULE_WORDS[IdentityRule.NEW]
    assert shown[2:] == [
        "• Acme: employee (primary), vendor (switched off), customer",
        looks(ProfileKind.EMPLOYEE),
    ]


async def test_asking_who_one_is_makes_nobody_known(world: World) -> None:
    before = await counts(world.bot.transaction)
    for user in (world.company.victor, world.company.bo, world.company.vera):
        await ask(world, user, "whoami")
    assert await counts(world.bot.transaction) == before


async def test_slack_away_is_said_to_who_is_not_known_and_hides_nothing_from_who_is(world: World) -> None:
    down = Fault(answer=Answer(503, "Service Unavailable", content_type="text/plain"))
    world.company.slack.faults.plant("users.info", down)
    assert "Slack did not tell us who you are" in await ask(world, world.company.victor, "whoami")
    world.company.slack.faults.plant("users.info", down)
    assert "Vera Vendor" in await ask(world, world.company.vera, "whoami")


async def test_a_mode_is_chosen_in_the_menu_which_then_says_so_in_its_own_place(world: World) -> None:
    vera = world.company.slack.as_user(world.company.vera)
    menu = await answer(world, vera, "mode")
    assert world.company.slack.as_text(menu) == f"{looks(ProfileKind.VENDOR)}\n{MENU}"
    before = len(vera.ephemerals)
    for kind in (ProfileKind.CUSTOMER, ProfileKind.EMPLOYEE):
        assert (await vera.select(menu, CHOOSE, f"{kind.capitalize()} at Acme")).ok
        assert world.company.slack.as_text(menu) == f"{looks(kind)}\n{MENU}"
        assert looks(kind) in await ask(world, world.company.vera, "whoami")
    assert len(vera.ephemerals) == before + 2  # whoami's


async def test_a_choice_that_cannot_be_said_in_the_menus_place_is_said_anew(world: World) -> None:
    vera = world.company.slack.as_user(world.company.vera)
    menu = await answer(world, vera, "mode")
    press = (await vera.select(menu, CHOOSE, "Customer at Acme")).delivery
    assert press is not None
    before = len(vera.ephemerals)
    # The address at which a message is replaced is good for half an hour.
    world.clock.move(31 * 60)
    await world.company.slack.deliver_again(press)
    assert len(vera.ephemerals) == before + 1
    assert world.company.slack.as_text(vera.ephemerals[-1]) == f"{looks(ProfileKind.CUSTOMER)}\n{MENU}"


async def test_a_mode_is_named_directly(world: World) -> None:
    vera = world.company.vera
    for typed in ("customer", "Customer", "customer acme", "customer ACME", "  customer   acme "):
        await ask(world, vera, "mode employee")
        assert await ask(world, vera, f"mode {typed}") == f"{looks(ProfileKind.CUSTOMER)}\n{MENU}"
        assert (await ask(world, vera, "mode")).startswith(looks(ProfileKind.CUSTOMER))


async def test_what_cannot_be_looked_at_is_said_and_changes_nothing(world: World) -> None:
    vera = world.company.vera
    said = {
        "boss": NOT_A_KIND.format(asked="boss"),
        "<!channel>": NOT_A_KIND.format(asked="<!channel>"),
        "customer beta": NOT_YOU.format(a_kind="a customer", organization="“beta”"),
    }
    for typed, sentence in said.items():
        assert await ask(world, vera, f"mode {typed}") == f"{sentence}\n{MENU}"
        assert (await ask(world, vera, "mode")).startswith(looks(ProfileKind.VENDOR))
    await world.join(world.company.ada, ProfileKind.CUSTOMER)
    shown = await ask(world, world.company.ada, "mode vendor")
    assert shown == NOT_YOU_ANYWHERE.format(a_kind="a vendor")
    # With one profile there is nothing to choose.
    assert await ask(world, world.company.ada, "mode") == looks(ProfileKind.CUSTOMER)
    assert await ask(world, world.company.bo, "mode vendor") == NO_MODE


async def test_of_several_organizations_the_name_says_which(world: World) -> None:
    vera = world.company.vera
    await register(world.bot.transaction, world.company, "Beta Works", vera)
    sentence = SEVERAL.format(a_kind="a vendor", organizations="Acme and Beta Works")
    assert await ask(world, vera, "mode vendor") == f"{sentence}\n{MENU}"
    assert (await ask(world, vera, "mode vendor beta works")).startswith(looks(ProfileKind.VENDOR, "Beta Works"))
    menu = await answer(world, person := world.company.slack.as_user(vera), "mode")
    await person.select(menu, CHOOSE, "Employee at Acme")
    assert world.company.slack.as_text(menu).startswith(looks(ProfileKind.EMPLOYEE))


async def test_a_menu_whose_profile_is_switched_off_since_is_refused(world: World) -> None:
    victor = world.company.slack.as_user(world.company.victor)
    await make(world, world.company.victor, "Employee", "Customer")
    menu = await answer(world, victor, "mode")
    await make(world, world.company.victor, "Customer")
    assert (await victor.select(menu, CHOOSE, "Employee at Acme")).ok
    said = world.company.slack.as_text(victor.ephemerals[-1])
    assert said == NO_SUCH_PROFILE.format(kind=ProfileKind.EMPLOYEE)
    assert await ask(world, world.company.victor, "mode") == looks(ProfileKind.CUSTOMER)


async def test_my_issues_are_a_vendors_an_employees_or_a_customers(world: World) -> None:
    company = world.company
    beta = await register(world.bot.transaction, company, "Beta", company.victor)
    await make(world, company.victor, "Vendor")
    victor = company.slack.as_user(company.victor)
    for kind, nothing in (("vendor", NOTHING_TO_DO), ("employee", NOTHING_THERE)):
        await ask(world, company.vera, f"mode {kind}")
        assert (await mine(world, company.vera)).startswith(nothing.format(organization="Acme"))
    for title in ("One", "Two", "Three"):
        await world.raise_issue(company.ada, company.intake, title)
        await world.settle()
    one, two, _ = world.posts(company.triage)
    for message, press in ((one, "Claim"), (two, "Claim"), (two, "Close")):
        assert (await victor.press(message, press)).ok

    await ask(world, company.victor, "mode vendor acme")
    assert (await mine(world, company.victor)).split("\n") == [
        ASSIGNED.format(organization="Acme"),
        line(1, "One"),
        UNASSIGNED.format(organization="Acme"),
        line(3, "Three"),
        f"{looks(ProfileKind.VENDOR)} /threadline mode changes it.",
    ]
    # What he may see at Acme is not shown under a profile elsewhere.
    await ask(world, company.victor, "mode vendor beta")
    assert (await mine(world, company.victor)).startswith(NOTHING_TO_DO.format(organization="Beta"))
    assert (await ask(world, company.victor, "mode")).startswith(looks(ProfileKind.VENDOR, "Beta"))
    await ask(world, company.vera, "mode employee")
    assert (await mine(world, company.vera)).split("\n")[:4] == [
        NEWEST.format(organization="Acme"),
        line(3, "Three"),
        line(2, "Two", Status.CLOSED),
        line(1, "One"),
    ]
    assert (await mine(world, company.ada)).startswith(f"{YOUR_ISSUES}\n{line(3, 'Three')}")
    assert beta.organization_id != world.acme.organization_id


async def test_whoever_is_switched_off_sees_no_issues_any_more(world: World) -> None:
    company = world.company
    await make(world, company.victor, "Vendor")
    await make(world, company.ada, "Customer")
    await world.raise_issue(company.ada, company.intake, "Secret plans")
    await ask(world, company.victor, "mode vendor")
    assert "Secret plans" in await mine(world, company.victor)
    assert "Secret plans" in await mine(world, company.ada)
    for user in (company.victor, company.ada):
        await make(world, user)
        assert await mine(world, user) == NO_ISSUES
        assert await ask(world, user, "mode") == NO_MODE


async def test_what_one_looks_at_is_kept_once(world: World) -> None:
    for kind in ("customer", "employee", "vendor", "customer"):
        await ask(world, world.company.vera, f"mode {kind}")
    assert (await counts(world.bot.transaction))[tables.UserMode.__tablename__] == 1
