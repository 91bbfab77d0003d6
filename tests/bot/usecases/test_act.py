"""Doing something with an issue: one event and what is owed of it, or a refusal that changes nothing."""

import asyncio
import contextlib
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.issues import TITLE_LIMIT, TITLE_REQUIRED, IssueRef, Priority, Status
from bot.domain.life import Action
from bot.domain.people import ProfileKind
from bot.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from bot.usecases.act import EVENT_OF, Done, Refused, Wish, act, check_allowed
from bot.usecases.refusals import (
    CLOSED_TOO_LONG,
    IS_ALREADY,
    NO_SUCH_ISSUE,
    NOT_A_VENDOR,
    NOT_ALLOWED,
    NOT_RESOLVED_YET,
    REOPEN_FIRST,
    TAKEN,
    UNCHANGED,
    VENDORS_ONLY,
    YOURS,
)
from storage import lives, tables
from tests.bot.usecases.desk import DOOR, Scene, rows
from tests.bot.usecases.town import counts, no_row_fits_into
from tests.storage.seeds import NOW

NUMBER = "ISS-2026-0001"
# A stale button refreshes the messages, and tells nobody of a thing that did not happen.
EDITS = ["customer slack.edit_issue", "triage slack.edit_issue"]


def told(*linear: str) -> list[str]:
    """Return what is owed of a change: each message and its thread, and Linear where it is told."""
    update = [f"linear linear.update_issue {field}" for field in linear]
    lines = {where: [f"{where} slack.edit_issue", f"{where} slack.post_line"] for where in ("customer", "triage")}
    return [*lines["customer"], *update, *lines["triage"]]


async def refusal(scene: Scene, *args: object, **more: object) -> tuple[type[Exception], str]:
    outcome = await scene.act(*args, **more)  # type: ignore[arg-type]
    assert isinstance(outcome, Refused), outcome
    assert outcome.status is (await scene.living()).state.status
    return type(outcome.error), outcome.error.sentence


async def test_a_vendor_walks_an_issue_through_its_life(scene: Scene) -> None:
    victor = scene.victor
    assert (await scene.done(victor, Action.CLAIM)).assignee_user_id == victor.id
    assert (await scene.done(victor, Action.START)).status is Status.IN_PROGRESS
    assert (await scene.done(victor, Action.RESOLVE)).status is Status.RESOLVED
    assert (await scene.done(scene.ada, Action.CONFIRM)).status is Status.CLOSED
    assert (await scene.living()).state.closed_at == NOW
    assert (await scene.done(scene.ada, Action.REOPEN)).status is Status.OPEN
    assert (await scene.living()).state.closed_at is None
    assert (await scene.done(victor, Action.CLOSE)).status is Status.CLOSED
    assert await scene.story() == ["claimed", "started", "resolved", "confirmed", "reopened", "closed"]


@pytest.mark.parametrize(
    ("action", "more", "linear"),
    [
        (Action.CLAIM, {}, ["assignee"]),
        # Whoever starts it takes it on.
        (Action.START, {}, ["state", "assignee"]),
        (Action.RESOLVE, {}, ["state"]),
        (Action.CLOSE, {}, ["state"]),
        (Action.SET_PRIORITY, {"value": "urgent"}, ["priority"]),
        (Action.SET_CATEGORY, {"value": "bug"}, []),
        (Action.EDIT, {"value": "Export says 500"}, ["title"]),
    ],
)
async def test_each_message_and_thread_is_owed_a_change_and_linear_what_concerns_it(
    scene: Scene, action: Action, more: dict[str, str], linear: list[str]
) -> None:
    await scene.done(scene.victor, action, **more)
    assert await scene.owed() == told(*linear)


async def test_an_assignment_confirmation_and_reopening_are_owed_too(scene: Scene) -> None:
    await scene.done(scene.vera, Action.ASSIGN, assignee_user_id=scene.victor.id)
    assert await scene.owed() == told("assignee")
    await scene.done(scene.victor, Action.RESOLVE)
    for action in (Action.REOPEN, Action.RESOLVE, Action.CONFIRM):
        await scene.forget_owed()
        await scene.done(scene.ada if action is not Action.RESOLVE else scene.victor, action)
        assert await scene.owed() == told("state")


async def test_an_event_says_who_what_from_to_when_and_through_which_door(scene: Scene) -> None:
    later = NOW + timedelta(hours=1)
    await scene.done(scene.vera, Action.ASSIGN, assignee_user_id=scene.victor.id, now=later)
    await scene.done(scene.victor, Action.START)
    await scene.done(scene.victor, Action.EDIT, value="  Export\nsays   500 ")
    await scene.done(scene.victor, Action.SET_PRIORITY, value="urgent")
    timeline = await scene.transaction.read(partial(lives.timeline, ref=scene.ref))
    seen = [(one.what, one.was, one.becomes, one.actor_first_name, one.assignee_first_name) for one in timeline[1:]]
    assert seen == [
        ("assigned", "open", "open", "Vera", "Victor"),
        ("started", "open", "in_progress", "Victor", "Victor"),
        ("title", "Export fails", "Export says 500", "Victor", "Victor"),
        ("priority", "medium", "urgent", "Victor", "Victor"),
    ]
    assert (timeline[1].at, timeline[2].at, timeline[1].door) == (later, NOW, DOOR)
    assert not any(one.by_customer for one in timeline[1:])
    assert (await scene.living()).issue.title == "Export says 500"


async def test_what_the_customer_does_is_theirs_in_the_timeline(scene: Scene) -> None:
    await scene.done(scene.ada, Action.CLOSE)
    closed = (await scene.transaction.read(partial(lives.timeline, ref=scene.ref)))[-1]
    assert (closed.what, closed.by_customer, closed.actor_first_name) == ("closed", True, "Ada")


@pytest.mark.parametrize("who", ["ada", "bo", "emil", "sue", "olga"])
async def test_only_vendors_claim(scene: Scene, who: str) -> None:
    before = await counts(scene.transaction)
    words = VENDORS_ONLY.format(organization="Acme")
    assert await refusal(scene, getattr(scene, who), Action.CLAIM) == (ForbiddenError, words)
    assert await counts(scene.transaction) == before


@pytest.mark.parametrize("who", ["bo", "emil", "sue", "olga"])
async def test_only_vendors_and_the_issues_own_customer_close(scene: Scene, who: str) -> None:
    words = NOT_ALLOWED[Action.CLOSE].format(organization="Acme")
    assert await refusal(scene, getattr(scene, who), Action.CLOSE) == (ForbiddenError, words)
    assert await scene.owed() == []


async def test_who_was_switched_off_does_nothing_any_more(scene: Scene) -> None:
    await scene.switch_off(scene.victor, ProfileKind.VENDOR)
    await scene.switch_off(scene.ada)
    for user in (scene.victor, scene.ada):
        assert (await refusal(scene, user, Action.CLOSE))[0] is ForbiddenError


async def test_a_vendor_who_is_a_customer_too_confirms_only_their_own(scene: Scene) -> None:
    await scene.done(scene.vera, Action.RESOLVE)
    assert await refusal(scene, scene.vera, Action.CONFIRM) == (ForbiddenError, NOT_ALLOWED[Action.CONFIRM])


async def test_a_stale_button_is_refused_in_words_and_the_messages_are_brought_up_to_date(scene: Scene) -> None:
    await scene.done(scene.victor, Action.CLAIM)
    await scene.done(scene.victor, Action.START)
    expected = [
        (scene.vera, Action.CLAIM, TAKEN.format(assignee="Victor", number=NUMBER)),
        (scene.victor, Action.CLAIM, YOURS.format(number=NUMBER)),
        (scene.victor, Action.START, IS_ALREADY.format(number=NUMBER, status="in progress")),
        (scene.ada, Action.CONFIRM, NOT_RESOLVED_YET.format(number=NUMBER, status="in progress")),
        (scene.ada, Action.REOPEN, IS_ALREADY.format(number=NUMBER, status="in progress")),
    ]
    for user, action, words in expected:
        await scene.forget_owed()
        assert await refusal(scene, user, action) == (ConflictError, words)
        assert await scene.owed() == EDITS
    assert await scene.story() == ["claimed", "started"]


async def test_a_closed_issue_is_to_be_reopened_first_and_not_too_late(scene: Scene) -> None:
    await scene.done(scene.victor, Action.CLOSE)
    first = REOPEN_FIRST.format(number=NUMBER, status="closed")
    for action, more in ((Action.CLAIM, {}), (Action.START, {}), (Action.EDIT, {"value": "x"})):
        assert await refusal(scene, scene.victor, action, **more) == (ConflictError, first)
    already = IS_ALREADY.format(number=NUMBER, status="closed")
    for user, action in ((scene.ada, Action.CONFIRM), (scene.ada, Action.CLOSE), (scene.victor, Action.CLOSE)):
        assert await refusal(scene, user, action) == (ConflictError, already)
    late = NOW + timedelta(days=14, seconds=1)
    words = CLOSED_TOO_LONG.format(number=NUMBER, days=14)
    assert await refusal(scene, scene.ada, Action.REOPEN, now=late) == (ConflictError, words)
    await scene.done(scene.ada, Action.REOPEN, now=NOW + timedelta(days=14))


async def test_what_is_so_already_is_no_event(scene: Scene) -> None:
    for action, value in (
        (Action.SET_PRIORITY, "medium"),
        (Action.SET_CATEGORY, "general"),
        (Action.EDIT, " Export  fails\n"),
    ):
        assert await refusal(scene, scene.victor, action, value=value) == (ConflictError, UNCHANGED)
    assert await scene.story() == await scene.owed() == []


@pytest.mark.parametrize(
    ("action", "value", "words"),
    [
        (Action.EDIT, "", TITLE_REQUIRED),
        (Action.EDIT, None, TITLE_REQUIRED),
        (Action.EDIT, " \n\u200b", TITLE_REQUIRED),
        (Action.EDIT, "x" * (TITLE_LIMIT + 1), "The title can have 255 characters; this one has 256."),
        (Action.SET_PRIORITY, "", f"Choose one of: {', '.join(Priority)}."),
        (Action.SET_PRIORITY, "High", f"Choose one of: {', '.join(Priority)}."),
        (Action.SET_CATEGORY, "nonsense", "Choose one of: general, bug, feature, billing, account."),
    ],
)
async def test_a_value_that_cannot_be_used_changes_nothing(
    scene: Scene, action: Action, value: str | None, words: str
) -> None:
    before = await counts(scene.transaction)
    with pytest.raises(InvalidError) as caught:
        await scene.act(scene.victor, action, value=value)
    assert caught.value.sentence == words
    assert await counts(scene.transaction) == before


@pytest.mark.parametrize("who", ["ada", "emil", "sue", "olga", None])
async def test_an_issue_is_given_to_vendors_of_its_organization_alone(scene: Scene, who: str | None) -> None:
    chosen = None if who is None else getattr(scene, who).id
    with pytest.raises(InvalidError) as caught:
        await scene.act(scene.vera, Action.ASSIGN, assignee_user_id=chosen)
    assert caught.value.sentence == NOT_A_VENDOR.format(organization="Acme")
    assert await scene.owed() == []


async def test_an_issue_is_not_given_to_a_vendor_who_was_switched_off_or_has_it(scene: Scene) -> None:
    await scene.done(scene.vera, Action.ASSIGN, assignee_user_id=scene.victor.id)
    again = await refusal(scene, scene.vera, Action.ASSIGN, assignee_user_id=scene.victor.id)
    assert again == (ConflictError, TAKEN.format(assignee="Victor", number=NUMBER))
    await scene.done(scene.vera, Action.ASSIGN, assignee_user_id=scene.vera.id)
    await scene.switch_off(scene.victor, ProfileKind.VENDOR)
    with pytest.raises(InvalidError):
        await scene.act(scene.vera, Action.ASSIGN, assignee_user_id=scene.victor.id)


async def test_another_organizations_id_finds_nothing_whoever_asks(scene: Scene) -> None:
    wrong = [IssueRef(scene.other, scene.issue.id), IssueRef(scene.acme, scene.issue.id + 1), IssueRef(0, 0)]
    for ref in wrong:
        for user in (scene.victor, scene.olga, scene.ada):
            with pytest.raises(NotFoundError, match=NO_SUCH_ISSUE):
                await scene.act(user, Action.CLOSE, ref=ref)
            with pytest.raises(NotFoundError, match=NO_SUCH_ISSUE):
                await scene.transaction.read(
                    partial(check_allowed, ref=ref, user=user, action=Action.COMMENT_PUBLIC)
                )
    assert (await scene.living()).state.status is Status.OPEN


@pytest.mark.parametrize("table", ["issue_event", "effect"])
@pytest.mark.both_databases
async def test_nothing_is_changed_by_half(engine: AsyncEngine, scene: Scene, table: str) -> None:
    before, lived = await counts(scene.transaction), await scene.living()
    async with no_row_fits_into(engine, table):
        with pytest.raises(DBAPIError):
            await scene.act(scene.victor, Action.START)
    assert (await counts(scene.transaction), await scene.living()) == (before, lived)
    await scene.done(scene.victor, Action.START)


@pytest.mark.both_databases
async def test_of_two_vendors_who_claim_at_once_one_has_it_and_the_other_reads_who(scene: Scene) -> None:
    entered = asyncio.Event()

    async def claim_slowly(session: AsyncSession) -> Done | Refused:
        outcome = await act(session, scene.ref, Wish(user=scene.vera, action=Action.CLAIM, door=DOOR), NOW)
        entered.set()
        # Time for the other to come as far as it can before this is committed.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.2)
        return outcome

    first = asyncio.create_task(scene.transaction.write(claim_slowly))
    await entered.wait()
    second = await scene.act(scene.victor, Action.CLAIM)
    assert isinstance(await first, Done)
    assert isinstance(second, Refused)
    assert second.error.sentence == TAKEN.format(assignee="Vera", number=NUMBER)
    assert await scene.story() == ["claimed"]


async def test_an_issue_that_nobody_is_shown_any_more_still_changes(scene: Scene) -> None:
    await scene.hide_triage()
    await scene.done(scene.victor, Action.CLAIM)
    linear = "linear linear.update_issue assignee"
    assert await scene.owed() == ["customer slack.edit_issue", "customer slack.post_line", linear]
    assert await rows(scene.transaction, tables.IssueEvent) == 2


async def test_who_may_is_asked_in_whatever_status(scene: Scene) -> None:
    await scene.done(scene.victor, Action.CLOSE)
    for user, action in ((scene.ada, Action.COMMENT_PUBLIC), (scene.emil, Action.COMMENT_INTERNAL)):
        living = await scene.transaction.read(partial(check_allowed, ref=scene.ref, user=user, action=action))
        assert living.issue.number == NUMBER
    with pytest.raises(ForbiddenError) as caught:
        await scene.transaction.read(
            partial(check_allowed, ref=scene.ref, user=scene.ada, action=Action.COMMENT_INTERNAL)
        )
    assert caught.value.sentence == NOT_ALLOWED[Action.COMMENT_INTERNAL].format(organization="Acme")


def test_every_action_that_changes_an_issue_has_its_event() -> None:
    talking = {Action.COMMENT_PUBLIC, Action.COMMENT_INTERNAL, Action.SEE_TRIAGE}
    about_linear = {Action.LINK_LINEAR, Action.PART_FROM_LINEAR}
    assert set(EVENT_OF) == set(Action) - talking - about_linear
    assert len(set(EVENT_OF.values())) == len(EVENT_OF)
