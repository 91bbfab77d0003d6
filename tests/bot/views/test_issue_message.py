"""The message that shows an issue: every text as it was typed, and nothing internal where customers read."""

import dataclasses
import json
from typing import get_type_hints

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import ActionsBlock

from bot.domain.files import ShownFile
from bot.domain.issues import Category, IssueRef, Priority, Status
from bot.domain.shown import InternalIssue, LinearProgress, LinkedIssue, PublicIssue
from bot.views.issue_message import (
    LINEAR_NO_TEAM,
    LINEAR_OFF,
    LINEAR_WAITING,
    RAISED_FROM,
    THIS_MESSAGE,
    MessageView,
    customer_message,
    shared_message,
    triage_message,
)
from bot.views.thread_lines import customer_line
from bot.views.words import CATEGORY_WORDS, PRIORITY_WORDS, SEPARATOR, STATUS_WORDS
from sandbox.slack import mrkdwn
from sandbox.slack.reading import as_text, links, mentions
from tests.bot.views.typed import as_message, names, public_issues

EMAIL = "ada@customer.example"
LINKED = LinkedIssue("ENG-12", "https://linear.app/acme/issue/ENG-12", "Backlog")
ISSUE = PublicIssue(
    ref=IssueRef(1, 1),
    number="ISS-2026-0001",
    title="Export fails",
    description="It says 500.\nEvery time.",
    status=Status.IN_PROGRESS,
    priority=Priority.HIGH,
    category=Category.BUG,
    organization_name="Acme",
    customer_name="Ada Lovelace",
    assignee_first_name="Vera",
)
FACTS = SEPARATOR.join(
    [
        "ISS-2026-0001",
        STATUS_WORDS[Status.IN_PROGRESS],
        f"{PRIORITY_WORDS[Priority.HIGH]} priority",
        CATEGORY_WORDS[Category.BUG],
        "Vera is on it",
    ]
)
LONGEST = [
    dataclasses.replace(ISSUE, title=sign * 255, description=sign * 3_000, customer_name=sign * 80)
    for sign in ("<", '"', "\U0001f600", "&", "א")
]

linear_states = st.sampled_from(LinearProgress) | st.builds(
    LinkedIssue, identifier=st.just(LINKED.identifier), url=st.just(LINKED.url), state_name=names
)


def internal(issue: PublicIssue, linear: LinkedIssue | LinearProgress = LINKED) -> InternalIssue:
    return InternalIssue(public=issue, customer_email=EMAIL, linear=linear)


def text_of(view: MessageView) -> list[str]:
    """Return the lines that a reader sees, without the buttons."""
    rest = [block for block in view.blocks if not isinstance(block, ActionsBlock)]
    return as_text(as_message(MessageView(view.text, rest))).split("\n")


def holds_nothing_but_text(view: MessageView, issue: PublicIssue, linked: list[str]) -> None:
    """Hold a message to what every message about an issue promises."""
    message = as_message(view)
    assert mentions(message) == []
    assert links(message) == linked
    assert issue.title in as_text(message)
    # The fallback stands alone in notifications, where Slack reads it as mrkdwn.
    assert list(mrkdwn.mentions(view.text)) == []
    assert not set(view.text) & {"<", ">"}
    assert issue.title in mrkdwn.unescape(view.text)


@given(public_issues)
@settings(max_examples=60)
@example(LONGEST[0])
@example(LONGEST[1])
@example(LONGEST[2])
def test_the_customers_message_holds_whatever_was_typed_as_text(issue: PublicIssue) -> None:
    holds_nothing_but_text(customer_message(issue), issue, [])


@given(public_issues, st.none() | linear_states.filter(lambda one: isinstance(one, LinkedIssue)))
@settings(max_examples=60)
@example(LONGEST[3], LINKED)
def test_the_shared_message_holds_whatever_was_typed_as_text(
    issue: PublicIssue, linear: LinkedIssue | None
) -> None:
    holds_nothing_but_text(shared_message(issue, linear), issue, [] if linear is None else [linear.url])


@given(public_issues, linear_states)
@settings(max_examples=60)
@example(LONGEST[0], LINKED)
@example(LONGEST[1], LINKED)
@example(LONGEST[2], LINKED)
@example(LONGEST[4], LinearProgress.WAITING)
def test_the_triage_message_holds_whatever_was_typed_as_text(
    issue: PublicIssue, linear: LinkedIssue | LinearProgress
) -> None:
    linked = [linear.url] if isinstance(linear, LinkedIssue) else []
    view = triage_message(internal(issue, linear))
    holds_nothing_but_text(view, issue, linked)
    shown = as_text(as_message(view))
    assert all(f"> {line}" in shown for line in issue.description.split("\n") if issue.description)
    assert issue.customer_name in shown


def test_the_customer_reads_title_number_status_priority_and_who_works_on_it() -> None:
    assert text_of(customer_message(ISSUE)) == ["Export fails", FACTS]


def test_nobody_is_on_an_issue_that_nobody_took() -> None:
    nobody = dataclasses.replace(ISSUE, assignee_first_name=None)
    assert text_of(customer_message(nobody)) == ["Export fails", FACTS.removesuffix(" · Vera is on it")]


def test_triage_reads_all_of_it() -> None:
    lines = [
        "Export fails",
        "> It says 500.",
        "> Every time.",
        FACTS,
        f"Raised by Ada Lovelace ({EMAIL})",
        f"In Linear: ENG-12 ({LINKED.url}){SEPARATOR}Backlog",
    ]
    assert text_of(triage_message(internal(ISSUE))) == lines


def test_triage_reads_no_empty_quotation_or_empty_address() -> None:
    bare = InternalIssue(
        public=dataclasses.replace(ISSUE, description=""), customer_email=None, linear=LinearProgress.OFF
    )
    lines = ["Export fails", FACTS, "Raised by Ada Lovelace", LINEAR_OFF]
    assert text_of(triage_message(bare)) == lines


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (LinearProgress.OFF, LINEAR_OFF),
        (LinearProgress.NO_TEAM, LINEAR_NO_TEAM),
        (LinearProgress.WAITING, LINEAR_WAITING),
    ],
)
def test_triage_reads_how_far_an_issue_is_on_its_way_to_linear(progress: LinearProgress, words: str) -> None:
    assert text_of(triage_message(internal(ISSUE, progress)))[-1] == words


def test_a_description_by_api_that_is_longer_than_slack_shows_is_cut_and_says_so() -> None:
    long = dataclasses.replace(ISSUE, description="x" * 10_000)
    shown = as_text(as_message(triage_message(internal(long))))
    assert f"> {'x' * 2_999}…\n" in shown


def test_the_shared_message_links_linear_by_the_address_without_the_title() -> None:
    message = as_message(shared_message(ISSUE, LINKED))
    assert links(message) == [LINKED.url]
    assert links(as_message(shared_message(ISSUE, None))) == []


def test_what_a_customer_is_shown_holds_nothing_internal() -> None:
    view = customer_message(ISSUE)
    sent = json.dumps([view.text, [block.to_dict() for block in view.blocks]]).casefold()
    for word in (EMAIL, LINKED.identifier, LINKED.url, LINKED.state_name, "linear", "http"):
        assert word.casefold() not in sent


def test_the_shared_message_holds_no_address_of_a_person() -> None:
    view = shared_message(ISSUE, LINKED)
    assert "@" not in json.dumps([view.text, [block.to_dict() for block in view.blocks]])


@pytest.mark.parametrize("render", [customer_message, shared_message, customer_line])
def test_what_renders_for_a_customer_takes_only_the_public_type(render: object) -> None:
    assert get_type_hints(render)["issue"] is PublicIssue


def test_the_public_type_has_no_room_for_anything_internal() -> None:
    assert {field.name for field in dataclasses.fields(PublicIssue)} == {
        "ref",
        "number",
        "title",
        "description",
        "status",
        "priority",
        "category",
        "organization_name",
        "customer_name",
        "assignee_first_name",
        "source_url",
        "raised_by_name",
        "files",
    }


FROM_A_MESSAGE = dataclasses.replace(
    ISSUE,
    source_url="https://acme.slack.com/archives/C1/p1",
    raised_by_name="Vera Vendor",
    files=[ShownFile("<!channel> *a*.png", 1_400), ShownFile("b.txt", 12)],
)


@pytest.mark.parametrize(
    "view",
    [
        customer_message(FROM_A_MESSAGE),
        shared_message(FROM_A_MESSAGE, None),
        triage_message(internal(FROM_A_MESSAGE, LinearProgress.OFF)),
    ],
)
def test_every_message_names_its_files_and_the_message_it_was_raised_from(view: MessageView) -> None:
    lines = text_of(view)
    assert "Files: <!channel> *a*.png (1.4 kB), b.txt (12 bytes)" in lines
    assert f"{RAISED_FROM}{THIS_MESSAGE} ({FROM_A_MESSAGE.source_url})" in lines
    holds_nothing_but_text(view, FROM_A_MESSAGE, [FROM_A_MESSAGE.source_url or ""])


def test_vendors_read_who_raised_it_for_whom() -> None:
    lines = text_of(triage_message(internal(FROM_A_MESSAGE)))
    assert f"Raised by Vera Vendor for {FROM_A_MESSAGE.customer_name} ({EMAIL})" in lines
