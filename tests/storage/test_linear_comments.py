"""Counterparts in Linear, threads and customers: found and changed under the right organization's name alone."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import IssueRef
from storage import linear_comments, linear_customers, linear_people, tables
from storage.transaction import Transaction
from tests.storage.seeds import NOW
from tests.storage.talk import LINKED, Talk, open_talk

EMAIL = "vera@acme.example"
LINEAR_ID, THEIRS = "linear-comment", "comment-of-dana"
Ask = Callable[[AsyncSession, Talk, IssueRef], Awaitable[Any]]


async def _id(session: AsyncSession, talk: Talk) -> str:
    return str(await session.scalar(select(tables.Comment.client_id).where(tables.Comment.id == talk.public_id)))


async def _ours(session: AsyncSession, talk: Talk, ref: IssueRef) -> Any:
    return await linear_comments.our_comment(session, ref.organization_id, await _id(session, talk))


READS: Mapping[str, Ask] = {
    "followers": lambda s, _, ref: linear_comments.followers(s, ref.organization_id, LINKED.linear_id),
    "follower": lambda s, _, ref: linear_comments.follower(s, ref),
    "followers_with_thread": lambda s, _, ref: linear_comments.followers_with_thread(
        s, ref.organization_id, "root"
    ),
    "our_comment": _ours,
    "counterparts": lambda s, _, ref: linear_comments.counterparts(s, ref.organization_id, LINEAR_ID),
    "counterparts_of_issue": lambda s, _, ref: linear_comments.counterparts_of_issue(s, ref),
    "counterpart": lambda s, talk, ref: linear_comments.counterpart(s, ref, talk.public_id),
    "taken_over": lambda s, _, ref: linear_comments.taken_over(s, ref, THEIRS),
    "is_hash_of_ours": lambda s, _, ref: linear_comments.is_hash_of_ours(s, ref, "hash"),
    "withheld_comments": lambda s, _, ref: linear_comments.withheld_comments(s, ref),
    "issues_with_withheld": lambda s, _, ref: linear_comments.issues_with_withheld(s, ref.organization_id),
    "colleague": lambda s, _, ref: linear_people.colleague(s, ref.organization_id, EMAIL),
    "has_customers": lambda s, _, ref: linear_customers.has_customers(
        s, ref.organization_id, NOW - timedelta(days=1)
    ),
}
OF_THE_ORGANIZATION = {
    "followers",
    "followers_with_thread",
    "our_comment",
    "counterparts",
    "issues_with_withheld",
    "colleague",
    "has_customers",
}
WRITES: Mapping[str, Ask] = {
    "set_threads": lambda s, _, ref: linear_comments.set_threads(s, ref, {"evil": "x"}, NOW),
    "set_mirrored": lambda s, _, ref: linear_comments.set_mirrored(s, ref, NOW, mirrored=False),
    "put_counterpart": lambda s, talk, ref: linear_comments.put_counterpart(
        s, ref, talk.public_id, "evil", ours=False, gone=True
    ),
    "set_linear_customer": lambda s, talk, ref: linear_customers.set_linear_customer(
        s, ref.organization_id, talk.ada.record_id, "evil"
    ),
    "set_need": lambda s, _, ref: linear_customers.set_need(s, ref, "evil"),
    "set_customers": lambda s, _, ref: linear_customers.set_customers(s, ref.organization_id, NOW, has=False),
}


@pytest.fixture
async def talk(transaction: Transaction) -> Talk:
    talk = await open_talk(transaction)

    async def seed(session: AsyncSession) -> None:
        ref = talk.ref
        await session.execute(update(tables.CrmUser).where(tables.CrmUser.id == talk.vera.id).values(email=EMAIL))
        put = partial(linear_comments.put_counterpart, session, ref)
        await put(talk.public_id, LINEAR_ID, ours=True, body_hash="hash", seen_at=NOW, withheld=True)
        await put(talk.internal_id, THEIRS, ours=False, body_hash="hash", seen_at=NOW)
        await linear_comments.set_threads(session, ref, {"root": "elsewhere"}, NOW)
        await linear_customers.set_customers(session, ref.organization_id, NOW, has=True)

    await transaction.write(seed)
    return talk


@pytest.mark.parametrize("name", READS)
async def test_what_is_found_under_the_right_ids_is_not_under_wrong_ones(
    transaction: Transaction, talk: Talk, name: str
) -> None:
    async def look(session: AsyncSession, ref: IssueRef) -> Any:
        return await READS[name](session, talk, ref)

    assert await transaction.read(partial(look, ref=talk.ref))
    for wrong in talk.wrong_refs:
        if name in OF_THE_ORGANIZATION and wrong.organization_id == talk.ref.organization_id:
            continue
        assert not await transaction.read(partial(look, ref=wrong)), wrong


@pytest.mark.parametrize("name", WRITES)
async def test_what_is_written_under_another_name_is_not_to_be_seen_under_the_right_one(
    transaction: Transaction, talk: Talk, name: str
) -> None:
    async def seen(session: AsyncSession) -> list[Any]:
        records = select(tables.CustomerRecord.linear_customer_id)
        return [
            *[await ask(session, talk, talk.ref) for ask in READS.values()],
            await linear_customers.need_of(session, talk.ref),
            (await session.execute(records)).all(),
        ]

    async def write(session: AsyncSession) -> None:
        await WRITES[name](session, talk, IssueRef(talk.other, talk.issue.id))

    before = await transaction.read(seen)
    await transaction.write(write)
    assert await transaction.read(seen) == before


async def test_an_id_that_is_none_is_not_ours(transaction: Transaction, talk: Talk) -> None:
    for linear_id in ("", "x", "5f0d2c3a-0000-4000-8000-000000000001"):
        look = partial(linear_comments.our_comment, organization_id=talk.ref.organization_id, linear_id=linear_id)
        assert await transaction.read(look) is None


async def test_no_threads_are_kept_as_nothing(transaction: Transaction, talk: Talk) -> None:
    await transaction.write(partial(linear_comments.set_threads, ref=talk.ref, threads={}, at=None))
    found = await transaction.read(partial(linear_comments.follower, ref=talk.ref))
    assert found is not None
    assert (found.threads, found.threads_at) == ({}, None)
    raw = await transaction.read(lambda s: s.scalar(select(tables.LinearIssue.threads.is_(None))))
    assert raw
