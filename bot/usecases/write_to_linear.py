"""Begin to write an issue to Linear: what differs is noted before it is sent, so that its echo is known."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LinearField
from bot.domain.issues import IssueRef
from bot.domain.linear_state import state_to_write
from bot.domain.people import normalize_email
from bot.domain.sync import LONG_AGO, ONLY_WE, Verdict
from bot.domain.synced import PRIORITY_NUMBERS, our_title
from bot.usecases.linear_gone import note_gone
from storage import linear_people, linear_settings, linear_shadow, lives, organizations
from storage.linear_shadow import Reason, Shadow
from storage.lives import LivingIssue

Written = str | int | None


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What is to be written: the new values in Linear's words, by field; nothing, where both say the same.

    ``team_id`` is the Linear team in which it is, ``assignee_user_id`` who works on it with us. ``gone``: why the
    Linear issue cannot be reached; nothing is written then.
    """

    linear_id: str
    team_id: str
    values: Mapping[LinearField, Written]
    assignee_user_id: int | None = None
    gone: str | None = None


async def begin_writing(
    session: AsyncSession, ref: IssueRef, fields: Collection[LinearField], now: datetime
) -> Writing | None:
    """Choose what of these fields Linear does not say as we do, and note it; None: the issue is not in Linear.

    Under the issue's lock: nothing is taken over from Linear meanwhile.
    """
    await lives.hold_issue(session, ref)
    living = await lives.living_issue(session, ref)
    shadow = await linear_shadow.shadow_of(session, ref)
    if living is None or shadow is None:
        return None
    if shadow.gone is not None:
        await note_gone(session, ref, shadow.gone, now, needed=True)
        return Writing(linear_id=shadow.linear_id, team_id=shadow.team_id, values={}, gone=shadow.gone)
    values = {one: value for one in fields for value in await _differing(session, living, shadow, one)}
    if values:
        await _note(session, shadow, values, now)
    return Writing(
        linear_id=shadow.linear_id,
        team_id=shadow.team_id,
        values=values,
        assignee_user_id=living.state.assignee_user_id,
    )


async def forget_writing(session: AsyncSession, ref: IssueRef, values: Mapping[LinearField, Written]) -> None:
    """Forget what was about to be written: Linear refused it."""
    await lives.hold_issue(session, ref)
    shadow = await linear_shadow.shadow_of(session, ref)
    if shadow is not None:
        left = {
            one: [word for word in written if word != values.get(one)]
            for one, written in shadow.known.wrote.items()
        }
        await linear_shadow.set_wrote(session, ref, {one: written for one, written in left.items() if written})


async def _differing(
    session: AsyncSession, living: LivingIssue, shadow: Shadow, one: LinearField
) -> Sequence[Written]:
    """Return the value to write for a field, alone; nothing where Linear says it already."""
    issue, read = living.issue, shadow.known.read
    if one is LinearField.TITLE:
        return [] if read.title is not None and our_title(read.title) == issue.title else [issue.title]
    if one is LinearField.PRIORITY:
        number = PRIORITY_NUMBERS[issue.priority]
        return [] if number == read.priority else [number]
    if one is LinearField.ASSIGNEE:
        return await _differing_assignee(session, living, shadow)
    states = await organizations.linear_states(session, issue.organization_id)
    chosen = await linear_settings.chosen_states(session, issue.organization_id)
    solved = await lives.was_solved(session, issue.ref)
    state = state_to_write(issue.status, read.state_type or "", states, solved=solved, chosen=chosen)
    return [] if state is None else [state.id]


async def _differing_assignee(session: AsyncSession, living: LivingIssue, shadow: Shadow) -> Sequence[Written]:
    ref, there = living.issue.ref, shadow.known.read.assignee
    if living.state.assignee_user_id is None:
        # Somebody whom we do not know works on it there: they are not ours to take off it.
        email = normalize_email(there.email or "") if there is not None else ""
        return [None] if await linear_people.vendors_called(session, ref.organization_id, [email]) else []
    email_here = await linear_people.email_of(session, living.state.assignee_user_id)
    found = None if email_here is None else await linear_people.looked_up(session, ref.organization_id, email_here)
    if found is None or found.linear_user_id is None:
        return []
    return [] if there is not None and there.id == found.linear_user_id else [found.linear_user_id]


async def _note(
    session: AsyncSession, shadow: Shadow, values: Mapping[LinearField, Written], now: datetime
) -> None:
    wrote = {one: list(written) for one, written in shadow.known.wrote.items()}
    for one, value in values.items():
        if value is not None:
            wrote[one] = [*(word for word in wrote.get(one, ()) if word != value), value]
    await linear_shadow.set_wrote(session, shadow.ref, wrote)
    changed_at = await linear_shadow.own_changes(session, shadow.ref)
    reasons = dict(shadow.reasons)
    for one in values:
        before = reasons.get(one)
        # What was decided against Linear's change is the better reason, until ours changes again.
        decided = before is not None and before.verdict == Verdict.WRITE
        if before is None or not decided or before.at < changed_at.get(one, LONG_AGO):
            reasons[one] = Reason(verdict=Verdict.WRITE, why=ONLY_WE, at=now)
    await linear_shadow.set_reasons(session, shadow.ref, reasons)
