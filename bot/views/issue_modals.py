"""The modals behind an issue's buttons: words to somebody, who works on it, what it is."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import InputBlock, Option, PlainTextInputElement, SectionBlock, StaticSelectElement
from slack_sdk.models.views import View

from bot.domain.issues import SLACK_DESCRIPTION_LIMIT, Draft, Issue, IssueRef
from bot.domain.life import Action
from bot.domain.people import User
from bot.domain.text import shorten
from bot.views import ids
from bot.views.issue_buttons import LABELS, MENU_LABELS, issue_value, read_issue_value
from bot.views.raise_inputs import OPTION_LIMIT, category_input, priority_input, title_input
from bot.views.words import plain

LOADING = "One moment …"
NOBODY_TO_ASSIGN = "There is nobody else yet. Add vendors with /threadline people."
SEEN_BY_CUSTOMER = "The customer reads this."
SEEN_BY_TEAM = "Only your own people read this."
_SUBMIT = {
    ids.REPLY_MODAL: "Send",
    ids.NOTE_TO_TEAM_MODAL: "Save",
    ids.DETAILS_MODAL: "Add",
    ids.ASSIGN_MODAL: "Assign",
    ids.CHANGE_MODAL: "Save",
}
_TITLES = {
    ids.REPLY_MODAL: MENU_LABELS[ids.MENU_REPLY],
    ids.NOTE_TO_TEAM_MODAL: MENU_LABELS[ids.MENU_NOTE],
    ids.DETAILS_MODAL: LABELS[ids.ADD_DETAILS],
    ids.ASSIGN_MODAL: MENU_LABELS[ids.MENU_ASSIGN],
    ids.CHANGE_MODAL: MENU_LABELS[ids.MENU_CHANGE],
    ids.LINEAR_TIE_MODAL: MENU_LABELS[ids.MENU_LINEAR],
}
_HINTS = {ids.REPLY_MODAL: SEEN_BY_CUSTOMER, ids.NOTE_TO_TEAM_MODAL: SEEN_BY_TEAM}


def words_modal(callback_id: str, ref: IssueRef) -> View:
    """Return a form for a few words: a reply, an internal note, or details; whole at once."""
    element = PlainTextInputElement(
        action_id=ids.VALUE, multiline=True, max_length=SLACK_DESCRIPTION_LIMIT, focus_on_load=True
    )
    hint = _HINTS.get(callback_id)
    block = InputBlock(
        block_id=ids.WORDS_BLOCK,
        label=plain(_TITLES[callback_id]),
        element=element,
        hint=plain(hint) if hint else None,
    )
    return _modal(callback_id, json.dumps({"issue": issue_value(ref)}), [block])


def loading_modal(callback_id: str, ref: IssueRef) -> View:
    """Return what stands in a form's place until it is known what it begins with."""
    return View(
        type="modal",
        callback_id=ids.NOTE_MODAL,
        title=plain(_TITLES[callback_id]),
        close=plain("Cancel"),
        private_metadata=json.dumps({"issue": issue_value(ref)}),
        blocks=[SectionBlock(text=plain(LOADING))],
    )


def assign_modal(ref: IssueRef, vendors: Sequence[User]) -> View:
    """Return a form that asks which of these is to work on an issue: at most 100, as Slack allows."""
    options = [
        Option(value=str(vendor.id), text=plain(shorten(vendor.name, OPTION_LIMIT))) for vendor in vendors[:100]
    ]
    element = StaticSelectElement(action_id=ids.VALUE, options=options, placeholder=plain("Choose a vendor"))
    block = InputBlock(block_id=ids.ASSIGNEE_BLOCK, label=plain("Who works on it?"), element=element)
    return _modal(ids.ASSIGN_MODAL, json.dumps({"issue": issue_value(ref)}), [block])


def change_modal(issue: Issue) -> View:
    """Return a form with an issue's title, priority and category. It remembers what it began with."""
    draft = Draft(title=issue.title, priority=issue.priority, category=issue.category)
    began = {"priority": issue.priority, "category": issue.category, "title": issue.title}
    blocks = [title_input(draft, None), priority_input(draft), category_input(draft)]
    metadata = json.dumps({"issue": issue_value(issue.ref), **began}, ensure_ascii=False)
    return _modal(ids.CHANGE_MODAL, metadata, blocks)


def issue_of(view: Mapping[str, Any]) -> IssueRef:
    """Return the issue of a submitted modal.

    Raises:
        ValueError: it names none.
    """
    ref = read_issue_value(str(json.loads(view["private_metadata"])["issue"]))
    if ref is None:
        raise ValueError("the modal names no issue")
    return ref


def words_of(view: Mapping[str, Any]) -> str:
    """Return the words of a submitted modal."""
    return str(view["state"]["values"][ids.WORDS_BLOCK][ids.VALUE]["value"] or "")


def assignee_of(view: Mapping[str, Any]) -> int:
    """Return who was chosen; raises KeyError, TypeError or ValueError where nobody was."""
    return int(view["state"]["values"][ids.ASSIGNEE_BLOCK][ids.VALUE]["selected_option"]["value"])


def changes_of(view: Mapping[str, Any]) -> dict[Action, str]:
    """Return what was changed in a change modal; what was left as it began is not in it."""
    began, values = json.loads(view["private_metadata"]), view["state"]["values"]
    submitted = {
        Action.EDIT: (began["title"], str(values[ids.TITLE_BLOCK][ids.VALUE]["value"] or "")),
        Action.SET_PRIORITY: (began["priority"], _chosen(values, ids.PRIORITY_BLOCK)),
        Action.SET_CATEGORY: (began["category"], _chosen(values, ids.CATEGORY_BLOCK)),
    }
    return {action: after for action, (before, after) in submitted.items() if before != after}


def _chosen(values: Mapping[str, Any], block: str) -> str:
    return str(values[block][ids.VALUE]["selected_option"]["value"])


def _modal(callback_id: str, metadata: str, blocks: Sequence[InputBlock]) -> View:
    return View(
        type="modal",
        callback_id=callback_id,
        title=plain(_TITLES[callback_id]),
        submit=plain(_SUBMIT[callback_id]),
        close=plain("Cancel"),
        private_metadata=metadata,
        blocks=blocks,
    )
