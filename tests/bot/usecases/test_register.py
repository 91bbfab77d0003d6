"""Registering an organization: everything, or nothing."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.effects import EffectKind
from bot.domain.organizations import NAME_LIMIT
from bot.errors import ConflictError, ForbiddenError, InvalidError
from bot.usecases.register import INVITE_DAYS, INVITE_REFUSED, NAME_TAKEN, invite, register_organization, use_invite
from storage import people, tables
from storage.transaction import Transaction
from tests.bot.usecases.town import ADA, BO, TEAM, VERA, counts, no_row_fits_into, register, registration
from tests.storage.seeds import NOW

pytestmark = pytest.mark.both_databases


async def _profiles(transaction: Transaction, organization_id: int) -> list[tuple[str, bool, bool]]:
    async def look(session: AsyncSession) -> list[tuple[str, bool, bool]]:
        table = tables.Profile
        query = select(table).where(table.organization_id == organization_id).order_by(table.id)
        return [(row.kind, row.active, row.is_primary) for row in await session.scalars(query)]

    return await transaction.read(look)


async def test_the_owner_is_vendor_employee_and_customer_and_first_of_all_vendor(transaction: Transaction) -> None:
    acme = await register(transaction)
    assert await _profiles(transaction, acme.organization_id) == [
        ("vendor", True, True),
        ("employee", True, False),
        ("customer", True, False),
    ]


async def test_the_owner_has_a_vendor_record_and_no_customer_record_yet(transaction: Transaction) -> None:
    acme = await register(transaction)

    async def look(session: AsyncSession) -> list[tuple[int, int]]:
        return [(row.user_id, row.organization_id) for row in await session.scalars(select(tables.VendorRecord))]

    assert await transaction.read(look) == [(acme.owner.id, acme.organization_id)]
    assert (await counts(transaction))["customer_record"] == 0


async def test_the_organization_is_stored_with_its_owner_and_workspace(transaction: Transaction) -> None:
    acme = await register(transaction, "  Acme \n Ltd. ")

    async def look(session: AsyncSession) -> tuple[tables.Organization, tables.CrmUser, tables.WorkspaceOwner]:
        owns = await session.scalars(select(tables.WorkspaceOwner))
        owner = await session.get_one(tables.CrmUser, acme.owner.id)
        return await session.get_one(tables.Organization, acme.organization_id), owner, owns.one()

    organization, owner, owns = await transaction.read(look)
    assert (organization.name, organization.slug, acme.slug) == ("Acme Ltd.", "acme-ltd", "acme-ltd")
    assert (organization.owner_user_id, organization.customers_join) == (owner.id, "open")
    assert (owner.email, owner.email_trusted) == ("vera@acme.example", True)
    assert (owns.team_id, owns.organization_id) == (TEAM, acme.organization_id)
    known = await transaction.read(partial(people.user_of, account=VERA))
    assert known == acme.owner


async def test_a_linear_team_is_owed_to_the_organization(transaction: Transaction) -> None:
    acme = await register(transaction)

    async def look(session: AsyncSession) -> list[tuple[str, object]]:
        return [(effect.kind, effect.about) for effect in await session.scalars(select(tables.Effect))]

    assert await transaction.read(look) == [
        (EffectKind.LINEAR_CONFIGURE_TEAM, {"organization_id": acme.organization_id})
    ]


async def test_without_an_account_nobody_is_tied_to_slack(transaction: Transaction) -> None:
    await register(transaction, account=None)
    seen = await counts(transaction)
    assert (seen["slack_identity"], seen["workspace_owner"], seen["profile"]) == (0, 0, 3)


async def test_an_organization_may_be_registered_without_its_workspace(transaction: Transaction) -> None:
    await register(transaction, owns_workspace=False)
    seen = await counts(transaction)
    assert (seen["slack_identity"], seen["workspace_owner"]) == (1, 0)


async def test_an_owner_without_an_email_has_none_that_is_trusted(transaction: Transaction) -> None:
    acme = await register(transaction, email=None)

    async def look(session: AsyncSession) -> tuple[str | None, bool]:
        owner = await session.get_one(tables.CrmUser, acme.owner.id)
        return owner.email, owner.email_trusted

    assert await transaction.read(look) == (None, False)


@pytest.mark.parametrize(
    "name",
    [
        "Acme, Inc.",
        "ACME, INC.",
        "acme inc",
        " Acme  Inc ",
        "Acme_Inc",
        "\N{FULLWIDTH LATIN CAPITAL LETTER A}cme Inc",
    ],
)
async def test_a_taken_name_or_slug_changes_nothing(transaction: Transaction, name: str) -> None:
    await register(transaction, "Acme, Inc.")
    before = await counts(transaction)
    with pytest.raises(ConflictError) as refusal:
        await register(transaction, name, account=ADA, email="ada@other.example")
    assert refusal.value.sentence == NAME_TAKEN.format(name=" ".join(name.split()))
    assert await counts(transaction) == before


@pytest.mark.parametrize("name", ["", "   ", "\x00", "x" * (NAME_LIMIT + 1)])
async def test_a_name_that_cannot_be_used_changes_nothing(transaction: Transaction, name: str) -> None:
    with pytest.raises(InvalidError):
        await register(transaction, name)
    assert set((await counts(transaction)).values()) == {0}


@pytest.mark.parametrize("table", ["vendor_record", "workspace_owner", "effect"])
async def test_a_registration_that_breaks_half_way_leaves_nothing(
    engine: AsyncEngine, transaction: Transaction, table: str
) -> None:
    async with no_row_fits_into(engine, table):
        with pytest.raises(DBAPIError):
            await register(transaction)
    assert set((await counts(transaction)).values()) == {0}


async def test_of_many_who_register_one_name_at_once_one_has_it(transaction: Transaction) -> None:
    attempts = [register(transaction, account=None, email=f"vendor{number}@x.example") for number in range(10)]
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(answer, ConflictError) for answer in answers) == 9
    seen = await counts(transaction)
    assert (seen["organization"], seen["crm_user"], seen["profile"], seen["effect"]) == (1, 1, 3, 1)


async def test_a_known_account_registers_a_second_organization_as_the_same_person(transaction: Transaction) -> None:
    acme = await register(transaction)
    beta = await register(transaction, "Beta", first_name="Somebody", email="else@x.example")
    assert beta.owner == acme.owner
    assert beta.organization_id != acme.organization_id
    assert len(await _profiles(transaction, beta.organization_id)) == 3
    seen = await counts(transaction)
    assert (seen["crm_user"], seen["slack_identity"], seen["workspace_owner"]) == (1, 1, 2)


async def _code(transaction: Transaction) -> str:
    return await transaction.write(partial(invite, now=NOW))


async def _register_with(transaction: Transaction, code: str, name: str, days: float = 0.0) -> None:
    moment = NOW + timedelta(days=days)

    async def work(session: AsyncSession) -> None:
        await use_invite(session, code, moment)
        await register_organization(session, registration(name, account=BO), moment)

    await transaction.write(work)


async def test_a_code_registers_one_organization(transaction: Transaction) -> None:
    code = await _code(transaction)
    await _register_with(transaction, f" {code}\n", "Acme")
    with pytest.raises(ForbiddenError, match="not valid"):
        await _register_with(transaction, code, "Beta")
    assert (await counts(transaction))["organization"] == 1


async def test_a_code_is_not_used_up_by_a_registration_that_fails(transaction: Transaction) -> None:
    await register(transaction, "Acme")
    code = await _code(transaction)
    with pytest.raises(ConflictError):
        await _register_with(transaction, code, "Acme")
    await _register_with(transaction, code, "Beta")


async def test_a_code_ends_after_its_days(transaction: Transaction) -> None:
    code = await _code(transaction)
    with pytest.raises(ForbiddenError) as refusal:
        await _register_with(transaction, code, "Acme", days=INVITE_DAYS)
    assert refusal.value.sentence == INVITE_REFUSED
    await _register_with(transaction, code, "Acme", days=INVITE_DAYS - 0.01)


async def test_codes_differ_and_are_not_stored(transaction: Transaction) -> None:
    codes = {await _code(transaction) for _ in range(3)}

    async def look(session: AsyncSession) -> set[str]:
        return set(await session.scalars(select(tables.Invite.code_hash)))

    stored = await transaction.read(look)
    assert len(codes) == len(stored) == 3
    assert not codes & stored
