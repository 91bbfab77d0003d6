"""The buttons under an issue's messages: what can be done next, and nothing that cannot."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import ActionsBlock

from bot.domain.issues import IssueRef, Priority, Status
from bot.domain.life import ALLOWED, FROM, Action, Role
from bot.domain.shown import PublicIssue
from bot.domain.text import ID_DIGITS
from bot.views import ids
from bot.views.issue_buttons import (
    ACTIONS,
    LABELS,
    MENU_LABELS,
    customer_buttons,
    issue_value,
    read_issue_value,
    vendor_buttons,
)
from bot.views.issue_message import MessageView
from sandbox.slack.elements import pressable
from tests.bot.views.typed import HOSTILE, as_message

REF = IssueRef(3, 17)
# The largest id that a database gives out.
LARGEST = 10**ID_DIGITS - 1
TALK = ["Reply to customer", "Internal note"]
MENU = [*TALK, "Assign", "Change", "Linear"]
# By hand, for an issue that nobody is on: labels in order, the menu's entries apart.
VENDORS = {
    Status.OPEN: (["Claim", "Start", "Resolve", "Close"], MENU),
    Status.IN_PROGRESS: (["Claim", "Resolve", "Close"], MENU),
    Status.RESOLVED: (["Claim", "Reopen", "Close"], MENU),
    Status.CLOSED: (["Reopen"], [*TALK, "Linear"]),
}
CUSTOMERS = {
    Status.OPEN: ["Add details", "Close"],
    Status.IN_PROGRESS: ["Add details", "Close"],
    Status.RESOLVED: ["Confirm solved", "Still broken", "Add details"],
    Status.CLOSED: ["Still broken", "Add details"],
}
BESIDE_VENDORS = {
    Status.OPEN: ["Add details"],
    Status.IN_PROGRESS: ["Add details"],
    Status.RESOLVED: ["Confirm solved", "Still broken", "Add details"],
    Status.CLOSED: ["Still broken", "Add details"],
}


def issue(status: Status, assignee: str | None = None, ref: IssueRef = REF) -> PublicIssue:
    return PublicIssue(
        ref=ref,
        number="ISS-2026-0001",
        title="Export fails",
        description="",
        status=status,
        priority=Priority.MEDIUM,
        category="general",
        organization_name="Acme",
        customer_name="Ada Lovelace",
        assignee_first_name=assignee,
    )


def pressed(block: ActionsBlock) -> list[tuple[str, dict[str, Any]]]:
    """Return what can be pressed, by its label; the block breaks none of Slack's limits."""
    return list(pressable(as_message(MessageView("x", [block])).blocks or []))


def labels(block: ActionsBlock) -> list[str]:
    return [label for label, _ in pressed(block)]


@pytest.mark.parametrize("status", Status)
def test_vendors_have_a_button_for_what_comes_next_and_a_menu_with_the_rest(status: Status) -> None:
    buttons, menu = VENDORS[status]
    assert labels(vendor_buttons(issue(status))) == [*buttons, *menu]
    without_claim = [label for label in buttons if label != "Claim"]
    assert labels(vendor_buttons(issue(status, "Vera"))) == [*without_claim, *menu]


@pytest.mark.parametrize("status", Status)
def test_customers_have_their_own_buttons_and_none_twice_in_a_shared_message(status: Status) -> None:
    assert labels(customer_buttons(issue(status))) == CUSTOMERS[status]
    assert labels(customer_buttons(issue(status), beside_vendors=True)) == BESIDE_VENDORS[status]
    shared = labels(vendor_buttons(issue(status))) + labels(customer_buttons(issue(status), beside_vendors=True))
    assert len(shared) == len(set(shared))


@pytest.mark.parametrize("status", Status)
def test_no_button_is_refused_to_whom_it_is_shown(status: Status) -> None:
    for block, role in (
        (vendor_buttons(issue(status)), Role.VENDOR),
        (customer_buttons(issue(status)), Role.CUSTOMER),
    ):
        for _, entry in pressed(block):
            if entry["action_id"] in ACTIONS:
                action = ACTIONS[entry["action_id"]]
                assert status in FROM[action]
                assert role in ALLOWED[action]


def test_everything_that_a_vendor_or_customer_does_to_a_status_has_its_button() -> None:
    by_buttons = set(ACTIONS.values())
    changing = {Action.CLAIM, Action.START, Action.RESOLVE, Action.CONFIRM, Action.REOPEN, Action.CLOSE}
    assert by_buttons == changing
    assert LABELS.keys() == {*ACTIONS, ids.ADD_DETAILS, ids.TRY_AGAIN}
    assert len(set(LABELS.values()) | set(MENU_LABELS.values())) == len(LABELS) + len(MENU_LABELS)


@pytest.mark.parametrize("status", Status)
def test_one_button_at_most_is_set_off_as_the_likely_next_one(status: Status) -> None:
    likely = {
        (Status.OPEN, "vendor"): ["Start"],
        (Status.IN_PROGRESS, "vendor"): ["Resolve"],
        (Status.RESOLVED, "customer"): ["Confirm solved"],
    }
    blocks = {"vendor": vendor_buttons(issue(status)), "customer": customer_buttons(issue(status))}
    for who, block in blocks.items():
        primary = [one["text"]["text"] for one in block.to_dict()["elements"] if one.get("style") == "primary"]
        assert primary == likely.get((status, who), [])


def test_closing_alone_asks_first_and_names_the_issue() -> None:
    for status in Status:
        for block in (vendor_buttons(issue(status)), customer_buttons(issue(status))):
            asking = {one["action_id"]: one["confirm"] for one in block.to_dict()["elements"] if one.get("confirm")}
            assert asking.keys() <= {ids.CLOSE}
            assert all("ISS-2026-0001" in question["title"]["text"] for question in asking.values())


@pytest.mark.parametrize(("organization_id", "issue_id"), [*product((1, 3, LARGEST), repeat=2)])
def test_what_is_pressed_names_its_issue(organization_id: int, issue_id: int) -> None:
    ref = IssueRef(organization_id, issue_id)
    assert read_issue_value(issue_value(ref)) == ref
    for status in Status:
        shown = issue(status, ref=ref)
        for _, entry in [*pressed(vendor_buttons(shown)), *pressed(customer_buttons(shown))]:
            value = entry.get("value") or entry["selected_option"]["value"].partition(":")[2]
            assert read_issue_value(value) == ref


def test_a_menu_entry_begins_with_which_it_is() -> None:
    entries = [entry["selected_option"]["value"] for _, entry in pressed(vendor_buttons(issue(Status.OPEN)))[4:]]
    assert [entry.partition(":")[0] for entry in entries] == list(MENU_LABELS)


@pytest.mark.parametrize(
    "value",
    [
        *HOSTILE,
        "",
        ":",
        "1",
        "1:",
        ":1",
        "1:2:3",
        "-1:2",
        "+1:2",
        "1:-2",
        " 1:2",
        "1: 2",
        "1:2\n",
        "1.0:2",
        "0x1:2",
        "1_0:2",
        "\N{SUPERSCRIPT TWO}:1",
        "\N{ARABIC-INDIC DIGIT ONE}:1",
        f"{10**ID_DIGITS}:1",
        f"1:{'9' * 5_000}",
        "reply:1:2",
    ],
)
def test_a_value_that_is_none_of_ours_names_nothing(value: str) -> None:
    assert read_issue_value(value) is None


@given(st.text())
def test_no_value_at_all_breaks_the_reading(value: str) -> None:
    ref = read_issue_value(value)
    assert ref is None or (0 <= ref.organization_id <= LARGEST and 0 <= ref.issue_id <= LARGEST)
