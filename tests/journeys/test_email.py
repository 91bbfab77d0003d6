"""Nobody becomes another person by an e-mail: each way to abuse one, tried through Slack (DESIGN, section 4)."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import Doubt, IdentityRule, ProfileKind, SlackAccount
from bot.domain.people import User as CrmUser
from bot.usecases.choose_organization import SWITCHED_OFF
from bot.views.command_answers import NO_ISSUES
from bot.views.mode_answer import NO_MODE
from bot.views.people_words import LOOKS_AT
from bot.views.whoami_answer import (
    DOUBT_WORDS,
    NO_PROFILES,
    RULE_WORDS,
    UNKNOWN,
    USER_OFF,
    WOULD_BE,
    WOULD_BE_NEW,
)
from sandbox.slack import User
from storage import organizations, people, tables
from tests.journeys.asking import ask, open_modal, seen
from tests.world import NOW, World, link, register

EMAIL = "greta@acme.example"
NAME = f"Greta Good ({EMAIL})"


async def greta(
    world: World,
    *,
    organization_id: int | None = None,
    kind: ProfileKind = ProfileKind.EMPLOYEE,
    vouched_by: str | None = None,
) -> CrmUser:
    """Add a colleague of Acme, unless told otherwise, whose e-mail is trusted and who was never seen in Slack."""
    where = organization_id or world.acme.organization_id

    async def add(session: AsyncSession) -> CrmUser:
        user = await people.add_user(
            session,
            email=EMAIL,
            email_trusted=True,
            email_team_id=vouched_by,
            first_name="Greta",
            last_name="Good",
            now=NOW,
        )
        await people.add_profiles(session, user.id, where, [kind], NOW)
        return user

    return await world.bot.transaction.write(add)


async def change(world: World, table: type[tables.CrmUser | tables.Profile], user: CrmUser, **values: Any) -> None:
    column = table.id if table is tables.CrmUser else tables.Profile.user_id

    async def write(session: AsyncSession) -> None:
        await session.execute(update(table).where(column == user.id).values(**values))

    await world.bot.transaction.write(write)


async def taken_for(world: World, user: User) -> tuple[CrmUser | None, IdentityRule | None]:
    """Return whom a Slack member is taken for, as it is stored, and by which rule."""
    account, read = SlackAccount(user.team.id, user.id), world.bot.transaction.read
    return (
        await read(partial(people.user_of, account=account)),
        await read(partial(people.rule_of, account=account)),
    )


async def gains_nothing(world: World, member: User, victim: CrmUser) -> None:
    """Let a member do what makes them known: they are somebody new, and nothing of the other person is theirs."""
    assert await ask(world, member, "mode") == NO_MODE
    user, rule = await taken_for(world, member)
    assert user is not None
    assert user.id != victim.id
    assert rule is IdentityRule.NEW
    shown = await ask(world, member, "whoami")
    assert RULE_WORDS[IdentityRule.NEW] in shown
    assert NO_PROFILES in shown
    assert "Greta" not in shown
    person = world.company.slack.as_user(member)
    await person.slash(world.company.intake, "/my-issues")
    assert world.company.slack.as_text(person.ephemerals[-1]) == NO_ISSUES


def add_member(world: World, **changes: Any) -> User:
    """Add a full member of Acme's workspace with Greta's address, with changes; in the intake channel."""
    company = world.company
    given: dict[str, Any] = {"email": EMAIL, **changes}
    member = company.slack.add_user(company.team, "Mallory", "Member", **given)
    company.intake.members.append(member)
    return member


async def test_a_full_member_with_a_confirmed_address_is_who_was_known_by_it(world: World) -> None:
    victim, member = await greta(world), add_member(world, email=EMAIL.upper())
    # Before anything is stored, the rule can be asked for.
    assert await ask(world, member, "whoami") == "\n".join([UNKNOWN, WOULD_BE.format(name=NAME)])
    assert await taken_for(world, member) == (None, None)

    assert await ask(world, member, "mode") == LOOKS_AT.format(organization="Acme", a_kind="an employee")
    assert await taken_for(world, member) == (victim, IdentityRule.EMAIL)
    assert RULE_WORDS[IdentityRule.EMAIL] in await ask(world, member, "whoami")


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        pytest.param({"guest": True}, Doubt.GUEST, id="a guest"),
        pytest.param({"single_channel_guest": True}, Doubt.GUEST, id="a guest of one channel"),
        pytest.param({"email_confirmed": False}, Doubt.UNCONFIRMED, id="an unconfirmed address"),
        pytest.param({"bot": True}, Doubt.BOT, id="a bot"),
        pytest.param({"deleted": True}, Doubt.DELETED, id="a deactivated member"),
        pytest.param({"email": None}, Doubt.NO_EMAIL, id="no address"),
        pytest.param({"email": " "}, Doubt.NO_EMAIL, id="a blank address"),
        pytest.param({"email": f"x{EMAIL}"}, Doubt.NOBODY, id="an address that ends alike"),
        pytest.param({"email": f"{EMAIL}.evil"}, Doubt.NOBODY, id="an address that begins alike"),
        pytest.param({"email": "greta%"}, Doubt.NOBODY, id="a pattern"),
    ],
)
async def test_nobody_else_is_taken_for_her(world: World, changes: dict[str, Any], doubt: Doubt) -> None:
    victim, member = await greta(world), add_member(world, **changes)
    then = WOULD_BE_NEW.format(doubt=DOUBT_WORDS[doubt])
    assert await ask(world, member, "whoami") == f"{UNKNOWN}\n{then}"
    await gains_nothing(world, member, victim)


async def test_a_foreigner_in_a_shared_channel_is_not_taken_for_her(world: World) -> None:
    slack, company, victim = world.company.slack, world.company, await greta(world)
    other = slack.add_team("Customer Inc", "customer")
    eve = slack.add_user(other, "Eve", "Elsewhere", email=EMAIL)
    everyone = [eve, company.ada, company.app.bot_user]
    shared = slack.add_channel(company.team, "acme-shared", shared_with=[other], members=everyone)
    await link(world.bot.transaction, world.acme.organization_id, shared, intake=True)
    await world.raise_issue(company.ada, shared, "Export fails")
    await world.settle()
    [message] = world.posts(shared)
    # Her commands do not reach us, but her presses do.
    assert (await slack.as_user(eve).press(message, "Close")).ok
    user, rule = await taken_for(world, eve)
    assert user is not None
    assert user.id != victim.id
    assert rule is IdentityRule.NEW


async def test_who_was_recognized_stays_so_when_the_address_changes(world: World) -> None:
    victim, member = await greta(world), add_member(world)
    await ask(world, member, "mode")
    for email in ("greta.new@acme.example", world.company.vera.email, None):
        member.email = email
        await ask(world, member, "mode")
        assert await taken_for(world, member) == (victim, IdentityRule.EMAIL)


async def test_who_was_new_gains_nothing_by_taking_her_address_later(world: World) -> None:
    victim, member = await greta(world), add_member(world, email="mallory@acme.example")
    await gains_nothing(world, member, victim)
    before = await taken_for(world, member)
    member.email, member.first_name, member.last_name = EMAIL, "Greta", "Good"
    await ask(world, member, "mode")
    assert await taken_for(world, member) == before
    member.first_name = "Mallory"
    await gains_nothing(world, member, victim)


async def test_somebody_of_another_organization_is_not_recognized_here(world: World) -> None:
    beta = await register(world.bot.transaction, world.company, "Beta", None)
    victim = await greta(world, organization_id=beta.organization_id)
    await gains_nothing(world, add_member(world), victim)


async def test_an_address_for_which_another_workspace_vouched_means_nobody_here(world: World) -> None:
    # Its admin gave themselves Greta's address, registered with it, and became a customer in a shared channel.
    intruder = await greta(world, kind=ProfileKind.CUSTOMER, vouched_by="TELSEWHERE")
    await gains_nothing(world, add_member(world), intruder)


@pytest.mark.parametrize("where", ["here", "in another workspace of the organization"])
async def test_an_address_for_which_the_organizations_own_workspace_vouched_counts(
    world: World, where: str
) -> None:
    team_id = world.company.team.id if where == "here" else "TSECOND"
    if where != "here":
        own = partial(organizations.own_workspace, organization_id=world.acme.organization_id, team_id=team_id)
        await world.bot.transaction.write(own)
    victim, member = await greta(world, vouched_by=team_id), add_member(world)
    await ask(world, member, "mode")
    assert await taken_for(world, member) == (victim, IdentityRule.EMAIL)


async def test_between_two_people_of_one_address_nobody_guesses(world: World) -> None:
    first, second, member = await greta(world), await greta(world), add_member(world)
    assert DOUBT_WORDS[Doubt.SEVERAL] in await ask(world, member, "whoami")
    await gains_nothing(world, member, first)
    user, _ = await taken_for(world, member)
    assert user is not None
    assert user.id != second.id


async def test_an_address_of_somebody_who_left_the_organization_means_nobody(world: World) -> None:
    victim, member = await greta(world), add_member(world)
    await change(world, tables.Profile, victim, active=False)
    await gains_nothing(world, member, victim)


async def test_an_address_that_nobody_vouched_for_means_nobody(world: World) -> None:
    victim, member = await greta(world), add_member(world)
    await change(world, tables.CrmUser, victim, email_trusted=False)
    await gains_nothing(world, member, victim)


async def test_somebody_who_is_switched_off_stays_so_in_a_new_account(world: World) -> None:
    victim, member = await greta(world, kind=ProfileKind.VENDOR), add_member(world)
    await change(world, tables.CrmUser, victim, active=False)
    assert await ask(world, member, "mode") == NO_MODE
    user, rule = await taken_for(world, member)
    assert user is not None
    assert (user.id, user.active, rule) == (victim.id, False, IdentityRule.EMAIL)
    assert USER_OFF in await ask(world, member, "whoami")
    for command in ("token", "people", "settings"):
        shown = seen(world, await open_modal(world, member, command))
        assert "[Save]" not in shown
        assert "[Make a token]" not in shown
    person = await world.open_form(member, world.company.intake)
    assert person.modal is not None
    assert SWITCHED_OFF in world.company.slack.as_text(person.modal)
