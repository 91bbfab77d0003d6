"""The lines of a thread: a story for the customer, a log for the organization's people."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.issues import Priority
from bot.domain.linear_links import LINK_EVENTS
from bot.domain.linear_seen import LINEAR_DOOR
from bot.domain.people import SOMEBODY
from bot.domain.shown import EventFacts, PublicIssue
from bot.usecases.act import EVENT_OF
from bot.usecases.linear_gone import BACK, GONE
from bot.usecases.take_over import MOVED, OVERRULED, UNASSIGNED
from bot.views.issue_message import MessageView
from bot.views.linear_lines import CUSTOMERS_BY_NOBODY, IS_IT_SOLVED, TRIAGE_BY_NOBODY
from bot.views.thread_lines import (
    AND_MORE,
    ASK_FOR_TEAM,
    CUSTOMER_LINES,
    MOST_TEXT,
    RAISED_FOR_LINE,
    RAISED_LINE,
    RESOLVED_LINE,
    STILL_BROKEN_LINE,
    TRIAGE_LINES,
    ask_for_team,
    customer_line,
    fit_in_one,
    in_one,
    triage_line,
)
from sandbox.slack import mrkdwn
from sandbox.slack.reading import as_text, links, mentions
from tests.bot.views.test_issue_message import ISSUE
from tests.bot.views.typed import as_message, names, public_issues

EVENT = EventFacts(
    what="raised",
    was=None,
    becomes="open",
    actor_name="Vera Vendor",
    actor_first_name="Vera",
    by_customer=False,
    assignee_name="Victor Vendor",
    assignee_first_name="Victor",
    door="slack",
    at=datetime(2026, 11, 22, tzinfo=UTC),
)
BY_ADA = replace(EVENT, actor_name="Ada Lovelace", actor_first_name="Ada", by_customer=True)
events = st.builds(
    EventFacts,
    what=st.sampled_from(["raised", *EVENT_OF.values()]),
    was=names,
    becomes=names,
    actor_name=st.none() | names,
    actor_first_name=st.none() | names,
    by_customer=st.booleans(),
    assignee_name=st.none() | names,
    assignee_first_name=st.none() | names,
    door=st.just("slack"),
    at=st.just(EVENT.at),
)


@given(events, public_issues)
@settings(max_examples=150)
def test_a_line_holds_whatever_was_typed_as_text(event: EventFacts, issue: PublicIssue) -> None:
    for line in (customer_line, triage_line):
        view = line(event, issue)
        message = as_message(view)
        assert as_text(message) == mrkdwn.unescape(view.text)
        assert mentions(message) == links(message) == []
        assert not set(view.text) & {"<", ">"}


def test_everything_that_can_happen_has_its_lines() -> None:
    for_both = {*EVENT_OF.values(), MOVED, UNASSIGNED}
    assert CUSTOMER_LINES.keys() == for_both
    assert TRIAGE_LINES.keys() == {*for_both, *OVERRULED.values(), GONE, BACK, *LINK_EVENTS}


# Whatever can be told of what happened there.
IN_LINEAR_ONLY = {"started", "resolved", "reopened", "closed", MOVED, UNASSIGNED, "assigned", "priority", "title"}


def test_everything_that_nobody_is_known_for_has_its_lines_without_a_name() -> None:
    assert CUSTOMERS_BY_NOBODY.keys() == IN_LINEAR_ONLY
    assert TRIAGE_BY_NOBODY.keys() == {*IN_LINEAR_ONLY, *OVERRULED.values()}
    assert "{actor}" not in "".join([*CUSTOMERS_BY_NOBODY.values(), *TRIAGE_BY_NOBODY.values()])


@pytest.mark.parametrize(
    ("what", "told", "logged"),
    [
        ("resolved", f"In Linear, it was resolved. {IS_IT_SOLVED}", "In Linear, it was resolved."),
        ("assigned", "In Linear, Victor is on it.", "In Linear, it was assigned to Victor Vendor."),
        (MOVED, "In Linear, it was moved to Open.", "In Linear, it was moved from In progress to Open."),
    ],
)
def test_what_nobody_is_known_for_is_told_all_the_same(what: str, told: str, logged: str) -> None:
    event = replace(EVENT, what=what, was="in_progress", actor_name=None, actor_first_name=None, door=LINEAR_DOOR)
    assert (story(event), log_of(event)) == (told, logged)


@pytest.mark.parametrize(
    ("what", "logged"),
    [
        ("kept_assignee", "In Linear, Vera Vendor assigned it to nobody, but it was given to Ada here later."),
        (
            "kept_priority",
            "In Linear, Vera Vendor changed the priority to none, but Ada was set here later and stays.",
        ),
    ],
)
def test_that_linear_said_nothing_is_told_as_that(what: str, logged: str) -> None:
    assert log_of(replace(EVENT, what=what, was=None, becomes="Ada", door=LINEAR_DOOR)) == logged


def story(event: EventFacts) -> str:
    return as_text(as_message(customer_line(event, ISSUE)))


def log_of(event: EventFacts) -> str:
    return as_text(as_message(triage_line(event, ISSUE)))


def test_the_first_line_says_who_raised_the_issue_with_whom() -> None:
    assert story(BY_ADA) == RAISED_LINE.format(customer="Ada Lovelace", organization="Acme")
    assert story(EVENT) == RAISED_FOR_LINE.format(actor="Vera", customer="Ada Lovelace")


@pytest.mark.parametrize(
    ("what", "told", "logged"),
    [
        ("claimed", "Vera is on it.", "Vera Vendor claimed it."),
        ("assigned", "Victor is on it.", "Vera Vendor assigned it to Victor Vendor."),
        ("started", "Vera started working on it.", "Vera Vendor started it."),
        ("resolved", RESOLVED_LINE.format(actor="Vera"), "Vera Vendor resolved it."),
        ("reopened", "Vera reopened it.", "Vera Vendor reopened it."),
        ("closed", "Vera closed it.", "Vera Vendor closed it."),
    ],
)
def test_the_customer_reads_first_names_and_triage_reads_whole_ones(what: str, told: str, logged: str) -> None:
    event = replace(EVENT, what=what)
    assert (story(event), log_of(event)) == (told, logged)


def test_what_the_customer_does_is_told_as_theirs() -> None:
    broken, closed = replace(BY_ADA, what="reopened"), replace(BY_ADA, what="closed")
    assert story(broken) == STILL_BROKEN_LINE.format(actor="Ada")
    assert log_of(broken) == STILL_BROKEN_LINE.format(actor="Ada Lovelace (customer)")
    assert log_of(closed) == "Ada Lovelace (customer) closed it."


def test_a_priority_is_told_in_words_and_a_nameless_person_is_somebody() -> None:
    event = replace(EVENT, what="priority", was=Priority.LOW, becomes=Priority.URGENT, actor_name=None)
    assert log_of(event) == f"{SOMEBODY} changed the priority from Low to Urgent."


@given(names)
@settings(max_examples=50)
def test_the_owner_is_asked_for_a_team_by_the_organizations_name(name: str) -> None:
    view = ask_for_team(name)
    message = as_message(view)
    assert as_text(message) == mrkdwn.unescape(view.text) == ASK_FOR_TEAM.format(organization=name)
    assert mentions(message) == links(message) == []


@given(st.lists(st.integers(min_value=1, max_value=MOST_TEXT - 9), min_size=1, max_size=10))
def test_lines_in_one_message_leave_it_editable_and_as_many_go_as_fit(lengths: list[int]) -> None:
    lines = [MessageView("x" * length, []) for length in lengths]
    fitting = fit_in_one(lines)
    assert in_one(lines[:fitting]).text == "\n".join(line.text for line in lines[:fitting])
    together = in_one(lines).text
    assert len(together) <= MOST_TEXT
    assert together.endswith(AND_MORE) == (fitting < len(lines))
    # One more would come too close.
    assert fitting == len(lines) or sum(lengths[: fitting + 1]) + fitting + len(AND_MORE) >= MOST_TEXT
