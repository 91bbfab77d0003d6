"""Which issue messages may stand in Slack although we do not know where."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, EffectState, NewEffect, issue_lane
from bot.domain.issues import IssueRef
from bot.domain.organizations import ChannelAddress
from bot.domain.people import SlackAccount
from bot.domain.places import Audience, Place
from storage import links, outbox, tables
from storage.transaction import Transaction
from tests.storage.seeds import NOW, added, customer, issue

CUSTOMER, TRIAGE = Audience.CUSTOMER, Audience.TRIAGE
LANES = {CUSTOMER: Destination.CUSTOMER, TRIAGE: Destination.TRIAGE}
SENDING: dict[str, Any] = {"state": EffectState.SENDING}


async def owed(transaction: Transaction, where: ChannelAddress | SlackAccount) -> IssueRef:
    """Owe the customer's message there, and the one for triage in C2."""
    acme = await added(transaction, "Acme")

    async def seed(session: AsyncSession) -> IssueRef:
        ref = (await issue(session, await customer(session, acme), "ISS-2026-0001", "key")).ref
        for audience, place in ((CUSTOMER, where), (TRIAGE, ChannelAddress("T1", "C2"))):
            await links.add_place(session, acme, ref.issue_id, Place(audience, place))
            about: dict[str, int | str] = {"organization_id": acme, "issue_id": ref.issue_id, "audience": audience}
            lane = issue_lane(acme, ref.issue_id, LANES[audience])
            await outbox.enqueue(session, lane, [NewEffect(EffectKind.SLACK_POST_ISSUE, about)])
        return ref

    return await transaction.write(seed)


async def let(transaction: Transaction, audience: Audience, **values: Any) -> None:
    """Let the effects for an audience be so."""
    effect = tables.Effect
    change = update(effect).where(effect.about["audience"].as_string() == audience).values(**values)

    async def write(session: AsyncSession) -> None:
        await session.execute(change)

    await transaction.write(write)


async def maybe_at(transaction: Transaction, channel: str, user: str = "U1", team: str = "T1") -> bool:
    look = partial(links.is_being_posted, team_id=team, channel_id=channel, slack_user_id=user)
    return await transaction.read(look)


@pytest.mark.parametrize(
    ("values", "maybe"),
    [
        ({"state": EffectState.OWED}, False),
        (SENDING, True),
        ({"state": EffectState.OWED, "sent_at": NOW}, True),
        ({"state": EffectState.OWED, "unsettled_since": NOW}, True),
        ({"state": EffectState.DEAD}, False),
        ({"state": EffectState.DEAD, "unsettled_since": NOW}, True),
        ({"state": EffectState.DONE, "sent_at": NOW, "unsettled_since": NOW}, False),
        ({"state": EffectState.SKIPPED, "sent_at": NOW}, False),
        ({**SENDING, "kind": EffectKind.SLACK_EDIT_ISSUE}, False),
    ],
    ids=str,
)
async def test_it_may_stand_there_from_the_first_attempt_until_it_is_settled(
    transaction: Transaction, values: dict[str, Any], *, maybe: bool
) -> None:
    await owed(transaction, ChannelAddress("T1", "C1"))
    assert not await maybe_at(transaction, "C1")
    await let(transaction, CUSTOMER, **values)
    assert await maybe_at(transaction, "C1") is maybe
    assert not await maybe_at(transaction, "C2")


async def test_it_is_looked_for_by_the_whole_address(transaction: Transaction) -> None:
    ref = await owed(transaction, ChannelAddress("T1", "C1"))
    await let(transaction, CUSTOMER, **SENDING)
    assert await maybe_at(transaction, "C1")
    assert not await maybe_at(transaction, "C1", team="T2")
    assert not await maybe_at(transaction, "C3")
    posted = partial(links.set_message_posted, organization_id=ref.organization_id, issue_id=ref.issue_id)
    await transaction.write(partial(posted, audience=CUSTOMER, channel_id="C1", ts="1.0"))
    assert not await maybe_at(transaction, "C1")


async def test_a_direct_message_is_told_by_its_person_as_long_as_nothing_else_is_known(
    transaction: Transaction,
) -> None:
    await owed(transaction, SlackAccount("T1", "U1"))
    await let(transaction, CUSTOMER, **SENDING)
    assert await maybe_at(transaction, "D1", "U1")
    assert not await maybe_at(transaction, "D1", "U2")
    assert not await maybe_at(transaction, "D1", "U1", "T2")


async def test_another_organizations_lane_for_an_issue_of_the_same_id_is_not_meant(
    transaction: Transaction,
) -> None:
    await owed(transaction, ChannelAddress("T1", "C1"))
    await let(transaction, CUSTOMER, **SENDING)
    other = await added(transaction, "Other")

    async def take(session: AsyncSession) -> None:
        await session.execute(update(tables.Lane).values(organization_id=other))

    await transaction.write(take)
    assert not await maybe_at(transaction, "C1")
