"""Under which profile somebody looks."""

from functools import partial

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import Mode, ProfileKind, User
from bot.errors import ForbiddenError
from bot.usecases.modes import NO_SUCH_PROFILE, mode_of, modes_of, set_mode
from storage import tables
from storage.transaction import Transaction
from tests.bot.usecases.town import become, meet, register


async def _mode(transaction: Transaction, user: User, organization_id: int | None = None) -> Mode | None:
    return await transaction.read(partial(mode_of, user_id=user.id, organization_id=organization_id))


async def _choose(transaction: Transaction, user: User, organization_id: int, kind: ProfileKind) -> None:
    await transaction.write(partial(set_mode, user_id=user.id, organization_id=organization_id, kind=kind))


async def _switch_off(transaction: Transaction, table: type[tables.Profile | tables.CrmUser], row_id: int) -> None:
    async def switch_off(session: AsyncSession) -> None:
        await session.execute(update(table).where(table.id == row_id).values(active=False))

    await transaction.write(switch_off)


async def test_before_a_choice_it_is_the_primary_profile(transaction: Transaction) -> None:
    acme = await register(transaction)
    mode = await _mode(transaction, acme.owner, acme.organization_id)
    assert mode is not None
    assert (mode.kind, mode.organization_id, mode.organization_name) == (
        ProfileKind.VENDOR,
        acme.organization_id,
        "Acme",
    )
    assert await _mode(transaction, acme.owner) == mode


async def test_a_choice_holds_until_the_next_one(transaction: Transaction) -> None:
    acme = await register(transaction)
    for kind in (ProfileKind.CUSTOMER, ProfileKind.EMPLOYEE, ProfileKind.VENDOR):
        await _choose(transaction, acme.owner, acme.organization_id, kind)
        mode = await _mode(transaction, acme.owner, acme.organization_id)
        assert mode is not None
        assert mode.kind is kind


async def test_a_choice_in_one_organization_leaves_the_other_at_its_primary_profile(
    transaction: Transaction,
) -> None:
    acme = await register(transaction)
    zeta = await register(transaction, "Zeta")
    await _choose(transaction, acme.owner, zeta.organization_id, ProfileKind.CUSTOMER)
    anywhere = await _mode(transaction, acme.owner)
    assert anywhere is not None
    assert (anywhere.organization_name, anywhere.kind) == ("Zeta", ProfileKind.CUSTOMER)
    at_acme = await _mode(transaction, acme.owner, acme.organization_id)
    assert at_acme is not None
    assert (at_acme.organization_name, at_acme.kind) == ("Acme", ProfileKind.VENDOR)


async def test_every_active_profile_is_listed_and_the_primary_one_first(transaction: Transaction) -> None:
    acme = await register(transaction)
    found = await transaction.read(partial(modes_of, user_id=acme.owner.id))
    assert [mode.kind for mode in found] == [ProfileKind.VENDOR, ProfileKind.EMPLOYEE, ProfileKind.CUSTOMER]


async def test_a_profile_that_one_has_not_cannot_be_chosen(transaction: Transaction) -> None:
    acme = await register(transaction)
    ada = await meet(transaction)
    await become(transaction, ada, acme.organization_id)
    with pytest.raises(ForbiddenError) as refusal:
        await _choose(transaction, ada, acme.organization_id, ProfileKind.VENDOR)
    assert refusal.value.sentence == NO_SUCH_PROFILE.format(kind="vendor")
    mode = await _mode(transaction, ada)
    assert mode is not None
    assert mode.kind is ProfileKind.CUSTOMER


async def test_a_profile_that_is_switched_off_is_neither_shown_nor_chosen(transaction: Transaction) -> None:
    acme = await register(transaction)
    vendor = await _mode(transaction, acme.owner)
    assert vendor is not None
    await _choose(transaction, acme.owner, acme.organization_id, ProfileKind.VENDOR)
    await _switch_off(transaction, tables.Profile, vendor.profile_id)
    mode = await _mode(transaction, acme.owner)
    assert mode is not None
    assert mode.kind is ProfileKind.EMPLOYEE
    with pytest.raises(ForbiddenError):
        await _choose(transaction, acme.owner, acme.organization_id, ProfileKind.VENDOR)


async def test_somebody_who_is_switched_off_looks_at_nothing(transaction: Transaction) -> None:
    acme = await register(transaction)
    await _switch_off(transaction, tables.CrmUser, acme.owner.id)
    assert await _mode(transaction, acme.owner) is None


async def test_a_stranger_has_no_mode(transaction: Transaction) -> None:
    await register(transaction)
    assert await _mode(transaction, await meet(transaction)) is None
