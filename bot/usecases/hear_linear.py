"""Follow what a webhook of Linear tells, for each organization that it concerns, and for no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import EffectKind
from bot.domain.issues import IssueRef
from bot.domain.linear_seen import DoneBy, LinearActor, SeenIssue, done_by
from bot.domain.linear_told import About, AttachmentGone, CommentTold, Heard, IssueTold, Served
from bot.domain.places import Audience
from bot.domain.sync import Decision, Verdict
from bot.usecases.accept_linear_comment import accept_linear_comment, accept_linear_comment_gone
from bot.usecases.agree_with_linear import accept_linear_issue, owe_refetch
from bot.usecases.linear_gone import IN_THE_TRASH
from bot.usecases.tell import attach_thread, owe_to_linear
from storage import linear_followers, linear_sync, links
from storage.linear_followers import Follower

_SEEN_BY_VENDORS = {Audience.TRIAGE, Audience.BOTH}


@dataclass(frozen=True, kw_only=True)
class Concerned:
    """What a webhook concerns: issues that follow the Linear issue, and those that are being opened there."""

    followers: Sequence[Follower]
    being_opened: Sequence[IssueRef] = ()

    @property
    def refs(self) -> list[IssueRef]:
        """The issues."""
        return [*(follower.ref for follower in self.followers), *self.being_opened]

    @property
    def organization_ids(self) -> list[int]:
        """Their organizations, each once."""
        return sorted({ref.organization_id for ref in self.refs})

    def __bool__(self) -> bool:
        return bool(self.refs)


async def concerned_by(session: AsyncSession, about: About, served: Served) -> Concerned:
    """Return what of ours a webhook is about: nothing of organizations that its credential does not serve.

    Args:
        session: of the request.
        about: what happened.
        served: the organizations of the credential.
    """
    linear_id = about.linear_id if isinstance(about, IssueTold) else about.linear_issue_id
    found = await linear_followers.followers(session, linear_id, served)
    if not found:
        opening = await linear_followers.issues_being_opened(session, linear_id, served)
        return Concerned(followers=[], being_opened=opening)
    if isinstance(about, IssueTold):
        return Concerned(followers=found)
    # A comment does not say in which team it stands. Of what was moved away, nothing is to be read here.
    return Concerned(followers=[one for one in found if one.gone in {None, IN_THE_TRASH}])


async def hear(
    session: AsyncSession,
    about: About,
    by: LinearActor | None,
    served: Served,
    now: datetime,
    *,
    apply: bool = True,
) -> Heard:
    """Follow what a webhook tells.

    Args:
        session: of the transaction that marks the delivery as done.
        about: what happened.
        by: who did it; None: that is not told.
        served: the organizations of the credential.
        now: the time, UTC.
        apply: False: its words are too old to be used; what it tells of is asked for.
    """
    concerned = await concerned_by(session, about, served)
    if not concerned:
        return Heard.IGNORED
    heard = await _hear(session, about, by, concerned, now, apply=apply)
    await linear_sync.note_told(session, concerned.organization_ids, now)
    return heard


async def _hear(
    session: AsyncSession,
    about: About,
    by: LinearActor | None,
    concerned: Concerned,
    now: datetime,
    *,
    apply: bool,
) -> Heard:
    if isinstance(about, AttachmentGone):
        return await _attach_again(session, about, concerned.followers)
    if isinstance(about, IssueTold):
        if not apply or about.seen is None:
            return await _ask_for_issue(session, concerned)
        return await _hear_of_issue(session, about.seen, done_by(by, about.changed), concerned, now)
    if not apply or (about.seen is None and not about.gone) or concerned.being_opened:
        return await _ask_for_comment(session, about.linear_id, concerned)
    return await _hear_of_comment(session, about, by, concerned, now)


async def _hear_of_issue(
    session: AsyncSession,
    seen: SeenIssue,
    by: DoneBy,
    concerned: Concerned,
    now: datetime,
) -> Heard:
    decisions: list[Decision] = []
    for organization_id in concerned.organization_ids:
        decisions += await accept_linear_issue(session, organization_id, seen, by, now)
    return Heard.APPLIED if any(one.verdict is Verdict.ACCEPT for one in decisions) else Heard.ECHO


async def _ask_for_issue(session: AsyncSession, concerned: Concerned) -> Heard:
    for ref in concerned.refs:
        await owe_refetch(session, ref)
    return Heard.STALE


async def _hear_of_comment(
    session: AsyncSession, told: CommentTold, by: LinearActor | None, concerned: Concerned, now: datetime
) -> Heard:
    changed = False
    for organization_id in concerned.organization_ids:
        if told.gone:
            changed |= await accept_linear_comment_gone(session, organization_id, told.linear_id, now)
        elif told.seen is not None:
            changed |= await accept_linear_comment(session, organization_id, told.seen, by, now)
    return Heard.APPLIED if changed else Heard.ECHO


async def _ask_for_comment(session: AsyncSession, linear_comment_id: str, concerned: Concerned) -> Heard:
    """Let a comment be read, once for each organization.

    Where its issue is being opened Linear was quicker than its own answer: that comes first in the lane.
    """
    for ref in {ref.organization_id: ref for ref in concerned.refs}.values():
        await owe_to_linear(session, ref, EffectKind.LINEAR_REFETCH_COMMENT, linear_comment_id=linear_comment_id)
    return Heard.STALE


async def _attach_again(session: AsyncSession, told: AttachmentGone, theirs: Sequence[Follower]) -> Heard:
    """Attach the way back to Slack again where that was removed: without it an engineer finds no thread.

    Nothing else follows from attachments: whatever else engineers attach is theirs.
    """
    attached = Heard.IGNORED
    for follower in theirs:
        ref = follower.ref
        for message in await links.issue_messages(session, ref.organization_id, ref.issue_id):
            ends = f"/archives/{message.channel_id}/p{(message.ts or '').replace('.', '')}"
            if message.audience in _SEEN_BY_VENDORS and message.ts and told.url.partition("?")[0].endswith(ends):
                await attach_thread(session, ref)
                attached = Heard.APPLIED
    return attached
