"""What was said about an issue, in order. What its customer may read is a question of its own."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility, InternalComment, PublicComment
from bot.domain.issues import IssueRef
from bot.domain.linear_seen import LINEAR_DOOR
from bot.domain.listed import InternalWords, PublicWords
from storage import tables
from storage.comments import author_of

_COMMENT = tables.Comment


async def public_words(
    session: AsyncSession, ref: IssueRef, *, comment_id: int | None = None
) -> Sequence[PublicWords]:
    """What may the customer read: everything public, or this comment if it is? The oldest first."""
    query = _said(ref, comment_id).where(_COMMENT.visibility == CommentVisibility.PUBLIC)
    files = await _file_names(session, ref)
    return [_public(*row, files) for row in await session.execute(query)]


async def all_words(
    session: AsyncSession, ref: IssueRef, *, comment_id: int | None = None
) -> Sequence[PublicWords | InternalWords]:
    """What do the organization's people read: everything, or this comment? The oldest first."""
    files = await _file_names(session, ref)
    return [
        _public(comment, author, name, files)
        if comment.visibility == CommentVisibility.PUBLIC
        else _internal(comment, author, files)
        for comment, author, name in await session.execute(_said(ref, comment_id))
    ]


def _said(ref: IssueRef, comment_id: int | None) -> Select[tables.Comment, tables.CrmUser, str]:
    query = (
        select(_COMMENT, tables.CrmUser, tables.Organization.name)
        .join(tables.Organization, tables.Organization.id == _COMMENT.organization_id)
        .outerjoin(tables.CrmUser, tables.CrmUser.id == _COMMENT.author_user_id)
        .where(
            _COMMENT.organization_id == ref.organization_id,
            _COMMENT.issue_id == ref.issue_id,
            _COMMENT.deleted_at.is_(None),
        )
        .order_by(_COMMENT.id)
    )
    return query if comment_id is None else query.where(_COMMENT.id == comment_id)


def _public(
    comment: tables.Comment, author: tables.CrmUser | None, organization_name: str, files: dict[int, list[str]]
) -> PublicWords:
    who = author_of(comment, author)
    said = PublicComment(
        author_name=who.name,
        author_first_name=who.short_name,
        by_customer=comment.by_customer,
        organization_name=organization_name,
        text=comment.text,
        file_names=files.get(comment.id, ()),
        in_linear=comment.door == LINEAR_DOOR,
    )
    return PublicWords(id=comment.id, said_at=comment.created_at, edited_at=comment.edited_at, comment=said)


def _internal(comment: tables.Comment, author: tables.CrmUser | None, files: dict[int, list[str]]) -> InternalWords:
    said = InternalComment(
        author_name=author_of(comment, author).name,
        internal_text=comment.text,
        file_names=files.get(comment.id, ()),
        in_linear=comment.door == LINEAR_DOOR,
    )
    return InternalWords(id=comment.id, said_at=comment.created_at, edited_at=comment.edited_at, comment=said)


async def _file_names(session: AsyncSession, ref: IssueRef) -> dict[int, list[str]]:
    file = tables.IssueFile
    query = (
        select(file.comment_id, file.name)
        .where(
            file.organization_id == ref.organization_id,
            file.issue_id == ref.issue_id,
            file.comment_id.is_not(None),
        )
        .order_by(file.id)
    )
    names = dict[int, list[str]]()
    for comment_id, name in await session.execute(query):
        names.setdefault(comment_id or 0, []).append(name)
    return names
