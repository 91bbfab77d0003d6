"""What people are in organizations: set exactly, kept apart, listed in order."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import HeldProfile, ProfileKind
from storage import organizations, people, profiles, tables
from storage.transaction import Transaction
from tests.storage.seeds import NOW, added, user

VENDOR, EMPLOYEE, CUSTOMER = ProfileKind.VENDOR, ProfileKind.EMPLOYEE, ProfileKind.CUSTOMER


@pytest.fixture
async def acme(transaction: Transaction) -> int:
    return await added(transaction, "Acme")


@pytest.fixture
async def other(transaction: Transaction) -> int:
    return await added(transaction, "Other")


@pytest.fixture
async def ada(transaction: Transaction) -> int:
    return (await transaction.write(user)).id


async def be(transaction: Transaction, who: int, where: int, *kinds: ProfileKind) -> None:
    """Let somebody be exactly this."""
    await transaction.write(
        partial(profiles.set_profiles, user_id=who, organization_id=where, kinds=kinds, now=NOW)
    )


async def held(transaction: Transaction, who: int) -> list[HeldProfile]:
    return await transaction.read(partial(profiles.profiles_of, user_id=who))


async def told(transaction: Transaction, who: int, where: int) -> dict[str, str]:
    """Return what somebody is and was there: each kind with its marks."""
    return {
        profile.kind: ("primary " if profile.primary else "") + ("on" if profile.active else "off")
        for profile in await held(transaction, who)
        if profile.organization_id == where
    }


async def test_exactly_the_named_ones_are_active_and_one_is_primary(
    transaction: Transaction, acme: int, ada: int
) -> None:
    for kinds, becomes in (
        ((CUSTOMER, VENDOR), {"vendor": "primary on", "customer": "on"}),
        ((CUSTOMER, EMPLOYEE), {"vendor": "off", "employee": "primary on", "customer": "on"}),
        # The primary one stays it while it is active.
        ((VENDOR, EMPLOYEE), {"vendor": "on", "employee": "primary on", "customer": "off"}),
        ((), {"vendor": "off", "employee": "primary off", "customer": "off"}),
        ((CUSTOMER,), {"vendor": "off", "employee": "off", "customer": "primary on"}),
    ):
        for _ in range(2):
            await be(transaction, ada, acme, *kinds)
            assert await told(transaction, ada, acme) == becomes


async def test_nobody_and_nothing_else_is_touched(
    transaction: Transaction, acme: int, other: int, ada: int
) -> None:
    bo = (await transaction.write(user)).id
    for who, where in ((ada, acme), (ada, other), (bo, acme)):
        await be(transaction, who, where, VENDOR, CUSTOMER)
    await be(transaction, ada, acme)
    assert await told(transaction, ada, acme) == {"vendor": "primary off", "customer": "off"}
    for who, where in ((ada, other), (bo, acme)):
        assert await told(transaction, who, where) == {"vendor": "primary on", "customer": "on"}


async def test_many_at_once_leave_what_one_of_them_wanted(transaction: Transaction, acme: int, ada: int) -> None:
    wanted = [(VENDOR,), (EMPLOYEE,), (CUSTOMER,), (VENDOR, CUSTOMER), ()]
    await asyncio.gather(*(be(transaction, ada, acme, *kinds) for kinds in wanted * 4))
    active = {profile.kind for profile in await held(transaction, ada) if profile.active}
    assert active in [set(kinds) for kinds in wanted]
    assert sum(profile.primary for profile in await held(transaction, ada)) == 1


async def test_joining_while_the_owner_decides_leaves_one_primary(
    transaction: Transaction, acme: int, ada: int
) -> None:
    join = partial(people.add_profiles, user_id=ada, organization_id=acme, kinds=[CUSTOMER], now=NOW)
    await asyncio.gather(be(transaction, ada, acme, VENDOR), transaction.write(join), transaction.write(join))
    assert sum(profile.primary for profile in await held(transaction, ada)) == 1


async def test_profiles_are_told_by_organization_with_its_owner(transaction: Transaction, acme: int) -> None:
    owner = await transaction.read(partial(organizations.organization, organization_id=acme))
    await be(transaction, owner.owner_user_id, acme, VENDOR)
    beta = await added(transaction, "Beta")
    await be(transaction, owner.owner_user_id, beta, CUSTOMER)
    assert [
        (one.organization_name, one.kind, one.owner) for one in await held(transaction, owner.owner_user_id)
    ] == [
        ("Acme", VENDOR, True),
        ("Beta", CUSTOMER, False),
    ]
    assert await transaction.read(partial(profiles.has_profiles, user_id=owner.owner_user_id, organization_id=beta))
    assert not await transaction.read(partial(profiles.has_profiles, user_id=999, organization_id=beta))


async def test_people_are_listed_by_what_they_are_and_by_name_in_their_own_organization(
    transaction: Transaction, acme: int, other: int
) -> None:
    async def add(session: AsyncSession, first: str, where: int, *kinds: ProfileKind, active: bool = True) -> None:
        one = await people.add_user(
            session, email=None, email_trusted=False, first_name=first, last_name="", now=NOW
        )
        await profiles.set_profiles(session, one.id, where, kinds, NOW)
        if not active:
            await profiles.set_profiles(session, one.id, where, (), NOW)

    async def seed(session: AsyncSession) -> None:
        await add(session, "zoe", acme, CUSTOMER)
        await add(session, "Carl", acme, CUSTOMER)
        await add(session, "off", acme, VENDOR, CUSTOMER, active=False)
        await add(session, "Emma", acme, EMPLOYEE, CUSTOMER)
        await add(session, "Vic", acme, VENDOR)
        await add(session, "Else", other, VENDOR)

    async def names(where: int, limit: int = 9) -> list[str]:
        found = await transaction.read(partial(profiles.people_of, organization_id=where, limit=limit))
        return [one.user.first_name for one in found]

    await transaction.write(seed)
    assert await names(acme) == ["Vic", "Emma", "Carl", "zoe", "off"]
    assert await names(acme, 2) == ["Vic", "Emma"]
    assert await names(other) == ["Else"]
    assert await transaction.read(partial(profiles.count_people, organization_id=acme)) == 5
    last = (await transaction.read(partial(profiles.people_of, organization_id=acme, limit=9)))[-1]
    assert (last.kinds, last.switched_off, last.owner) == ([], [VENDOR, CUSTOMER], False)


@pytest.mark.parametrize("lost", ["profile", "user", "ownership"])
async def test_an_owner_administers_while_they_are_an_active_vendor(
    transaction: Transaction, acme: int, ada: int, lost: str
) -> None:
    owner = (await transaction.read(partial(organizations.organization, organization_id=acme))).owner_user_id

    async def owned() -> list[int]:
        found = await transaction.read(partial(organizations.organizations_owned_by, user_id=owner))
        return [one.id for one in found]

    assert await owned() == []
    await be(transaction, owner, acme, VENDOR)
    await be(transaction, ada, acme, VENDOR)
    assert await owned() == [acme]

    async def lose(session: AsyncSession) -> None:
        if lost == "profile":
            await profiles.set_profiles(session, owner, acme, (EMPLOYEE, CUSTOMER), NOW)
        elif lost == "user":
            await session.execute(update(tables.CrmUser).where(tables.CrmUser.id == owner).values(active=False))
        else:
            await session.execute(update(tables.Organization).values(owner_user_id=ada))

    await transaction.write(lose)
    assert await owned() == []
