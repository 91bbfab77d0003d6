"""A channel that the bot cannot use, and what was stuck: the owner is told once, and all of it ends as it began."""

from functools import partial

import pytest

from bot.domain.effects import Destination, EffectState
from bot.domain.issues import Issue
from bot.domain.life import Action
from bot.domain.organizations import ChannelAddress
from bot.domain.places import Audience
from bot.domain.trouble import Cause, Stuck
from bot.views import ids
from bot.views.issue_buttons import LABELS
from bot.views.trouble_words import stuck_line
from sandbox.faults import Answer, Fault
from storage import channels
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import INTERNAL, change, comment, do
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
    await office.transaction.write(partial(lose, cause=Cause.REMOVED))
    await comment(office, issue, "We look into it", by=office.vera, said_to=Audience.TRIAGE)
    await office.settle()
    assert len(office.slack.replies(office.posts(office.intake)[0])) == 2
    assert await lost(office, issue) is Cause.REMOVED
