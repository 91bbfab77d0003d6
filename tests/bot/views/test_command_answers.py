"""What slash commands answer."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.issues import Category, Issue, Priority, Status
from bot.usecases.my_issues import LIST_LIMIT
from bot.views.command_answers import (
    COMMANDS,
    NO_ISSUES,
    UNKNOWN_SUBCOMMAND,
    YOUR_ISSUES,
    help_answer,
    issue_list,
    unknown_subcommand,
)
from bot.views.words import SEPARATOR, STATUS_WORDS
from sandbox.slack import mrkdwn
from sandbox.slack.reading import as_text, links, mentions
from tests.bot.views.typed import as_message, raw, titles

HELP_LINES = [f"• {command} {what}" for command, what in COMMANDS]


def issue(title: str, status: Status = Status.OPEN, number: str = "ISS-2026-0001") -> Issue:
    return Issue(
        id=1,
        organization_id=1,
        number=number,
        title=title,
        description="",
        status=status,
        priority=Priority.MEDIUM,
        category=Category.GENERAL,
        customer_record_id=1,
        assignee_user_id=None,
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def test_nobody_reads_an_empty_list() -> None:
    assert as_text(as_message(issue_list([]))) == NO_ISSUES


def test_issues_are_listed_with_number_status_and_title() -> None:
    listed = [issue("Second", number="ISS-2026-0002"), issue("First", Status.CLOSED)]
    assert as_text(as_message(issue_list(listed))).split("\n") == [
        YOUR_ISSUES,
        f"• ISS-2026-0002{SEPARATOR}{STATUS_WORDS[Status.OPEN]}{SEPARATOR}Second",
        f"• ISS-2026-0001{SEPARATOR}{STATUS_WORDS[Status.CLOSED]}{SEPARATOR}First",
    ]


@given(st.lists(titles, min_size=1, max_size=LIST_LIMIT))
@settings(max_examples=50)
@example(["<" * 255] * LIST_LIMIT)
@example(['"' * 255] * LIST_LIMIT)
@example(["\U0001f600" * 255] * LIST_LIMIT)
def test_a_full_list_of_the_worst_titles_fits_and_mentions_nobody(typed: list[str]) -> None:
    message = as_message(issue_list([issue(title, Status.IN_PROGRESS) for title in typed]))
    assert mentions(message) == links(message) == []
    lines = as_text(message).split("\n")[1:]
    assert [line.split(SEPARATOR, 2)[2] for line in lines] == typed


def test_help_lists_every_command() -> None:
    view = help_answer()
    assert as_text(as_message(view)).split("\n") == HELP_LINES
    assert all(command in view.text for command, _ in COMMANDS)


@pytest.mark.parametrize("asked", ["nonsense", "<!channel>", "{asked}", "x" * 80])
def test_an_unknown_subcommand_is_named_and_the_known_ones_listed(asked: str) -> None:
    shown = as_text(as_message(unknown_subcommand(asked))).split("\n")
    assert shown == [UNKNOWN_SUBCOMMAND.format(asked=asked), *HELP_LINES]


@given(raw)
@settings(max_examples=50)
@example("<!channel>" * 5_000)
def test_whatever_was_asked_mentions_nobody(asked: str) -> None:
    view = unknown_subcommand(" ".join(asked.split()))
    message = as_message(view)
    assert mentions(message) == links(message) == []
    assert list(mrkdwn.mentions(view.text)) == []
    assert not set(view.text) & {"<", ">"}
