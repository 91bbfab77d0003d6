"""What people say about issues, and where it was repeated in Slack.

What a customer may read is a question of its own (``shown_to_customer``): it cannot find an internal comment.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility, InternalComment, MessageAddress, PublicComment
from bot.domain.issues import IssueRef
from bot.domain.linear_seen import LINEAR_DOOR
from bot.domain.people import Name
from bot.domain.places import Audience
from storage import tables
from storage.people import to_user
from storage.transaction import RunAgainError
from storage.upsert import upsert

_COMMENT = tables.Comment


@dataclass(frozen=True, kw_only=True)
class NewComment:
    """What is stored of a comment when it is said. ``author_name`` is of somebody whom the CRM does not know."""

    ref: IssueRef
    author_user_id: int | None
    by_customer: bool
    visibility: CommentVisibility
    text: str
    door: str
    now: datetime
    source: MessageAddress | None = None
    request_key: str | None = None
    author_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class StoredComment:
    """A comment as it is stored; ``source`` is the Slack message in which it was said, if it was.

    ``edited_at`` is when that message became what it says here, by Slack's own time.
    """

    id: int
    ref: IssueRef
    author_user_id: int | None
    visibility: CommentVisibility
    text: str
    source: MessageAddress | None
    edited_at: datetime | None
    deleted: bool


@dataclass(frozen=True)
class Copy:
    """Where a comment was repeated for an audience."""

    channel_id: str
    ts: str


async def add_comment(session: AsyncSession, new: NewComment) -> int:
    """Add a comment; returns its id.

    Raises:
        RunAgainError: it was added by another transaction meanwhile; run again, it is found.
    """
    source = new.source
    statement = insert(_COMMENT).values(
        organization_id=new.ref.organization_id,
        issue_id=new.ref.issue_id,
        client_id=uuid.uuid4(),
        author_user_id=new.author_user_id,
        author_name=new.author_name,
        by_customer=new.by_customer,
        visibility=new.visibility,
        text=new.text,
        door=new.door,
        request_key=new.request_key,
        source_team_id=source.team_id if source else None,
        source_channel_id=source.channel_id if source else None,
        source_ts=source.ts if source else None,
        created_at=new.now,
    )
    try:
        return (await session.execute(statement.returning(_COMMENT.id))).scalar_one()
    except IntegrityError as error:
        raise RunAgainError from error


def to_stored(row: tables.Comment) -> StoredComment:
    """Return a row as a stored comment."""
    source = None
    if row.source_team_id and row.source_channel_id and row.source_ts:
        source = MessageAddress(row.source_team_id, row.source_channel_id, row.source_ts)
    return StoredComment(
        id=row.id,
        ref=IssueRef(row.organization_id, row.issue_id),
        author_user_id=row.author_user_id,
        visibility=CommentVisibility(row.visibility),
        text=row.text,
        source=source,
        edited_at=row.edited_at,
        deleted=row.deleted_at is not None,
    )


async def comment_said_in(session: AsyncSession, source: MessageAddress) -> StoredComment | None:
    """Which comment was said in this Slack message? Its organization is part of the answer."""
    query = select(_COMMENT).where(
        _COMMENT.source_team_id == source.team_id,
        _COMMENT.source_channel_id == source.channel_id,
        _COMMENT.source_ts == source.ts,
    )
    row = await session.scalar(query)
    return None if row is None else to_stored(row)


async def comment_of_request(session: AsyncSession, ref: IssueRef, request_key: str) -> StoredComment | None:
    """Was this request's comment added already?"""
    query = select(_COMMENT).where(_is_of(ref), _COMMENT.request_key == request_key)
    row = await session.scalar(query)
    return None if row is None else to_stored(row)


async def change_comment(session: AsyncSession, ref: IssueRef, comment_id: int, values: dict[str, Any]) -> None:
    """Write new values of a comment's own columns."""
    await session.execute(update(_COMMENT).where(_is_of(ref), _COMMENT.id == comment_id).values(**values))


def _is_of(ref: IssueRef) -> ColumnElement[bool]:
    return (_COMMENT.organization_id == ref.organization_id) & (_COMMENT.issue_id == ref.issue_id)


def _shown(ref: IssueRef) -> Select[tables.Comment, tables.CrmUser, str]:
    return (
        select(_COMMENT, tables.CrmUser, tables.Organization.name)
        .join(tables.Organization, tables.Organization.id == _COMMENT.organization_id)
        .outerjoin(tables.CrmUser, tables.CrmUser.id == _COMMENT.author_user_id)
        .where(_is_of(ref), _COMMENT.deleted_at.is_(None))
        .order_by(_COMMENT.id)
    )


async def shown_to_customer(session: AsyncSession, ref: IssueRef, comment_id: int) -> PublicComment | None:
    """What may the customer read of this comment? None: nothing."""
    query = _shown(ref).where(_COMMENT.id == comment_id, _COMMENT.visibility == CommentVisibility.PUBLIC)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    comment, author, name = row
    return _public(comment, author, name, await _file_names(session, ref, comment_id))


async def shown_to_triage(
    session: AsyncSession, ref: IssueRef, comment_id: int
) -> PublicComment | InternalComment | None:
    """What do the organization's people read of this comment? None: it is gone."""
    row = (await session.execute(_shown(ref).where(_COMMENT.id == comment_id))).one_or_none()
    if row is None:
        return None
    comment, author, name = row
    names = await _file_names(session, ref, comment_id)
    if comment.visibility == CommentVisibility.PUBLIC:
        return _public(comment, author, name, names)
    return InternalComment(
        author_name=author_of(comment, author).name,
        internal_text=comment.text,
        file_names=names,
        in_linear=comment.door == LINEAR_DOOR,
    )


def _public(
    comment: tables.Comment, author: tables.CrmUser | None, organization_name: str, file_names: Sequence[str]
) -> PublicComment:
    who = author_of(comment, author)
    return PublicComment(
        author_name=who.name,
        author_first_name=who.short_name,
        by_customer=comment.by_customer,
        organization_name=organization_name,
        text=comment.text,
        file_names=file_names,
        in_linear=comment.door == LINEAR_DOOR,
    )


def author_of(comment: tables.Comment, author: tables.CrmUser | None) -> Name:
    """Return the names of who said something: the CRM's, or else those that Linear gave."""
    if author is None:
        return Name.of(comment.author_name or "")
    user = to_user(author)
    return Name(user.name, user.short_name)


async def _file_names(session: AsyncSession, ref: IssueRef, comment_id: int) -> list[str]:
    file = tables.IssueFile
    query = select(file.name).where(
        file.organization_id == ref.organization_id,
        file.issue_id == ref.issue_id,
        file.comment_id == comment_id,
    )
    return list(await session.scalars(query.order_by(file.id)))


async def copy_of(session: AsyncSession, ref: IssueRef, comment_id: int, audience: Audience) -> Copy | None:
    """Where was this comment repeated for this audience?"""
    table = tables.CommentCopy
    query = select(table.channel_id, table.ts).where(
        table.organization_id == ref.organization_id,
        table.comment_id == comment_id,
        table.audience == audience,
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Copy(row.channel_id, row.ts)


async def put_copy(session: AsyncSession, ref: IssueRef, comment_id: int, audience: Audience, copy: Copy) -> None:
    """Remember where a comment was repeated."""
    await session.execute(
        upsert(session, tables.CommentCopy)
        .values(
            comment_id=comment_id,
            audience=audience,
            organization_id=ref.organization_id,
            channel_id=copy.channel_id,
            ts=copy.ts,
        )
        .on_conflict_do_nothing(index_elements=["comment_id", "audience"])
    )


async def drop_copy(session: AsyncSession, ref: IssueRef, comment_id: int, audience: Audience) -> None:
    """Forget where a comment was repeated: it is not there any more."""
    table = tables.CommentCopy
    await session.execute(
        delete(table).where(
            table.organization_id == ref.organization_id,
            table.comment_id == comment_id,
            table.audience == audience,
        )
    )
