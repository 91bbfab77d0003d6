"""What slash commands answer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.issues import Category, Issue, Priority, Status
from bot.domain.looks import MyIssues
from bot.domain.people import Mode, ProfileKind
from bot.usecases.my_issues import LIST_LIMIT
from bot.views.command_answers import (
    ASSIGNED,
    CHANGE_MODE,
    COMMANDS,
    MORE,
    NO_ISSUES,
    NOTHING_THERE,
    NOTHING_TO_DO,
    UNASSIGNED,
    UNKNOWN_SUBCOMMAND,
    YOUR_ISSUES,
    help_answer,
    issue_list,
    unknown_subcommand,
)
from bot.views.people_words import LOOKS_AT
from bot.views.words import SEPARATOR, STATUS_WORDS
from sandbox.slack import mrkdwn
from sandbox.slack.reading import as_text, links, mentions
from tests.bot.views.typed import as_message, names, raw, titles

ACME = "Acme"
HELP_LINES = [f"• {command} {what}" for command, what in COMMANDS]


def mode_line(a_kind: str) -> str:
    return f"{LOOKS_AT.format(organization=ACME, a_kind=a_kind)} {CHANGE_MODE}"


def listed(issues: Sequence[Issue], kind: ProfileKind | None = ProfileKind.CUSTOMER, **more: Any) -> MyIssues:
    mode = None
    if kind is not None:
        mode = Mode(profile_id=1, organization_id=1, organization_name=ACME, kind=kind)
    return MyIssues(mode=mode, issues=issues, **more)


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


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (None, [NO_ISSUES]),
        (ProfileKind.CUSTOMER, [NO_ISSUES]),
        (ProfileKind.EMPLOYEE, [NOTHING_THERE.format(organization=ACME), mode_line("an employee")]),
        (ProfileKind.VENDOR, [NOTHING_TO_DO.format(organization=ACME), mode_line("a vendor")]),
    ],
)
def test_nobody_reads_an_empty_list(kind: ProfileKind | None, words: list[str]) -> None:
    assert as_text(as_message(issue_list(listed([], kind)))).split("\n") == words


def test_vendors_read_what_is_theirs_and_what_waits_for_somebody() -> None:
    mine, waits = issue("Mine", Status.IN_PROGRESS), issue("Waits")
    view = issue_list(listed([mine], ProfileKind.VENDOR, unassigned=[waits], more=True))
    assert as_text(as_message(view)).split("\n") == [
        ASSIGNED.format(organization=ACME),
        f"• ISS-2026-0001{SEPARATOR}{STATUS_WORDS[Status.IN_PROGRESS]}{SEPARATOR}Mine",
        UNASSIGNED.format(organization=ACME),
        f"• ISS-2026-0001{SEPARATOR}{STATUS_WORDS[Status.OPEN]}{SEPARATOR}Waits",
        MORE.format(count=2),
        mode_line("a vendor"),
    ]
    assert view.text == ASSIGNED.format(organization=ACME)


def test_a_section_without_issues_is_left_out() -> None:
    shown = as_text(as_message(issue_list(listed([], ProfileKind.VENDOR, unassigned=[issue("Waits")]))))
    assert shown.startswith(UNASSIGNED.format(organization=ACME))
    assert ASSIGNED.format(organization=ACME) not in shown


@given(names, st.lists(titles, min_size=1, max_size=LIST_LIMIT))
@settings(max_examples=30)
@example("<!channel>", ['"' * 255] * LIST_LIMIT)
def test_the_worst_name_and_titles_mention_nobody(name: str, typed: list[str]) -> None:
    mode = Mode(profile_id=1, organization_id=1, organization_name=name, kind=ProfileKind.VENDOR)
    half = len(typed) // 2
    found = [issue(title) for title in typed]
    view = issue_list(MyIssues(mode=mode, issues=found[:half], unassigned=found[half:], more=True))
    message = as_message(view)
    assert mentions(message) == links(message) == list(mrkdwn.mentions(view.text)) == []


def test_issues_are_listed_with_number_status_and_title() -> None:
    found = [issue("Second", number="ISS-2026-0002"), issue("First", Status.CLOSED)]
    assert as_text(as_message(issue_list(listed(found)))).split("\n") == [
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
    message = as_message(issue_list(listed([issue(title, Status.IN_PROGRESS) for title in typed])))
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
