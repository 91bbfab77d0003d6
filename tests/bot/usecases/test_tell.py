"""What is owed of a change: to whom an issue is shown, and to nobody else."""

from functools import partial

import pytest

from bot.domain.conversation import CommentVisibility
from bot.domain.effects import Destination, LinearField
from bot.domain.places import Audience
from bot.usecases.tell import lane_for, show_comment, show_issue, show_to_vendors, tell_of_event
from storage import links
from tests.bot.usecases.desk import Scene

PUBLIC, INTERNAL = CommentVisibility.PUBLIC, CommentVisibility.INTERNAL
CUSTOMER, TRIAGE, BOTH = Audience.CUSTOMER, Audience.TRIAGE, Audience.BOTH
COPY = {CUSTOMER: "customer slack.show_comment 5", TRIAGE: "triage slack.show_comment 5"}


def test_each_audience_has_its_lane_and_a_shared_message_stands_in_the_customers() -> None:
    assert {audience: lane_for(audience) for audience in Audience} == {
        CUSTOMER: Destination.CUSTOMER,
        TRIAGE: Destination.TRIAGE,
        BOTH: Destination.CUSTOMER,
    }


async def test_every_message_is_brought_up_to_date_or_those_of_vendors_alone(scene: Scene) -> None:
    await scene.transaction.write(partial(show_issue, ref=scene.ref))
    assert await scene.owed() == ["customer slack.edit_issue", "triage slack.edit_issue"]
    await scene.forget_owed()
    await scene.transaction.write(partial(show_to_vendors, ref=scene.ref))
    assert await scene.owed() == ["triage slack.edit_issue"]


@pytest.mark.parametrize("field", [None, *LinearField])
async def test_an_event_is_told_in_every_thread_after_its_message_and_to_linear_if_it_concerns_it(
    scene: Scene, field: LinearField | None
) -> None:
    fields = [] if field is None else [field]
    await scene.transaction.write(partial(tell_of_event, ref=scene.ref, event_id=1, in_linear=fields))
    linear = [] if field is None else [f"linear linear.update_issue {field}"]
    assert await scene.owed() == [
        "customer slack.edit_issue",
        "customer slack.post_line",
        *linear,
        "triage slack.edit_issue",
        "triage slack.post_line",
    ]


@pytest.mark.parametrize(
    ("shown", "said_to", "copies"),
    [
        (PUBLIC, None, [CUSTOMER, TRIAGE]),
        (PUBLIC, CUSTOMER, [TRIAGE]),
        (PUBLIC, TRIAGE, [CUSTOMER]),
        (INTERNAL, None, [TRIAGE]),
        (INTERNAL, TRIAGE, []),
        (INTERNAL, CUSTOMER, [TRIAGE]),
    ],
)
async def test_a_comment_is_owed_to_those_who_may_read_it_and_are_not_where_it_was_said(
    scene: Scene, shown: CommentVisibility, said_to: Audience | None, copies: list[Audience]
) -> None:
    tell = partial(show_comment, ref=scene.ref, comment_id=5, said_to=said_to, shown=shown)
    await scene.transaction.write(tell)
    assert await scene.owed() == [COPY[audience] for audience in copies]


async def test_in_a_shared_message_public_words_are_owed_once_and_internal_ones_never(scene: Scene) -> None:
    await scene.share_message()
    for shown, owed in ((INTERNAL, []), (PUBLIC, [COPY[CUSTOMER]])):
        tell = partial(show_comment, ref=scene.ref, comment_id=5, said_to=None, shown=shown)
        await scene.transaction.write(tell)
        assert await scene.owed() == owed
    await scene.forget_owed()
    await scene.transaction.write(partial(show_to_vendors, ref=scene.ref))
    assert await scene.owed() == ["customer slack.edit_issue"]
    messages = await scene.transaction.read(
        partial(links.issue_messages, organization_id=scene.acme, issue_id=scene.issue.id)
    )
    assert [message.audience for message in messages] == [BOTH]


async def test_an_issue_that_is_shown_nowhere_owes_nothing_in_slack(scene: Scene) -> None:
    wrong = type(scene.ref)(scene.other, scene.issue.id)
    await scene.transaction.write(partial(show_issue, ref=wrong))
    await scene.transaction.write(partial(show_comment, ref=wrong, comment_id=5, said_to=None, shown=PUBLIC))
    assert await scene.owed() == []
