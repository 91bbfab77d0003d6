"""The modal in which an issue is raised, what it says afterwards, and how it is read back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
)
from slack_sdk.models.views import View

from bot.domain.issues import Draft, Field, Problem
from bot.domain.organizations import ChannelAddress, Organization
from bot.domain.people import SlackAccount
from bot.domain.places import Place
from bot.views import ids
from bot.views.notes import note_modal
from bot.views.raise_inputs import (
    category_input,
    description_input,
    organization_input,
    priority_input,
    title_input,
)
from bot.views.words import bold_line, line_with_channel, plain

MODAL_TITLE = "Raise issue"
GOES_TO = "This goes to {organization}. "
SEEN_IN_CHANNEL = "Everyone in {channel} can see it."
SEEN_IN_PRIVATE = "Nobody else here can see it."
RAISED = "{number} is raised"
FOLLOW_IN_CHANNEL = "Follow it in {channel}."
FOLLOW_IN_PRIVATE = "Follow it in your direct message with this app."
SUBMIT = "Raise"

_BLOCK_OF = {
    Field.TITLE: ids.TITLE_BLOCK,
    Field.DESCRIPTION: ids.DESCRIPTION_BLOCK,
    Field.PRIORITY: ids.PRIORITY_BLOCK,
    Field.CATEGORY: ids.CATEGORY_BLOCK,
    Field.ORGANIZATION: ids.ORGANIZATION_BLOCK,
}


@dataclass(frozen=True)
class ModalOrigin:
    """What the modal must know when it is submitted.

    ``channel`` is where it was opened, if in a channel; ``private`` that the person was told that nobody else in
    the channel sees the issue, which stays true even if the channel's link is changed meanwhile.
    """

    channel: ChannelAddress | None
    private: bool = False


@dataclass(frozen=True)
class Submission:
    """What a submitted modal says: the draft as it was typed, the organization if one was chosen."""

    draft: Draft
    organization_id: int | None
    origin: ModalOrigin


def raise_modal(
    draft: Draft,
    origin: ModalOrigin,
    *,
    note: str | None = None,
    choices: Sequence[Organization] = (),
    organization: Organization | None = None,
    in_channel: str | None = None,
) -> View:
    """Return the form.

    Args:
        draft: what it begins with.
        origin: kept in the form for its submission.
        note: said under the title, about what the form begins with.
        choices: the organizations to choose from; none: there is no choice, or it is not known yet.
        organization: who gets the issue, once that is known and there is no choice.
        in_channel: the id of the channel that will show it; None: the person's direct message will.
    """
    blocks: list[Block] = []
    if choices:
        blocks.append(organization_input(choices))
    blocks += [title_input(draft, note), description_input(draft), priority_input(draft), category_input(draft)]
    if organization is not None:
        blocks.append(_audience(organization, in_channel))
    return View(
        type="modal",
        callback_id=ids.RAISE_MODAL,
        title=plain(MODAL_TITLE),
        submit=plain(SUBMIT),
        close=plain("Cancel"),
        private_metadata=_write_origin(origin),
        blocks=blocks,
    )


def raised_modal(number: str, place: Place) -> View:
    """Return what the person reads once the issue is stored."""
    where = place.where
    in_private = isinstance(where, SlackAccount)
    follow = FOLLOW_IN_PRIVATE if in_private else FOLLOW_IN_CHANNEL
    line = line_with_channel(follow, None if isinstance(where, SlackAccount) else where.channel_id)
    return note_modal([bold_line(RAISED.format(number=number)), line], title=MODAL_TITLE)


def inline_errors(problems: Sequence[Problem]) -> dict[str, str]:
    """Return problems as the inline errors of a submission: one for each block, as Slack shows one."""
    errors: dict[str, str] = {}
    for problem in problems:
        errors.setdefault(_BLOCK_OF[problem.field], problem.sentence)
    return errors


def read_submission(view: Mapping[str, Any]) -> Submission:
    """Return what a submitted modal says.

    Raises:
        KeyError, TypeError, ValueError: this is not our modal's form.
    """
    values = view["state"]["values"]
    organization = _selected(values, ids.ORGANIZATION_BLOCK)
    draft = Draft(
        title=_typed(values, ids.TITLE_BLOCK),
        description=_typed(values, ids.DESCRIPTION_BLOCK),
        priority=_selected(values, ids.PRIORITY_BLOCK) or "",
        category=_selected(values, ids.CATEGORY_BLOCK) or "",
    )
    chosen = None if organization is None else int(organization)
    return Submission(draft, chosen, _read_origin(view["private_metadata"]))


def _typed(values: Mapping[str, Any], block: str) -> str:
    value = values[block][ids.VALUE]["value"]
    if value is not None and not isinstance(value, str):
        raise TypeError(block)
    return value or ""


def _selected(values: Mapping[str, Any], block: str) -> str | None:
    if block not in values:
        return None
    option = values[block][ids.VALUE]["selected_option"]
    return None if option is None else str(option["value"])


def _write_origin(origin: ModalOrigin) -> str:
    channel = origin.channel
    if channel is None:
        return json.dumps({})
    return json.dumps({"team": channel.team_id, "channel": channel.channel_id, "private": origin.private})


def _read_origin(metadata: str) -> ModalOrigin:
    kept = json.loads(metadata)
    if not kept:
        return ModalOrigin(None)
    return ModalOrigin(ChannelAddress(kept["team"], kept["channel"]), private=bool(kept["private"]))


def _audience(organization: Organization, in_channel: str | None) -> Block:
    goes_to = GOES_TO.format(organization=organization.name)
    seen = SEEN_IN_PRIVATE if in_channel is None else SEEN_IN_CHANNEL
    return line_with_channel(seen, in_channel, prefix=goes_to, block_id=ids.AUDIENCE_BLOCK)
