"""A channel that the bot cannot use, and what was stuck: the owner is told once, and all of it ends as it began."""

import asyncio
import contextlib
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.channels import OwnerNews
from bot.domain.effects import Destination, EffectState
from bot.domain.issues import Issue
from bot.domain.life import Action
from bot.domain.organizations import ChannelAddress
from bot.domain.places import Audience
from bot.domain.retry import Park
from bot.domain.trouble import SLACK_REFUSES, Cause, Stuck
from bot.usecases.channel_changes import tell_of_loss
from bot.usecases.tell_of_trouble import tell_of_trouble
from bot.usecases.try_again import accept_channel_back
from bot.views import ids
from bot.views.issue_buttons import LABELS
from bot.views.trouble_words import stuck_line
from sandbox.faults import Answer, Fault
from storage import channels, leases
from storage.transaction import Work
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import INTERNAL, change, comment, do
from tests.storage.lanes import let_rest, take
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = Answer(200, '{"errors": [{"message": "It is wrong", "extensions": {"code": "INVALID_INPUT"}}]}')


async def shown(office: Office) -> Issue:
    """Raise an issue at Acme, and let it be shown everywhere."""
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    return issue


def refuse(office: Office, method: str, code: str) -> None:
    """Let Slack refuse a method's next call."""
    office.slack.faults.plant(method, Fault(answer=Answer(200, f'{{"ok": false, "error": "{code}"}}')))


def told(office: Office) -> list[str]:
    """Return what the owner reads in the direct message with the bot."""
    channel = office.slack.direct_channel(office.app, office.vera)
    return [office.slack.as_text(message) for message in office.slack.messages(channel)]


def triage(office: Office) -> ChannelAddress:
    return ChannelAddress(office.team.id, office.triage.id)


async def lost(office: Office, issue: Issue) -> Cause | None:
    """Return why the triage channel is lost, if it is."""
    look = partial(channels.lost_as, organization_id=issue.organization_id, address=triage(office))
    return await office.transaction.read(look)


async def test_what_was_stuck_and_is_not_wanted_any_more_is_shown_as_stuck_no_longer(office: Office) -> None:
    issue = await shown(office)
    await comment(office, issue, "Look at this", by=office.vera, visibility=INTERNAL, said_to=Audience.TRIAGE)
    office.linear.faults.plant("CommentCreate", Fault(answer=REFUSED))
    await office.settle()
    waits = stuck_line(Stuck(Destination.LINEAR, Cause.LINEAR_REFUSES), in_linear=True)
    assert waits in office.triage_text()

    office.switch_linear_off()
    await office.settle_later()
    assert (await office.effects(issue, Destination.LINEAR))[-1].state is EffectState.SKIPPED
    assert waits not in office.triage_text()
    assert LABELS[ids.TRY_AGAIN] not in office.triage_text()


async def test_a_channel_is_not_lost_any_more_once_it_takes_anything(office: Office) -> None:
    issue = await shown(office)
    said = await comment(office, issue, "Any news?", by=office.ada, said_to=Audience.CUSTOMER)
    refuse(office, "chat.postMessage", "restricted_action")
    await office.settle()
    assert await lost(office, issue) is Cause.RESTRICTED
    assert len(told(office)) == 1
    # What was stuck is not to be said any more. That shows nothing of the channel.
    await change(office, issue, said, deleted_at=NOW)
    await office.settle_later()
    assert (await office.lane(issue, Destination.TRIAGE)).blocked is None
    assert await lost(office, issue) is Cause.RESTRICTED

    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    assert await lost(office, issue) is None
    # Lost a second time it is news again.
    await do(office, issue, Action.RESOLVE, by=office.vera)
    office.triage.is_archived = True
    await office.settle()
    assert await lost(office, issue) is Cause.ARCHIVED
    assert len(told(office)) == 2


async def test_what_another_channel_takes_says_nothing_of_a_lost_one(office: Office) -> None:
    issue = await shown(office)
    lose = partial(channels.set_lost, organization_id=issue.organization_id, address=triage(office))
    await office.transaction.write(partial(lose, cause=Cause.ARCHIVED))
    await comment(office, issue, "We look into it", by=office.vera, said_to=Audience.TRIAGE)
    await office.settle()
    assert len(office.slack.replies(office.posts(office.intake)[0])) == 2
    assert await lost(office, issue) is Cause.ARCHIVED


async def test_who_was_removed_from_a_channel_and_may_write_there_is_still_not_in_it(office: Office) -> None:
    issue = await shown(office)
    lose = partial(channels.set_lost, organization_id=issue.organization_id, address=triage(office))
    await office.transaction.write(partial(lose, cause=Cause.REMOVED))
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    assert len(office.slack.replies(office.posts(office.triage)[0])) == 1
    assert await lost(office, issue) is Cause.REMOVED
    # What was refused there and is taken now says more.
    refuse(office, "chat.update", "not_in_channel")
    await do(office, issue, Action.RESOLVE, by=office.vera)
    await let_rest(office.transaction, Destination.CUSTOMER)
    await office.settle()
    await office.settle_later()
    assert await lost(office, issue) is None


async def test_a_loss_that_slack_tells_late_is_older_than_the_return_and_changes_nothing(office: Office) -> None:
    issue = await shown(office)
    lose = partial(tell_of_loss, address=triage(office), news=OwnerNews.ARCHIVED, now=NOW)
    back = partial(accept_channel_back, address=triage(office), now=NOW, happened_at=NOW)
    await office.transaction.write(partial(back, key="slack:back"))
    before, after = NOW - timedelta(microseconds=1), NOW + timedelta(microseconds=1)
    await office.transaction.write(partial(lose, key="slack:late", happened_at=before))
    await office.settle()
    assert (await lost(office, issue), told(office)) == (None, [])
    # What comes after it is news; and a return that is told late is as old as a loss.
    await office.transaction.write(partial(lose, key="slack:again", happened_at=after))
    await office.settle()
    assert (await lost(office, issue), len(told(office))) == (Cause.ARCHIVED, 1)
    await office.transaction.write(partial(back, key="slack:back again"))
    assert await lost(office, issue) is Cause.ARCHIVED


async def write_at_once(office: Office, first: Work[None], second: Work[None]) -> None:
    """Write two, the second while the first is not committed, as far as it can come by then."""
    first_came, second_came = asyncio.Event(), asyncio.Event()

    async def write_first(session: AsyncSession) -> None:
        await first(session)
        first_came.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(second_came.wait(), 0.2)

    async def write_second(session: AsyncSession) -> None:
        await second(session)
        second_came.set()

    begun = asyncio.create_task(office.transaction.write(write_first))
    try:
        await asyncio.wait_for(first_came.wait(), 10)
        await office.transaction.write(write_second)
    finally:
        await begun


@pytest.mark.both_databases
@pytest.mark.parametrize("first", ["the event", "the refusal"])
async def test_an_event_and_a_refused_message_at_once_tell_the_owner_once(office: Office, first: str) -> None:
    issue = await shown(office)
    await do(office, issue, Action.START, by=office.vera)
    for destination in (Destination.LINEAR, Destination.CUSTOMER):
        await let_rest(office.transaction, destination)
    [held] = await take(office.transaction)
    event = partial(
        tell_of_loss, address=triage(office), news=OwnerNews.ARCHIVED, key="slack:event", now=NOW, happened_at=NOW
    )

    async def refusal(session: AsyncSession) -> None:
        reason = f"{SLACK_REFUSES}is_archived"
        await leases.lock_held(session, held)
        await tell_of_trouble(session, held.effect, reason)
        await leases.park(session, held, Park(), reason=reason)

    works: list[Work[None]] = [event, refusal] if first == "the event" else [refusal, event]
    await write_at_once(office, *works)
    await office.settle()
    assert await lost(office, issue) is Cause.ARCHIVED
    assert len(told(office)) == 1


async def test_the_way_back_from_linear_tells_nobody_again_of_a_channel_that_is_lost(office: Office) -> None:
    await office.open_acme()
    # Linear is slower than Slack, so the way back is attached later.
    office.linear.faults.plant("IssueCreate", Fault(answer=Answer(503, "away", content_type="text/plain")))
    issue = await office.raise_issue()
    await office.settle()
    lose = partial(tell_of_loss, address=triage(office), news=OwnerNews.REMOVED, key="slack:left", now=NOW)
    await office.transaction.write(partial(lose, happened_at=NOW))
    await office.settle()
    assert len(told(office)) == 1
    refuse(office, "chat.getPermalink", "channel_not_found")
    await office.settle_later()
    assert (await office.lane(issue, Destination.LINEAR_EXTRAS)).blocked is not None
    assert len(told(office)) == 1


async def test_the_owner_reads_in_which_channel_the_way_back_from_linear_is_not_found(office: Office) -> None:
    await office.open_acme()
    await office.raise_issue()
    refuse(office, "chat.getPermalink", "channel_not_found")
    await office.settle()
    [words] = told(office)
    assert f"#{office.triage.name}" in words
