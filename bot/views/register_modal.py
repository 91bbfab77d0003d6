"""The modal in which an organization is registered, and what it says afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    InputBlock,
    PlainTextInputElement,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextSectionElement,
)
from slack_sdk.models.blocks.block_elements import RichTextElement
from slack_sdk.models.views import View

from bot.domain.organizations import NAME_LIMIT
from bot.views import ids
from bot.views.notes import note_modal
from bot.views.words import bold_line, plain

MODAL_TITLE = "Register"
SUBMIT = "Register"
ORGANIZATION_HINT = "Your company, as your customers know it."
CODE_LABEL = "One-time code"
CODE_HINT = "Only if you are not an admin or owner of this workspace. Whoever runs Threadline can give you one."
REGISTERED = "{organization} is registered"
# A command stands between backticks.
NEXT_STEPS = (
    "Type `/threadline link-channel` in the channel where your customers are.",
    "Then type `/raise-issue` there, and see what your customers will see.",
)
CODE_LIMIT = 100


@dataclass(frozen=True)
class RegisterSubmission:
    """What a submitted form says, as it was typed."""

    organization_name: str
    code: str


def register_modal() -> View:
    """Return the form."""
    return View(
        type="modal",
        callback_id=ids.REGISTER_MODAL,
        title=plain(MODAL_TITLE),
        submit=plain(SUBMIT),
        close=plain("Cancel"),
        blocks=[_organization_input(), _code_input()],
    )


def registered_modal(organization_name: str) -> View:
    """Return what the person reads once the organization is registered: what to do next."""
    steps = [RichTextSectionElement(elements=_with_commands(step)) for step in NEXT_STEPS]
    listed = RichTextBlock(elements=[RichTextListElement(style="ordered", elements=steps)])
    return note_modal([bold_line(REGISTERED.format(organization=organization_name)), listed], title=MODAL_TITLE)


def read_register_submission(view: Mapping[str, Any]) -> RegisterSubmission:
    """Return what a submitted modal says.

    Raises:
        KeyError, TypeError: this is not our modal's form.
    """
    values = view["state"]["values"]
    return RegisterSubmission(_typed(values, ids.ORGANIZATION_BLOCK), _typed(values, ids.CODE_BLOCK))


def _typed(values: Mapping[str, Any], block: str) -> str:
    value = values[block][ids.VALUE]["value"]
    if value is not None and not isinstance(value, str):
        raise TypeError(block)
    return value or ""


def _organization_input() -> InputBlock:
    element = PlainTextInputElement(action_id=ids.VALUE, max_length=NAME_LIMIT, focus_on_load=True)
    return InputBlock(
        block_id=ids.ORGANIZATION_BLOCK, label=plain("Organization"), element=element, hint=plain(ORGANIZATION_HINT)
    )


def _code_input() -> InputBlock:
    element = PlainTextInputElement(action_id=ids.VALUE, max_length=CODE_LIMIT)
    return InputBlock(
        block_id=ids.CODE_BLOCK, label=plain(CODE_LABEL), element=element, hint=plain(CODE_HINT), optional=True
    )


def _with_commands(text: str) -> list[RichTextElement]:
    """Return text in which what stands between backticks is set as code."""
    code = RichTextElementParts.TextStyle(code=True)
    return [
        RichTextElementParts.Text(text=part, style=code if number % 2 else None)
        for number, part in enumerate(text.split("`"))
        if part
    ]
