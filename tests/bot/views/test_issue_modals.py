"""The modals behind an issue's buttons: what they begin with, and what is read back from them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.domain.issues import SLACK_DESCRIPTION_LIMIT, TITLE_LIMIT, Category, Issue, IssueRef, Priority, Status
from bot.domain.life import Action
from bot.domain.people import SOMEBODY, User
from bot.domain.text import ID_DIGITS, shorten
from bot.views import ids
from bot.views.issue_modals import (
    LOADING,
    SEEN_BY_CUSTOMER,
    SEEN_BY_TEAM,
    assign_modal,
    assignee_of,
    change_modal,
    changes_of,
    issue_of,
    loading_modal,
    words_modal,
    words_of,
)
from bot.views.raise_inputs import OPTION_LIMIT
from sandbox.slack.elements import chosen, find_field
from sandbox.slack.forms import fields, states
from sandbox.slack.reading import block_as_text
from sandbox.slack.wire import state_json
from tests.bot.views.typed import as_payload, names, raw, titles
from tests.storage.seeds import NOW

LARGEST = IssueRef(10**ID_DIGITS - 1, 10**ID_DIGITS - 1)
# What Slack takes of private_metadata, in characters (reference: Slack, limits).
MOST_METADATA = 3_000
WORDS_MODALS = [ids.REPLY_MODAL, ids.NOTE_TO_TEAM_MODAL, ids.DETAILS_MODAL]
ISSUE = Issue(
    id=LARGEST.issue_id,
    organization_id=LARGEST.organization_id,
    number="ISS-2026-0001",
    title="Export fails",
    description="",
    status=Status.OPEN,
    priority=Priority.HIGH,
    category=Category.BUG,
    customer_record_id=1,
    assignee_user_id=None,
    created_at=NOW,
)
issues = st.builds(
    replace,
    st.just(ISSUE),
    title=titles,
    priority=st.sampled_from(Priority),
    category=st.sampled_from(Category),
)


def vendor(name: str, number: int = 1) -> User:
    return User(id=number, email=None, first_name=name, last_name="", active=True)


def submitted(
    view: View, typed: Mapping[str, str] | None = None, choices: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a view as it is submitted with this typed into inputs and chosen from menus, by label."""
    payload = as_payload(view)
    assert len(payload["private_metadata"]) <= MOST_METADATA
    held = states(payload["blocks"], {})
    for label, text in (typed or {}).items():
        held[find_field(payload["blocks"], label).key] = {"type": "plain_text_input", "value": text}
    for label, option in (choices or {}).items():
        field = find_field(payload["blocks"], label)
        held[field.key] = chosen(field, (option,), [])
    return {**payload, "state": state_json(held)}


@given(st.sampled_from(WORDS_MODALS), raw)
@settings(max_examples=60)
def test_words_are_read_back_as_they_were_typed_for_their_issue(callback_id: str, typed: str) -> None:
    modal = words_modal(callback_id, LARGEST)
    [field] = fields(as_payload(modal)["blocks"])
    view = submitted(modal, {field.label: typed})
    assert (words_of(view), issue_of(view), view["callback_id"]) == (typed, LARGEST, callback_id)


def test_words_that_nobody_typed_are_none() -> None:
    assert words_of(submitted(words_modal(ids.REPLY_MODAL, LARGEST))) == ""


def test_who_will_read_it_stands_under_the_words() -> None:
    def hint(callback_id: str) -> str | None:
        [block] = as_payload(words_modal(callback_id, LARGEST))["blocks"]
        text: str | None = (block.get("hint") or {}).get("text")
        return text

    assert hint(ids.REPLY_MODAL) == SEEN_BY_CUSTOMER
    assert hint(ids.NOTE_TO_TEAM_MODAL) == SEEN_BY_TEAM
    assert hint(ids.DETAILS_MODAL) is None


def test_words_are_as_long_as_slack_lets_them_be() -> None:
    [block] = as_payload(words_modal(ids.REPLY_MODAL, LARGEST))["blocks"]
    assert block["element"]["max_length"] == SLACK_DESCRIPTION_LIMIT


@pytest.mark.parametrize("callback_id", [ids.ASSIGN_MODAL, ids.CHANGE_MODAL])
def test_what_stands_there_first_cannot_be_sent(callback_id: str) -> None:
    payload = as_payload(loading_modal(callback_id, LARGEST))
    assert [block_as_text(block) for block in payload["blocks"]] == [LOADING]
    assert payload.get("submit") is None
    assert issue_of(payload) == LARGEST


@given(st.lists(names, min_size=1, max_size=5, unique_by=lambda name: shorten(name, OPTION_LIMIT)), st.data())
@settings(max_examples=40)
def test_the_vendor_who_was_chosen_is_read_back(offered: list[str], data: st.DataObject) -> None:
    vendors = [vendor(name, 7 + number) for number, name in enumerate(offered)]
    pick = data.draw(st.sampled_from(vendors))
    view = submitted(assign_modal(LARGEST, vendors), choices={"Who works on it?": shorten(pick.name, OPTION_LIMIT)})
    assert (assignee_of(view), issue_of(view)) == (pick.id, LARGEST)


def test_a_hundred_vendors_of_any_name_fit_the_menu() -> None:
    many = [vendor("<" * 80, number) for number in range(1, 151)] + [vendor("", 200)]
    [field] = fields(as_payload(assign_modal(LARGEST, many))["blocks"])
    assert len(field.options()) == 100
    [field] = fields(as_payload(assign_modal(LARGEST, [vendor("")]))["blocks"])
    assert [option["text"]["text"] for option in field.options()] == [SOMEBODY]


def test_nobody_chosen_is_not_read() -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        assignee_of(submitted(assign_modal(LARGEST, [vendor("Vera")])))


@given(issues)
@settings(max_examples=60)
@example(replace(ISSUE, title='"' * TITLE_LIMIT))
@example(replace(ISSUE, title="\\" * TITLE_LIMIT))
@example(replace(ISSUE, title="\U0001f600" * TITLE_LIMIT))
def test_a_form_that_is_sent_back_unchanged_changes_nothing(issue: Issue) -> None:
    view = submitted(change_modal(issue))
    assert changes_of(view) == {}
    assert issue_of(view) == LARGEST


@given(issues, titles, st.sampled_from(Priority), st.sampled_from(Category))
@settings(max_examples=60)
def test_what_was_changed_and_nothing_else_is_read_back(
    issue: Issue, title: str, priority: Priority, category: Category
) -> None:
    menus = {"Priority": priority.capitalize(), "Category": category.capitalize()}
    view = submitted(change_modal(issue), {"Title": title}, menus)
    wanted = {Action.EDIT: title, Action.SET_PRIORITY: priority.value, Action.SET_CATEGORY: category.value}
    was = {Action.EDIT: issue.title, Action.SET_PRIORITY: issue.priority, Action.SET_CATEGORY: issue.category}
    assert changes_of(view) == {action: value for action, value in wanted.items() if value != was[action]}


def test_a_title_that_was_emptied_is_a_change_which_is_refused_later() -> None:
    assert changes_of(submitted(change_modal(ISSUE), {"Title": ""})) == {Action.EDIT: ""}


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "x",
        "[]",
        "7",
        "null",
        "{}",
        '{"issue": null}',
        '{"issue": "1"}',
        '{"issue": ["1:2"]}',
        '{"issue": "1:x"}',
    ],
)
def test_a_modal_that_names_no_issue_is_not_read(metadata: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        issue_of({"private_metadata": metadata})


def test_every_modal_says_cancel_and_what_its_button_does() -> None:
    modals = [
        *(words_modal(callback_id, LARGEST) for callback_id in WORDS_MODALS),
        assign_modal(LARGEST, [vendor("Vera")]),
        change_modal(ISSUE),
    ]
    shown = [as_payload(modal) for modal in modals]
    assert [payload["submit"]["text"] for payload in shown] == ["Send", "Save", "Add", "Assign", "Save"]
    assert {payload["close"]["text"] for payload in shown} == {"Cancel"}
    assert len({payload["callback_id"] for payload in shown}) == len(shown)
    assert all(json.loads(payload["private_metadata"])["issue"] for payload in shown)
