"""What is said in Linear is taken over once, for whom it is meant, and follows what becomes of it there."""

from functools import partial
from typing import Any

import pytest

from bot.domain.conversation import CommentVisibility, InternalComment, PublicComment
from bot.domain.linear_seen import ActorKind, LinearActor, LinearPerson
from bot.domain.people import SOMEBODY, ProfileKind
from bot.usecases.accept_linear_comment import hash_of, owe_comment_refetch
from bot.usecases.converse import Words, say
from storage import linear_comments, tables
from tests.bot.usecases.desk import Scene, rows
from tests.bot.usecases.in_linear import (
    BY_DANA,
    COMMENT,
    DANA,
    LINEAR_ISSUE,
    MARKED,
    PLAIN,
    at,
    change_link,
    client_id,
    link,
    said,
    said_to_customer,
    seen,
    tell,
    tell_gone,
)
from tests.bot.usecases.town import become, raise_one
from tests.storage.seeds import NOW

US = LinearActor(kind=ActorKind.APP, person=LinearPerson(id="app", name="Threadline"), ours=True)
KEY_OWNER = LinearActor(kind=ActorKind.USER, person=DANA, ours=True)
TO_BOTH = {"customer slack.show_comment", "triage slack.show_comment"}
NOTE = InternalComment(author_name="Dana Engineer", internal_text=PLAIN, file_names=(), in_linear=True)


@pytest.fixture
async def linked(scene: Scene) -> Scene:
    await link(scene.transaction, scene.ref)
    return scene


async def told(scene: Scene, *args: Any, **more: Any) -> bool:
    by = more.pop("by", BY_DANA)
    return await tell(scene.transaction, scene.acme, seen(*args, **more), by)


async def words(scene: Scene) -> list[PublicComment | InternalComment]:
    return await said(scene.transaction, scene.ref)


async def owed(scene: Scene) -> set[str]:
    """Return what is owed since it was asked last, without which comment it names."""
    found = {" ".join(one.split()[:2]) for one in await scene.owed()}
    await scene.forget_owed()
    return found


async def test_a_comment_is_an_internal_note_of_its_author(linked: Scene) -> None:
    assert await told(linked)
    assert await words(linked) == [NOTE]
    assert await owed(linked) == {"triage slack.show_comment"}
    assert await said_to_customer(linked.transaction, linked.ref) == []


async def test_one_that_begins_with_the_marker_is_for_the_customer_by_first_name(linked: Scene) -> None:
    assert await told(linked, MARKED)
    [comment] = await words(linked)
    assert isinstance(comment, PublicComment)
    assert (comment.author_name, comment.author_first_name) == ("Dana Engineer", "Dana")
    assert (comment.text, comment.by_customer, comment.in_linear) == ("We found it.", False, True)
    assert await owed(linked) == TO_BOTH


async def test_nothing_is_owed_to_linear_for_what_was_said_there(linked: Scene) -> None:
    await told(linked)
    await told(linked, MARKED, after=1)
    await tell_gone(linked.transaction, linked.acme)
    assert {one.split()[0] for one in await linked.owed()} == {"customer", "triage"}


@pytest.mark.both_databases
async def test_told_twice_it_is_one(linked: Scene) -> None:
    assert [await told(linked, MARKED), await told(linked, MARKED)] == [True, False]
    assert len(await words(linked)) == 1


@pytest.mark.parametrize("kind", [ProfileKind.VENDOR, ProfileKind.EMPLOYEE])
async def test_a_colleague_is_known_by_their_email(linked: Scene, kind: ProfileKind) -> None:
    await become(linked.transaction, linked.sue, linked.acme, kind)
    dana = LinearPerson(id="sue", name="Sue in Linear", email="SUE@acme.example")
    await told(linked, author=dana)
    assert (await words(linked))[0].author_name == "Sue Lovelace"


@pytest.mark.parametrize("who", ["bo", "sue", "olga", "victor switched off"])
async def test_nobody_else_is(linked: Scene, who: str) -> None:
    name = who.split(maxsplit=1)[0]
    if who != name:
        await linked.switch_off(linked.victor)
    await told(linked, author=LinearPerson(id="x", name="Dana", email=f"{name}@acme.example"))
    assert (await words(linked))[0].author_name == "Dana"


@pytest.mark.parametrize(
    ("author", "name"), [(None, SOMEBODY), (LinearPerson(id="x", name="dana@acme.example"), SOMEBODY)]
)
async def test_who_has_no_name_is_somebody(linked: Scene, author: LinearPerson | None, name: str) -> None:
    await told(linked, author=author)
    assert (await words(linked))[0].author_name == name


async def test_taking_the_marker_away_takes_it_back_and_keeps_it(linked: Scene) -> None:
    await told(linked, MARKED)
    await owed(linked)
    assert await told(linked, PLAIN, after=1)
    assert await said_to_customer(linked.transaction, linked.ref) == []
    assert await words(linked) == [NOTE]
    assert await owed(linked) == TO_BOTH


async def test_an_edit_is_followed_and_the_marker_may_come_with_it(linked: Scene) -> None:
    await told(linked)
    await owed(linked)
    await told(linked, "Our other migration.", after=1)
    assert await owed(linked) == {"triage slack.show_comment"}
    await told(linked, MARKED, after=2)
    assert await said_to_customer(linked.transaction, linked.ref) == ["We found it."]
    assert await owed(linked) == TO_BOTH


@pytest.mark.both_databases
async def test_what_is_told_late_changes_nothing(linked: Scene) -> None:
    await told(linked, PLAIN, after=5)
    assert not await told(linked, MARKED, after=4)
    assert await words(linked) == [NOTE]


@pytest.mark.both_databases
async def test_of_two_that_are_equally_old_linear_is_asked(linked: Scene) -> None:
    await told(linked, PLAIN, after=5)
    await owed(linked)
    assert not await told(linked, MARKED, after=5)
    assert await words(linked) == [NOTE]
    assert await owed(linked) == {"linear linear.refetch_comment"}
    assert await tell(linked.transaction, linked.acme, seen(MARKED, after=5), None, read=True)
    assert await said_to_customer(linked.transaction, linked.ref) == ["We found it."]


async def test_a_deletion_is_followed_everywhere(linked: Scene) -> None:
    await told(linked, MARKED)
    await owed(linked)
    assert await tell_gone(linked.transaction, linked.acme)
    assert await words(linked) == []
    assert await owed(linked) == TO_BOTH
    assert not await tell_gone(linked.transaction, linked.acme)
    assert not await told(linked, MARKED, after=9)
    assert await words(linked) == []


@pytest.mark.both_databases
async def test_what_is_deleted_before_it_is_told_is_not_taken(linked: Scene) -> None:
    await tell_gone(linked.transaction, linked.acme)
    assert not await told(linked, MARKED)
    assert await words(linked) == []
    assert await tell(linked.transaction, linked.acme, seen(id="another"))


@pytest.mark.parametrize("parent", [MARKED, PLAIN])
async def test_an_answer_counts_by_its_own_marker(linked: Scene, parent: str) -> None:
    await told(linked, parent)
    await told(linked, "Secret.", id="answer", parent_id=COMMENT)
    await told(linked, "@customer Fixed.", id="another", parent_id=COMMENT)
    shown = await said_to_customer(linked.transaction, linked.ref)
    assert ("Secret." in shown, "Fixed." in shown) == (False, True)


async def test_our_own_comment_is_no_news(linked: Scene) -> None:
    spoken = Words(user=linked.victor, visibility=CommentVisibility.INTERNAL, text="Ours", door="slack")
    ours = await linked.transaction.write(partial(say, ref=linked.ref, words=spoken, now=NOW))
    await linked.forget_owed()
    id_ = await client_id(linked.transaction, ours)
    assert not await told(linked, MARKED, id=id_, by=KEY_OWNER)
    assert len(await words(linked)) == 1
    assert await linked.owed() == []
    assert not await tell_gone(linked.transaction, linked.acme, id_)
    assert len(await words(linked)) == 1


@pytest.mark.parametrize(("by", "taken"), [(US, False), (KEY_OWNER, True), (BY_DANA, True), (None, True)])
async def test_an_actor_that_is_ours_is_no_news_unless_it_is_a_human_too(
    linked: Scene, by: LinearActor | None, *, taken: bool
) -> None:
    assert await told(linked, by=by) is taken


async def test_what_linear_returned_for_ours_is_known_again_by_its_text(linked: Scene) -> None:
    spoken = Words(user=linked.victor, visibility=CommentVisibility.PUBLIC, text="Ours", door="slack")
    ours = await linked.transaction.write(partial(say, ref=linked.ref, words=spoken, now=NOW))
    put = partial(
        linear_comments.put_counterpart,
        ref=linked.ref,
        comment_id=ours,
        linear_id="elsewhere",
        ours=True,
        body_hash=hash_of("**Victor**: Ours"),
    )
    await linked.transaction.write(put)
    assert not await told(linked, "**Victor**: Ours", by=KEY_OWNER)
    assert await told(linked, "**Victor**: Ours", by=BY_DANA)


async def test_what_integrations_write_is_left_alone(linked: Scene) -> None:
    assert not await told(linked, MARKED, by_integration=True, author=None)
    assert await words(linked) == []


async def test_what_was_taken_over_is_followed_even_when_an_integration_keeps_it(linked: Scene) -> None:
    await told(linked, MARKED)
    await told(linked, PLAIN, after=1, by_integration=True)
    assert await said_to_customer(linked.transaction, linked.ref) == []


async def test_only_issues_of_the_organization_with_that_linear_issue_have_it(linked: Scene) -> None:
    assert not await tell(linked.transaction, linked.other, seen(MARKED))
    assert not await told(linked, MARKED, linear_issue_id="another")
    second = await raise_one(linked.transaction, linked.acme, "second")
    await link(linked.transaction, second.ref)
    await told(linked, MARKED)
    for ref in (linked.ref, second.ref):
        assert await said_to_customer(linked.transaction, ref) == ["We found it."]
    await tell_gone(linked.transaction, linked.other)
    assert len(await words(linked)) == 1
    await tell_gone(linked.transaction, linked.acme)
    for ref in (linked.ref, second.ref):
        assert await said_to_customer(linked.transaction, ref) == []


async def test_while_it_is_paused_nothing_is_taken(linked: Scene) -> None:
    await told(linked, MARKED)
    await change_link(linked.transaction, linked.ref, paused_at=NOW)
    assert not await told(linked, MARKED, id="new")
    assert not await told(linked, PLAIN, after=1)
    # That it was deleted is looked up when the pause ends.
    assert not await tell_gone(linked.transaction, linked.acme)
    assert await said_to_customer(linked.transaction, linked.ref) == ["We found it."]
    assert "linear linear.refetch_comment" in await owed(linked)


async def test_where_comments_are_not_exchanged_only_what_was_is_followed(linked: Scene) -> None:
    await told(linked, MARKED)
    await change_link(linked.transaction, linked.ref, mirrored=False, threads={"root": "x"})
    assert not await told(linked, MARKED, id="new")
    assert await told(linked, PLAIN, after=1)


async def test_of_an_issue_that_was_linked_what_was_said_before_is_left_there(linked: Scene) -> None:
    await change_link(linked.transaction, linked.ref, made_by_us=False, created_at=at(10))
    assert not await told(linked, MARKED, after=9)
    assert await told(linked, MARKED, after=11)


@pytest.mark.parametrize("body", ["\u200b", "![](  )"])
async def test_what_nobody_can_see_is_nothing(linked: Scene, body: str) -> None:
    assert not await told(linked, body)
    assert await rows(linked.transaction, tables.Comment) == 0


async def test_a_refetch_is_owed_in_the_issues_lane(linked: Scene) -> None:
    owe = partial(
        owe_comment_refetch, organization_id=linked.acme, linear_issue_id=LINEAR_ISSUE, linear_comment_id=COMMENT
    )
    await linked.transaction.write(owe)
    assert await owed(linked) == {"linear linear.refetch_comment"}
    await linked.transaction.write(partial(owe, organization_id=linked.other))
    assert await linked.owed() == []
