"""Saying something about an issue, through any door."""

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.conversation import COMMENT_LIMIT, CommentVisibility, InternalComment, PublicComment
from bot.domain.issues import IssueRef
from bot.domain.life import Action
from bot.domain.people import User
from bot.domain.places import Audience
from bot.errors import ForbiddenError, InvalidError, NotFoundError
from bot.usecases.converse import SAY_SOMETHING, TOO_LONG, Words, say
from bot.usecases.refusals import NOT_ALLOWED
from storage import comments, tables
from storage.files import GivenFile
from tests.bot.usecases.desk import DOOR, Scene, rows, said_in
from tests.bot.usecases.town import TEAM, counts, no_row_fits_into
from tests.storage.seeds import NOW

PUBLIC, INTERNAL = CommentVisibility.PUBLIC, CommentVisibility.INTERNAL
SHOT = GivenFile(team_id=TEAM, slack_file_id="F1", name="shot.png", mimetype="image/png", size=12)


async def said(scene: Scene, user: User, text: str = "Hello", **more: Any) -> int:
    ref = more.pop("ref", scene.ref)
    words = Words(user=user, visibility=more.pop("visibility", PUBLIC), text=text, door=DOOR, **more)
    return await scene.transaction.write(partial(say, ref=ref, words=words, now=NOW))


async def read(scene: Scene, comment_id: int) -> PublicComment | InternalComment:
    """Return a comment as the organization's people read it."""
    look = partial(comments.shown_to_triage, ref=scene.ref, comment_id=comment_id)
    found = await scene.transaction.read(look)
    assert found is not None
    return found


async def read_by_customer(scene: Scene, comment_id: int) -> PublicComment | None:
    look = partial(comments.shown_to_customer, ref=scene.ref, comment_id=comment_id)
    return await scene.transaction.read(look)


async def test_what_a_vendor_says_to_the_customer_is_theirs_to_read(scene: Scene) -> None:
    comment = await read_by_customer(scene, await said(scene, scene.victor, "We found it."))
    assert comment == PublicComment(
        author_name="Victor Lovelace",
        author_first_name="Victor",
        by_customer=False,
        organization_name="Acme",
        text="We found it.",
        file_names=[],
    )
    [owed_to_customer, owed_to_triage] = await scene.owed_in_slack()
    assert owed_to_customer.startswith("customer slack.show_comment")
    assert owed_to_triage.startswith("triage slack.show_comment")


async def test_an_internal_note_is_read_by_the_organizations_people_alone(scene: Scene) -> None:
    for user in (scene.victor, scene.emil):
        comment_id = await said(scene, user, "Our migration.", visibility=INTERNAL)
        assert await read_by_customer(scene, comment_id) is None
        note = await read(scene, comment_id)
        assert isinstance(note, InternalComment)
        assert note.internal_text == "Our migration."
    assert {one.split()[0] for one in await scene.owed_in_slack()} == {"triage"}


async def test_where_customers_and_vendors_share_a_message_an_internal_note_is_stored_and_owed_to_nobody(
    scene: Scene,
) -> None:
    await scene.share_message()
    await said(scene, scene.victor, "Our migration.", visibility=INTERNAL)
    assert await scene.owed_in_slack() == []
    assert await rows(scene.transaction, tables.Comment) == 1


@pytest.mark.parametrize(
    ("who", "visibility", "action"),
    [
        ("ada", INTERNAL, Action.COMMENT_INTERNAL),
        ("bo", PUBLIC, Action.COMMENT_PUBLIC),
        ("bo", INTERNAL, Action.COMMENT_INTERNAL),
        ("sue", PUBLIC, Action.COMMENT_PUBLIC),
        ("olga", PUBLIC, Action.COMMENT_PUBLIC),
        ("olga", INTERNAL, Action.COMMENT_INTERNAL),
    ],
)
async def test_who_may_not_say_it_leaves_nothing(
    scene: Scene, who: str, visibility: CommentVisibility, action: Action
) -> None:
    before = await counts(scene.transaction)
    with pytest.raises(ForbiddenError) as caught:
        await said(scene, getattr(scene, who), visibility=visibility)
    assert caught.value.sentence == NOT_ALLOWED[action].format(organization="Acme")
    assert await counts(scene.transaction) == before


async def test_nothing_is_said_about_another_organizations_issue(scene: Scene) -> None:
    for user in (scene.victor, scene.olga, scene.ada):
        with pytest.raises(NotFoundError):
            await said(scene, user, ref=IssueRef(scene.other, scene.issue.id))
    assert await rows(scene.transaction, tables.Comment) == 0


async def test_a_closed_issue_can_still_be_talked_about(scene: Scene) -> None:
    await scene.done(scene.victor, Action.CLOSE)
    await said(scene, scene.ada)
    await said(scene, scene.victor, visibility=INTERNAL)
    assert await rows(scene.transaction, tables.Comment) == 2


@pytest.mark.parametrize("text", ["", " \n ", "\u200b\u200d", "\x00\x07"])
async def test_words_that_nobody_can_see_are_none_unless_files_are_with_them(scene: Scene, text: str) -> None:
    with pytest.raises(InvalidError, match=SAY_SOMETHING):
        await said(scene, scene.ada, text)
    assert await rows(scene.transaction, tables.Comment) == 0
    comment = await read(scene, await said(scene, scene.ada, text, given_files=[SHOT]))
    assert comment.file_names == ["shot.png"]


async def test_a_comment_can_be_as_long_as_the_limit_and_says_how_much_is_too_much(scene: Scene) -> None:
    just = "x" * COMMENT_LIMIT
    assert await read_by_customer(scene, await said(scene, scene.ada, f" {just}\n")) is not None
    with pytest.raises(InvalidError) as caught:
        await said(scene, scene.ada, just + "y")
    assert caught.value.sentence == TOO_LONG.format(limit=COMMENT_LIMIT, length=COMMENT_LIMIT + 1)
    assert await rows(scene.transaction, tables.Comment) == 1


@pytest.mark.both_databases
async def test_what_no_database_takes_is_taken_out_of_the_words(scene: Scene) -> None:
    comment = await read_by_customer(scene, await said(scene, scene.ada, "a\x00b\ud800\r\nc"))
    assert comment is not None
    assert comment.text == "ab\N{REPLACEMENT CHARACTER}\nc"


@pytest.mark.parametrize(
    ("who", "as_customer", "by_customer"),
    [
        ("ada", False, True),
        ("ada", True, True),
        ("victor", True, False),
        ("emil", True, False),
        ("victor", False, False),
    ],
)
async def test_for_which_side_something_is_said_hangs_on_who_says_it(
    scene: Scene,
    who: str,
    as_customer: bool,  # noqa: FBT001 - a column of the table
    by_customer: bool,  # noqa: FBT001 - a column of the table
) -> None:
    comment = await read_by_customer(scene, await said(scene, getattr(scene, who), as_customer=as_customer))
    assert comment is not None
    assert comment.by_customer is by_customer


async def test_who_is_on_both_sides_speaks_for_the_one_on_which_they_speak(scene: Scene) -> None:
    await scene.make_vendor(scene.ada)
    sides = {True: True, False: False}
    for as_customer, by_customer in sides.items():
        comment = await read_by_customer(scene, await said(scene, scene.ada, as_customer=as_customer))
        assert comment is not None
        assert comment.by_customer is by_customer


@pytest.mark.both_databases
async def test_a_request_that_comes_twice_is_one_comment(scene: Scene) -> None:
    first = await said(scene, scene.ada, request_key="key")
    await scene.forget_owed()
    assert await said(scene, scene.ada, "Other words", request_key="key") == first
    assert await scene.owed_in_slack() == []
    # Words that would not be taken are not looked at any more: the first request was answered.
    assert await said(scene, scene.ada, "", request_key="key") == first
    assert (await read(scene, first)).file_names == []
    assert await said(scene, scene.ada, request_key="another") != first


@pytest.mark.both_databases
async def test_requests_that_come_at_once_are_one_comment(scene: Scene) -> None:
    found = await asyncio.gather(*(said(scene, scene.ada, request_key="key") for _ in range(5)))
    assert len(set(found)) == 1
    assert await rows(scene.transaction, tables.Comment) == 1
    assert len(await scene.owed_in_slack()) == 2


async def test_somebody_who_may_not_read_it_is_not_answered_by_a_key(scene: Scene) -> None:
    await said(scene, scene.victor, visibility=INTERNAL, request_key="key")
    for user in (scene.ada, scene.olga):
        with pytest.raises(ForbiddenError):
            await said(scene, user, visibility=INTERNAL, request_key="key")


@pytest.mark.parametrize("table", ["issue_file", "effect"])
@pytest.mark.both_databases
async def test_a_comment_is_not_stored_by_half(engine: AsyncEngine, scene: Scene, table: str) -> None:
    before = await counts(scene.transaction)
    async with no_row_fits_into(engine, table):
        with pytest.raises(DBAPIError):
            await said(scene, scene.victor, given_files=[SHOT])
    assert await counts(scene.transaction) == before


async def test_what_stands_in_a_thread_is_not_repeated_there(scene: Scene) -> None:
    for audience in (Audience.CUSTOMER, Audience.TRIAGE):
        await scene.forget_owed()
        await said(scene, scene.victor, source=said_in(audience, "7.0"), said_to=audience)
        other = {Audience.CUSTOMER: "triage", Audience.TRIAGE: "customer"}[audience]
        assert {one.split()[0] for one in await scene.owed_in_slack()} == {other}
