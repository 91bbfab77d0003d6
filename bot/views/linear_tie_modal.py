"""The modal behind "Linear" in the vendors' menu: what an issue follows there, and what can be done about it."""

import json
from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    InputBlock,
    PlainTextInputElement,
    RichTextBlock,
    RichTextElementParts,
    RichTextSectionElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.domain.effects import Destination, LinearField
from bot.domain.issues import IssueRef
from bot.domain.linear_links import LinearStanding, Tie
from bot.views import ids
from bot.views.issue_buttons import MENU_LABELS, issue_value, read_issue_value, trouble_buttons
from bot.views.notes import note_modal
from bot.views.raise_inputs import LINEAR_NAME_LIMIT
from bot.views.trouble_words import stuck_lines
from bot.views.words import SEPARATOR, plain

LINK = "Link"
LABELS = {ids.UNLINK_LINEAR: "Unlink", ids.PAUSE_LINEAR: "Pause Linear", ids.RESUME_LINEAR: "Resume Linear"}
FOLLOWS = "{number} follows "
FOLLOWS_NOTHING = "{number} follows no Linear issue: nothing is exchanged."
ON_ITS_WAY = "{number} is on its way to Linear. Look again in a moment."
WITH_OTHERS = "{others} follow it too. Each goes its own way when it is unlinked."
WITH_ANOTHER = "{others} follows it too. Each goes its own way when it is unlinked."
PAUSED = "Linear is paused for {number}: nothing is exchanged until somebody resumes it. Nothing is lost meanwhile."
NOTHING_AND_OFF = "{number} follows no Linear issue, and Linear is off here: there is nothing to link."
OFF = "Linear is off here: nothing is exchanged until your organization is connected with it again."
ORGANIZATION_PAUSED = "Linear is paused for your whole organization, in its settings."
GONE = "It cannot be reached: {reason}."
UNLINK_QUESTION = "Unlink {identifier}?"
UNLINK_MEANING = (
    "Nothing is exchanged any more: no status, no comments. The Linear issue stays as it is. "
    "You can link it again later."
)
AGREEMENT = "What was last decided between here and Linear:"
FIELD_WORDS: Mapping[LinearField, str] = {
    LinearField.STATE: "Status",
    LinearField.TITLE: "Title",
    LinearField.PRIORITY: "Priority",
    LinearField.ASSIGNEE: "Assignee",
}
LINK_ONE = "Link a Linear issue"
LINK_ANOTHER = "Link another Linear issue"
LINK_HINT = "Its address or identifier, such as ENG-12. At first, status, priority and assignee become Linear's."
LINK_INSTEAD_HINT = LINK_HINT + " {identifier} stays in Linear as it is."
LOOKING = "Looking for {name} in Linear. The issue's triage message and its thread tell what comes of it."
_TITLE = MENU_LABELS[ids.MENU_LINEAR]


def linear_tie_modal(standing: LinearStanding) -> View:
    """Return where an issue stands towards Linear, with a form for linking and buttons for the rest."""
    tie, trouble = standing.tie, _trouble(standing)
    blocks: list[Block] = [] if tie is None else [*_follows(standing, tie), _buttons(standing.ref, tie)]
    if tie is None and not standing.is_on:
        return note_modal([_section(NOTHING_AND_OFF.format(number=standing.number)), *trouble], title=_TITLE)
    if tie is None and standing.on_its_way:
        return note_modal([*_on_its_way(standing), *trouble], title=_TITLE)
    if tie is None:
        blocks.append(_section(FOLLOWS_NOTHING.format(number=standing.number)))
    blocks += trouble
    may_link = standing.is_on and (tie is None or tie.paused_at is None)
    if may_link:
        blocks.append(_input(tie))
    return View(
        type="modal",
        callback_id=ids.LINEAR_TIE_MODAL,
        title=plain(_TITLE),
        submit=plain(LINK) if may_link else None,
        close=plain("Close"),
        private_metadata=json.dumps({"issue": issue_value(standing.ref)}),
        blocks=blocks,
    )


def looking_modal(name: str) -> View:
    """Return what somebody reads once it is stored that a Linear issue is to be linked."""
    return note_modal([_section(LOOKING.format(name=name))], title=_TITLE)


def name_of(view: Mapping[str, Any]) -> str:
    """Return which Linear issue was typed into a submitted form; raises KeyError, TypeError: it is none of ours."""
    return str(view["state"]["values"][ids.LINEAR_BLOCK][ids.VALUE]["value"] or "")


def tie_value(ref: IssueRef, linear_id: str) -> str:
    """Return the value by which a button names an issue, and the Linear issue that it is about."""
    return f"{issue_value(ref)}:{linear_id}"


def read_tie_value(value: str) -> tuple[IssueRef, str] | None:
    """Return the issue and the Linear issue that a button names; None: the value is none of ours."""
    named, _, linear_id = value.rpartition(":")
    ref = read_issue_value(named)
    return None if ref is None or not linear_id else (ref, linear_id)


def _follows(standing: LinearStanding, tie: Tie) -> list[Block]:
    parts = [
        RichTextElementParts.Text(text=FOLLOWS.format(number=standing.number)),
        RichTextElementParts.Link(url=tie.url, text=tie.identifier),
        RichTextElementParts.Text(text=SEPARATOR + tie.state_name),
    ]
    blocks: list[Block] = [RichTextBlock(elements=[RichTextSectionElement(elements=parts)])]
    said = []
    if tie.others:
        template = WITH_ANOTHER if len(tie.others) == 1 else WITH_OTHERS
        said.append(template.format(others=", ".join(tie.others)))
    if not standing.is_on:
        said.append(OFF)
    if tie.gone is not None:
        said.append(GONE.format(reason=tie.gone))
    if tie.organization_paused:
        said.append(ORGANIZATION_PAUSED)
    if tie.paused_at is not None:
        said.append(PAUSED.format(number=standing.number))
    return [*blocks, *map(_section, said), *_decisions(tie)]


def _on_its_way(standing: LinearStanding) -> list[Block]:
    if any(stuck.destination is Destination.LINEAR for stuck in standing.stuck):
        # It is said below, with the reason.
        return []
    return [_section(ON_ITS_WAY.format(number=standing.number))]


def _trouble(standing: LinearStanding) -> list[Block]:
    """Return what of the issue is stuck, and the button for trying it again: a message for all may say neither."""
    lines = stuck_lines(standing.stuck, in_linear=standing.tie is not None)
    return [*map(_section, lines), trouble_buttons(standing.ref)] if lines else []


def _decisions(tie: Tie) -> list[Block]:
    """Return what was last decided between both sides, field by field."""
    lines = [f"{FIELD_WORDS[one]}: {tie.decisions[one]}" for one in LinearField if one in tie.decisions]
    return [ContextBlock(elements=[plain("\n".join([AGREEMENT, *lines]))])] if lines else []


def _buttons(ref: IssueRef, tie: Tie) -> ActionsBlock:
    value = tie_value(ref, tie.linear_id)
    first = ids.PAUSE_LINEAR if tie.paused_at is None else ids.RESUME_LINEAR
    confirm = ConfirmObject(
        title=UNLINK_QUESTION.format(identifier=tie.identifier),
        text=plain(UNLINK_MEANING),
        confirm=LABELS[ids.UNLINK_LINEAR],
        deny="Keep it",
    )
    return ActionsBlock(
        block_id=ids.LINEAR_BUTTONS,
        elements=[
            ButtonElement(text=plain(LABELS[first]), action_id=first, value=value),
            ButtonElement(
                text=plain(LABELS[ids.UNLINK_LINEAR]), action_id=ids.UNLINK_LINEAR, value=value, confirm=confirm
            ),
        ],
    )


def _input(tie: Tie | None) -> InputBlock:
    hint = LINK_HINT if tie is None else LINK_INSTEAD_HINT.format(identifier=tie.identifier)
    return InputBlock(
        block_id=ids.LINEAR_BLOCK,
        label=plain(LINK_ONE if tie is None else LINK_ANOTHER),
        element=PlainTextInputElement(action_id=ids.VALUE, max_length=LINEAR_NAME_LIMIT),
        hint=plain(hint),
    )


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=plain(text))
