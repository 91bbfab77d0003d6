"""Comments and their counterparts in Linear, and what in Linear stands around them.

Several issues of an organization may follow one Linear issue: each has counterparts of its own.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import IssueRef
from storage import tables
from storage.built import Built, run, value
from storage.comments import StoredComment, to_stored
from storage.upsert import upsert

_COMMENT, _COUNTERPART, _LINEAR = tables.Comment, tables.LinearComment, tables.LinearIssue


@dataclass(frozen=True, kw_only=True)
class Follower:
    """An issue that follows a Linear issue.

    Args:
        ref: the issue.
        linear_id: the Linear issue's id.
        since: what was said there before is left there; None: nothing was.
        mirrored: comments are exchanged.
        paused: nothing is exchanged now.
        threads: addresses of threads elsewhere that Linear keeps in step, by the comments with which they begin.
        threads_at: when that was so; None: nobody asked yet.
    """

    ref: IssueRef
    linear_id: str
    since: datetime | None
    mirrored: bool
    paused: bool
    threads: Mapping[str, str]
    threads_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Counterpart:
    """What of a comment stands in Linear, or did; see ``tables.LinearComment``."""

    comment: StoredComment
    linear_id: str
    ours: bool
    body_hash: str | None
    seen_at: datetime | None
    gone: bool
    withheld: bool


async def hold_linear_comment(session: AsyncSession, organization_id: int, linear_id: str) -> None:
    """Let nobody else follow this comment of Linear's until the commit, whether we know it or not.

    SQLite has one writer at a time.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"linear:comment:{organization_id}:{linear_id}", 0)
        await session.execute(select(func.pg_advisory_xact_lock(key)))


async def followers(session: AsyncSession, organization_id: int, linear_id: str) -> list[Follower]:
    """Which of the organization's issues follow this Linear issue? The oldest first."""
    return await _followers(session, _FOLLOWERS_OF, organization_id=organization_id, linear_id=linear_id)


async def follower(session: AsyncSession, ref: IssueRef) -> Follower | None:
    """Which Linear issue does this issue follow? None: it is not in Linear."""
    found = await _followers(session, _FOLLOWER, **vars(ref))
    return found[0] if found else None


async def followers_with_thread(session: AsyncSession, organization_id: int, linear_id: str) -> list[Follower]:
    """Which issues follow one that Linear keeps in step with a thread that begins with this comment?"""
    found = await _followers(session, _WITH_THREADS, organization_id=organization_id)
    return [one for one in found if linear_id in one.threads]


_FOLLOWERS = (
    select(
        _LINEAR.organization_id,
        _LINEAR.issue_id,
        _LINEAR.linear_id,
        _LINEAR.mirrored_at,
        _LINEAR.made_by_us,
        _LINEAR.created_at,
        _LINEAR.mirrored,
        _LINEAR.paused_at,
        _LINEAR.threads,
        _LINEAR.threads_at,
        tables.Organization.linear_paused_at,
    )
    .join(tables.Organization, tables.Organization.id == _LINEAR.organization_id)
    .where(_LINEAR.organization_id == value("organization_id"))
    .order_by(_LINEAR.issue_id)
)
_FOLLOWERS_OF = _FOLLOWERS.where(_LINEAR.linear_id == value("linear_id"))
_FOLLOWER = _FOLLOWERS.where(_LINEAR.issue_id == value("issue_id"))
_WITH_THREADS = _FOLLOWERS.where(_LINEAR.threads.is_not(None))


async def _followers(session: AsyncSession, statement: Built, **given: Any) -> list[Follower]:
    return [
        Follower(
            ref=IssueRef(row.organization_id, row.issue_id),
            linear_id=row.linear_id,
            since=row.mirrored_at or (None if row.made_by_us else row.created_at),
            mirrored=row.mirrored,
            paused=row.paused_at is not None or row.linear_paused_at is not None,
            threads=row.threads or {},
            threads_at=row.threads_at,
        )
        for row in await run(session, statement, **given)
    ]


async def set_threads(
    session: AsyncSession, ref: IssueRef, threads: Mapping[str, str], at: datetime | None
) -> None:
    """Remember which threads elsewhere Linear keeps in step; ``at`` None: it is to be asked."""
    await _change_follower(session, ref, threads=dict(threads) if threads else null(), threads_at=at)


async def set_mirrored(session: AsyncSession, ref: IssueRef, at: datetime, *, mirrored: bool) -> None:
    """Remember whether comments are exchanged since then."""
    await _change_follower(session, ref, mirrored=mirrored, mirrored_at=at)


async def _change_follower(session: AsyncSession, ref: IssueRef, **values: Any) -> None:
    mine = (_LINEAR.organization_id == ref.organization_id) & (_LINEAR.issue_id == ref.issue_id)
    await session.execute(update(_LINEAR).where(mine).values(**values))


async def our_comment(session: AsyncSession, organization_id: int, linear_id: str) -> StoredComment | None:
    """Is this id of a comment in Linear one that we gave out? Then: to which comment?"""
    try:
        client_id = uuid.UUID(linear_id)
    except ValueError:
        return None
    query = select(_COMMENT).where(_COMMENT.organization_id == organization_id, _COMMENT.client_id == client_id)
    row = await session.scalar(query)
    return None if row is None else to_stored(row)


async def client_id_of(session: AsyncSession, ref: IssueRef, comment_id: int) -> str:
    """Under which id does this comment stand in Linear? It must exist."""
    query = select(_COMMENT.client_id).where(_is_comment(ref), _COMMENT.id == comment_id)
    return str((await session.execute(query)).scalar_one())


def _is_comment(ref: IssueRef) -> ColumnElement[bool]:
    return (_COMMENT.organization_id == ref.organization_id) & (_COMMENT.issue_id == ref.issue_id)


async def counterparts(session: AsyncSession, organization_id: int, linear_id: str) -> list[Counterpart]:
    """Which comments of the organization's have this one of Linear's as their counterpart?"""
    return await _counterparts(session, organization_id, _COUNTERPART.linear_id == linear_id)


async def counterparts_of_issue(session: AsyncSession, ref: IssueRef) -> list[Counterpart]:
    """Which comments of the issue have counterparts? The oldest first."""
    return await _counterparts(session, ref.organization_id, _COUNTERPART.issue_id == ref.issue_id)


async def said_under_closed(
    session: AsyncSession, organization_id: int, since: datetime
) -> dict[str, list[IssueRef]]:
    """What stands in Linear under issues that were closed since then (UTC)? Its ids there, with the issues."""
    issue = tables.Issue
    query = (
        select(_COUNTERPART.linear_id, _COUNTERPART.issue_id)
        .join(issue, issue.id == _COUNTERPART.issue_id)
        .join(_LINEAR, _LINEAR.issue_id == _COUNTERPART.issue_id)
        .where(_COUNTERPART.organization_id == organization_id, _LINEAR.organization_id == organization_id)
        .where(issue.organization_id == organization_id, issue.closed_at >= since, _LINEAR.gone.is_(None))
        .where(_COUNTERPART.seen_at.is_not(None), ~_COUNTERPART.gone)
        .order_by(_COUNTERPART.comment_id)
    )
    found = dict[str, list[IssueRef]]()
    for row in await session.execute(query):
        found.setdefault(row.linear_id, []).append(IssueRef(organization_id, row.issue_id))
    return found


async def counterpart(session: AsyncSession, ref: IssueRef, comment_id: int) -> Counterpart | None:
    """What of this comment stands in Linear?"""
    mine = (_COUNTERPART.issue_id == ref.issue_id) & (_COUNTERPART.comment_id == comment_id)
    found = await _counterparts(session, ref.organization_id, mine)
    return found[0] if found else None


async def taken_over(session: AsyncSession, ref: IssueRef, linear_id: str) -> Counterpart | None:
    """Which comment of the issue was taken over from this one of Linear's?"""
    mine = (_COUNTERPART.issue_id == ref.issue_id) & (_COUNTERPART.linear_id == linear_id)
    found = await _counterparts(session, ref.organization_id, mine)
    return found[0] if found else None


async def _counterparts(
    session: AsyncSession, organization_id: int, chosen: ColumnElement[bool]
) -> list[Counterpart]:
    query = (
        select(_COUNTERPART, _COMMENT)
        .join(_COMMENT, _COMMENT.id == _COUNTERPART.comment_id)
        .where(_COUNTERPART.organization_id == organization_id, chosen)
        .order_by(_COUNTERPART.comment_id)
    )
    rows = await session.execute(query.execution_options(populate_existing=True))
    return [
        Counterpart(
            comment=to_stored(comment),
            linear_id=row.linear_id,
            ours=row.ours,
            body_hash=row.body_hash,
            seen_at=row.seen_at,
            gone=row.gone,
            withheld=row.withheld,
        )
        for row, comment in rows
    ]


async def put_counterpart(
    session: AsyncSession, ref: IssueRef, comment_id: int, linear_id: str, *, ours: bool, **values: Any
) -> None:
    """Remember what of a comment stands in Linear: ``body_hash``, ``seen_at``, ``gone`` and ``withheld``."""
    await session.execute(
        upsert(session, _COUNTERPART)
        .values(
            comment_id=comment_id,
            organization_id=ref.organization_id,
            issue_id=ref.issue_id,
            linear_id=linear_id,
            ours=ours,
            **values,
        )
        .on_conflict_do_update(
            index_elements=["comment_id"],
            set_=values,
            where=_COUNTERPART.organization_id == ref.organization_id,
        )
    )


async def is_hash_of_ours(session: AsyncSession, ref: IssueRef, body_hash: str) -> bool:
    """Did Linear return a text with this hash for a comment of the issue that we wrote there?"""
    query = select(_COUNTERPART.comment_id).where(
        _COUNTERPART.organization_id == ref.organization_id,
        _COUNTERPART.issue_id == ref.issue_id,
        _COUNTERPART.ours,
        _COUNTERPART.body_hash == body_hash,
    )
    return await session.scalar(query.limit(1)) is not None


async def withheld_comments(session: AsyncSession, ref: IssueRef) -> Sequence[int]:
    """Which internal comments of the issue are kept from Linear? Their ids, the oldest first."""
    query = select(_COUNTERPART.comment_id).where(
        _COUNTERPART.organization_id == ref.organization_id,
        _COUNTERPART.issue_id == ref.issue_id,
        _COUNTERPART.withheld,
    )
    return (await session.scalars(query.order_by(_COUNTERPART.comment_id))).all()


async def issues_with_withheld(session: AsyncSession, organization_id: int) -> list[IssueRef]:
    """Of which issues are internal comments kept from Linear?"""
    query = (
        select(_COUNTERPART.issue_id)
        .where(_COUNTERPART.organization_id == organization_id, _COUNTERPART.withheld)
        .group_by(_COUNTERPART.issue_id)
        .order_by(_COUNTERPART.issue_id)
    )
    return [IssueRef(organization_id, issue_id) for issue_id in await session.scalars(query)]
