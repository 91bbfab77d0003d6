"""Files of issues and comments: who may see them, and which of ours repeat them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility
from bot.domain.files import ShownFile
from bot.domain.issues import IssueRef
from bot.domain.places import Audience
from storage import comments, files
from storage.comments import NewComment
from storage.files import GivenFile
from storage.transaction import Transaction
from tests.storage.seeds import NOW, added, customer, issue

EVERYBODY = (Audience.CUSTOMER, Audience.TRIAGE, Audience.BOTH)


def given(number: int) -> GivenFile:
    return GivenFile(team_id="T1", slack_file_id=f"F{number}", name=f"{number}.txt", mimetype="text/plain", size=7)


@dataclass(frozen=True)
class Seeded:
    """An issue with a file of its own, one of a public comment, and one of an internal comment."""

    ref: IssueRef
    elsewhere: IssueRef
    file_ids: Sequence[int]
    public: int
    internal: int


@pytest.fixture
async def seeded(transaction: Transaction) -> Seeded:
    acme, other = await added(transaction), await added(transaction, "Globex")

    async def seed(session: AsyncSession) -> Seeded:
        ref = (await issue(session, await customer(session, acme), "ISS-2026-0001", "key")).ref
        said = []
        for visibility in (CommentVisibility.PUBLIC, CommentVisibility.INTERNAL):
            new = NewComment(
                ref=ref,
                author_user_id=None,
                by_customer=False,
                visibility=visibility,
                text="x",
                door="slack",
                now=NOW,
            )
            said.append(await comments.add_comment(session, new))
        for number, comment_id in enumerate([None, *said], start=1):
            await files.add_files(session, ref, [given(number)], comment_id=comment_id, now=NOW)
        file_ids = await files.files_seen_by(session, ref, Audience.TRIAGE)
        return Seeded(ref, IssueRef(other, ref.issue_id), file_ids, *said)

    return await transaction.write(seed)


async def seen(
    transaction: Transaction, seeded: Seeded, audience: Audience, ref: IssueRef | None = None
) -> list[str]:
    """Return the names of the files that an audience is shown, which both questions answer alike."""

    async def ask(session: AsyncSession) -> list[str]:
        asked = ref or seeded.ref
        listed = await files.files_seen_by(session, asked, audience)
        found = {each: await files.file_to_share(session, asked, each, audience) for each in seeded.file_ids}
        assert [each for each, file in found.items() if file is not None] == listed
        return [file.given.name for file in found.values() if file is not None]

    return await transaction.read(ask)


async def test_a_file_of_an_internal_comment_is_seen_by_triage_alone(
    transaction: Transaction, seeded: Seeded
) -> None:
    names = {audience: await seen(transaction, seeded, audience) for audience in EVERYBODY}
    assert names == {
        Audience.CUSTOMER: ["1.txt", "2.txt"],
        Audience.BOTH: ["1.txt", "2.txt"],
        Audience.TRIAGE: ["1.txt", "2.txt", "3.txt"],
    }


@pytest.mark.parametrize("change", [{"deleted_at": NOW}, {"visibility": CommentVisibility.INTERNAL}])
async def test_what_becomes_of_a_comment_becomes_of_its_files(
    transaction: Transaction, seeded: Seeded, change: dict[str, object]
) -> None:
    change_it = partial(comments.change_comment, ref=seeded.ref, comment_id=seeded.public, values=change)
    await transaction.write(change_it)
    assert await seen(transaction, seeded, Audience.CUSTOMER) == ["1.txt"]


async def test_another_organization_sees_no_file(transaction: Transaction, seeded: Seeded) -> None:
    for audience in EVERYBODY:
        assert await seen(transaction, seeded, audience, seeded.elsewhere) == []
    assert await transaction.read(partial(files.files_of_issue, ref=seeded.elsewhere)) == []


async def test_only_the_issues_own_files_stand_on_its_messages(transaction: Transaction, seeded: Seeded) -> None:
    assert await transaction.read(partial(files.files_of_issue, ref=seeded.ref)) == [ShownFile("1.txt", 7)]
    of_comment = partial(files.files_of_comment, ref=seeded.ref, comment_id=seeded.internal)
    assert len(await transaction.read(of_comment)) == 1


async def test_a_file_given_twice_is_kept_once(transaction: Transaction, seeded: Seeded) -> None:
    again = partial(files.add_files, ref=seeded.ref, given=[given(1)], comment_id=seeded.internal, now=NOW)
    await transaction.write(again)
    assert await transaction.read(partial(files.files_of_issue, ref=seeded.ref)) == [ShownFile("1.txt", 7)]


async def test_of_two_workers_that_begin_a_copy_one_has_it(transaction: Transaction, seeded: Seeded) -> None:
    begin = partial(files.begin_copy, ref=seeded.ref, file_id=seeded.file_ids[0], audience=Audience.TRIAGE)
    look = partial(files.copy_of, ref=seeded.ref, file_id=seeded.file_ids[0], audience=Audience.TRIAGE)
    assert await transaction.read(look) is None
    assert await transaction.write(partial(begin, slack_file_id="FA", instead_of=None))
    assert not await transaction.write(partial(begin, slack_file_id="FB", instead_of=None))
    assert await transaction.write(partial(begin, slack_file_id="FC", instead_of="FA"))
    assert not await transaction.write(partial(begin, slack_file_id="FD", instead_of="FA"))
    copy = await transaction.read(look)
    assert copy is not None
    assert (copy.slack_file_id, copy.is_shared) == ("FC", False)
    assert 0 <= copy.age < 60

    shared = partial(files.set_copy_shared, ref=seeded.ref, file_id=seeded.file_ids[0], audience=Audience.TRIAGE)
    await transaction.write(shared)
    copy = await transaction.read(look)
    assert copy is not None
    assert copy.is_shared
    await transaction.write(
        partial(files.drop_copy, ref=seeded.ref, file_id=seeded.file_ids[0], audience=Audience.TRIAGE)
    )
    assert await transaction.read(look) is None
