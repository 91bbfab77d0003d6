"""Several changes of an issue at once: all of them, or nothing."""

from collections.abc import Mapping
from functools import partial

import pytest

from bot.domain.issues import Status
from bot.domain.life import Action
from bot.domain.people import User
from bot.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, ThreadlineError
from bot.usecases.change import change_issue
from bot.usecases.refusals import REOPEN_FIRST, VENDORS_ONLY
from tests.bot.usecases.desk import DOOR, Scene
from tests.bot.usecases.town import counts
from tests.storage.seeds import NOW

TITLE, PRIORITY, CATEGORY = Action.EDIT, Action.SET_PRIORITY, Action.SET_CATEGORY


async def change(scene: Scene, user: User, values: Mapping[Action, str]) -> None:
    write = partial(change_issue, ref=scene.ref, user=user, values=values, door=DOOR, now=NOW)
    await scene.transaction.write(write)


async def test_all_is_changed_with_an_event_for_each_and_linear_is_told_of_what_concerns_it(scene: Scene) -> None:
    await change(scene, scene.victor, {TITLE: "Export says 500", PRIORITY: "urgent", CATEGORY: "bug"})
    issue = (await scene.living()).issue
    assert (issue.title, issue.priority, issue.category) == ("Export says 500", "urgent", "bug")
    assert await scene.story() == ["title", "priority", "category"]
    owed = await scene.owed()
    assert [one for one in owed if one.startswith("linear")] == [
        "linear linear.update_issue title",
        "linear linear.update_issue priority",
    ]
    assert owed.count("customer slack.post_line") == owed.count("triage slack.post_line") == 3


async def test_what_is_so_already_is_left_out(scene: Scene) -> None:
    await change(scene, scene.victor, {TITLE: "Export  fails ", PRIORITY: "medium", CATEGORY: "bug"})
    assert await scene.story() == ["category"]
    await change(scene, scene.victor, {CATEGORY: "bug"})
    await change(scene, scene.victor, {})
    assert await scene.story() == ["category"]


@pytest.mark.parametrize(
    "values",
    [
        {TITLE: "Export says 500", PRIORITY: "urgent", CATEGORY: "nonsense"},
        {CATEGORY: "bug", TITLE: ""},
        {CATEGORY: "bug", PRIORITY: ""},
    ],
)
@pytest.mark.both_databases
async def test_one_that_cannot_be_set_leaves_all_as_they_were(scene: Scene, values: Mapping[Action, str]) -> None:
    before, lived = await counts(scene.transaction), await scene.living()
    with pytest.raises(InvalidError):
        await change(scene, scene.victor, values)
    assert (await counts(scene.transaction), await scene.living()) == (before, lived)


async def test_who_may_not_changes_nothing_and_reads_why(scene: Scene) -> None:
    for user in (scene.ada, scene.emil, scene.sue):
        with pytest.raises(ForbiddenError) as caught:
            await change(scene, user, {TITLE: "Mine"})
        assert caught.value.sentence == VENDORS_ONLY.format(organization="Acme")
    assert await scene.owed() == []


async def test_a_closed_issue_is_to_be_reopened_first(scene: Scene) -> None:
    await scene.done(scene.victor, Action.CLOSE)
    with pytest.raises(ConflictError) as caught:
        await change(scene, scene.victor, {PRIORITY: "urgent"})
    assert caught.value.sentence == REOPEN_FIRST.format(number="ISS-2026-0001", status="closed")
    assert (await scene.living()).state.status is Status.CLOSED


async def test_another_organizations_issue_is_none(scene: Scene) -> None:
    write = partial(change_issue, user=scene.victor, values={TITLE: "Mine"}, door=DOOR, now=NOW)
    wrong = type(scene.ref)(scene.other, scene.issue.id)
    with pytest.raises(NotFoundError) as caught:
        await scene.transaction.write(partial(write, ref=wrong))
    assert isinstance(caught.value, ThreadlineError)
