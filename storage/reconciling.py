"""What stands in Slack and Linear by our records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import POSTING, EffectKind, EffectState
from bot.domain.issues import IssueRef
from bot.domain.places import Audience
from bot.domain.reconciled import Expected
from storage import comments, tables

_EFFECT, _LANE, _ISSUE = tables.Effect, tables.Lane, tables.Issue
_COMMENT, _PART = tables.Comment, tables.LinearComment
_ENDED = (EffectState.DONE, EffectState.SKIPPED)
_ALONE = (EffectKind.SLACK_POST_BUTTON, EffectKind.SLACK_ASK_OWNER, EffectKind.SLACK_TELL_OWNER)
# Which copy of which comment stands where, for whom.
Copies = Mapping[tuple[int, str], str]


async def issues_since(
    session: AsyncSession, organization_id: int, since: datetime, *, after: int, limit: int
) -> list[int]:
    """Which issues of the organization were raised, or had something happen, since then (UTC)? By id, after one."""
    event = tables.IssueEvent
    happened = select(event.id).where(
        event.issue_id == _ISSUE.id, event.organization_id == organization_id, event.at >= since
    )
    query = (
        select(_ISSUE.id)
        .where(_ISSUE.organization_id == organization_id, _ISSUE.id > after)
        .where(or_(_ISSUE.created_at >= since, happened.exists()))
        .order_by(_ISSUE.id)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def expected_messages(session: AsyncSession, ref: IssueRef) -> list[Expected]:
    """Which messages about this issue stand in Slack by our records, and which must not?

    In the order in which they were owed. One that was never posted, though it was paid, has no ``ts``.
    """
    rows = await ended_effects(session, ref, POSTING)
    copies, told = await _copies(session, ref), {_same(row) for row in rows if _is_posted(row)}
    found = []
    for row in rows:
        if row.kind == EffectKind.SLACK_SHOW_COMMENT:
            one = await _expected_copy(session, ref, row, copies)
        else:
            one = _expected(row, wanted=row.state == EffectState.DONE)
        if one.wanted and one.ts is None:
            # Of several that post the same, one is enough.
            one = replace(one, wanted=_same(row) not in told)
            told.add(_same(row))
        found.append(one)
    return found


async def ended_effects(
    session: AsyncSession, ref: IssueRef, kinds: Collection[EffectKind]
) -> Sequence[tables.Effect]:
    """What of these kinds was done or left out for the issue, lane by lane in the order in which it was owed?"""
    query = (
        select(_EFFECT)
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .where(_LANE.organization_id == ref.organization_id, _LANE.subject == f"issue:{ref.issue_id}")
        .where(_EFFECT.state.in_(_ENDED), _EFFECT.kind.in_(kinds))
        .order_by(_EFFECT.lane_id, _EFFECT.seq)
    )
    return (await session.scalars(query)).all()


def _is_posted(row: tables.Effect) -> bool:
    # Of a comment its copy tells.
    return row.ts is not None and row.state == EffectState.DONE and row.kind != EffectKind.SLACK_SHOW_COMMENT


async def _expected_copy(session: AsyncSession, ref: IssueRef, row: tables.Effect, copies: Copies) -> Expected:
    """Return what an effect that shows a comment left, or should have: the copy that is there is one effect's."""
    comment_id, audience = int(row.about["comment_id"]), Audience(str(row.about["audience"]))
    look = comments.shown_to_triage if audience is Audience.TRIAGE else comments.shown_to_customer
    visible = await look(session, ref, comment_id) is not None
    ts = copies.get((comment_id, audience))
    done = row.state == EffectState.DONE
    if ts is None:
        return replace(_expected(row, wanted=visible and done), ts=None)
    return _expected(row, wanted=visible and row.ts == ts)


async def expected_alone(session: AsyncSession, organization_id: int, since: datetime) -> list[Expected]:
    """What was posted since then (UTC) beside issues, or must not stand there: buttons, words to the owner?"""
    query = (
        select(_EFFECT)
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .where(_LANE.organization_id == organization_id, _EFFECT.kind.in_(_ALONE))
        .where(_EFFECT.state.in_(_ENDED), _EFFECT.created_at >= since)
        .order_by(_EFFECT.lane_id, _EFFECT.seq)
    )
    rows = (await session.scalars(query)).all()
    buttons = await _buttons(session, organization_id)
    found = []
    for row in reversed(rows):
        if row.kind == EffectKind.SLACK_POST_BUTTON:
            found.append(_expected_button(row, buttons))
        else:
            found.append(_expected(row, wanted=row.state == EffectState.DONE))
    return found[::-1]


def _expected_button(row: tables.Effect, buttons: dict[str, str | None]) -> Expected:
    """Return what an effect left that posts a channel's button; the last one that could is to have."""
    channel_id = str(row.about["channel_id"])
    one = replace(_expected(row, wanted=False), channel_id=channel_id)
    if channel_id not in buttons or row.state != EffectState.DONE:
        return one
    ts = buttons[channel_id]
    if ts is None:
        # Whatever was owed before that is older news.
        del buttons[channel_id]
        return replace(one, ts=None, wanted=True)
    return replace(one, wanted=row.ts == ts)


async def _buttons(session: AsyncSession, organization_id: int) -> dict[str, str | None]:
    """Return the messages with the button, by their channels; None: there is none, though there should be."""
    link = tables.ChannelLink
    query = select(link.channel_id, link.button_ts).where(link.organization_id == organization_id, link.intake)
    return {row.channel_id: row.button_ts for row in await session.execute(query)}


async def is_anything_owed_alone(session: AsyncSession, organization_id: int) -> bool:
    """Is anything beside issues still on its way?"""
    query = (
        select(_EFFECT.id)
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .where(_LANE.organization_id == organization_id, _EFFECT.seq >= _LANE.head)
        .where(_EFFECT.kind.in_((*_ALONE, EffectKind.SLACK_PIN_BUTTON, EffectKind.SLACK_REMOVE_BUTTON)))
        .where(_EFFECT.state.not_in(_ENDED))
    )
    return (await session.scalars(query.limit(1))).first() is not None


def _same(row: tables.Effect) -> object:
    """Return what tells an effect from those that post the same."""
    about = row.about
    return row.kind, *(about.get(key) for key in ("audience", "event_id", "comment_id", "note", "file_id"))


async def is_anything_owed(session: AsyncSession, ref: IssueRef) -> bool:
    """Is anything about this issue still on its way?"""
    query = select(_LANE.id).where(
        _LANE.organization_id == ref.organization_id,
        _LANE.subject == f"issue:{ref.issue_id}",
        _LANE.head < _LANE.next_seq,
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def _copies(session: AsyncSession, ref: IssueRef) -> Copies:
    copy, comment = tables.CommentCopy, tables.Comment
    query = (
        select(copy.comment_id, copy.audience, copy.ts)
        .join(comment, comment.id == copy.comment_id)
        .where(comment.organization_id == ref.organization_id, comment.issue_id == ref.issue_id)
        .where(copy.organization_id == ref.organization_id)
    )
    return {(row.comment_id, row.audience): row.ts for row in await session.execute(query)}


def _expected(row: tables.Effect, *, wanted: bool) -> Expected:
    return Expected(
        effect_id=row.id,
        kind=EffectKind(row.kind),
        about=row.about,
        channel_id=row.channel_id,
        thread_ts=row.thread_ts,
        ts=row.ts,
        wanted=wanted,
    )


async def comments_unknown_in_linear(session: AsyncSession, ref: IssueRef) -> Sequence[int]:
    """Which comments of the issue should stand in Linear by what was paid, and are not known to? Their ids."""
    known = select(_PART.comment_id).where(
        _PART.organization_id == ref.organization_id, _PART.issue_id == ref.issue_id
    )
    paid = (
        select(_EFFECT.about["comment_id"].as_integer())
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .where(_LANE.organization_id == ref.organization_id, _LANE.subject == f"issue:{ref.issue_id}")
        .where(_EFFECT.kind == EffectKind.LINEAR_SEND_COMMENT, _EFFECT.state == EffectState.DONE)
    )
    query = (
        select(_COMMENT.id)
        .where(_COMMENT.organization_id == ref.organization_id, _COMMENT.issue_id == ref.issue_id)
        .where(_COMMENT.deleted_at.is_(None))
        .where(_COMMENT.id.in_(paid), _COMMENT.id.not_in(known))
    )
    return (await session.scalars(query.order_by(_COMMENT.id))).all()
