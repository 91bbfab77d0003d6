"""Threads elsewhere that Linear itself keeps in step with an issue, and what follows from them for comments.

Linear has no private comments, and would repeat what stands there: internal comments are kept from it meanwhile. If
it is our own thread that it repeats, comments are not exchanged at all, or each would come twice.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import EffectKind
from bot.domain.issues import IssueRef
from bot.domain.linear_seen import SeenComment
from bot.domain.linear_threads import SlackThread, VendorNote, are_ours, is_among
from bot.usecases.tell import owe_to_linear, tell_linear_of_comment, tell_vendors
from storage import linear_comments, links
from storage.linear_comments import Follower


async def know_threads(
    session: AsyncSession, one: Follower, threads: Mapping[str, str], at: datetime | None, now: datetime
) -> None:
    """Take to be so what Linear keeps in step with an issue.

    Args:
        session: of the change.
        one: the issue, held.
        threads: the threads' addresses, by the comments with which they begin.
        at: when Linear said so of them all; None: of one of them alone, and the others are to be asked for.
        now: UTC.
    """
    await linear_comments.set_threads(session, one.ref, threads, at)
    repeats_ours = are_ours(threads.values(), await _our_threads(session, one.ref))
    if one.mirrored is repeats_ours:
        await linear_comments.set_mirrored(session, one.ref, now, mirrored=not repeats_ours)
        note = VendorNote.NOT_MIRRORED if repeats_ours else VendorNote.MIRRORED_AGAIN
        await tell_vendors(session, one.ref, note)
    if not threads:
        for comment_id in await linear_comments.withheld_comments(session, one.ref):
            await tell_linear_of_comment(session, one.ref, comment_id)


async def note_thread(
    session: AsyncSession, one: Follower, seen: SeenComment, now: datetime, *, read: bool
) -> None:
    """Note whether a thread elsewhere begins with a comment, as it was seen.

    News of one comment may be old, or say less than it seems: nothing internal goes there until Linear was asked.
    ``read``: it was read just now.
    """
    if seen.slack_url is not None:
        if not is_among(seen.slack_url, one.threads.values()):
            await linear_comments.set_threads(session, one.ref, {**one.threads, seen.id: seen.slack_url}, None)
            await owe_to_linear(session, one.ref, EffectKind.LINEAR_REFETCH_COMMENT)
    elif seen.id in one.threads:
        others = {comment_id: url for comment_id, url in one.threads.items() if comment_id != seen.id}
        await know_threads(session, one, others, None, now)
    elif seen.by_integration and not read and one.threads_at is not None:
        # It may begin a thread that is none of Slack's, of which nothing is seen.
        await linear_comments.set_threads(session, one.ref, one.threads, None)


async def look_for_threads(session: AsyncSession, organization_id: int) -> None:
    """Let Linear be asked again of issues whose internal comments are kept from it: it may tell of no change."""
    for ref in await linear_comments.issues_with_withheld(session, organization_id):
        await owe_to_linear(session, ref, EffectKind.LINEAR_REFETCH_COMMENT)


async def _our_threads(session: AsyncSession, ref: IssueRef) -> list[SlackThread]:
    messages = await links.issue_messages(session, ref.organization_id, ref.issue_id)
    return [SlackThread(one.channel_id, one.ts) for one in messages if one.channel_id and one.ts]
