"""The modal in which a vendor says what a channel is for, and what it says afterwards."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    RadioButtonsElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.domain.organizations import ChannelAddress, ChannelLink, Organization, Visibility
from bot.views import ids
from bot.views.notes import note_modal
from bot.views.raise_inputs import organization_input
from bot.views.words import bold_line, plain

MODAL_TITLE = "Link channel"
SUBMIT = "Link"
PART_LABEL = "What is this channel for?"
BOTH, INTAKE, TRIAGE = "both", "intake", "triage"
# The words of an option, and what stands below them.
PARTS: Mapping[str, tuple[str, str]] = {
    BOTH: (
        "Customers raise issues here, and your team works here too",
        "Intake and triage in one: customers read all that is said here.",
    ),
    INTAKE: ("Customers raise issues here", "Intake: customers read all that is said here."),
    TRIAGE: ("Your team works on issues here", "Triage: internal, so no customer may be in it."),
}
VISIBILITY_LABEL = "Who sees the issues that are raised here?"
ONLY_WITH_INTAKE = "This matters only where customers raise issues."
VISIBILITIES: Mapping[Visibility, str] = {
    Visibility.SHARED: "Everyone in this channel",
    Visibility.PRIVATE: "Only the customer and your organization",
}
SEVERAL_COMPANIES = "People of more than one company are here, so it is best if each sees their own issues only."
NOT_ALL_SEEN = "I could not look at everyone here: there may be people of more than one company."
LINKED = "This channel is linked to {organization}"
CUSTOMERS_PRESS = "I pin a message with a Raise issue button here. Customers can also type /raise-issue."
EVERYONE_SEES = "Everyone here sees the issues that are raised here."
FEW_SEE = "The issues that are raised here are seen only by the customer and {organization}."
TEAM_FINDS = "Your team finds each new issue here."
MAY_REPLACE = (
    "I cannot use your team's triage channel any more. If your team works here from now on, this channel takes its "
    "place."
)
TAKES_THE_PLACE = "It takes the place of your team's triage channel, which I cannot use any more."
OPEN_ISSUES_COME = "Issues that are not closed come here now, with what your team has not read yet."
TEAM_NEEDS_A_CHANNEL = (
    "Your team has no triage channel yet, so {organization}'s owner is told of new issues by direct message. "
    "To give your team one, type /threadline link-channel in it."
)


@dataclass(frozen=True, kw_only=True)
class LinkForm:
    """What the form begins with; what is None is still to be chosen.

    ``organizations`` are those to choose from; none: there is no choice, or it is not known yet. ``hint`` is said
    under who sees the issues. ``may_replace``: it can take the place of a triage channel that is lost.
    """

    address: ChannelAddress
    organizations: Sequence[Organization] = ()
    part: str | None = None
    visibility: Visibility | None = None
    hint: str | None = None
    may_replace: bool = False


@dataclass(frozen=True, kw_only=True)
class LinkSubmission:
    """What a submitted form says: the organization only if one was chosen."""

    address: ChannelAddress
    organization_id: int | None
    part: str
    visibility: Visibility

    def link_to(self, organization_id: int) -> ChannelLink:
        """Return what the channel is to be to this organization."""
        return ChannelLink(
            address=self.address,
            organization_id=organization_id,
            intake=self.part in {BOTH, INTAKE},
            triage=self.part in {BOTH, TRIAGE},
            visibility=self.visibility,
        )


def part_of(link: ChannelLink) -> str:
    """Return the option that says what a channel is already."""
    return BOTH if link.intake and link.triage else INTAKE if link.intake else TRIAGE


def link_channel_modal(form: LinkForm) -> View:
    """Return the form."""
    blocks: list[Block] = [organization_input(form.organizations)] if len(form.organizations) > 1 else []
    return View(
        type="modal",
        callback_id=ids.LINK_CHANNEL_MODAL,
        title=plain(MODAL_TITLE),
        submit=plain(SUBMIT),
        close=plain("Cancel"),
        private_metadata=json.dumps({"team": form.address.team_id, "channel": form.address.channel_id}),
        blocks=[*blocks, _part_input(form), _visibility_input(form)],
    )


def linked_modal(organization_name: str, link: ChannelLink, *, has_triage: bool, replaced: bool = False) -> View:
    """Return what the person reads once the channel is linked.

    Args:
        organization_name: to whom.
        link: what it is now.
        has_triage: the team has another channel.
        replaced: this one took the place of a triage channel that was lost.
    """
    lines = []
    if link.intake:
        lines += [CUSTOMERS_PRESS, EVERYONE_SEES if link.visibility is Visibility.SHARED else FEW_SEE]
    if link.triage:
        lines.append(TEAM_FINDS)
        lines += [TAKES_THE_PLACE] * replaced
        lines += [OPEN_ISSUES_COME] * (replaced and not link.intake)
    elif not has_triage:
        lines.append(TEAM_NEEDS_A_CHANNEL)
    named = [SectionBlock(text=plain(line.format(organization=organization_name))) for line in lines]
    return note_modal([bold_line(LINKED.format(organization=organization_name)), *named], title=MODAL_TITLE)


def read_link_submission(view: Mapping[str, Any]) -> LinkSubmission:
    """Return what a submitted modal says.

    Raises:
        KeyError, TypeError, ValueError: this is not our modal's form.
    """
    kept, values = json.loads(view["private_metadata"]), view["state"]["values"]
    organization = _chosen(values, ids.ORGANIZATION_BLOCK) if ids.ORGANIZATION_BLOCK in values else None
    part = _chosen(values, ids.PART_BLOCK)
    if part not in PARTS:
        raise ValueError(part)
    return LinkSubmission(
        address=ChannelAddress(kept["team"], kept["channel"]),
        organization_id=None if organization is None else int(organization),
        part=part,
        visibility=Visibility(_chosen(values, ids.VISIBILITY_BLOCK)),
    )


def _chosen(values: Mapping[str, Any], block: str) -> str:
    return str(values[block][ids.VALUE]["selected_option"]["value"])


def _part_input(form: LinkForm) -> InputBlock:
    options = {
        part: Option(value=part, text=plain(words), description=plain(below))
        for part, (words, below) in PARTS.items()
    }
    return _radio(ids.PART_BLOCK, PART_LABEL, options, form.part, MAY_REPLACE if form.may_replace else None)


def _visibility_input(form: LinkForm) -> InputBlock:
    options = {
        visibility.value: Option(value=visibility.value, text=plain(words))
        for visibility, words in VISIBILITIES.items()
    }
    return _radio(ids.VISIBILITY_BLOCK, VISIBILITY_LABEL, options, form.visibility, form.hint or ONLY_WITH_INTAKE)


def _radio(
    block_id: str, label: str, options: Mapping[str, Option], chosen: str | None, hint: str | None = None
) -> InputBlock:
    element = RadioButtonsElement(
        action_id=ids.VALUE,
        options=list(options.values()),
        initial_option=options[chosen] if chosen else None,
    )
    return InputBlock(block_id=block_id, label=plain(label), element=element, hint=hint and plain(hint))
