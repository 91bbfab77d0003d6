"""Comments compared with those that stand in Linear: sent, there, and as they were last seen."""

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectState
from bot.domain.reconciled import What, Wrong
from sandbox.faults import Fault
from sandbox.linear.errors import rate_limited_answer
from storage import tables
from tests.bot.delivery.linear_scene import INTERNAL, Scene, open_linear_scene
from tests.bot.delivery.office import Office
from tests.bot.delivery.test_reconciling import mend, reconciler, wrong

pytestmark = pytest.mark.asyncio(loop_scope="module")

MISSING = (Wrong.MISSING, What.LINEAR_COMMENT, None)
DIFFERENT = (Wrong.DIFFERENT, What.LINEAR_COMMENT, None)
UNWANTED = (Wrong.UNWANTED, What.LINEAR_COMMENT, None)


@pytest_asyncio.fixture(loop_scope="module")
async def scene(office: Office) -> Scene:
    return await open_linear_scene(office)


async def pay_unsent(office: Office) -> None:
    """Let what is owed to Linear be paid without being sent, as no worker should; the rest is delivered."""

    async def pay(session: AsyncSession) -> None:
        lanes = select(tables.Lane.id).where(tables.Lane.destination == Destination.LINEAR)
        owed = (tables.Effect.state == EffectState.OWED) & tables.Effect.lane_id.in_(lanes)
        await session.execute(update(tables.Effect).where(owed).values(state=EffectState.DONE))
        await session.execute(
            update(tables.Lane).where(tables.Lane.id.in_(lanes)).values(head=tables.Lane.next_seq, due=None)
        )

    await office.transaction.write(pay)
    await office.settle()


async def test_comments_that_stand_as_they_were_cost_one_call_and_no_word(office: Office, scene: Scene) -> None:
    await scene.said("We found it.")
    await scene.said("Their contract ends.", INTERNAL)
    before = len(scene.calls())
    assert await wrong(office, scene.issue) == []
    assert [call.operation for call in scene.calls()[before:]] == ["IssueComments"]


@pytest.mark.both_databases
async def test_a_comment_that_was_paid_without_being_sent_is_sent(office: Office, scene: Scene) -> None:
    await scene.say("We found it.")
    deleted = await scene.say("Never mind.")
    await pay_unsent(office)
    await scene.change(deleted, deleted_at=office.now())
    await pay_unsent(office)
    assert MISSING in await wrong(office, scene.issue)
    assert all(await mend(office, scene.issue))
    await office.settle()
    assert await wrong(office, scene.issue) == []
    [body] = scene.bodies
    assert "We found it" in body


async def test_a_comment_that_is_gone_there_is_left_gone_and_known_to_be(office: Office, scene: Scene) -> None:
    comment_id = await scene.said("We found it.")
    [there] = scene.in_linear
    scene.dana.delete_comment(there)
    assert await wrong(office, scene.issue) == [MISSING]
    assert await mend(office, scene.issue) == [True]
    await office.settle()
    assert await wrong(office, scene.issue) == []
    part = await scene.part(comment_id)
    assert part is not None
    assert part.gone


async def test_a_comment_that_was_made_after_it_was_taken_back_is_deleted(office: Office, scene: Scene) -> None:
    comment_id = await scene.say("Our contract")
    office.linear.faults.plant("CommentCreate", Fault(drop=True))
    await office.settle()
    [late] = scene.calls("CommentCreate")
    await scene.change(comment_id, deleted_at=office.now())
    await office.settle_later()
    assert scene.bodies == []
    # The call was on its way for that long.
    await office.linear_api.run("CommentCreate", late.variables)
    assert UNWANTED in await wrong(office, scene.issue)
    assert all(await mend(office, scene.issue))
    await office.settle()
    assert scene.bodies == []
    assert await wrong(office, scene.issue) == []


async def test_a_comment_of_linears_that_was_edited_there_unheard_is_followed(office: Office, scene: Scene) -> None:
    there = scene.dana.comment("ACM-1", "@customer it is Mars")
    await scene.refetch(there.id)
    scene.dana.edit_comment(there, "@customer it is Venus")
    assert await wrong(office, scene.issue) == [DIFFERENT]
    assert await mend(office, scene.issue) == [True]
    await office.settle()
    await office.settle_later()
    assert await wrong(office, scene.issue) == []
    assert "Venus" in scene.customer[-1]


async def test_where_comments_are_not_exchanged_none_is_compared(office: Office, scene: Scene) -> None:
    await scene.said("We found it.")
    [there] = scene.in_linear
    scene.dana.delete_comment(there)

    async def part_ways(session: AsyncSession) -> None:
        await session.execute(update(tables.LinearIssue).values(mirrored=False))

    await office.transaction.write(part_ways)
    assert await wrong(office, scene.issue) == []


async def test_what_linear_asks_to_wait_is_waited_for(office: Office, scene: Scene) -> None:
    await scene.said("We found it.")
    pauses = list[float]()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        office.clock.move(seconds)

    office.linear.faults.plant("IssueComments", Fault(answer=rate_limited_answer(retry_after=40)))
    assert (await reconciler(office, pause).compare(scene.issue.ref)).differences == []
    assert pauses[0] == pytest.approx(40, abs=1)
