"""Let vendors see an issue in the channel where they work now, and no more where nobody can write any more."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, Effect, EffectKind, NewEffect, issue_lane
from bot.domain.issues import IssueRef
from bot.domain.organizations import ChannelAddress
from bot.domain.places import Audience, Place
from bot.usecases.tell import about_issue
from storage import channels, ledger, links, outbox

# Each says something in a thread. Whatever else waits there shows the present, as a new message does.
_SAYS = frozenset({EffectKind.SLACK_POST_LINE, EffectKind.SLACK_SHOW_COMMENT, EffectKind.SLACK_TELL_VENDORS})


async def show_in_triage(session: AsyncSession, ref: IssueRef, channel: ChannelAddress) -> None:
    """Let vendors see an issue in this channel, and read there what they were to be told and were not.

    What waited for the channel before is skipped when its turn comes, as there is no message yet. Where the issue's
    own message was among that, it comes here in its turn, and what waits behind it with it.
    """
    lane = issue_lane(ref.organization_id, ref.issue_id, Destination.TRIAGE)
    waiting = await _leave(session, ref)
    await links.add_place(session, ref.organization_id, ref.issue_id, Place(Audience.TRIAGE, channel))
    comes_anyway = any(one.kind is EffectKind.SLACK_POST_ISSUE for one in waiting)
    told = [] if comes_anyway else [NewEffect(one.kind, one.about) for one in waiting if one.kind in _SAYS]
    post = NewEffect(EffectKind.SLACK_POST_ISSUE, {**about_issue(ref), "audience": Audience.TRIAGE})
    await outbox.enqueue(session, lane, [post, *told])


async def leave_unlinked(session: AsyncSession, effect: Effect) -> bool:
    """Let an issue be shown to vendors where they work now, if it stood in a channel that is nothing to them now.

    Args:
        session: of the change.
        effect: of the issue, refused in the channel in which vendors see it.

    Returns:
        Whether it was shown there, and is not any more.
    """
    ref = effect.ref
    messages = await links.issue_messages(session, ref.organization_id, ref.issue_id)
    theirs = next((one for one in messages if one.audience is Audience.TRIAGE), None)
    if theirs is None or theirs.channel_id is None or theirs.slack_user_id is not None:
        return False
    link = await channels.channel_link(session, ChannelAddress(theirs.team_id, theirs.channel_id))
    if link is not None and link.organization_id == ref.organization_id and link.triage:
        return False
    triage = await channels.triage_link(session, ref.organization_id)
    if triage is None or triage.intake:
        await _leave(session, ref)
    else:
        await show_in_triage(session, ref, triage.address)
    return True


async def _leave(session: AsyncSession, ref: IssueRef) -> list[NewEffect]:
    """Show an issue to vendors no more where it was; returns what they were still to be told there."""
    lane = issue_lane(ref.organization_id, ref.issue_id, Destination.TRIAGE)
    await outbox.lock_subject(session, lane)
    waiting = await outbox.waiting_in(session, lane)
    if await links.leave_triage(session, ref):
        # What stands there is looked for and edited no more.
        await ledger.leave_threads(session, lane)
    return waiting
