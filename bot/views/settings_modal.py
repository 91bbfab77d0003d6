"""An organization's settings, for its owner."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    PlainTextInputElement,
    RadioButtonsElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.domain.linear_team import LinearState
from bot.domain.organizations import (
    MARKER_LIMIT,
    REOPEN_DAYS_LIMIT,
    LinearSettings,
    Organization,
    Setting,
    SettingProblem,
)
from bot.domain.people import CustomersJoin
from bot.views import ids
from bot.views.forms import chosen_in, option, organization_input, typed_in
from bot.views.linear_settings_inputs import linear_inputs, linear_lines
from bot.views.notes import note_modal
from bot.views.words import bold_line, plain

TITLE = "Settings"
LOOKING_UP = "One moment: the settings are being looked up. If nothing else comes, close this and try again."
CUSTOMERS_JOIN = "Who may become a customer"
REPLY_MARKER = "Public replies begin with"
REPLY_MARKER_HINT = "In the triage channel and in Linear, only what begins with it goes to the customer."
REOPEN_DAYS = "Days to reopen a closed issue"
REOPEN_DAYS_HINT = f"From 0 to {REOPEN_DAYS_LIMIT}. After that a new issue is raised."
JOIN_WORDS = {
    CustomersJoin.OPEN: ("Open", "Whoever raises an issue in one of your intake channels"),
    CustomersJoin.INVITED: ("Invited", "Only people you add with /threadline people"),
}
SAVED = "The settings of {organization} are saved."
_BLOCKS = {
    Setting.CUSTOMERS_JOIN: ids.CUSTOMERS_JOIN_BLOCK,
    Setting.REPLY_MARKER: ids.REPLY_MARKER_BLOCK,
    Setting.REOPEN_DAYS: ids.REOPEN_DAYS_BLOCK,
}


def opening_modal() -> View:
    """Return what stands there until the settings are known: a form with made-up values could be saved."""
    return note_modal([SectionBlock(text=plain(LOOKING_UP))], title=TITLE)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a form shows: an organization, what it decided about Linear, and the states of its Linear team."""

    organization: Organization
    linear: LinearSettings
    states: Sequence[LinearState]


def settings_modal(shown: Shown, choices: Sequence[Organization] = ()) -> View:
    """Return the form, with what is set; ``choices`` are the organizations that can be administered."""
    organization = shown.organization
    blocks: list[Block] = []
    if len(choices) > 1:
        blocks.append(organization_input(choices, chosen_id=organization.id, tells=ids.SETTINGS_ORGANIZATION))
    else:
        blocks.append(bold_line(organization.name))
    blocks += [_customers_join(organization), _reply_marker(organization), _reopen_days(organization)]
    blocks += linear_inputs(organization.id, shown.linear, shown.states)
    return View(
        type="modal",
        callback_id=ids.SETTINGS_MODAL,
        title=plain(TITLE),
        submit=plain("Save"),
        close=plain("Cancel"),
        private_metadata=json.dumps({"organization": organization.id}),
        blocks=blocks,
    )


def saved_modal(shown: Shown) -> View:
    """Return what is set now."""
    organization = shown.organization
    word, who = JOIN_WORDS[organization.customers_join]
    lines = [
        f"{CUSTOMERS_JOIN}: {word}. {who}.",
        f"{REPLY_MARKER}: {organization.reply_marker}",
        f"{REOPEN_DAYS}: {organization.reopen_days}",
        *linear_lines(shown.linear, shown.states),
    ]
    said = bold_line(SAVED.format(organization=organization.name))
    return note_modal([said, *[SectionBlock(text=plain(line)) for line in lines]], title=TITLE)


def inline_problems(problems: Sequence[SettingProblem], organization_id: int) -> dict[str, str]:
    """Return problems as the inline errors of a submission."""
    return {_block(problem.setting, organization_id): problem.sentence for problem in problems}


def read_settings_organization(view: Mapping[str, Any]) -> int:
    """Return the organization that a form is about.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: this is not our form.
    """
    return int(json.loads(view["private_metadata"])["organization"])


def read_settings_submission(view: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what was chosen and typed: who may join, the marker, the days.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: this is not our form.
    """
    return (
        chosen_in(view, ids.CUSTOMERS_JOIN_BLOCK) or "",
        typed_in(view, ids.REPLY_MARKER_BLOCK),
        typed_in(view, ids.REOPEN_DAYS_BLOCK),
    )


def _block(setting: Setting, organization_id: int) -> str:
    # Slack keeps what a form holds by its ids: another organization's settings must not stay in it.
    return f"{_BLOCKS[setting]}:{organization_id}"


def _customers_join(organization: Organization) -> InputBlock:
    options = {join: option(join, *JOIN_WORDS[join]) for join in CustomersJoin}
    return InputBlock(
        block_id=_block(Setting.CUSTOMERS_JOIN, organization.id),
        label=plain(CUSTOMERS_JOIN),
        element=RadioButtonsElement(
            action_id=ids.VALUE,
            options=list(options.values()),
            initial_option=options[organization.customers_join],
        ),
    )


def _reply_marker(organization: Organization) -> InputBlock:
    return InputBlock(
        block_id=_block(Setting.REPLY_MARKER, organization.id),
        label=plain(REPLY_MARKER),
        element=PlainTextInputElement(
            action_id=ids.VALUE, initial_value=organization.reply_marker, max_length=MARKER_LIMIT
        ),
        hint=plain(REPLY_MARKER_HINT),
    )


def _reopen_days(organization: Organization) -> InputBlock:
    return InputBlock(
        block_id=_block(Setting.REOPEN_DAYS, organization.id),
        label=plain(REOPEN_DAYS),
        element=PlainTextInputElement(
            action_id=ids.VALUE,
            initial_value=str(organization.reopen_days),
            max_length=len(str(REOPEN_DAYS_LIMIT)),
        ),
        hint=plain(REOPEN_DAYS_HINT),
    )
