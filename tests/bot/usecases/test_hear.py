"""Hearing what is said in the threads of an issue, what is edited there and what is deleted."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.conversation import COMMENT_LIMIT, CommentVisibility, InternalComment, MessageAddress, PublicComment
from bot.domain.life import Action
from bot.domain.people import ProfileKind, User
from bot.domain.places import Audience
from bot.errors import ForbiddenError
from bot.usecases.converse import Reply, hear, hear_deletion, hear_edit
from bot.usecases.refusals import NOT_ALLOWED
from storage import comments, tables
from storage.comments import StoredComment
from storage.files import GivenFile
from tests.bot.usecases.desk import DOOR, HEAD, TRIAGE_HEAD, Scene, rows, said_in
from tests.bot.usecases.town import TEAM
from tests.storage.seeds import NOW

CUSTOMER, TRIAGE = Audience.CUSTOMER, Audience.TRIAGE
PUBLIC, INTERNAL = CommentVisibility.PUBLIC, CommentVisibility.INTERNAL
HEADS = {CUSTOMER: HEAD, TRIAGE: TRIAGE_HEAD}
A_SECOND = timedelta(seconds=1)
TS = "7.0"
SHOT = GivenFile(team_id=TEAM, slack_file_id="F1", name="shot.png", mimetype="image/png", size=12)


async def say(scene: Scene, user: User, where: Audience, text: str = "Hello", **more: object) -> None:
    """Let somebody reply in a thread of the issue."""
    given = {"source": said_in(where, TS), "thread_ts": HEADS[where], "text": text, **more}
    reply = Reply(**given)  # type: ignore[arg-type]
    await scene.transaction.write(partial(hear, user=user, reply=reply, door=DOOR, now=NOW))


async def edit(
    scene: Scene, where: Audience, text: str, *, after: int = 1, by: User | None = None, **more: object
) -> None:
    """Let the reply be edited, ``after`` seconds later: by Victor, unless told otherwise."""
    edited_at = NOW + after * A_SECOND
    given = {"source": said_in(where, TS), "thread_ts": HEADS[where], "text": text, "edited_at": edited_at, **more}
    reply = Reply(**given)  # type: ignore[arg-type]
    heard = partial(hear_edit, user=by or scene.victor, reply=reply, door=DOOR, now=NOW)
    await scene.transaction.write(heard)


async def delete(scene: Scene, where: Audience) -> None:
    heard = partial(hear_deletion, source=said_in(where, TS), thread_ts=HEADS[where], now=NOW)
    await scene.transaction.write(heard)


async def stored(scene: Scene, where: Audience) -> StoredComment | None:
    return await scene.transaction.read(partial(comments.comment_said_in, source=said_in(where, TS)))


async def words(scene: Scene, where: Audience) -> tuple[CommentVisibility, str]:
    found = await stored(scene, where)
    assert found is not None
    return found.visibility, found.text


async def seen(
    scene: Scene, where: Audience
) -> tuple[PublicComment | None, PublicComment | InternalComment | None]:
    """Return a comment as the customer and as the organization's people read it."""
    found = await stored(scene, where)
    assert found is not None
    customer = partial(comments.shown_to_customer, ref=scene.ref, comment_id=found.id)
    triage = partial(comments.shown_to_triage, ref=scene.ref, comment_id=found.id)
    return await scene.transaction.read(customer), await scene.transaction.read(triage)


def where_owed(owed: list[str]) -> list[str]:
    return [one.split()[0] for one in owed]


@pytest.mark.parametrize(
    ("who", "where", "typed", "expected", "owed"),
    [
        ("ada", CUSTOMER, "It began on Monday.", (PUBLIC, "It began on Monday."), ["triage"]),
        ("victor", CUSTOMER, "@customer hello", (PUBLIC, "@customer hello"), ["triage"]),
        ("victor", TRIAGE, "Our migration.", (INTERNAL, "Our migration."), []),
        ("victor", TRIAGE, "@customer: we found it", (PUBLIC, "we found it"), ["customer"]),
        ("emil", TRIAGE, "@customer we found it", (PUBLIC, "we found it"), ["customer"]),
        ("victor", TRIAGE, "@customer's data is a mess", (INTERNAL, "@customer's data is a mess"), []),
    ],
)
async def test_where_and_how_it_is_said_tells_who_may_read_it(
    scene: Scene, who: str, where: Audience, typed: str, expected: tuple[CommentVisibility, str], owed: list[str]
) -> None:
    await say(scene, getattr(scene, who), where, typed)
    assert await words(scene, where) == expected
    assert where_owed(await scene.owed_in_slack()) == owed
    public, _ = await seen(scene, where)
    assert (public is not None) == (expected[0] is PUBLIC)


async def test_the_customers_thread_is_the_customers_side_of_who_is_on_both(scene: Scene) -> None:
    await scene.make_vendor(scene.ada)
    await say(scene, scene.ada, CUSTOMER)
    await say(scene, scene.ada, TRIAGE, "@customer hello")
    sides = [(await seen(scene, where))[0] for where in (CUSTOMER, TRIAGE)]
    assert [comment and comment.by_customer for comment in sides] == [True, False]


@pytest.mark.both_databases
async def test_a_message_that_is_told_twice_or_at_once_is_one_comment(scene: Scene) -> None:
    await asyncio.gather(*(say(scene, scene.ada, CUSTOMER) for _ in range(4)))
    await say(scene, scene.ada, CUSTOMER, "Other words")
    assert await rows(scene.transaction, tables.Comment) == 1
    assert await words(scene, CUSTOMER) == (PUBLIC, "Hello")
    assert len(await scene.owed_in_slack()) == 1


@pytest.mark.parametrize("who", ["bo", "sue", "olga"])
async def test_who_may_not_write_about_the_issue_is_told_and_nothing_is_kept(scene: Scene, who: str) -> None:
    for where, action in ((CUSTOMER, Action.COMMENT_PUBLIC), (TRIAGE, Action.COMMENT_INTERNAL)):
        with pytest.raises(ForbiddenError) as caught:
            await say(scene, getattr(scene, who), where)
        assert caught.value.sentence == NOT_ALLOWED[action].format(organization="Acme")
    assert await rows(scene.transaction, tables.Comment) == 0


async def test_a_customer_who_is_in_the_triage_channel_writes_nothing_internal(scene: Scene) -> None:
    with pytest.raises(ForbiddenError):
        await say(scene, scene.ada, TRIAGE)
    await scene.switch_off(scene.victor, ProfileKind.VENDOR)
    with pytest.raises(ForbiddenError):
        await say(scene, scene.victor, TRIAGE)


async def test_what_is_said_in_no_thread_of_ours_is_left_alone(scene: Scene) -> None:
    elsewhere: list[dict[str, object]] = [
        {"thread_ts": "9.9"},
        {"thread_ts": TRIAGE_HEAD},
        {"source": MessageAddress("T2", said_in(CUSTOMER, TS).channel_id, TS)},
        {"source": MessageAddress(TEAM, "CRANDOM", TS)},
    ]
    for changes in elsewhere:
        await say(scene, scene.ada, CUSTOMER, "Hello", **changes)
    assert await rows(scene.transaction, tables.Comment) == 0


@pytest.mark.parametrize("typed", ["", "\u200b", " \n", "@customer", "@customer: "])
async def test_a_reply_in_which_there_is_nothing_to_read_is_none_unless_it_has_files(
    scene: Scene, typed: str
) -> None:
    await say(scene, scene.victor, TRIAGE, typed)
    assert await rows(scene.transaction, tables.Comment) == 0
    await say(scene, scene.victor, TRIAGE, typed, given_files=[SHOT])
    _, comment = await seen(scene, TRIAGE)
    assert comment is not None
    assert comment.file_names == ["shot.png"]


async def test_a_reply_that_names_made_too_long_is_cut_and_not_lost(scene: Scene) -> None:
    await say(scene, scene.ada, CUSTOMER, "x" * (COMMENT_LIMIT + 1))
    whole = "x" * (COMMENT_LIMIT - 1) + "…"
    assert await words(scene, CUSTOMER) == (PUBLIC, whole)
    await edit(scene, CUSTOMER, "y" * (COMMENT_LIMIT + 1), by=scene.ada)
    assert (await words(scene, CUSTOMER))[1] == whole.replace("x", "y")


async def test_a_comment_follows_its_edit_and_so_do_its_copies(scene: Scene) -> None:
    await say(scene, scene.ada, CUSTOMER, "It began on Monday.")
    await scene.forget_owed()
    # What says the same as before owes nothing.
    for after in (1, 2):
        await edit(scene, CUSTOMER, "It began on Tuesday. ", after=after)
        assert await words(scene, CUSTOMER) == (PUBLIC, "It began on Tuesday.")
        assert where_owed(await scene.owed_in_slack()) == ["triage"]


async def test_the_marker_comes_and_goes_with_an_edit(scene: Scene) -> None:
    await say(scene, scene.victor, TRIAGE, "hello")
    assert await scene.owed_in_slack() == []
    await edit(scene, TRIAGE, "@customer hello", after=1)
    assert await words(scene, TRIAGE) == (PUBLIC, "hello")
    assert where_owed(await scene.owed_in_slack()) == ["customer"]
    await scene.forget_owed()
    # What is taken back is owed to the customer's thread as well: the copy there has to go.
    await edit(scene, TRIAGE, "hello", after=2)
    assert await words(scene, TRIAGE) == (INTERNAL, "hello")
    assert where_owed(await scene.owed_in_slack()) == ["customer"]
    assert (await seen(scene, TRIAGE))[0] is None
    await scene.forget_owed()
    await edit(scene, TRIAGE, "still internal", after=3)
    assert await scene.owed_in_slack() == []


@pytest.mark.both_databases
async def test_an_edit_that_slack_tells_again_or_late_does_not_undo_a_later_one(scene: Scene) -> None:
    await say(scene, scene.ada, CUSTOMER, "one")
    await edit(scene, CUSTOMER, "two", after=1)
    await edit(scene, CUSTOMER, "three", after=2)
    await scene.forget_owed()
    for after in (1, 2):
        await edit(scene, CUSTOMER, "two", after=after)
    await edit(scene, CUSTOMER, "nobody knows when", edited_at=None)
    assert await words(scene, CUSTOMER) == (PUBLIC, "three")
    assert await scene.owed_in_slack() == []


@pytest.mark.both_databases
async def test_an_edit_that_is_told_before_its_message_stands_for_it(scene: Scene) -> None:
    await edit(scene, CUSTOMER, "two", by=scene.ada)
    assert await words(scene, CUSTOMER) == (PUBLIC, "two")
    await say(scene, scene.ada, CUSTOMER, "one")
    assert await words(scene, CUSTOMER) == (PUBLIC, "two")
    assert len(await scene.owed_in_slack()) == 1


async def test_an_internal_reply_stays_internal_when_nothing_tells_whose_thread_it_was_said_in(
    scene: Scene,
) -> None:
    await say(scene, scene.victor, TRIAGE, "Our migration.")
    await scene.hide_triage()
    await edit(scene, TRIAGE, "Our own migration.")
    assert (await words(scene, TRIAGE))[0] is INTERNAL
    assert await scene.owed_in_slack() == []
    assert (await seen(scene, TRIAGE))[0] is None


async def test_the_marker_alone_takes_back_what_was_said_to_the_customer(scene: Scene) -> None:
    await say(scene, scene.victor, TRIAGE, "@customer hello")
    await edit(scene, TRIAGE, "@customer")
    assert await words(scene, TRIAGE) == (INTERNAL, "@customer")
    # With a file there is something to say.
    await say(scene, scene.victor, TRIAGE, "@customer", source=said_in(TRIAGE, "8.0"), given_files=[SHOT])
    await edit(scene, TRIAGE, "@customer: ", source=said_in(TRIAGE, "8.0"))
    look = partial(comments.comment_said_in, source=said_in(TRIAGE, "8.0"))
    with_file = await scene.transaction.read(look)
    assert with_file is not None
    assert (with_file.visibility, with_file.text) == (PUBLIC, "")


async def test_who_was_switched_off_can_take_back_but_not_write(scene: Scene) -> None:
    await say(scene, scene.victor, TRIAGE, "@customer hello")
    await say(scene, scene.victor, TRIAGE, "Our migration.", source=said_in(TRIAGE, "8.0"))
    await scene.switch_off(scene.victor, ProfileKind.VENDOR)
    for ts, change in ((TS, "@customer other words"), ("8.0", "@customer secret"), ("8.0", "Their migration.")):
        with pytest.raises(ForbiddenError):
            await edit(scene, TRIAGE, change, source=said_in(TRIAGE, ts))
    assert await words(scene, TRIAGE) == (PUBLIC, "hello")
    await edit(scene, TRIAGE, "hello")
    assert await words(scene, TRIAGE) == (INTERNAL, "hello")


async def test_a_mention_of_somebody_who_is_called_like_the_marker_publishes_nothing(scene: Scene) -> None:
    await say(scene, scene.victor, TRIAGE, "@Customer said so", begins_with_name=True)
    assert await words(scene, TRIAGE) == (INTERNAL, "@Customer said so")
    await edit(scene, TRIAGE, "@Customer said more", begins_with_name=True)
    assert await words(scene, TRIAGE) == (INTERNAL, "@Customer said more")
    assert await scene.owed_in_slack() == []


async def test_two_messages_of_an_issue_in_one_channel_are_told_apart_by_their_threads(scene: Scene) -> None:
    await scene.show_both_in_one_channel()
    await say(scene, scene.vera, TRIAGE, "Our migration.")
    await edit(scene, TRIAGE, "Our own migration.")
    assert await words(scene, TRIAGE) == (INTERNAL, "Our own migration.")
    assert await scene.owed_in_slack() == []


@pytest.mark.parametrize(
    ("where", "typed", "owed"),
    [
        (CUSTOMER, "hello", ["triage"]),
        (TRIAGE, "@customer hello", ["customer"]),
        (TRIAGE, "hello", []),
    ],
)
async def test_a_comment_goes_with_its_message_and_so_do_its_copies(
    scene: Scene, where: Audience, typed: str, owed: list[str]
) -> None:
    await say(scene, scene.victor, where, typed)
    for _ in range(2):
        await scene.forget_owed()
        await delete(scene, where)
        assert await seen(scene, where) == (None, None)
        assert where_owed(await scene.owed_in_slack()) == owed
        owed = []
    # Neither an edit nor the message itself, told late, brings it back.
    await edit(scene, where, "@customer again")
    await say(scene, scene.victor, where, typed)
    assert await seen(scene, where) == (None, None)
    assert await scene.owed_in_slack() == []


@pytest.mark.both_databases
async def test_a_message_that_is_deleted_before_we_hear_of_it_is_never_heard(scene: Scene) -> None:
    await delete(scene, CUSTOMER)
    await delete(scene, CUSTOMER)
    await say(scene, scene.ada, CUSTOMER)
    assert await rows(scene.transaction, tables.Comment) == 0
    await say(scene, scene.ada, CUSTOMER, source=said_in(CUSTOMER, "8.0"))
    assert await rows(scene.transaction, tables.Comment) == 1
