"""Every kind that posts: looked for when it may have come twice, and expected when records are compared."""

import uuid
from collections import Counter
from collections.abc import Mapping
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.pacing import NO_PACES, Pacing
from bot.delivery.slack_history import METADATA_EVENT, SlackHistory
from bot.delivery.slack_posts import SlackPosts
from bot.domain.channels import OwnerNews
from bot.domain.effects import (
    POSTING,
    Destination,
    Effect,
    EffectKind,
    EffectState,
    NewEffect,
    channel_lane,
    organization_lane,
)
from bot.domain.issues import Issue
from bot.domain.linear_threads import VendorNote
from bot.domain.organizations import Organization, Visibility
from bot.domain.reconciled import WHAT_IS_POSTED, Compared, What, Wrong
from bot.usecases.channel_changes import close_triage
from bot.usecases.pinned_button import about_channel, owe_button
from bot.usecases.reconcile import repair, repair_alone
from bot.usecases.tell import tell_vendors
from bot.usecases.tidying import owe_tidying
from bot.usecases.unlink_channel import unlink_channel_for
from bot.views.button_message import button_message
from sandbox.faults import Answer, Fault
from sandbox.slack import Message
from storage import organizations, tables
from storage.outbox import enqueue
from tests.bot.delivery.office import SETTLE_SECONDS, Office
from tests.bot.delivery.talk import comment, known
from tests.bot.delivery.test_reconciling import compare, delete, reconciler, repeat
from tests.bot.delivery.test_slack_channels import link
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

BUTTON, NEWS = What.BUTTON, What.OWNER_NEWS


async def everything(office: Office) -> Issue:
    """Let there be a message of every kind; what is delivered later is waited for."""
    acme = await office.open_acme()
    await office.transaction.write(partial(owe_button, link=link(office, acme)))
    about = {**about_channel(acme, link(office, acme).address), "news": OwnerNews.ARCHIVED.value}
    tell = NewEffect(EffectKind.SLACK_TELL_OWNER, about)
    ask = NewEffect(EffectKind.SLACK_ASK_OWNER, {"organization_id": acme})
    lane = organization_lane(acme, Destination.PERSON)
    await office.transaction.write(partial(enqueue, lane=lane, effects=[tell, ask]))
    issue = await office.raise_issue()
    await office.settle()
    await comment(office, issue, "we look", by=office.vera)
    await office.transaction.write(partial(tell_vendors, ref=issue.ref, note=VendorNote.WITHHELD))
    await office.settle()
    return issue


def posted(office: Office) -> list[Message]:
    """Return what of ours stands anywhere in Slack."""
    channels = (office.intake, office.triage, office.slack.direct_channel(office.app, office.vera))
    above = [message for channel in channels for message in office.slack.messages(channel)]
    messages = [one for message in above for one in (message, *office.slack.replies(message))]
    return [one for one in messages if (one.metadata or {}).get("event_type") == METADATA_EVENT]


def effect_of(message: Message) -> uuid.UUID:
    assert message.metadata is not None
    return uuid.UUID(message.metadata["event_payload"]["id"])


async def effects(office: Office) -> Mapping[uuid.UUID, tables.Effect]:
    async def look(session: AsyncSession) -> Mapping[uuid.UUID, tables.Effect]:
        return {row.id: row for row in await session.scalars(select(tables.Effect))}

    return await office.transaction.read(look)


async def alone(office: Office, issue: Issue) -> Compared:
    """Compare what stands in no issue's thread."""
    return await reconciler(office).compare_channels(await organization(office, issue))


async def organization(office: Office, issue: Issue) -> Organization:
    look = partial(organizations.organization, organization_id=issue.organization_id)
    return await office.transaction.read(look)


async def wrong(office: Office, issue: Issue) -> Counter[tuple[Wrong, What]]:
    found = [await compare(office, issue), await alone(office, issue)]
    return Counter((one.wrong, one.what) for compared in found for one in compared.differences)


async def mend(office: Office, issue: Issue) -> None:
    for one in (await compare(office, issue)).differences:
        assert await office.transaction.write(partial(repair, ref=issue.ref, difference=one))
    for one in (await alone(office, issue)).differences:
        fix = partial(repair_alone, organization_id=issue.organization_id, difference=one)
        assert await office.transaction.write(fix)
    await office.settle()


async def test_every_kind_that_posts_is_known_to_and_says_what_it_posts(office: Office) -> None:
    issue = await everything(office)
    rows = await effects(office)
    assert {EffectKind(rows[effect_of(message)].kind) for message in posted(office)} == POSTING
    assert set(WHAT_IS_POSTED) == POSTING
    assert await wrong(office, issue) == {}


async def test_a_kind_that_is_not_known_to_post_may_not(office: Office) -> None:
    pacing = Pacing(office.transaction, str(office.client.token), NO_PACES)
    history = SlackHistory(office.client, pacing, office.now)
    posts = SlackPosts(office.client, pacing, history, settle_seconds=SETTLE_SECONDS)
    effect = Effect(id=uuid.uuid4(), kind=EffectKind.SLACK_PIN_BUTTON, about={"organization_id": 1}, attempts=1)
    with pytest.raises(ValueError, match="pin_button"):
        await posts.post(effect, office.intake.id, button_message("Acme", Visibility.SHARED))
    assert posted(office) == []


async def test_of_every_kind_a_second_message_is_deleted_that_a_late_worker_posted(office: Office) -> None:
    await everything(office)
    rows, messages = await effects(office), posted(office)
    before = {message.ts for message in messages}
    for message in messages:
        await repeat(office, message)
        row = rows[effect_of(message)]
        late = Effect(id=row.id, kind=EffectKind(row.kind), about=row.about, attempts=1)
        await office.transaction.write(partial(owe_tidying, effect=late, seconds=SETTLE_SECONDS))
    assert len(posted(office)) == 2 * len(messages)
    await office.settle_later()
    assert {message.ts for message in posted(office)} == before
    assert await office.duplicates() == len(messages)


async def test_of_every_kind_a_second_message_is_found_and_deleted(office: Office) -> None:
    issue = await everything(office)
    messages = posted(office)
    for message in messages:
        await repeat(office, message)
    found = await wrong(office, issue)
    assert {what for _, what in found} == set(WHAT_IS_POSTED.values())
    assert ({one for one, _ in found}, found.total()) == ({Wrong.DOUBLE}, len(messages))
    await mend(office, issue)
    assert {message.ts for message in posted(office)} == {message.ts for message in messages}
    assert await wrong(office, issue) == {}


async def test_of_every_kind_a_message_that_is_gone_is_posted_again(office: Office) -> None:
    issue = await everything(office)
    rows, messages = await effects(office), posted(office)
    kinds = Counter(rows[effect_of(message)].kind for message in messages)
    for message in reversed(messages):
        await delete(office, message)
    found = await wrong(office, issue)
    assert ({one for one, _ in found}, found.total()) == ({Wrong.MISSING}, len(messages))
    await mend(office, issue)
    rows = await effects(office)
    assert Counter(rows[effect_of(message)].kind for message in posted(office)) == kinds
    assert await wrong(office, issue) == {}


async def test_of_every_kind_one_that_was_lost_sight_of_is_taken_for_ours(office: Office) -> None:
    issue = await everything(office)
    messages = posted(office)
    for message in messages:
        await repeat(office, message)
    for message in reversed(messages):
        await delete(office, message)
    # What stands in a channel itself stands there again; replies stood under a message that is gone.
    found = await wrong(office, issue)
    assert {what for one, what in found if one is Wrong.ELSEWHERE} >= {What.MESSAGE, BUTTON, NEWS}
    await mend(office, issue)
    assert await wrong(office, issue) == {}
    assert len(posted(office)) == len(messages)


async def pay_unsent(office: Office, acme: int) -> None:
    """Let the lane of the intake channel be paid without anything being sent, as no worker should."""
    key = str(channel_lane(acme, office.intake.id))

    async def pay(session: AsyncSession) -> None:
        lane = select(tables.Lane.id).where(tables.Lane.key == key).scalar_subquery()
        mine = update(tables.Effect).where(tables.Effect.lane_id == lane)
        await session.execute(mine.values(state=EffectState.DONE))
        await session.execute(
            update(tables.Lane).where(tables.Lane.key == key).values(head=tables.Lane.next_seq, due=None)
        )

    await office.transaction.write(pay)


async def test_a_button_that_was_paid_without_being_posted_is_posted(office: Office) -> None:
    acme = await office.open_acme()
    await office.transaction.write(partial(owe_button, link=link(office, acme)))
    await pay_unsent(office, acme)
    issue = await office.raise_issue()
    await office.settle()
    assert await wrong(office, issue) == {(Wrong.MISSING, BUTTON): 1}
    await mend(office, issue)
    assert await wrong(office, issue) == {}


async def test_a_button_that_stands_in_a_channel_that_was_unlinked_is_deleted(office: Office) -> None:
    issue = await everything(office)
    vera, address = await known(office, office.vera), link(office, issue.organization_id).address
    await office.transaction.write(partial(unlink_channel_for, user=vera, address=address))
    await pay_unsent(office, issue.organization_id)
    assert await wrong(office, issue) == {(Wrong.UNWANTED, BUTTON): 1}
    await mend(office, issue)
    assert await wrong(office, issue) == {}
    assert "Press the button" not in str([office.slack.as_text(one) for one in office.posts(office.intake)])


async def test_a_channel_that_we_may_not_read_keeps_nothing_else_from_being_compared(office: Office) -> None:
    issue = await everything(office)
    closed = Fault(answer=Answer(200, '{"ok":false,"error":"not_in_channel"}'))
    [news] = [one for one in posted(office) if "archived" in office.slack.as_text(one)]
    await delete(office, news)
    office.slack.faults.plant("conversations.history", closed)
    found = (await alone(office, issue)).differences
    assert [(one.wrong, one.what) for one in found] == [(Wrong.MISSING, NEWS)]


async def test_what_is_on_its_way_to_a_channel_is_said(office: Office) -> None:
    issue = await everything(office)
    assert not (await alone(office, issue)).on_its_way
    office.slack.archive(office.intake)
    address = link(office, issue.organization_id).address
    await office.transaction.write(partial(close_triage, address=address, key="they come", now=NOW))
    assert not (await alone(office, issue)).on_its_way
    await office.transaction.write(partial(owe_button, link=link(office, issue.organization_id)))
    assert (await alone(office, issue)).on_its_way
