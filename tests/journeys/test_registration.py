"""``/threadline register``: who may, with what, and what stands afterwards."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import Organization
from bot.domain.people import SlackAccount, User
from bot.usecases.register import INVITE_REFUSED, NAME_TAKEN, invite
from bot.usecases.register_in_slack import ADMINS_ONLY
from bot.views.register_modal import CODE_LABEL, MODAL_TITLE, NEXT_STEPS, REGISTERED
from sandbox import slack as sandbox
from sandbox.faults import Answer, Fault
from sandbox.slack import Person, SubmitResult
from storage import organizations, people, tables
from tests.world import World


async def open_form(world: World, who: sandbox.User) -> Person:
    """Let somebody type the command in the intake channel."""
    person = world.company.slack.as_user(who)
    world.company.slack.invite(world.company.intake, who)
    assert (await person.slash(world.company.intake, "/threadline", "register")).ok
    return person


async def submitted(person: Person, name: str, code: str = "") -> SubmitResult:
    """Let somebody fill in and submit the form."""
    person.fill("Organization", name)
    person.fill(CODE_LABEL, code)
    return await person.submit()


async def user_of(world: World, who: sandbox.User) -> User | None:
    account = SlackAccount(who.team.id, who.id)
    return await world.bot.transaction.read(partial(people.user_of, account=account))


async def organizations_of(world: World, user: User) -> list[Organization]:
    return await world.bot.transaction.read(partial(organizations.organizations_of, user_id=user.id))


async def rows(world: World, table: Any) -> list[Any]:
    async def look(session: AsyncSession) -> list[Any]:
        return list(await session.scalars(select(table)))

    return await world.bot.transaction.read(look)


async def new_code(world: World) -> str:
    return await world.bot.transaction.write(partial(invite, now=world.bot.clock()))


async def test_an_owner_of_the_workspace_registers_and_reads_what_to_do_next(world: World) -> None:
    slack = world.company.slack
    olga = slack.add_user(world.company.team, "Olga", "Owner", email="Olga@Beta.example", owner=True)
    person = await open_form(world, olga)
    # Complete at once: nothing was asked before it.
    assert not slack.calls_of("users.info")
    assert person.labels() == ["Organization", CODE_LABEL]
    result = await submitted(person, " Beta  Ltd. ")
    assert not result.errors
    await world.settle()

    assert person.modal is not None
    shown = slack.as_text(person.modal)
    assert shown.startswith(f"== {MODAL_TITLE} ==\n{REGISTERED.format(organization='Beta Ltd.')}")
    assert all(step.replace("`", "") in shown for step in NEXT_STEPS)
    user = await user_of(world, olga)
    assert user is not None
    assert (user.email, user.first_name, user.last_name) == ("olga@beta.example", "Olga", "Owner")
    [beta] = await organizations_of(world, user)
    assert (beta.name, beta.owner_user_id) == ("Beta Ltd.", user.id)
    # The Linear team is looked for by itself: Acme has the one of its own name, so the other one is taken.
    assert beta.linear_team_id is not None
    owners = {(row.team_id, row.organization_id) for row in await rows(world, tables.WorkspaceOwner)}
    assert (world.company.team.id, beta.id) in owners
    kinds = [row.kind for row in await rows(world, tables.Profile) if row.organization_id == beta.id]
    assert sorted(kinds) == ["customer", "employee", "vendor"]


async def test_an_admin_who_is_known_already_stays_the_same_person(world: World) -> None:
    vera = await user_of(world, world.company.vera)
    assert vera is not None
    person = await open_form(world, world.company.vera)
    assert not (await submitted(person, "Beta")).errors
    assert [organization.name for organization in await organizations_of(world, vera)] == ["Acme", "Beta"]
    assert len(await rows(world, tables.CrmUser)) == 1


async def test_an_admin_whose_address_is_known_stays_the_same_person(world: World) -> None:
    company = world.company
    again = company.slack.add_user(company.team, "V.", "Vendor", email="Vera@acme.example", admin=True)
    person = await open_form(world, again)
    assert not (await submitted(person, "Beta")).errors
    assert len(await rows(world, tables.CrmUser)) == 1
    assert await user_of(world, again) == await user_of(world, company.vera)


async def test_an_address_that_is_not_confirmed_is_not_kept_as_trusted(world: World) -> None:
    company = world.company
    olga = company.slack.add_user(
        company.team, "Olga", "Owner", email="olga@beta.example", email_confirmed=False, owner=True
    )
    person = await open_form(world, olga)
    assert not (await submitted(person, "Beta")).errors
    user = await user_of(world, olga)
    assert user is not None
    assert user.email is None


async def test_who_is_no_admin_is_told_who_can_help_and_nothing_is_stored(world: World) -> None:
    for who in (world.company.victor, world.company.bo):
        person = await open_form(world, who)
        result = await submitted(person, "Beta")
        assert result.errors == {CODE_LABEL: ADMINS_ONLY}
        assert person.value("Organization") == "Beta"
        assert await user_of(world, who) is None
    assert len(await rows(world, tables.Organization)) == 1


async def test_a_guest_with_a_code_registers_once_with_it(world: World) -> None:
    company, code = world.company, await new_code(world)
    person = await open_form(world, company.bo)
    assert (await submitted(person, "Acme", code)).errors == {"Organization": NAME_TAKEN.format(name="Acme")}
    # The refusal did not use it up.
    assert not (await submitted(person, "Beta", f" {code} ")).errors
    bo = await user_of(world, company.bo)
    assert bo is not None
    assert [organization.name for organization in await organizations_of(world, bo)] == ["Beta"]

    other = await open_form(world, company.victor)
    assert (await submitted(other, "Gamma", code)).errors == {CODE_LABEL: INVITE_REFUSED}
    assert (await submitted(other, "Gamma", "made up")).errors == {CODE_LABEL: INVITE_REFUSED}
    assert len(await rows(world, tables.Organization)) == 2


async def test_an_admin_needs_no_code_and_uses_none_up(world: World) -> None:
    code = await new_code(world)
    assert not (await submitted(await open_form(world, world.company.vera), "Beta", code)).errors
    assert not (await submitted(await open_form(world, world.company.bo), "Gamma", code)).errors


async def test_a_taken_name_is_said_beside_it_and_changes_nothing(world: World) -> None:
    person = await open_form(world, world.company.vera)
    result = await submitted(person, "ACME")
    assert result.errors == {"Organization": NAME_TAKEN.format(name="ACME")}
    assert len(await rows(world, tables.Organization)) == 1
    assert len(await rows(world, tables.Profile)) == 3


async def test_a_name_of_blanks_is_said_beside_it(world: World) -> None:
    person = await open_form(world, world.company.vera)
    assert set((await submitted(person, "  \u200b ")).errors) == {"Organization"}


async def test_the_same_submission_sent_twice_is_the_same_success(world: World) -> None:
    slack, code = world.company.slack, await new_code(world)
    person = await open_form(world, world.company.bo)
    assert not (await submitted(person, "Beta", code)).errors
    [submission] = [each for each in slack.deliveries if each.kind == "view_submission"]
    again = await slack.deliver_again(submission)
    assert (again.status, again.answer) == (200, submission.answer)
    assert REGISTERED.format(organization="Beta") in again.answer
    assert len(await rows(world, tables.Organization)) == 2


@pytest.mark.both_databases
async def test_two_submissions_of_one_name_at_once_make_one_organization(world: World) -> None:
    people_of = [await open_form(world, world.company.vera) for _ in range(2)]
    for person in people_of:
        person.fill("Organization", "Beta")
    first, second = [await person.submit() for person in people_of]
    assert [first.errors, second.errors] == [{}, {"Organization": NAME_TAKEN.format(name="Beta")}]


async def test_slack_that_does_not_tell_who_somebody_is_registers_nothing(world: World) -> None:
    person = await open_form(world, world.company.vera)
    world.company.slack.faults.plant("users.info", Fault(answer=Answer(500, "away", content_type="text/plain")))
    result = await submitted(person, "Beta")
    assert set(result.errors) == {"Organization"}
    assert len(await rows(world, tables.Organization)) == 1
    assert not (await person.submit()).errors
