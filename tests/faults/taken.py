"""What the bot's database says that it took over from Linear: of an issue's changes, and of what is said there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility
from bot.domain.effects import EffectKind, LinearField
from bot.domain.issues import IssueRef, Status
from bot.domain.linear_seen import LINEAR_DOOR
from bot.domain.places import Audience
from storage import tables

_EVENT, _EFFECT = tables.IssueEvent, tables.Effect
_PRIORITY, _OVERRULED = "priority", "kept_"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A change that was made in Linear, as it was taken over; ``owed_to`` is for whom a line of it was owed.

    ``value`` is the status or priority that it brought, in our words; None: it was about something else.
    """

    field: LinearField | None
    value: str | None
    overruled: bool
    words: str
    owed_to: frozenset[Audience]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is stored of something that was said in Linear, and still stands."""

    text: str
    public: bool


async def changes_taken(session: AsyncSession, ref: IssueRef) -> list[Taken]:
    """Return what came from Linear of an issue, in the order in which it was taken over."""
    mine = (_EVENT.organization_id == ref.organization_id) & (_EVENT.issue_id == ref.issue_id)
    events = await session.scalars(select(_EVENT).where(mine, _EVENT.door == LINEAR_DOOR).order_by(_EVENT.id))
    owed: dict[int, set[Audience]] = {}
    for about in await session.scalars(select(_EFFECT.about).where(_EFFECT.kind == EffectKind.SLACK_POST_LINE)):
        owed.setdefault(int(about["event_id"]), set()).add(Audience(about["audience"]))
    return [_taken(event, owed.get(event.id, ())) for event in events]


def _taken(event: tables.IssueEvent, owed_to: Sequence[Audience] | set[Audience]) -> Taken:
    overruled = event.what.startswith(_OVERRULED)
    field: LinearField | None = None
    if event.what == _PRIORITY:
        field = LinearField.PRIORITY
    elif not overruled and event.becomes in set(Status) and event.becomes != event.was:
        field = LinearField.STATE
    value = None if field is None else event.becomes
    words = f"{event.what} {event.was} -> {event.becomes}"
    return Taken(field=field, value=value, overruled=overruled, words=words, owed_to=frozenset(owed_to))


async def words_kept(session: AsyncSession, ref: IssueRef) -> list[Kept]:
    """Return what stands of what was said in Linear under an issue."""
    comment = tables.Comment
    mine = (comment.organization_id == ref.organization_id) & (comment.issue_id == ref.issue_id)
    query = select(comment).where(mine, comment.door == LINEAR_DOOR, comment.deleted_at.is_(None))
    return [
        Kept(text=each.text, public=each.visibility == CommentVisibility.PUBLIC)
        for each in await session.scalars(query.order_by(comment.id))
    ]


async def assignee_email(session: AsyncSession, user_id: int | None) -> str | None:
    """Return the e-mail of who works on an issue."""
    if user_id is None:
        return None
    return await session.scalar(select(tables.CrmUser.email).where(tables.CrmUser.id == user_id))
