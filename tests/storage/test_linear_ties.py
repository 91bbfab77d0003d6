"""Whether an issue is about to be tied to a Linear issue."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, NewEffect, issue_lane
from storage import linear_ties, outbox
from storage.transaction import Transaction
from tests.storage.talk import open_talk


async def test_a_tie_is_owed_to_the_issue_in_whose_lane_it_waits_and_to_no_other(transaction: Transaction) -> None:
    talk = await open_talk(transaction)
    lane = issue_lane(talk.ref.organization_id, talk.ref.issue_id, Destination.LINEAR)

    async def owe(session: AsyncSession, kind: EffectKind) -> None:
        await outbox.enqueue(session, lane, [NewEffect(kind, {"issue_id": talk.ref.issue_id})])

    await transaction.write(partial(owe, kind=EffectKind.LINEAR_REFETCH_ISSUE))
    assert not await transaction.read(partial(linear_ties.is_tie_owed, ref=talk.ref))
    await transaction.write(partial(owe, kind=EffectKind.LINEAR_LINK_ISSUE))
    assert await transaction.read(partial(linear_ties.is_tie_owed, ref=talk.ref))
    for wrong in talk.wrong_refs:
        assert not await transaction.read(partial(linear_ties.is_tie_owed, ref=wrong)), wrong
