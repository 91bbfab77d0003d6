"""Words for what is stuck: there is one for each cause, in each place, and Slack takes them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.channels import OwnerNews
from bot.domain.effects import Destination
from bot.domain.issues import Category, IssueRef, Priority, Status
from bot.domain.organizations import NAME_LIMIT
from bot.domain.shown import InternalIssue, LinearProgress, LinkedIssue, PublicIssue
from bot.domain.status import DeliveryStatus
from bot.domain.trouble import OF_A_CHANNEL, Cause, Stuck, StuckSince
from bot.usecases.status import MOST_ORGANIZATIONS
from bot.views import ids
from bot.views.issue_buttons import LABELS, trouble_buttons
from bot.views.issue_message import MessageView, triage_message
from bot.views.owner_news import KEPT, trouble_news
from bot.views.status_answer import (
    AGAIN,
    MORE,
    MOST_CAUSES,
    MOST_CHANNELS,
    PRESS_BELOW,
    age_words,
    status_answer,
)
from bot.views.trouble_words import FIXES, NOT_YET_IN_LINEAR, PLACES, WHY, stuck_line
from sandbox.slack.blocks import check
from sandbox.slack.reading import as_text
from tests.bot.views.typed import as_message
from tests.world import NOW

LINKED = LinkedIssue("ENG-12", "https://linear.app/acme/issue/ENG-12", "Backlog")
ISSUE = PublicIssue(
    ref=IssueRef(1, 1),
    number="ISS-2026-0001",
    title="Export fails",
    description="",
    status=Status.OPEN,
    priority=Priority.HIGH,
    category=Category.BUG,
    organization_name="Acme",
    customer_name="Ada Lovelace",
    assignee_first_name=None,
)


def shown(linear: LinkedIssue | LinearProgress, *stuck: Stuck) -> MessageView:
    """Return the triage message."""
    return triage_message(InternalIssue(public=ISSUE, customer_email=None, linear=linear, stuck=stuck))


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_its_why_its_fix_and_its_word_to_the_owner(cause: Cause) -> None:
    # The why stands after a colon, the fix is a sentence.
    assert WHY[cause][0] in "IiLlSst"
    assert not WHY[cause].endswith(".")
    assert FIXES[cause].endswith(".")
    channel_id = "C0HELP" if cause in OF_A_CHANNEL else None
    view = trouble_news(cause, "Acme <&> Sons", channel_id)
    assert check([block.to_dict() for block in view.blocks], "message") == []
    told = as_text(as_message(view), {"C0HELP": "#help"})
    assert "Acme <&> Sons" in told
    assert WHY[cause] in told
    assert told.endswith(KEPT)
    assert ("#help" in told) is (channel_id is not None)
    assert "{" not in told + view.text


def test_a_name_that_looks_like_a_blank_to_fill_in_stays_a_name() -> None:
    view = trouble_news(Cause.ARCHIVED, "{channel} {why}", "C0HELP")
    assert "{channel} {why}" in as_text(as_message(view), {"C0HELP": "#help"})


@pytest.mark.parametrize("news", OwnerNews)
def test_what_slack_tells_of_channels_is_a_cause_where_it_keeps_us_out(news: OwnerNews) -> None:
    assert (news.value in set(Cause)) is (news in {OwnerNews.ARCHIVED, OwnerNews.REMOVED})


@pytest.mark.parametrize("destination", Destination)
def test_under_an_issue_stands_what_waits_and_why_and_a_button(destination: Destination) -> None:
    stuck = Stuck(destination, Cause.ARCHIVED)
    view = shown(LINKED, stuck, stuck)
    assert check([block.to_dict() for block in view.blocks], "message") == []
    line = stuck_line(stuck, in_linear=True)
    # Once, however often.
    assert as_text(as_message(view)).count(line) == 1
    assert view.blocks[-1].to_dict() == trouble_buttons(ISSUE.ref).to_dict()


def test_linear_is_said_once_where_it_is_what_is_stuck() -> None:
    stuck = Stuck(Destination.LINEAR, Cause.LINEAR_TEAM)
    waiting = as_text(as_message(shown(LinearProgress.WAITING, stuck)))
    assert waiting.count(NOT_YET_IN_LINEAR) == 1
    assert stuck_line(stuck, in_linear=False) in waiting
    linked = as_text(as_message(shown(LINKED, stuck)))
    assert (LINKED.identifier in linked, NOT_YET_IN_LINEAR in linked) == (True, False)


def test_no_button_stands_where_nothing_is_stuck() -> None:
    blocks = [block.to_dict() for block in shown(LINKED).blocks]
    assert ids.TRY_AGAIN not in str(blocks)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (59.9, "less than a minute"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (3600, "1 hour"),
        (86_399, "23 hours"),
        (86_400, "1 day"),
        (400_000, "4 days"),
    ],
)
def test_a_time_in_words(seconds: float, words: str) -> None:
    assert age_words(seconds) == words


def stuck_for_hours(cause: Cause, count: int) -> StuckSince:
    return StuckSince(cause=cause, count=count, since=NOW - timedelta(hours=3))


ONE = DeliveryStatus(
    organization_id=1,
    organization_name="Acme",
    on_the_way=0,
    oldest_seconds=0,
    stuck=[],
    lost_channels=[],
    linear_team="Acme",
    linear_on=True,
    webhook_off=False,
    linear_lost=False,
    now=NOW,
)


@pytest.mark.parametrize(
    ("on_the_way", "stuck", "words"),
    [
        (0, (), "Everything is delivered. Nothing waits."),
        (1, (), "1 update is on the way. It has waited for 2 hours."),
        (0, (1,), "1 update is stuck. Nothing else is on the way."),
        (0, (5, 2), "7 updates are stuck. Nothing else is on the way."),
        (3, (5, 2), "3 updates are on the way. The oldest has waited for 2 hours. 7 updates are stuck."),
    ],
)
def test_what_is_stuck_is_not_said_to_be_on_the_way(on_the_way: int, stuck: tuple[int, ...], words: str) -> None:
    causes = [stuck_for_hours(cause, count) for cause, count in zip(Cause, stuck, strict=False)]
    view = status_answer([replace(ONE, on_the_way=on_the_way, oldest_seconds=7200, stuck=causes)])
    assert view.text == f"Acme: {words}"
    told = as_text(as_message(view)).splitlines()
    assert told[1] == words
    assert [line for line in told if " been stuck for 3 hours: " in line] == told[2 : 2 + len(stuck)]


@pytest.mark.parametrize("cause", Cause)
def test_a_button_is_named_where_it_stands_alone(cause: Cause) -> None:
    label = LABELS[ids.TRY_AGAIN]
    told = as_text(as_message(status_answer([replace(ONE, stuck=[stuck_for_hours(cause, 1)])])))
    assert f"[{label}]" in told
    assert told.endswith(AGAIN)
    assert FIXES[cause] in told or (cause, PRESS_BELOW in told) == (Cause.TRIED_OUT, True)
    # Elsewhere it is said where it stands.
    assert label not in FIXES[cause] or "/threadline status" in FIXES[cause]
    assert label not in as_text(as_message(status_answer([ONE])))


def test_every_place_has_its_word() -> None:
    assert set(PLACES) == set(Destination)
    assert len(set(PLACES.values())) == len(Destination)


def test_slack_takes_the_longest_status() -> None:
    one = replace(
        ONE,
        organization_name="A" * NAME_LIMIT,
        on_the_way=2,
        oldest_seconds=7200,
        stuck=[stuck_for_hours(cause, 2) for cause in Cause],
        lost_channels=[f"C{number}" for number in range(13)],
        linear_team=None,
        webhook_off=True,
        linear_lost=True,
    )
    view = status_answer([replace(one, organization_id=number) for number in range(MOST_ORGANIZATIONS)])
    assert check([block.to_dict() for block in view.blocks], "message") == []
    told = as_text(as_message(view))
    assert "2 updates have been stuck for 3 hours: " in told
    # Causes and channels that are left out.
    assert told.count(MORE.format(count=len(Cause) - MOST_CAUSES)) == MOST_ORGANIZATIONS
    assert told.count(MORE.format(count=13 - MOST_CHANNELS)) == MOST_ORGANIZATIONS
