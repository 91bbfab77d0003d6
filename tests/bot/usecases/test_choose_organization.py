"""With whom somebody may raise an issue, from where they are."""

from functools import partial

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import ChannelAddress, ChannelLink
from bot.domain.people import ProfileKind, User
from bot.errors import ForbiddenError, NotFoundError
from bot.usecases.choose_organization import (
    NO_PROFILE,
    NOT_THERE,
    NOWHERE,
    SWITCHED_OFF,
    Options,
    check_may_raise,
    find_options,
    pick,
)
from storage import organizations, people, tables
from storage.transaction import Transaction
from tests.bot.usecases.town import ADA, DESK, HELP, RANDOM, VERA, become, channel, counts, link, meet, register


@pytest.fixture
async def acme(transaction: Transaction) -> int:
    return (await register(transaction, "Acme")).organization_id


@pytest.fixture
async def other(transaction: Transaction) -> int:
    return (await register(transaction, "Other", account=VERA)).organization_id


@pytest.fixture
async def ada(transaction: Transaction) -> User:
    return await meet(transaction)


async def _options(transaction: Transaction, user: User, origin: ChannelAddress | None = None) -> Options:
    return await transaction.read(partial(find_options, user=user, origin=origin))


async def _refusal(transaction: Transaction, user: User, origin: ChannelAddress | None = None) -> str:
    before = await counts(transaction)
    with pytest.raises(ForbiddenError) as refusal:
        await _options(transaction, user, origin)
    assert await counts(transaction) == before
    return refusal.value.sentence


def _ids(options: Options) -> list[int]:
    return [organization.id for organization in options.organizations]


async def test_in_a_linked_channel_it_is_the_channels_organization(
    transaction: Transaction, acme: int, other: int, ada: User
) -> None:
    linked = await link(transaction, channel(acme, HELP))
    await become(transaction, ada, acme)
    await become(transaction, ada, other)
    options = await _options(transaction, ada, HELP)
    assert (_ids(options), options.origin) == ([acme], linked)


async def test_anybody_may_raise_in_an_open_intake_channel(transaction: Transaction, acme: int, ada: User) -> None:
    await link(transaction, channel(acme, HELP))
    assert _ids(await _options(transaction, ada, HELP)) == [acme]


@pytest.mark.parametrize("origin", [None, RANDOM])
async def test_elsewhere_it_is_the_only_organization_of_the_person(
    transaction: Transaction, acme: int, other: int, ada: User, origin: ChannelAddress | None
) -> None:
    del acme
    await become(transaction, ada, other)
    options = await _options(transaction, ada, origin)
    assert (_ids(options), options.origin) == ([other], None)


async def test_elsewhere_somebody_of_several_organizations_has_the_choice(
    transaction: Transaction, acme: int, other: int, ada: User
) -> None:
    await become(transaction, ada, other)
    await become(transaction, ada, acme)
    options = await _options(transaction, ada)
    assert _ids(options) == [acme, other]
    assert pick(options, None) is None
    chosen = pick(options, other)
    assert chosen is not None
    assert chosen.id == other


async def test_what_is_not_among_the_options_cannot_be_chosen(
    transaction: Transaction, acme: int, other: int, ada: User
) -> None:
    third = await register(transaction, "Third")
    await become(transaction, ada, other)
    await become(transaction, ada, acme)
    with pytest.raises(NotFoundError):
        pick(await _options(transaction, ada), third.organization_id)


async def test_what_was_chosen_is_refused_where_another_is_the_only_one_left(
    transaction: Transaction, acme: int, other: int, ada: User
) -> None:
    await become(transaction, ada, acme)
    options = await _options(transaction, ada)
    only = pick(options, None)
    assert only is not None
    assert only == pick(options, acme)
    with pytest.raises(NotFoundError, match=NOT_THERE):
        pick(options, other)


async def test_somebody_without_any_organization_is_told_where_to_go(
    transaction: Transaction, acme: int, ada: User
) -> None:
    del acme
    assert await _refusal(transaction, ada) == NOWHERE
    assert await _refusal(transaction, ada, RANDOM) == NOWHERE


async def test_a_vendor_who_is_no_customer_is_told_so(transaction: Transaction, acme: int, ada: User) -> None:
    await become(transaction, ada, acme, ProfileKind.VENDOR)
    assert await _refusal(transaction, ada) == NO_PROFILE.format(name="Acme")


async def test_a_triage_channel_makes_nobody_a_customer(transaction: Transaction, acme: int, ada: User) -> None:
    await link(transaction, channel(acme, DESK, intake=False, triage=True))
    assert await _refusal(transaction, ada, DESK) == NO_PROFILE.format(name="Acme")


async def test_a_customer_may_raise_in_any_channel_of_the_organization(
    transaction: Transaction, acme: int, ada: User
) -> None:
    await link(transaction, channel(acme, DESK, intake=False, triage=True))
    await become(transaction, ada, acme)
    assert _ids(await _options(transaction, ada, DESK)) == [acme]


@pytest.mark.parametrize("origin", [None, HELP])
async def test_a_customer_who_was_switched_off_does_not_switch_on_again(
    transaction: Transaction, acme: int, ada: User, origin: ChannelAddress | None
) -> None:
    await link(transaction, channel(acme, HELP))
    await become(transaction, ada, acme, ProfileKind.EMPLOYEE, ProfileKind.CUSTOMER)

    async def switch_off(session: AsyncSession) -> None:
        customers = update(tables.Profile).where(tables.Profile.kind == ProfileKind.CUSTOMER)
        await session.execute(customers.values(active=False))

    await transaction.write(switch_off)
    assert await _refusal(transaction, ada, origin) == NO_PROFILE.format(name="Acme")


async def test_a_vendor_whose_profile_is_off_comes_not_in_again_as_a_customer(
    transaction: Transaction, acme: int, ada: User
) -> None:
    await link(transaction, channel(acme, HELP))
    await become(transaction, ada, acme, ProfileKind.EMPLOYEE, ProfileKind.VENDOR)

    async def switch(session: AsyncSession, *, active: bool) -> None:
        profiles = update(tables.Profile).where(tables.Profile.user_id == ada.id)
        await session.execute(profiles.values(active=False))
        await session.execute(profiles.where(tables.Profile.kind == ProfileKind.EMPLOYEE).values(active=active))

    await transaction.write(partial(switch, active=True))
    assert _ids(await _options(transaction, ada, HELP)) == [acme]
    await transaction.write(partial(switch, active=False))
    assert await _refusal(transaction, ada, HELP) == NO_PROFILE.format(name="Acme")


@pytest.mark.parametrize("origin", [None, HELP])
async def test_a_person_who_was_switched_off_raises_nothing_anywhere(
    transaction: Transaction, acme: int, ada: User, origin: ChannelAddress | None
) -> None:
    await link(transaction, channel(acme, HELP))
    await become(transaction, ada, acme)

    async def switch_off(session: AsyncSession) -> None:
        await session.execute(update(tables.CrmUser).values(active=False))

    await transaction.write(switch_off)
    known = await transaction.read(partial(people.user_of, account=ADA))
    assert known is not None
    assert await _refusal(transaction, known, origin) == SWITCHED_OFF


async def test_where_customers_are_invited_the_channel_makes_none(
    transaction: Transaction, acme: int, ada: User
) -> None:
    await link(transaction, channel(acme, HELP))

    async def invite_only(session: AsyncSession) -> None:
        await session.execute(update(tables.Organization).values(customers_join="invited"))

    await transaction.write(invite_only)
    assert await _refusal(transaction, ada, HELP) == NO_PROFILE.format(name="Acme")
    await become(transaction, ada, acme)
    assert _ids(await _options(transaction, ada, HELP)) == [acme]


async def test_the_intake_channel_of_another_organization_lets_nobody_join_mine(
    transaction: Transaction, acme: int, other: int, ada: User
) -> None:
    theirs: ChannelLink = await link(transaction, channel(other, HELP))
    mine = await transaction.read(partial(organizations.organization, organization_id=acme))
    check = partial(check_may_raise, user=ada, organization=mine, origin=theirs)
    with pytest.raises(ForbiddenError) as refusal:
        await transaction.read(check)
    assert refusal.value.sentence == NO_PROFILE.format(name="Acme")
    assert _ids(await _options(transaction, ada, HELP)) == [other]
