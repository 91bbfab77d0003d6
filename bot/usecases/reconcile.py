"""Repair what our records and the outside disagree about: by owing it once more, or by taking it as it is."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, NewEffect, issue_lane
from bot.domain.issues import IssueRef
from bot.domain.organizations import ChannelAddress
from bot.domain.places import Audience
from bot.domain.reconciled import IN_LINEAR, Difference, Expected, What, Wrong
from bot.usecases.agree_with_linear import owe_refetch
from bot.usecases.pinned_button import owe_button
from bot.usecases.tell import (
    about_issue,
    attach_thread,
    follow_message,
    owe_to_linear,
    record_need,
    send_files,
    share,
    tell_audience,
    tell_linear_of_comment,
)
from bot.usecases.tidying import owe_file_tidying_of, owe_tidying_of
from storage import channels, comments, ledger, linear_customers, links
from storage.comments import Copy
from storage.ledger import Place
from storage.outbox import enqueue

_UNDER_LINEAR_ISSUE = frozenset({What.LINEAR_COMMENT, What.LINEAR_FILE, What.LINEAR_LINK, What.LINEAR_REQUEST})


async def repair(session: AsyncSession, ref: IssueRef, difference: Difference) -> bool:
    """Make a difference of an issue good; False: only a person can."""
    if difference.what is What.FILE and difference.audience is not None:
        await _repair_file(session, ref, difference.audience, difference.about or {})
        return True
    if difference.audience is not None:
        await _repair_message(session, ref, difference.audience, difference)
        return True
    if difference.what in IN_LINEAR.values():
        # Who is right is decided by what Linear says when it is read: maybe it is not we.
        await owe_refetch(session, ref)
        return True
    if difference.what in _UNDER_LINEAR_ISSUE:
        await _repair_in_linear(session, ref, difference)
        return True
    if difference.what is What.LINEAR_ISSUE:
        await _repair_linear_issue(session, ref)
        return True
    return False


async def repair_alone(session: AsyncSession, organization_id: int, difference: Difference) -> bool:
    """Make a difference good of what stands in no issue's thread; False: only a person can."""
    expected = difference.expected
    if expected is None:
        return False
    if difference.wrong is Wrong.MISSING:
        if expected.kind is EffectKind.SLACK_POST_BUTTON and expected.ts is not None:
            await channels.forget_button(session, organization_id, _address(expected), expected.ts)
        await _owe_again(session, organization_id, expected)
        return True
    if difference.found is not None:
        await _place(session, organization_id, expected, difference.found)
        await _show_button(session, expected, difference.found)
    await _tidy(session, organization_id, expected, difference.wrong)
    return True


async def _repair_message(session: AsyncSession, ref: IssueRef, audience: Audience, difference: Difference) -> None:
    expected = difference.expected
    if expected is None:
        await tell_audience(session, ref, audience, EffectKind.SLACK_POST_ISSUE)
        return
    if difference.wrong is Wrong.MISSING:
        await _forget(session, ref, audience, expected)
        await _owe_again(session, ref.organization_id, expected)
        return
    if difference.wrong is Wrong.DIFFERENT:
        await _show(session, ref, audience, expected)
        return
    if difference.found is not None:
        await _place(session, ref.organization_id, expected, difference.found)
        await _remember(session, ref, audience, expected, difference.found)
        await _show(session, ref, audience, expected)
    if difference.wrong is Wrong.UNWANTED:
        await _drop_copy(session, ref, audience, expected)
    await _tidy(session, ref.organization_id, expected, difference.wrong)


async def _repair_linear_issue(session: AsyncSession, ref: IssueRef) -> None:
    """Open what was never opened. Whoever deleted an issue in Linear meant it, and the records follow."""
    if await links.linear_id(session, ref.organization_id, ref.issue_id) is not None:
        await owe_refetch(session, ref)
        return
    lane = issue_lane(ref.organization_id, ref.issue_id, Destination.LINEAR)
    await enqueue(session, lane, [NewEffect(EffectKind.LINEAR_CREATE_ISSUE, about_issue(ref))])


async def _repair_in_linear(session: AsyncSession, ref: IssueRef, difference: Difference) -> None:
    """Send what was never sent; of what stood there, or stands otherwise, Linear is asked, and followed."""
    about = difference.about or {}
    if difference.what is What.LINEAR_LINK:
        await attach_thread(session, ref)
    elif difference.what is What.LINEAR_REQUEST:
        await linear_customers.set_need(session, ref, None)
        await record_need(session, ref)
    elif difference.what is What.LINEAR_FILE:
        await send_files(session, ref, [int(about["file_id"])])
    elif "comment_id" in about:
        await tell_linear_of_comment(session, ref, int(about["comment_id"]))
    else:
        await owe_to_linear(session, ref, EffectKind.LINEAR_REFETCH_COMMENT, **about)


async def _repair_file(
    session: AsyncSession, ref: IssueRef, audience: Audience, about: Mapping[str, int | str]
) -> None:
    """Let the file be as it should when Slack is asked for it; one that nobody knows goes."""
    if "file_id" in about:
        await share(session, ref, audience, [int(about["file_id"])])
    else:
        await owe_file_tidying_of(session, ref.organization_id, str(about["slack_file_id"]))


async def _owe_again(session: AsyncSession, organization_id: int, expected: Expected) -> None:
    lane = await ledger.lane_of(session, organization_id, expected.effect_id)
    await ledger.forget(session, organization_id, expected.effect_id)
    await enqueue(session, lane, [NewEffect(expected.kind, dict(expected.about))])


async def _tidy(session: AsyncSession, organization_id: int, expected: Expected, wrong: Wrong) -> None:
    if wrong is Wrong.UNWANTED:
        await _place(session, organization_id, expected, None)
    await owe_tidying_of(session, organization_id, expected.effect_id)


async def _place(session: AsyncSession, organization_id: int, expected: Expected, ts: str | None) -> None:
    """Let this message, or none, be the effect's own."""
    if expected.channel_id is not None:
        where = Place(expected.channel_id, ts, expected.thread_ts)
        await ledger.place(session, organization_id, expected.effect_id, where)


async def _forget(session: AsyncSession, ref: IssueRef, audience: Audience, expected: Expected) -> None:
    if expected.what is What.MESSAGE:
        await links.forget_message(session, ref, audience)
    if expected.what is What.COMMENT:
        await comments.drop_copy(session, ref, int(expected.about["comment_id"]), audience)


async def _drop_copy(session: AsyncSession, ref: IssueRef, audience: Audience, expected: Expected) -> None:
    """Forget the copy of a comment if this is it; another one stays."""
    if expected.what is not What.COMMENT:
        return
    comment_id = int(expected.about["comment_id"])
    copy = await comments.copy_of(session, ref, comment_id, audience)
    if copy is not None and copy.ts == expected.ts:
        await comments.drop_copy(session, ref, comment_id, audience)


async def _remember(
    session: AsyncSession, ref: IssueRef, audience: Audience, expected: Expected, found: str
) -> None:
    """Let whatever names the effect's message name the one that was found."""
    if expected.channel_id is None:
        return
    if expected.what is What.MESSAGE:
        which = (ref.organization_id, ref.issue_id, audience)
        await links.set_message_posted(session, *which, channel_id=expected.channel_id, ts=found)
        await follow_message(session, ref, audience)
    if expected.what is What.COMMENT:
        comment_id = int(expected.about["comment_id"])
        await comments.drop_copy(session, ref, comment_id, audience)
        await comments.put_copy(session, ref, comment_id, audience, Copy(expected.channel_id, found))


async def _show(session: AsyncSession, ref: IssueRef, audience: Audience, expected: Expected) -> None:
    """Let a message say what it would today."""
    if expected.what is What.MESSAGE:
        await tell_audience(session, ref, audience, EffectKind.SLACK_EDIT_ISSUE)
    elif expected.what is What.COMMENT:
        await tell_audience(session, ref, audience, expected.kind, comment_id=int(expected.about["comment_id"]))
    else:
        effect_id = str(expected.effect_id)
        await tell_audience(session, ref, audience, EffectKind.SLACK_EDIT_LINE, effect_id=effect_id)


async def _show_button(session: AsyncSession, expected: Expected, found: str) -> None:
    if expected.what is not What.BUTTON:
        return
    link = await channels.channel_link(session, _address(expected))
    if link is not None and await channels.set_button(session, link.organization_id, link.address, found):
        await owe_button(session, link)


def _address(expected: Expected) -> ChannelAddress:
    return ChannelAddress(str(expected.about["team_id"]), str(expected.about["channel_id"]))
