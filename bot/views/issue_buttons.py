"""The buttons under an issue's messages: what can be done next, for vendors and for the customer."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    InteractiveElement,
    Option,
    OverflowMenuElement,
)

from bot.domain.issues import IssueRef, Status
from bot.domain.life import Action
from bot.domain.shown import PublicIssue
from bot.domain.text import is_whole_number
from bot.views import ids
from bot.views.words import plain

LABELS: Mapping[str, str] = {
    ids.CLAIM: "Claim",
    ids.START: "Start",
    ids.RESOLVE: "Resolve",
    ids.REOPEN: "Reopen",
    ids.CLOSE: "Close",
    ids.TRY_AGAIN: "Try again",
    ids.ADD_DETAILS: "Add details",
    ids.CONFIRM_SOLVED: "Confirm solved",
    ids.STILL_BROKEN: "Still broken",
}
MENU_LABELS: Mapping[str, str] = {
    ids.MENU_REPLY: "Reply to customer",
    ids.MENU_NOTE: "Internal note",
    ids.MENU_ASSIGN: "Assign",
    ids.MENU_CHANGE: "Change",
    ids.MENU_LINEAR: "Linear",
}
# What a press of each button does; the others open a modal.
ACTIONS: Mapping[str, Action] = {
    ids.CLAIM: Action.CLAIM,
    ids.START: Action.START,
    ids.RESOLVE: Action.RESOLVE,
    ids.REOPEN: Action.REOPEN,
    ids.CLOSE: Action.CLOSE,
    ids.CONFIRM_SOLVED: Action.CONFIRM,
    ids.STILL_BROKEN: Action.REOPEN,
}
CLOSE_QUESTION = "Close {number}?"
CLOSE_MEANING = "It leaves the list of open issues. It can be reopened for a while."
_VENDORS: Mapping[Status, Sequence[str]] = {
    Status.OPEN: (ids.CLAIM, ids.START, ids.RESOLVE, ids.CLOSE),
    Status.IN_PROGRESS: (ids.CLAIM, ids.RESOLVE, ids.CLOSE),
    Status.RESOLVED: (ids.CLAIM, ids.REOPEN, ids.CLOSE),
    Status.CLOSED: (ids.REOPEN,),
}
_CUSTOMERS: Mapping[Status, Sequence[str]] = {
    Status.OPEN: (ids.ADD_DETAILS, ids.CLOSE),
    Status.IN_PROGRESS: (ids.ADD_DETAILS, ids.CLOSE),
    Status.RESOLVED: (ids.CONFIRM_SOLVED, ids.STILL_BROKEN, ids.ADD_DETAILS),
    Status.CLOSED: (ids.STILL_BROKEN, ids.ADD_DETAILS),
}
# What can still be done with a closed issue: talk about it, and part from Linear.
_ON_CLOSED = {ids.MENU_REPLY, ids.MENU_NOTE, ids.MENU_LINEAR}
# The likely next step is set off.
_PRIMARY = {(Status.OPEN, ids.START), (Status.IN_PROGRESS, ids.RESOLVE), (Status.RESOLVED, ids.CONFIRM_SOLVED)}


def vendor_buttons(issue: PublicIssue) -> ActionsBlock:
    """Return what vendors can do, and the menu with the rest."""
    shown = [
        action_id
        for action_id in _VENDORS[issue.status]
        if action_id != ids.CLAIM or issue.assignee_first_name is None
    ]
    elements: list[InteractiveElement] = [_button(issue, action_id) for action_id in shown]
    return ActionsBlock(block_id=ids.VENDOR_BUTTONS, elements=[*elements, _menu(issue)])


def customer_buttons(issue: PublicIssue, *, beside_vendors: bool = False) -> ActionsBlock:
    """Return what the customer can do; ``beside_vendors`` leaves out what stands in the vendors' row already."""
    shown = [
        action_id
        for action_id in _CUSTOMERS[issue.status]
        if not beside_vendors or action_id not in _VENDORS[issue.status]
    ]
    return ActionsBlock(block_id=ids.CUSTOMER_BUTTONS, elements=[_button(issue, each) for each in shown])


def trouble_buttons(ref: IssueRef) -> ActionsBlock:
    """Return what vendors can do where something of the issue is stuck."""
    label, value = plain(LABELS[ids.TRY_AGAIN]), issue_value(ref)
    button = ButtonElement(text=label, action_id=ids.TRY_AGAIN, value=value)
    return ActionsBlock(block_id=ids.TROUBLE_BUTTONS, elements=[button])


def issue_value(ref: IssueRef) -> str:
    """Return the value by which a button names its issue."""
    return f"{ref.organization_id}:{ref.issue_id}"


def read_issue_value(value: str) -> IssueRef | None:
    """Return the issue that a button names; None: the value is none of ours."""
    organization_id, _, issue_id = value.partition(":")
    if is_whole_number(organization_id) and is_whole_number(issue_id):
        return IssueRef(int(organization_id), int(issue_id))
    return None


def _button(issue: PublicIssue, action_id: str) -> ButtonElement:
    confirm = None
    if action_id == ids.CLOSE:
        confirm = ConfirmObject(
            title=CLOSE_QUESTION.format(number=issue.number),
            text=plain(CLOSE_MEANING),
            confirm="Close it",
            deny="Keep it open",
        )
    return ButtonElement(
        text=plain(LABELS[action_id]),
        action_id=action_id,
        value=issue_value(issue.ref),
        style="primary" if (issue.status, action_id) in _PRIMARY else None,
        confirm=confirm,
    )


def _menu(issue: PublicIssue) -> OverflowMenuElement:
    entries = [entry for entry in MENU_LABELS if issue.status is not Status.CLOSED or entry in _ON_CLOSED]
    value = issue_value(issue.ref)
    options = [Option(value=f"{entry}:{value}", text=plain(MENU_LABELS[entry])) for entry in entries]
    return OverflowMenuElement(action_id=ids.MENU, options=options)
