"""Comments: what the customer may read is a question of its own; nothing internal or deleted answers it."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility, InternalComment, MessageAddress, PublicComment
from bot.domain.people import SOMEBODY
from bot.domain.places import Audience
from storage import comments, files, tables
from storage.comments import Copy, StoredComment
from storage.transaction import RunAgainError, Transaction
from tests.storage.seeds import NOW, how_many
from tests.storage.talk import COPY, NOTED, SAID, SHOT, Talk, new_comment, open_talk

PUBLIC, INTERNAL = CommentVisibility.PUBLIC, CommentVisibility.INTERNAL
SHOWN = PublicComment(
    author_name="Ada Lovelace",
    author_first_name="Ada",
    by_customer=True,
    organization_name="Acme",
    text="Hello",
    file_names=["shot.png"],
)
NOTE = InternalComment(author_name="Ada Lovelace", internal_text="Our migration.", file_names=[])


@pytest.fixture
async def talk(transaction: Transaction) -> Talk:
    return await open_talk(transaction)


async def by_customer(transaction: Transaction, talk: Talk, comment_id: int) -> PublicComment | None:
    return await transaction.read(partial(comments.shown_to_customer, ref=talk.ref, comment_id=comment_id))


async def by_triage(
    transaction: Transaction, talk: Talk, comment_id: int
) -> PublicComment | InternalComment | None:
    return await transaction.read(partial(comments.shown_to_triage, ref=talk.ref, comment_id=comment_id))


async def change(transaction: Transaction, talk: Talk, comment_id: int, **values: object) -> None:
    await transaction.write(partial(comments.change_comment, ref=talk.ref, comment_id=comment_id, values=values))


async def test_the_customer_reads_what_is_public_and_triage_reads_both(
    transaction: Transaction, talk: Talk
) -> None:
    assert await by_customer(transaction, talk, talk.public_id) == SHOWN
    assert await by_triage(transaction, talk, talk.public_id) == SHOWN
    assert await by_customer(transaction, talk, talk.internal_id) is None
    assert await by_triage(transaction, talk, talk.internal_id) == NOTE


async def test_who_may_read_it_follows_what_became_of_it(transaction: Transaction, talk: Talk) -> None:
    await change(transaction, talk, talk.public_id, visibility=INTERNAL)
    assert await by_customer(transaction, talk, talk.public_id) is None
    assert isinstance(await by_triage(transaction, talk, talk.public_id), InternalComment)
    await change(transaction, talk, talk.public_id, visibility=PUBLIC)
    assert await by_customer(transaction, talk, talk.public_id) == SHOWN
    for comment_id in (talk.public_id, talk.internal_id):
        await change(transaction, talk, comment_id, deleted_at=NOW)
        assert await by_customer(transaction, talk, comment_id) is None
        assert await by_triage(transaction, talk, comment_id) is None


@pytest.mark.parametrize("visibility", ["", "Public", "PUBLIC", "secret", "internal "])
async def test_what_is_not_exactly_public_is_not_the_customers(
    transaction: Transaction, talk: Talk, visibility: str
) -> None:
    await change(transaction, talk, talk.public_id, visibility=visibility)
    assert await by_customer(transaction, talk, talk.public_id) is None
    assert not isinstance(await by_triage(transaction, talk, talk.public_id), PublicComment)


async def test_who_said_it_may_be_nobody_that_we_know(transaction: Transaction, talk: Talk) -> None:
    unknown = await transaction.write(partial(comments.add_comment, new=new_comment(talk.ref)))
    found = await by_customer(transaction, talk, unknown)
    assert found is not None
    assert (found.author_name, found.author_first_name, found.by_customer) == (SOMEBODY, SOMEBODY, False)


async def test_a_comment_is_found_by_the_message_in_which_it_was_said(transaction: Transaction, talk: Talk) -> None:
    found = await transaction.read(partial(comments.comment_said_in, source=NOTED))
    assert found == StoredComment(
        id=talk.internal_id,
        ref=talk.ref,
        author_user_id=talk.vera.id,
        visibility=INTERNAL,
        text="Our migration.",
        source=NOTED,
        edited_at=None,
        deleted=False,
    )
    for elsewhere in (
        MessageAddress("T2", "C1", "7.0"),
        MessageAddress("T1", "C2", "7.0"),
        MessageAddress("T1", "C1", "8.0"),
    ):
        assert await transaction.read(partial(comments.comment_said_in, source=elsewhere)) is None


async def test_a_deleted_comment_is_still_known_by_its_message_and_by_its_request(
    transaction: Transaction, talk: Talk
) -> None:
    await change(transaction, talk, talk.public_id, deleted_at=NOW, edited_at=NOW)
    for look in (
        partial(comments.comment_said_in, source=SAID),
        partial(comments.comment_of_request, ref=talk.ref, request_key="request"),
    ):
        found = await transaction.read(look)
        assert found is not None
        assert (found.id, found.deleted, found.edited_at) == (talk.public_id, True, NOW)


async def test_a_message_and_a_request_are_one_comment_each(transaction: Transaction, talk: Talk) -> None:
    again = [
        replace(new_comment(talk.ref), source=SAID),
        replace(new_comment(talk.ref), request_key="request"),
    ]
    for new in again:
        with pytest.raises(RunAgainError):
            await transaction.read(partial(comments.add_comment, new=new))
    assert await how_many(transaction, tables.Comment) == 2
    # Without a message or a key any number is added.
    for _ in range(2):
        await transaction.write(partial(comments.add_comment, new=new_comment(talk.ref)))
    assert await how_many(transaction, tables.Comment) == 4


async def test_each_comment_has_an_id_of_its_own_for_linear(transaction: Transaction, talk: Talk) -> None:
    async def ids(session: AsyncSession) -> list[int]:
        found = await session.scalars(
            select(tables.Comment.client_id).where(tables.Comment.issue_id == talk.issue.id)
        )
        return [one.version or 0 for one in set(found)]

    assert await transaction.read(ids) == [4, 4]


async def test_a_copy_is_remembered_for_each_audience_until_it_is_gone(
    transaction: Transaction, talk: Talk
) -> None:
    copy = partial(comments.copy_of, ref=talk.ref, comment_id=talk.public_id)
    in_triage = partial(copy, audience=Audience.TRIAGE)
    assert await transaction.read(in_triage) == COPY
    assert await transaction.read(partial(copy, audience=Audience.CUSTOMER)) is None
    put = partial(comments.put_copy, ref=talk.ref, comment_id=talk.public_id)
    # A second delivery of the same copy: the first one is the one that is followed.
    await transaction.write(partial(put, audience=Audience.TRIAGE, copy=Copy("C2", "9.9")))
    assert await transaction.read(in_triage) == COPY
    await transaction.write(partial(put, audience=Audience.CUSTOMER, copy=Copy("C1", "9.5")))
    drop = partial(comments.drop_copy, ref=talk.ref, comment_id=talk.public_id, audience=Audience.TRIAGE)
    await transaction.write(drop)
    assert await transaction.read(in_triage) is None
    assert await transaction.read(partial(copy, audience=Audience.CUSTOMER)) == Copy("C1", "9.5")
    await transaction.write(partial(put, audience=Audience.TRIAGE, copy=COPY))
    assert await transaction.read(in_triage) == COPY


async def test_a_file_is_kept_once_with_an_issue_and_named_with_its_comment(
    transaction: Transaction, talk: Talk
) -> None:
    more = [SHOT, replace(SHOT, slack_file_id="F2", name="log.txt")]
    add = partial(files.add_files, ref=talk.ref, given=more, now=NOW)
    await transaction.write(partial(add, comment_id=talk.public_id))
    await transaction.write(partial(add, comment_id=None))
    assert await how_many(transaction, tables.IssueFile) == 2
    found = await by_customer(transaction, talk, talk.public_id)
    assert found is not None
    assert found.file_names == ["shot.png", "log.txt"]
