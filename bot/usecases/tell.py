"""Owe the outside what it is to be told of a change: messages, thread lines, and Linear's state.

Each effect names what to show; the state is read when it is sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility, may_be_shown
from bot.domain.effects import Destination, EffectKind, LaneKey, LinearField, NewEffect, issue_lane
from bot.domain.issues import IssueRef
from bot.domain.linear_threads import VendorNote
from bot.domain.places import Audience
from storage import files, links
from storage.outbox import enqueue, is_owed, lock_subject

About = dict[str, int | str]
# How long, in seconds, lines of what happened in Linear wait for those that follow at once.
BURST_SECONDS = 4.0
_FILE_LANES = {
    Audience.CUSTOMER: Destination.CUSTOMER_FILES,
    Audience.BOTH: Destination.CUSTOMER_FILES,
    Audience.TRIAGE: Destination.TRIAGE_FILES,
}


@dataclass(frozen=True, kw_only=True)
class LinearNews:
    """An event that happened in Linear; ``public``: its customer may read of it."""

    event_id: int
    public: bool


def lane_for(audience: Audience) -> Destination:
    """Return the lane in which an audience's message is kept in order."""
    return Destination.TRIAGE if audience is Audience.TRIAGE else Destination.CUSTOMER


def about_issue(ref: IssueRef) -> About:
    """Return what every effect about an issue names."""
    return {"organization_id": ref.organization_id, "issue_id": ref.issue_id}


def owed_to_new_issue(
    ref: IssueRef, audiences: Iterable[Audience], event_id: int, *, link: NewEffect | None = None
) -> dict[LaneKey, Sequence[NewEffect]]:
    """Return what a new issue owes: itself to Linear and to each audience, and its first line to its customer.

    ``link`` is owed to Linear in place of a new issue there.
    """
    first = link or NewEffect(EffectKind.LINEAR_CREATE_ISSUE, about_issue(ref))
    owed: dict[LaneKey, Sequence[NewEffect]] = {_lane(ref, Destination.LINEAR): [first]}
    for audience in audiences:
        post = _effect(ref, audience, EffectKind.SLACK_POST_ISSUE)
        line = _effect(ref, audience, EffectKind.SLACK_POST_LINE, event_id=event_id)
        owed[_lane(ref, lane_for(audience))] = [post] if audience is Audience.TRIAGE else [post, line]
    return owed


async def tell_audience(
    session: AsyncSession, ref: IssueRef, audience: Audience, kind: EffectKind, **more: int | str
) -> None:
    """Owe an audience one effect."""
    await _owe(session, ref, audience, [_effect(ref, audience, kind, **more)])


async def tell_with_line(
    session: AsyncSession, ref: IssueRef, audience: Audience, kind: EffectKind, event_id: int
) -> None:
    """Owe an audience one effect, and after it the line of an event in its thread."""
    line = _effect(ref, audience, EffectKind.SLACK_POST_LINE, event_id=event_id)
    await _owe(session, ref, audience, [_effect(ref, audience, kind), line])


def _effect(ref: IssueRef, audience: Audience, kind: EffectKind, **more: int | str) -> NewEffect:
    return NewEffect(kind, {**about_issue(ref), "audience": audience, **more})


def _lane(ref: IssueRef, destination: Destination) -> LaneKey:
    return issue_lane(ref.organization_id, ref.issue_id, destination)


async def _owe(
    session: AsyncSession, ref: IssueRef, audience: Audience, effects: Sequence[NewEffect], seconds: float = 0.0
) -> None:
    await enqueue(session, _lane(ref, lane_for(audience)), effects, seconds=seconds)


async def show_issue(session: AsyncSession, ref: IssueRef) -> None:
    """Let every message that shows the issue be brought up to date."""
    for audience in await _audiences(session, ref):
        await tell_audience(session, ref, audience, EffectKind.SLACK_EDIT_ISSUE)


async def show_to_vendors(session: AsyncSession, ref: IssueRef) -> None:
    """Let the messages in which vendors see the issue be brought up to date."""
    for audience in await _audiences(session, ref):
        if audience is not Audience.CUSTOMER:
            await tell_audience(session, ref, audience, EffectKind.SLACK_EDIT_ISSUE)


async def tell_of_event(
    session: AsyncSession, ref: IssueRef, event_id: int, *, in_linear: Sequence[LinearField] = ()
) -> None:
    """Let every message be brought up to date and one line be written into every thread; Linear follows.

    ``in_linear`` is what of it Linear is told.
    """
    for audience in await _audiences(session, ref):
        await tell_with_line(session, ref, audience, EffectKind.SLACK_EDIT_ISSUE, event_id)
    await tell_linear(session, ref, in_linear)


async def tell_linear(session: AsyncSession, ref: IssueRef, fields: Sequence[LinearField]) -> None:
    """Let Linear follow in these fields."""
    updates = [NewEffect(EffectKind.LINEAR_UPDATE_ISSUE, {**about_issue(ref), "field": one}) for one in fields]
    if updates:
        await enqueue(session, _lane(ref, Destination.LINEAR), updates)


async def tell_of_linear(session: AsyncSession, ref: IssueRef, events: Sequence[LinearNews]) -> None:
    """Let every message be brought up to date after something happened in Linear, and its lines be written.

    Whoever works there does several things within seconds: their lines wait for each other, to be one message.
    Internal ones are for the triage thread alone: where customers read along, they are not written.
    """
    for audience in await _audiences(session, ref):
        told = [one for one in events if one.public or audience is Audience.TRIAGE]
        lines = [
            _effect(ref, audience, EffectKind.SLACK_POST_LINE, event_id=one.event_id, together=1) for one in told
        ]
        await _owe(
            session, ref, audience, [_effect(ref, audience, EffectKind.SLACK_EDIT_ISSUE), *lines], BURST_SECONDS
        )


async def tell_vendors_of_event(session: AsyncSession, ref: IssueRef, event_id: int) -> None:
    """Let vendors read of an event in their thread, and see what it changed; customers are told nothing of it."""
    for audience in await _audiences(session, ref):
        if audience is Audience.TRIAGE:
            await tell_with_line(session, ref, audience, EffectKind.SLACK_EDIT_ISSUE, event_id)
        elif audience is Audience.BOTH:
            await tell_audience(session, ref, audience, EffectKind.SLACK_EDIT_ISSUE)


async def tell_vendors(session: AsyncSession, ref: IssueRef, note: VendorNote, **more: int | str) -> None:
    """Owe the thread in which vendors alone read a line; where there is none, nothing."""
    if Audience.TRIAGE in await _audiences(session, ref):
        await tell_audience(session, ref, Audience.TRIAGE, EffectKind.SLACK_TELL_VENDORS, note=note, **more)


async def tell_linear_of_comment(session: AsyncSession, ref: IssueRef, comment_id: int) -> None:
    """Let what stands of a comment in Linear be brought to what it is now."""
    await owe_to_linear(session, ref, EffectKind.LINEAR_SEND_COMMENT, comment_id=comment_id)


async def owe_to_linear(session: AsyncSession, ref: IssueRef, kind: EffectKind, **more: int | str) -> None:
    """Owe Linear one effect of an issue."""
    lane = _lane(ref, Destination.LINEAR)
    await enqueue(session, lane, [NewEffect(kind, {**about_issue(ref), **more})])


async def send_extras(session: AsyncSession, ref: IssueRef) -> None:
    """Let Linear have what hangs on an issue, now that it is there: whose it is, the way back, and files.

    What Linear keeps already since the issue followed another one there is not sent anew, but attached to this one.
    """
    await record_need(session, ref)
    await attach_thread(session, ref)
    await send_files(session, ref, await files.files_with_issue(session, ref))


async def record_need(session: AsyncSession, ref: IssueRef) -> None:
    """Let Linear know whose the issue is."""
    await _send_extra(session, ref, [NewEffect(EffectKind.LINEAR_RECORD_NEED, about_issue(ref))])


async def attach_thread(session: AsyncSession, ref: IssueRef) -> None:
    """Let the vendors' message be attached to the Linear issue; whichever of the two comes last calls for it.

    Slack is asked for its address, so nothing that Linear alone is needed for waits behind it.
    """
    messages = await links.issue_messages(session, ref.organization_id, ref.issue_id)
    if not any(one.ts is not None and one.audience is not Audience.CUSTOMER for one in messages):
        return
    kind, lane = EffectKind.LINEAR_ATTACH_THREAD, _lane(ref, Destination.LINEAR_EXTRAS)
    if await links.linear_id(session, ref.organization_id, ref.issue_id) is None:
        return
    if not await is_owed(session, lane, kind):
        await _send_extra(session, ref, [NewEffect(kind, about_issue(ref))])


async def send_files(session: AsyncSession, ref: IssueRef, file_ids: Sequence[int]) -> None:
    """Let these files be kept in Linear too."""
    kind = EffectKind.LINEAR_SEND_FILE
    await _send_extra(session, ref, [NewEffect(kind, {**about_issue(ref), "file_id": id_}) for id_ in file_ids])


async def _send_extra(session: AsyncSession, ref: IssueRef, effects: Sequence[NewEffect]) -> None:
    if effects:
        await enqueue(session, _lane(ref, Destination.LINEAR_EXTRAS), effects)


async def show_comment(
    session: AsyncSession, ref: IssueRef, comment_id: int, *, said_to: Audience | None, shown: CommentVisibility
) -> None:
    """Let a comment be repeated for those who may read it in Slack, or its copies follow what became of it.

    Args:
        session: of the change.
        ref: the issue.
        comment_id: what was said.
        said_to: the audience in whose thread it was said: it stands there already.
        shown: the widest visibility that it has or had; what never was public owes customers nothing.
    """
    given = await files.files_of_comment(session, ref, comment_id)
    for audience in await _audiences(session, ref):
        if audience is not said_to and may_be_shown(shown, audience):
            await tell_audience(session, ref, audience, EffectKind.SLACK_SHOW_COMMENT, comment_id=comment_id)
            await share(session, ref, audience, given)


async def follow_message(session: AsyncSession, ref: IssueRef, audience: Audience) -> None:
    """Let what hangs on an audience's message follow, now that it stands: files below it, its address in Linear."""
    await share_files(session, ref, audience)
    if audience is not Audience.CUSTOMER:
        await attach_thread(session, ref)


async def share_files(session: AsyncSession, ref: IssueRef, audience: Audience) -> None:
    """Let the files of an issue be repeated in an audience's thread, now that there is one."""
    await share(session, ref, audience, await files.files_seen_by(session, ref, audience))


async def share(session: AsyncSession, ref: IssueRef, audience: Audience, file_ids: Sequence[int]) -> None:
    """Let these files stand in an audience's thread, or not any more, as they are to."""
    effects = [
        NewEffect(EffectKind.SLACK_SHARE_FILE, {**about_issue(ref), "audience": audience, "file_id": file_id})
        for file_id in file_ids
    ]
    if effects:
        await enqueue(session, _lane(ref, _FILE_LANES[audience]), effects)


async def _audiences(session: AsyncSession, ref: IssueRef) -> list[Audience]:
    """Return for whom the issue is shown; its lanes are locked, as several are about to be written."""
    await lock_subject(session, _lane(ref, Destination.LINEAR))
    messages = await links.issue_messages(session, ref.organization_id, ref.issue_id)
    return [message.audience for message in messages]
