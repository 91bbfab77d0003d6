"""Files that people gave with issues and comments. The bytes stay in Slack; what they are is kept here.

Where a file may be seen is a question of its own (``file_to_share``): for a customer it cannot find that of an
internal comment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility
from bot.domain.files import ShownFile
from bot.domain.issues import IssueRef
from bot.domain.places import Audience
from storage import tables
from storage.built import run, value
from storage.given import insert_given, run_given
from storage.types import database_now
from storage.upsert import upsert

_FILE, _COPY, _COMMENT = tables.IssueFile, tables.FileCopy, tables.Comment
_OF_FILE = (
    "organization_id",
    "issue_id",
    "comment_id",
    "team_id",
    "slack_file_id",
    "name",
    "mimetype",
    "size",
    "created_at",
)
# Stands for the address of a file that Linear does not take.
REFUSED = ""


@dataclass(frozen=True, kw_only=True)
class GivenFile:
    """A file in Slack that somebody gave. ``size`` is in bytes."""

    team_id: str
    slack_file_id: str
    name: str
    mimetype: str
    size: int


@dataclass(frozen=True, kw_only=True)
class FileToShare:
    """A file that an audience may see.

    Args:
        given: what it is.
        said_in: the id of the channel in whose thread it was given, if it was.
        by_customer: it came with the issue, from its customer.
    """

    given: GivenFile
    said_in: str | None
    by_customer: bool


@dataclass(frozen=True, kw_only=True)
class FileCopy:
    """Our own file that repeats one. ``age`` tells how many seconds ago we began to share it."""

    slack_file_id: str
    is_shared: bool
    age: float


@dataclass(frozen=True, kw_only=True)
class FileForLinear:
    """A file as it is to stand in Linear.

    ``linear_url``: where that keeps it; None: it does not yet. ``said_in``: as in ``FileToShare``.
    """

    slack_file_id: str
    name: str
    said_in: str | None
    comment_id: int | None
    linear_url: str | None


async def add_files(
    session: AsyncSession, ref: IssueRef, given: Sequence[GivenFile], *, comment_id: int | None, now: datetime
) -> None:
    """Keep these files with an issue, or with a comment on it; one that is there already changes nothing."""
    if given:
        await run_given(session, adding, files=file_rows(ref, given, comment_id=comment_id, now=now))


def file_rows(
    ref: IssueRef, given: Sequence[GivenFile], *, comment_id: int | None, now: datetime
) -> list[dict[str, Any]]:
    """Return the rows that ``adding`` is given as "files"."""
    with_it = {**vars(ref), "comment_id": comment_id, "created_at": now}
    return [{**vars(file), **with_it} for file in given]


@cache
def adding(dialect: str) -> Any:
    """Return the statement that keeps files, each of them once for an issue."""
    add = insert_given(dialect, tables.core(_FILE), _OF_FILE, "files")
    return add.on_conflict_do_nothing(index_elements=["issue_id", "slack_file_id"])


def _is_of(ref: IssueRef) -> ColumnElement[bool]:
    return (_FILE.organization_id == ref.organization_id) & (_FILE.issue_id == ref.issue_id)


def _may_be_seen(audience: Audience) -> ColumnElement[bool]:
    """Tell who may see a file: what came with the issue everybody; with a comment, whoever may read that."""
    kept = _COMMENT.id.is_not(None) & _COMMENT.deleted_at.is_(None)
    if audience is not Audience.TRIAGE:
        kept &= _COMMENT.visibility == CommentVisibility.PUBLIC
    return or_(_FILE.comment_id.is_(None), kept)


async def files_of_issue(session: AsyncSession, ref: IssueRef) -> list[ShownFile]:
    """Which files came with the issue itself?"""
    return [ShownFile(row.name, row.size) for row in await run(session, _SHOWN, **vars(ref))]


_IS_OF = (_FILE.organization_id == value("organization_id"), _FILE.issue_id == value("issue_id"))
_SHOWN = select(_FILE.name, _FILE.size).where(*_IS_OF, _FILE.comment_id.is_(None)).order_by(_FILE.id)
_IDS = select(_FILE.id).where(*_IS_OF).order_by(_FILE.id)


async def files_seen_by(session: AsyncSession, ref: IssueRef, audience: Audience) -> list[int]:
    """Which files of the issue and its comments may this audience see? Their ids."""
    return list((await run(session, _SEEN_BY[audience], **vars(ref))).scalars())


_SEEN_BY = {
    audience: _IDS.outerjoin(_COMMENT, _COMMENT.id == _FILE.comment_id).where(_may_be_seen(audience))
    for audience in Audience
}


async def files_of_comment(session: AsyncSession, ref: IssueRef, comment_id: int) -> list[int]:
    """Which files were given with a comment? Their ids."""
    return list((await run(session, _WITH_COMMENT, **vars(ref), comment_id=comment_id)).scalars())


_WITH_COMMENT = _IDS.where(_FILE.comment_id == value("comment_id"))


async def files_with_issue(session: AsyncSession, ref: IssueRef) -> list[int]:
    """Which files came with the issue itself? Their ids."""
    return list((await run(session, _WITH_ISSUE, **vars(ref))).scalars())


_WITH_ISSUE = _IDS.where(_FILE.comment_id.is_(None))


async def files_to_send(session: AsyncSession, ref: IssueRef, *, comment_id: int) -> list[int]:
    """Which files of a comment does Linear not keep yet? Their ids."""
    query = select(_FILE.id).where(_is_of(ref), _FILE.linear_url.is_(None), _FILE.comment_id == comment_id)
    return list(await session.scalars(query.order_by(_FILE.id)))


async def files_in_linear(session: AsyncSession, ref: IssueRef, comment_id: int) -> list[tuple[str, str | None]]:
    """Which files came with a comment, and where does Linear keep each? None: it does not (yet)."""
    query = select(_FILE.name, _FILE.linear_url).where(_is_of(ref), _FILE.comment_id == comment_id)
    return [(row.name, row.linear_url or None) for row in await session.execute(query.order_by(_FILE.id))]


async def file_for_linear(session: AsyncSession, ref: IssueRef, file_id: int) -> FileForLinear | None:
    """What is this file? None: there is none."""
    query = (
        select(_FILE.slack_file_id, _FILE.name, _FILE.comment_id, _FILE.linear_url, _COMMENT.source_channel_id)
        .outerjoin(_COMMENT, _COMMENT.id == _FILE.comment_id)
        .where(_is_of(ref), _FILE.id == file_id)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    return FileForLinear(
        slack_file_id=row.slack_file_id,
        name=row.name,
        said_in=row.source_channel_id,
        comment_id=row.comment_id,
        linear_url=row.linear_url,
    )


async def set_linear_url(session: AsyncSession, ref: IssueRef, file_id: int, url: str) -> None:
    """Remember where Linear keeps a file, or that it does not take it."""
    await session.execute(update(_FILE).where(_is_of(ref), _FILE.id == file_id).values(linear_url=url))


async def file_name(session: AsyncSession, ref: IssueRef, file_id: int) -> str:
    """What is this file called? Empty: there is none."""
    return await session.scalar(select(_FILE.name).where(_is_of(ref), _FILE.id == file_id)) or ""


async def file_to_share(
    session: AsyncSession, ref: IssueRef, file_id: int, audience: Audience
) -> FileToShare | None:
    """What may this audience see of a file? None: nothing (any more)."""
    issue = tables.Issue
    query = (
        select(_FILE, _COMMENT.source_channel_id, issue.raised_by_user_id)
        .join(issue, issue.id == _FILE.issue_id)
        .outerjoin(_COMMENT, _COMMENT.id == _FILE.comment_id)
        .where(_is_of(ref), _FILE.id == file_id, _may_be_seen(audience))
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    file, said_in, raised_by = row
    given = GivenFile(
        team_id=file.team_id,
        slack_file_id=file.slack_file_id,
        name=file.name,
        mimetype=file.mimetype,
        size=file.size,
    )
    return FileToShare(given=given, said_in=said_in, by_customer=file.comment_id is None and raised_by is None)


def _is_copy(ref: IssueRef, file_id: int, audience: Audience) -> ColumnElement[bool]:
    return (
        (_COPY.organization_id == ref.organization_id) & (_COPY.file_id == file_id) & (_COPY.audience == audience)
    )


async def copy_of(session: AsyncSession, ref: IssueRef, file_id: int, audience: Audience) -> FileCopy | None:
    """Which file of ours repeats this one for this audience?"""
    query = select(_COPY, database_now()).where(_is_copy(ref, file_id, audience))
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    copy, now = row
    return FileCopy(
        slack_file_id=copy.slack_file_id,
        is_shared=copy.shared_at is not None,
        age=(now - copy.begun_at).total_seconds(),
    )


async def begin_copy(
    session: AsyncSession,
    ref: IssueRef,
    file_id: int,
    audience: Audience,
    slack_file_id: str,
    *,
    instead_of: str | None,
) -> bool:
    """Remember the file of ours that is about to be shared, in the place of an earlier one.

    Returns False, and changes nothing, where another worker has begun with one of its own meanwhile.
    """
    begun = {"slack_file_id": slack_file_id, "begun_at": database_now()}
    statement = (
        upsert(session, _COPY)
        .values(file_id=file_id, audience=audience, organization_id=ref.organization_id, **begun)
        .on_conflict_do_update(
            index_elements=["file_id", "audience"],
            set_=begun,
            where=_is_copy(ref, file_id, audience) & (_COPY.slack_file_id == instead_of),
        )
        .returning(_COPY.file_id)
    )
    return await session.scalar(statement) is not None


async def set_copy_shared(session: AsyncSession, ref: IssueRef, file_id: int, audience: Audience) -> None:
    """Remember that our file stands in its thread."""
    shared = update(_COPY).where(_is_copy(ref, file_id, audience)).values(shared_at=database_now())
    await session.execute(shared)


async def drop_copy(session: AsyncSession, ref: IssueRef, file_id: int, audience: Audience) -> None:
    """Forget our file: it does not stand there any more."""
    await session.execute(delete(_COPY).where(_is_copy(ref, file_id, audience)))
