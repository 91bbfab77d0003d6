"""Agree with what Linear is seen to say of an issue: take it over, write ours there, or leave both as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, LinearField, NewEffect, issue_lane
from bot.domain.issues import IssueRef, Status
from bot.domain.linear_seen import DoneBy, SeenIssue
from bot.domain.linear_state import state_to_write
from bot.domain.people import normalize_email
from bot.domain.sync import SAME, Decision, Verdict, decide
from bot.domain.synced import NEVER_READ, Change, Held, Known, Said, held_word, still_unseen
from bot.usecases.linear_gone import IN_THE_TRASH, MOVED_AWAY, note_back, note_gone
from bot.usecases.take_over import NOBODY_KNOWN, Authors, authors_of, take_over
from bot.usecases.tell import about_issue, show_to_vendors, tell_linear
from storage import linear_people, linear_settings, linear_shadow, lives, organizations, outbox
from storage.linear_shadow import Reason, Shadow
from storage.lives import LivingIssue


@dataclass(frozen=True, kw_only=True)
class _Scene:
    """One issue of ours and what is known of its Linear issue, read under the issue's lock."""

    living: LivingIssue
    shadow: Shadow
    held: Held


async def accept_linear_issue(
    session: AsyncSession,
    organization_id: int,
    seen: SeenIssue,
    by: DoneBy,
    now: datetime,
    *,
    fresh: bool = False,
) -> list[Decision]:
    """Agree, in every issue of the organization that follows this Linear issue, with what Linear is seen to say.

    Nothing is written twice: what is older than what is known is ignored, and what is as old but different is
    asked for anew. While the exchange is paused it is asked for later.

    Args:
        session: of the change.
        organization_id: whose connection it was seen through.
        seen: what Linear says.
        by: who changed what, as far as that is known.
        now: UTC.
        fresh: Linear answered this to our own question just now, so it is no older than anything known.

    Returns:
        what was decided of each field; nothing where nothing was compared.
    """
    refs = await linear_shadow.issues_of(session, organization_id, seen.linear_id)
    if not refs:
        await _look_at_what_is_being_opened(session, organization_id, seen)
    authors = await authors_of(session, organization_id, by)
    decisions: list[Decision] = []
    for ref in refs:
        decisions += await _accept(session, ref, seen, authors, now, fresh=fresh)
    return decisions


async def rehearse_linear_issue(
    session: AsyncSession,
    organization_id: int,
    seen: SeenIssue,
    by: DoneBy,
) -> list[Decision]:
    """Return what would be decided now if Linear were seen to say this. Nothing is changed."""
    authors = await authors_of(session, organization_id, by)
    decisions: list[Decision] = []
    for ref in await linear_shadow.issues_of(session, organization_id, seen.linear_id):
        scene = await _scene(session, ref, seen)
        if scene is not None:
            decisions += decide(scene.held, scene.shadow.known, _change(seen, authors))
    return decisions


async def would_tell(session: AsyncSession, organization_id: int, seen: SeenIssue) -> bool:
    """Tell whether anything would be told of an issue if Linear were seen to say this. Nothing is changed."""
    for ref in await linear_shadow.issues_of(session, organization_id, seen.linear_id):
        scene = await _scene(session, ref, seen)
        if scene is None or scene.shadow.paused or _is_older(scene.shadow, seen):
            continue
        decisions = decide(scene.held, scene.shadow.known, _change(seen, {}))
        if any(one.verdict is Verdict.ACCEPT or one.conflict for one in decisions):
            return True
    return False


async def accept_linear_answer(
    session: AsyncSession, ref: IssueRef, seen: SeenIssue, now: datetime
) -> list[Decision]:
    """Agree with Linear's answer to what was written of an issue; nothing of it is unseen any more."""
    decisions = await accept_linear_issue(session, ref.organization_id, seen, {}, now, fresh=True)
    await linear_shadow.set_wrote(session, ref, {})
    return decisions


async def owe_refetch(session: AsyncSession, ref: IssueRef) -> None:
    """Let the Linear issue be read, and agreed with, in its turn; once, however often it is owed."""
    lane = issue_lane(ref.organization_id, ref.issue_id, Destination.LINEAR)
    if not await outbox.is_owed(session, lane, EffectKind.LINEAR_REFETCH_ISSUE):
        await outbox.enqueue(session, lane, [NewEffect(EffectKind.LINEAR_REFETCH_ISSUE, about_issue(ref))])


async def _look_at_what_is_being_opened(session: AsyncSession, organization_id: int, seen: SeenIssue) -> None:
    """Read an issue anew that was changed in Linear before the answer to its opening came."""
    ref = await outbox.issue_opened_by(session, organization_id, seen.linear_id)
    living = None if ref is None else await lives.living_issue(session, ref)
    if ref is None or living is None:
        return
    held = await _held(session, living, Known(read=NEVER_READ), seen)
    if any(one.why != SAME for one in decide(held, Known(read=NEVER_READ), _change(seen, {}))):
        await owe_refetch(session, ref)


async def _accept(
    session: AsyncSession, ref: IssueRef, seen: SeenIssue, authors: Authors, now: datetime, *, fresh: bool
) -> list[Decision]:
    await lives.hold_issue(session, ref)
    scene = await _scene(session, ref, seen)
    if scene is None or not await _is_news(session, scene.shadow, seen, fresh=fresh):
        return []
    if (reason := await _why_gone(session, ref, seen)) is not None:
        await linear_shadow.set_seen_at(session, ref, seen.updated_at)
        await note_gone(session, ref, reason, now)
        return []
    await note_back(session, ref, now)
    decisions = decide(scene.held, scene.shadow.known, _change(seen, authors))
    await linear_shadow.see(session, ref, seen)
    await linear_shadow.set_wrote(session, ref, still_unseen(scene.shadow.known, _said(seen)))
    await _keep_reasons(session, scene, decisions, authors, now)
    told = await take_over(session, scene.living, seen, decisions, authors, now)
    await tell_linear(session, ref, [one.field for one in decisions if one.verdict is Verdict.WRITE])
    if not told and _shows_otherwise(scene.shadow, seen):
        await show_to_vendors(session, ref)
    return decisions


async def _is_news(session: AsyncSession, shadow: Shadow, seen: SeenIssue, *, fresh: bool) -> bool:
    if shadow.paused:
        await owe_refetch(session, shadow.ref)
        return False
    if _is_older(shadow, seen):
        return False
    if shadow.seen_at is None or seen.updated_at > shadow.seen_at:
        return True
    if not fresh and not _is_alike(shadow, seen):
        await owe_refetch(session, shadow.ref)
    return fresh


def _is_older(shadow: Shadow, seen: SeenIssue) -> bool:
    return shadow.seen_at is not None and seen.updated_at < shadow.seen_at


async def _why_gone(session: AsyncSession, ref: IssueRef, seen: SeenIssue) -> str | None:
    if seen.gone:
        return IN_THE_TRASH
    team_id = (await organizations.organization(session, ref.organization_id)).linear_team_id
    return None if team_id in {None, seen.team_id} else MOVED_AWAY


async def _keep_reasons(
    session: AsyncSession, scene: _Scene, decisions: Sequence[Decision], authors: Authors, now: datetime
) -> None:
    """Remember what was decided; that both say the same ends what was left apart, and is no decision else."""
    before, kept = scene.shadow.reasons, dict(scene.shadow.reasons)
    for one in decisions:
        if one.verdict is not Verdict.NOTHING:
            left = held_word(scene.held, one.field) if one.verdict is Verdict.LEAVE else None
            by = authors.get(one.field, NOBODY_KNOWN).name
            kept[one.field] = Reason(verdict=one.verdict, why=one.why, at=now, by=by, left=left)
        elif one.why == SAME and one.field in kept:
            kept[one.field] = replace(kept[one.field], left=None)
    if kept != before:
        await linear_shadow.set_reasons(session, scene.shadow.ref, kept)


async def _scene(session: AsyncSession, ref: IssueRef, seen: SeenIssue) -> _Scene | None:
    living = await lives.living_issue(session, ref)
    shadow = await linear_shadow.shadow_of(session, ref)
    if living is None or shadow is None:
        return None
    return _Scene(living=living, shadow=shadow, held=await _held(session, living, shadow.known, seen))


async def _held(session: AsyncSession, living: LivingIssue, known: Known, seen: SeenIssue) -> Held:
    """Return what we hold of an issue, with what decides about it."""
    issue, ref = living.issue, living.issue.ref
    people = [one for one in (seen.assignee, known.read.assignee) if one is not None and one.email]
    vendors = await linear_people.vendors_called(
        session, ref.organization_id, [normalize_email(one.email or "") for one in people]
    )
    settings = await linear_settings.linear_settings(session, ref.organization_id)
    return Held(
        ref=ref,
        status=issue.status,
        title=issue.title,
        priority=issue.priority,
        assignee_user_id=issue.assignee_user_id,
        changed_at=await linear_shadow.own_changes(session, ref),
        vendors={email: user.id for email, user in vendors.items()},
        takes_titles=settings.takes_titles,
        no_way=await _no_way(session, living, seen, settings.states),
    )


async def _no_way(
    session: AsyncSession, living: LivingIssue, seen: SeenIssue, chosen: Mapping[Status, str]
) -> frozenset[LinearField]:
    """Return the fields whose value Linear has nothing like."""
    ref, no_way = living.issue.ref, set[LinearField]()
    states = await organizations.linear_states(session, ref.organization_id)
    solved = await lives.was_solved(session, ref)
    if state_to_write(living.state.status, seen.state_type, states, solved=solved, chosen=chosen) is None:
        no_way.add(LinearField.STATE)
    assignee = living.state.assignee_user_id
    if assignee is not None and not await linear_people.may_be_in_linear(session, ref.organization_id, assignee):
        no_way.add(LinearField.ASSIGNEE)
    return frozenset(no_way)


def _said(seen: SeenIssue) -> Said:
    return Said(
        state_id=seen.state_id,
        state_type=seen.state_type,
        title=seen.title,
        priority=seen.priority,
        assignee=seen.assignee,
    )


def _change(seen: SeenIssue, authors: Authors) -> Change:
    by_us = frozenset(one for one, author in authors.items() if author.ours)
    return Change(said=_said(seen), at=seen.updated_at, by_us=by_us)


def _is_alike(shadow: Shadow, seen: SeenIssue) -> bool:
    """Tell whether Linear is seen to say what it is known to say."""
    known = (shadow.known.read, shadow.identifier, shadow.description, shadow.gone is not None)
    return known == (_said(seen), seen.identifier, seen.description, seen.gone)


def _shows_otherwise(shadow: Shadow, seen: SeenIssue) -> bool:
    """Tell whether what vendors see of the Linear issue changed."""
    return (shadow.identifier, shadow.state_name, shadow.gone) != (seen.identifier, seen.state_name, None)
