"""Who is who, and in which organization: asked of the database."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import IdentityRule, ProfileKind, SlackAccount
from storage import organizations, people, tables
from storage.transaction import RunAgainError, Transaction
from tests.storage.seeds import NOW, how_many, organization, user

ADA = SlackAccount("T1", "U1")
EMAIL = "ada@customer.example"


async def _two_organizations(session: AsyncSession) -> tuple[int, int, int]:
    """Return a user, the organization where they are a customer, and another."""
    person = await user(session)
    theirs, other = await organization(session, "Acme"), await organization(session, "Other")
    await people.add_profiles(session, person.id, theirs, [ProfileKind.CUSTOMER], NOW)
    await people.get_or_add_customer_record(session, person.id, theirs, NOW)
    await people.add_vendor_record(session, person.id, theirs, NOW)
    return person.id, theirs, other


async def test_profiles_and_records_count_in_their_own_organization_only(transaction: Transaction) -> None:
    person, theirs, other = await transaction.write(_two_organizations)

    async def look(session: AsyncSession, organization_id: int) -> tuple[object, ...]:
        return (
            await people.has_customer_profile(session, person, organization_id),
            await people.customer_record_id(session, person, organization_id) is not None,
        )

    assert await transaction.read(partial(look, organization_id=theirs)) == (True, True)
    assert await transaction.read(partial(look, organization_id=other)) == (None, False)


async def test_only_organizations_with_an_active_profile_are_somebodys(transaction: Transaction) -> None:
    person, theirs, _ = await transaction.write(_two_organizations)
    found = await transaction.read(partial(organizations.organizations_of, user_id=person))
    assert [one.id for one in found] == [theirs]

    async def switch_off(session: AsyncSession) -> None:
        await session.execute(update(tables.Profile).values(active=False))

    await transaction.write(switch_off)
    assert await transaction.read(partial(organizations.organizations_of, user_id=person)) == []


async def test_somebodys_organizations_stand_in_the_order_of_their_names(transaction: Transaction) -> None:
    async def seed(session: AsyncSession) -> int:
        person = await user(session)
        for name in ("zeta", "Alpha", "mid"):
            kinds = [ProfileKind.VENDOR, ProfileKind.CUSTOMER]
            await people.add_profiles(session, person.id, await organization(session, name), kinds, NOW)
        return person.id

    person = await transaction.write(seed)
    found = await transaction.read(partial(organizations.organizations_of, user_id=person))
    assert [one.name for one in found] == ["Alpha", "mid", "zeta"]


async def test_the_first_profile_is_the_primary_one_and_stays_it(transaction: Transaction) -> None:
    async def seed(session: AsyncSession) -> int:
        person, where = await user(session), await organization(session)
        await people.add_profiles(session, person.id, where, [ProfileKind.VENDOR, ProfileKind.EMPLOYEE], NOW)
        await people.add_profiles(session, person.id, where, [ProfileKind.CUSTOMER, ProfileKind.VENDOR], NOW)
        return person.id

    async def look(session: AsyncSession, person: int) -> list[tuple[str, bool]]:
        query = select(tables.Profile.kind, tables.Profile.is_primary).where(tables.Profile.user_id == person)
        return [(row.kind, row.is_primary) for row in await session.execute(query.order_by(tables.Profile.id))]

    person = await transaction.write(seed)
    assert await transaction.read(partial(look, person=person)) == [
        ("vendor", True),
        ("employee", False),
        ("customer", False),
    ]


async def test_twenty_first_customers_at_once_are_one_record(transaction: Transaction) -> None:
    person, where = await transaction.write(_person_somewhere)
    become = partial(people.get_or_add_customer_record, user_id=person, organization_id=where, now=NOW)
    answers = await asyncio.gather(*(transaction.write(become) for _ in range(20)))
    assert len({record for record, _ in answers}) == 1
    assert sum(was_added for _, was_added in answers) == 1
    assert await how_many(transaction, tables.CustomerRecord) == 1


async def _person_somewhere(session: AsyncSession) -> tuple[int, int]:
    return (await user(session)).id, await organization(session)


async def test_a_slack_account_is_one_user_and_is_not_taken_by_another(transaction: Transaction) -> None:
    async def remember(session: AsyncSession) -> int:
        person = await user(session)
        await people.add_identity(session, ADA, person.id, IdentityRule.NEW, NOW)
        return person.id

    person = await transaction.write(remember)
    with pytest.raises(RunAgainError):
        await transaction.read(remember)
    known = await transaction.read(partial(people.user_of, account=ADA))
    assert known is not None
    assert known.id == person


@pytest.mark.parametrize("stranger", [SlackAccount("T2", "U1"), SlackAccount("T1", "U2")])
async def test_an_id_of_slack_means_somebody_only_with_its_team(
    transaction: Transaction, stranger: SlackAccount
) -> None:
    async def remember(session: AsyncSession) -> None:
        await people.add_identity(session, ADA, (await user(session)).id, IdentityRule.NEW, NOW)

    await transaction.write(remember)
    assert await transaction.read(partial(people.user_of, account=stranger)) is None


async def test_somebody_is_written_to_at_the_account_that_was_known_first(transaction: Transaction) -> None:
    async def seed(session: AsyncSession) -> int:
        person = await user(session)
        for moment, account in ((3, SlackAccount("T1", "U3")), (1, SlackAccount("T9", "U1"))):
            when = NOW.replace(minute=moment)
            await people.add_identity(session, account, person.id, IdentityRule.NEW, when)
        return person.id

    person = await transaction.write(seed)
    found = await transaction.read(partial(people.slack_account_of, user_id=person))
    assert found == SlackAccount("T9", "U1")


async def _member(session: AsyncSession, *, trusted: bool = True, active: bool = True, owns: str = "T1") -> None:
    """Add somebody with an e-mail and a profile in an organization that owns a workspace."""
    person, where = await user(session, email=EMAIL, trusted=trusted), await organization(session)
    await people.add_profiles(session, person.id, where, [ProfileKind.CUSTOMER], NOW)
    await organizations.own_workspace(session, where, owns)
    await session.execute(update(tables.Profile).values(active=active))


async def _matches(transaction: Transaction, email: str = EMAIL) -> int:
    match = partial(people.users_with_trusted_email, email=email, team_id="T1")
    return len(await transaction.read(match))


async def test_an_email_matches_within_a_workspace_of_the_persons_organization(transaction: Transaction) -> None:
    await transaction.write(_member)
    assert await _matches(transaction) == 1
    assert await _matches(transaction, "other@customer.example") == 0


@pytest.mark.parametrize(
    "member",
    [
        pytest.param(partial(_member, trusted=False), id="the stored e-mail is not trusted"),
        pytest.param(partial(_member, active=False), id="the profile is switched off"),
        pytest.param(partial(_member, owns="T2"), id="the organization owns another workspace"),
    ],
)
async def test_an_email_matches_nobody_otherwise(
    transaction: Transaction, member: Callable[[AsyncSession], Awaitable[None]]
) -> None:
    await transaction.write(member)
    assert await _matches(transaction) == 0
