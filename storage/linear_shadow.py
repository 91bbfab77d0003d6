"""The shadow of Linear issues: what Linear last said of each, what we are writing, and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Update, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LinearField
from bot.domain.issues import IssueRef
from bot.domain.linear_seen import LINEAR_DOOR, LinearPerson, SeenIssue
from bot.domain.synced import Known, Said
from storage import tables
from storage.built import answer, run, value

_SHADOW = tables.LinearIssue
_IS_SHADOW_OF = (_SHADOW.organization_id == value("organization_id"), _SHADOW.issue_id == value("issue_id"))


@dataclass(frozen=True, kw_only=True)
class Reason:
    """What was last decided of a field: in which words, when (UTC), after whose change in Linear.

    ``left`` is our value, where it was left apart from Linear's.
    """

    verdict: str
    why: str
    at: datetime
    by: str | None = None
    left: str | None = None


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """A Linear issue as it was last known.

    Args:
        ref: our issue.
        linear_id, team_id, identifier, url: which Linear issue it is.
        state_name: of the state that ``known`` names.
        description: engineers write there what customers must not read.
        known: the fields that are compared.
        reasons: what was last decided of each.
        seen_at: Linear's time of what is known; None: it was never read whole.
        gone: why it cannot be reached any more.
        paused: nothing is exchanged now, on somebody's word.
        made_by_us: False: it was there before, and linked.
    """

    ref: IssueRef
    linear_id: str
    team_id: str
    identifier: str
    url: str
    state_name: str
    description: str | None
    known: Known
    reasons: Mapping[LinearField, Reason]
    seen_at: datetime | None
    gone: str | None
    paused: bool
    made_by_us: bool


async def issues_of(session: AsyncSession, organization_id: int, linear_id: str) -> list[IssueRef]:
    """Which of the organization's issues follow this Linear issue? The oldest first."""
    rows = await run(session, _ISSUES_OF, organization_id=organization_id, linear_id=linear_id)
    return [IssueRef(organization_id, row.issue_id) for row in rows]


_ISSUES_OF = (
    select(_SHADOW.issue_id)
    .where(_SHADOW.organization_id == value("organization_id"), _SHADOW.linear_id == value("linear_id"))
    .order_by(_SHADOW.issue_id)
)


async def shadow_of(session: AsyncSession, ref: IssueRef) -> Shadow | None:
    """What does Linear say of this issue, as far as we know?"""
    found = (await run(session, _SHADOW_OF, **vars(ref))).one_or_none()
    return None if found is None else _shadow(found)


_SHADOW_OF = (
    select(tables.core(_SHADOW), tables.Organization.linear_paused_at)
    .join(tables.Organization, tables.Organization.id == _SHADOW.organization_id)
    .where(*_IS_SHADOW_OF)
)


async def is_paused(session: AsyncSession, ref: IssueRef) -> bool:
    """Is nothing exchanged with Linear about this issue now, on somebody's word?"""
    return any(paused_at is not None for paused_at in (await run(session, _PAUSED_AT, **vars(ref))).one())


_PAUSED_AT = (
    select(tables.Organization.linear_paused_at, _SHADOW.paused_at)
    .outerjoin(
        _SHADOW, (_SHADOW.organization_id == tables.Organization.id) & (_SHADOW.issue_id == value("issue_id"))
    )
    .where(tables.Organization.id == value("organization_id"))
)


async def see(session: AsyncSession, ref: IssueRef, seen: SeenIssue) -> None:
    """Remember what Linear says of this issue."""
    assignee = seen.assignee
    await _set(
        session,
        ref,
        identifier=seen.identifier,
        url=seen.url,
        team_id=seen.team_id,
        state_id=seen.state_id,
        state_name=seen.state_name,
        state_type=seen.state_type,
        title=seen.title,
        description=seen.description,
        priority=seen.priority,
        assignee_id=None if assignee is None else assignee.id,
        assignee_name=None if assignee is None else assignee.name,
        assignee_email=None if assignee is None else assignee.email,
        seen_at=seen.updated_at,
    )


async def set_seen_at(session: AsyncSession, ref: IssueRef, seen_at: datetime) -> None:
    """Remember when Linear was seen last, by its own time, where nothing else of it counts."""
    await _set(session, ref, seen_at=seen_at)


async def set_wrote(session: AsyncSession, ref: IssueRef, wrote: Mapping[LinearField, Sequence[Any]]) -> None:
    """Remember what we write of this issue and have not seen in Linear yet."""
    await _set(session, ref, wrote={str(one): list(written) for one, written in wrote.items()} or None)


async def set_reasons(session: AsyncSession, ref: IssueRef, reasons: Mapping[LinearField, Reason]) -> None:
    """Remember what was decided of each field."""
    await _set(session, ref, reasons={str(one): _stored(reason) for one, reason in reasons.items()} or None)


async def set_gone(session: AsyncSession, ref: IssueRef, reason: str | None) -> bool:
    """Remember why the Linear issue cannot be reached; None: it can. Tells whether that is news."""
    statement = _SET_BACK if reason is None else _SET_GONE
    return await answer(session, statement, **vars(ref), gone=reason) is not None


_TABLE = tables.core(_SHADOW)
_IT = update(_TABLE).where(
    _TABLE.c.organization_id == value("organization_id"), _TABLE.c.issue_id == value("issue_id")
)
_GONE = _IT.values(gone=value("gone")).returning(_TABLE.c.issue_id)
_SET_BACK, _SET_GONE = _GONE.where(_TABLE.c.gone.is_not(None)), _GONE.where(_TABLE.c.gone.is_(None))


async def own_changes(session: AsyncSession, ref: IssueRef) -> dict[LinearField, datetime]:
    """When was each field of this issue changed last, not counting what came through Linear's door?"""
    changed = dict[LinearField, datetime]()
    for what, at in await run(session, _OWN_CHANGES, **vars(ref)):
        for one in _CHANGED_BY.get(what, ()):
            changed[one] = max(at, changed.get(one, at))
    return changed


_EVENT = tables.IssueEvent
_OWN_CHANGES = (
    select(_EVENT.what, func.max(_EVENT.at))
    .where(_EVENT.organization_id == value("organization_id"), _EVENT.issue_id == value("issue_id"))
    .where(_EVENT.door != LINEAR_DOOR)
    .group_by(_EVENT.what)
)


# By what happened: which fields it changed.
_ALL = tuple(LinearField)
_STATE = (LinearField.STATE,)
_CHANGED_BY: Mapping[str, Sequence[LinearField]] = {
    "raised": _ALL,
    "claimed": (LinearField.ASSIGNEE,),
    "assigned": (LinearField.ASSIGNEE,),
    "started": (LinearField.STATE, LinearField.ASSIGNEE),
    "resolved": _STATE,
    "confirmed": _STATE,
    "reopened": _STATE,
    "closed": _STATE,
    "priority": (LinearField.PRIORITY,),
    "title": (LinearField.TITLE,),
}


async def _set(session: AsyncSession, ref: IssueRef, **values: Any) -> None:
    await run(session, _update(tuple(values)), **vars(ref), **values)


@cache
def _update(names: tuple[str, ...]) -> Update:
    return _IT.values({name: value(name) for name in names})


def _shadow(row: Row[Any]) -> Shadow:
    reasons = {LinearField(name): _reason(stored) for name, stored in (row.reasons or {}).items()}
    return Shadow(
        ref=IssueRef(row.organization_id, row.issue_id),
        linear_id=row.linear_id,
        team_id=row.team_id,
        identifier=row.identifier,
        url=row.url,
        state_name=row.state_name,
        description=row.description,
        known=Known(
            read=_said(row),
            wrote={LinearField(name): written for name, written in (row.wrote or {}).items()},
            left={one: reason.left for one, reason in reasons.items() if reason.left is not None},
        ),
        reasons=reasons,
        seen_at=row.seen_at,
        gone=row.gone,
        paused=row.linear_paused_at is not None or row.paused_at is not None,
        made_by_us=row.made_by_us,
    )


def _said(row: Row[Any]) -> Said:
    assignee = None
    if row.assignee_id is not None:
        assignee = LinearPerson(id=row.assignee_id, name=row.assignee_name or "", email=row.assignee_email)
    return Said(
        state_id=row.state_id,
        state_type=row.state_type or None,
        title=row.title,
        priority=row.priority,
        assignee=assignee,
        # Whatever is read whole, or sent whole when it was opened, has a title.
        assigned=row.title is not None,
    )


def _reason(stored: Mapping[str, Any]) -> Reason:
    return Reason(
        verdict=stored["verdict"],
        why=stored["why"],
        at=datetime.fromisoformat(stored["at"]),
        by=stored.get("by"),
        left=stored.get("left"),
    )


def _stored(reason: Reason) -> dict[str, Any]:
    given = {"verdict": reason.verdict, "why": reason.why, "at": reason.at.isoformat()}
    return given | {name: value for name, value in (("by", reason.by), ("left", reason.left)) if value is not None}
