"""What a channel is to an organization, and when it cannot be that."""

import asyncio
from functools import partial

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.organizations import ChannelAddress, ChannelLink, Organization
from bot.domain.people import ProfileKind, User
from bot.errors import ConflictError, ForbiddenError
from bot.usecases.link_channel import CHANNEL_TAKEN, TRIAGE_TAKEN, VENDORS_ONLY, link_channel_for
from bot.usecases.unlink_channel import unlink_channel_for
from storage import channels
from storage.transaction import Transaction
from tests.bot.usecases.town import (
    DESK,
    HELP,
    VERA,
    become,
    channel,
    counts,
    link,
    meet,
    member,
    no_row_fits_into,
    register,
)
from tests.storage.seeds import NOW

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def acme(transaction: Transaction) -> int:
    return (await register(transaction, "Acme")).organization_id


@pytest.fixture
async def other(transaction: Transaction) -> int:
    return (await register(transaction, "Other", account=VERA)).organization_id


async def test_a_channel_is_linked_and_changed_within_its_organization(transaction: Transaction, acme: int) -> None:
    await link(transaction, channel(acme, HELP))
    both = await link(transaction, channel(acme, HELP, triage=True))
    again = await link(transaction, channel(acme, HELP, intake=False, triage=True))
    assert both != again
    assert await transaction.read(partial(channels.channel_link, address=HELP)) == again
    assert (await counts(transaction))["channel_link"] == 1


async def test_a_channel_of_another_organization_stays_theirs(
    transaction: Transaction, acme: int, other: int
) -> None:
    first = await link(transaction, channel(acme, HELP))
    with pytest.raises(ConflictError) as refusal:
        await link(transaction, channel(other, HELP))
    assert refusal.value.sentence == CHANNEL_TAKEN
    assert await transaction.read(partial(channels.channel_link, address=HELP)) == first


async def test_a_second_triage_channel_is_refused(transaction: Transaction, acme: int) -> None:
    await link(transaction, channel(acme, DESK, intake=False, triage=True))
    with pytest.raises(ConflictError) as refusal:
        await link(transaction, channel(acme, HELP, triage=True))
    assert refusal.value.sentence == TRIAGE_TAKEN.format(organization="Acme")
    assert await transaction.read(partial(channels.channel_link, address=HELP)) is None


async def test_an_intake_channel_can_be_linked_beside_the_triage_channel(
    transaction: Transaction, acme: int, other: int
) -> None:
    await link(transaction, channel(acme, DESK, intake=False, triage=True))
    await link(transaction, channel(acme, HELP))
    await link(transaction, channel(other, ChannelAddress("T1", "C9"), triage=True))
    assert (await counts(transaction))["channel_link"] == 3


async def test_of_two_organizations_that_link_one_channel_at_once_one_is_told_that_it_is_taken(
    transaction: Transaction, acme: int, other: int
) -> None:
    attempts = [link(transaction, channel(organization, HELP)) for organization in (acme, other) * 5]
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    stored = await transaction.read(partial(channels.channel_link, address=HELP))
    assert stored is not None
    for answer, organization in zip(answers, (acme, other) * 5, strict=True):
        assert isinstance(answer, ConflictError) is (organization != stored.organization_id)


async def test_of_two_triage_channels_that_are_linked_at_once_one_is_refused(
    transaction: Transaction, acme: int
) -> None:
    attempts = [
        link(transaction, channel(acme, address, intake=False, triage=True)) for address in (DESK, HELP) * 3
    ]
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(answer, ConflictError) for answer in answers) == 3
    assert (await counts(transaction))["channel_link"] == 1


async def link_for(transaction: Transaction, user: User, wanted: ChannelLink) -> Organization:
    return await transaction.write(partial(link_channel_for, user=user, link=wanted, now=NOW))


async def test_who_is_a_vendor_no_more_is_refused_in_the_very_transaction(
    transaction: Transaction, acme: int
) -> None:
    ada = await meet(transaction)
    for kinds in ((ProfileKind.CUSTOMER,), (ProfileKind.EMPLOYEE,)):
        await become(transaction, ada, acme, *kinds)
        before = await counts(transaction)
        with pytest.raises(ForbiddenError) as refusal:
            await link_for(transaction, ada, channel(acme, HELP))
        assert refusal.value.sentence == VENDORS_ONLY.format(organization="Acme")
        assert await counts(transaction) == before
    await become(transaction, ada, acme, ProfileKind.VENDOR)
    assert (await link_for(transaction, ada, channel(acme, HELP))).id == acme


async def test_a_vendor_of_one_organization_links_nothing_to_another(
    transaction: Transaction, acme: int, other: int
) -> None:
    ada = await meet(transaction)
    await become(transaction, ada, other, ProfileKind.VENDOR)
    with pytest.raises(ForbiddenError):
        await link_for(transaction, ada, channel(acme, HELP))
    await link(transaction, channel(acme, DESK))
    with pytest.raises(ForbiddenError):
        await transaction.write(partial(unlink_channel_for, user=ada, address=DESK))
    assert await transaction.read(partial(channels.channel_link, address=DESK)) is not None


async def test_a_link_and_what_is_owed_for_it_are_one(
    engine: AsyncEngine, transaction: Transaction, acme: int
) -> None:
    vera = await meet(transaction, member(VERA))
    before = await counts(transaction)
    for table in ("effect", "channel_link"):
        async with no_row_fits_into(engine, table):
            with pytest.raises(DBAPIError):
                await link_for(transaction, vera, channel(acme, HELP))
        assert await counts(transaction) == before


async def test_a_link_that_is_changed_and_removed_at_once_is_whole(transaction: Transaction, acme: int) -> None:
    vera = await meet(transaction, member(VERA))
    await link_for(transaction, vera, channel(acme, HELP))
    await transaction.write(partial(channels.set_button, organization_id=acme, address=HELP, ts="1.1"))
    triage = channel(acme, HELP, intake=False, triage=True)
    unlinking = transaction.write(partial(unlink_channel_for, user=vera, address=HELP))
    answers = await asyncio.gather(link_for(transaction, vera, triage), unlinking, return_exceptions=True)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    # Whoever came first, the message is posted, pinned and removed once; a team is looked for.
    assert (await counts(transaction))["effect"] == 1 + 2 + 1
