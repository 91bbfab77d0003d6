"""What a channel is to an organization, and when it cannot be that."""

import asyncio
from functools import partial

import pytest

from bot.domain.organizations import ChannelAddress
from bot.errors import ConflictError
from bot.usecases.link_channel import CHANNEL_TAKEN, TRIAGE_TAKEN
from storage import channels
from storage.transaction import Transaction
from tests.bot.usecases.town import DESK, HELP, VERA, channel, counts, link, register


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
    assert refusal.value.sentence == TRIAGE_TAKEN
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
