"""What is said in Linear, as the bot is told of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import InternalComment, PublicComment
from bot.domain.issues import IssueRef
from bot.domain.linear_seen import ActorKind, LinearActor, LinearPerson, SeenComment
from bot.usecases.accept_linear_comment import accept_linear_comment, accept_linear_comment_gone
from storage import conversations, links, tables
from storage.links import NewLinearIssue
from storage.transaction import Transaction
from tests.storage.seeds import NOW

LINEAR_ISSUE = "5f0d2c3a-0000-4000-8000-000000000001"
COMMENT = "5f0d2c3a-0000-4000-8000-00000000000c"
DANA = LinearPerson(id="dana", name="Dana Engineer", email="dana@acme.example")
BY_DANA = LinearActor(kind=ActorKind.USER, person=DANA)
MARKED = "@customer We found it."
PLAIN = "Our migration."


def at(seconds: float) -> datetime:
    """Return a moment of Linear's clock."""
    return NOW + timedelta(seconds=seconds)


def seen(body: str = PLAIN, *, after: float = 0, **changes: Any) -> SeenComment:
    """Return Dana's comment as it was so many seconds after she wrote it, with changes."""
    comment = SeenComment(
        id=COMMENT,
        linear_issue_id=LINEAR_ISSUE,
        body=body,
        author=DANA,
        parent_id=None,
        by_integration=False,
        slack_url=None,
        created_at=NOW,
        updated_at=at(after),
    )
    return replace(comment, **changes)


async def link(transaction: Transaction, ref: IssueRef, linear_id: str = LINEAR_ISSUE) -> None:
    """Let an issue follow a Linear issue."""
    new = NewLinearIssue(
        linear_id=linear_id,
        team_id="team",
        identifier="ACM-1",
        url="https://linear.app/acme/issue/ACM-1",
        state_id="todo",
        state_name="Todo",
        state_type="unstarted",
    )
    put = partial(
        links.put_linear_issue, organization_id=ref.organization_id, issue_id=ref.issue_id, new=new, now=NOW
    )
    await transaction.write(put)


async def tell(
    transaction: Transaction,
    organization_id: int,
    comment: SeenComment,
    by: LinearActor | None = BY_DANA,
    **more: Any,
) -> bool:
    """Let an organization be told of a comment."""
    accept = partial(
        accept_linear_comment, organization_id=organization_id, seen=comment, by=by, now=at(60), **more
    )
    return await transaction.write(accept)


async def tell_gone(transaction: Transaction, organization_id: int, linear_id: str = COMMENT) -> bool:
    """Let an organization be told that a comment is gone."""
    gone = partial(
        accept_linear_comment_gone, organization_id=organization_id, linear_comment_id=linear_id, now=at(60)
    )
    return await transaction.write(gone)


async def change_link(transaction: Transaction, ref: IssueRef, **values: Any) -> None:
    """Write new values of what is known of an issue's Linear issue."""

    async def write(session: AsyncSession) -> None:
        mine = tables.LinearIssue.issue_id == ref.issue_id
        await session.execute(update(tables.LinearIssue).where(mine).values(**values))

    await transaction.write(write)


async def link_of(transaction: Transaction, ref: IssueRef) -> tables.LinearIssue:
    """Return what is known of an issue's Linear issue."""

    async def look(session: AsyncSession) -> tables.LinearIssue:
        query = select(tables.LinearIssue).where(tables.LinearIssue.issue_id == ref.issue_id)
        return (await session.scalars(query)).one()

    return await transaction.read(look)


async def said(transaction: Transaction, ref: IssueRef) -> list[PublicComment | InternalComment]:
    """Return all that was said about an issue, as the organization's people read it."""
    words = await transaction.read(partial(conversations.all_words, ref=ref))
    return [one.comment for one in words]


async def said_to_customer(transaction: Transaction, ref: IssueRef) -> list[str]:
    """Return what the customer may read of what was said about an issue."""
    words = await transaction.read(partial(conversations.public_words, ref=ref))
    return [one.comment.text for one in words]


async def client_id(transaction: Transaction, comment_id: int) -> str:
    """Return the id under which a comment of ours stands in Linear."""

    async def look(session: AsyncSession) -> str:
        return str(await session.scalar(select(tables.Comment.client_id).where(tables.Comment.id == comment_id)))

    return await transaction.read(look)
