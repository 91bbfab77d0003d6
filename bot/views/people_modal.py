"""An organization's people, and the form in which its owner says what somebody is to be."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    RichTextBlock,
    RichTextSectionElement,
    SectionBlock,
    UserSelectElement,
)
from slack_sdk.models.blocks.block_elements import RichTextElement
from slack_sdk.models.views import View

from bot.domain.looks import People
from bot.domain.organizations import Organization
from bot.domain.people import Person, ProfileKind, User
from bot.views import ids
from bot.views.forms import option, organization_in, organization_input, state_in
from bot.views.people_words import A_KIND, KIND_WORDS, bullets, listed, named, text
from bot.views.words import SEPARATOR, bold_line, plain

TITLE = "People"
WHOSE = "Who is what at {organization}."
PERSON = "Person"
KINDS = "What they are to be"
EXACTLY = "Exactly this: whatever is not ticked is switched off."
CHOOSE_A_PERSON = "Choose a person."
LOOKING_UP = "Your people are being looked up."
IS_NOW = "{person} is {kinds} at {organization} now."
IS_OFF = "{person} is switched off at {organization} now."
OWNER = "owner"
ALSO = "also {kinds}"
WAS = "was {kinds}"
SWITCHED_OFF = "Switched off"
OTHERS = "And {count} more."
KIND_DESCRIPTIONS = {
    ProfileKind.VENDOR: "Works on issues",
    ProfileKind.EMPLOYEE: "Reads issues, and writes comments and internal notes",
    ProfileKind.CUSTOMER: "Raises issues",
}
GROUPS = {
    ProfileKind.VENDOR: "Vendors",
    ProfileKind.EMPLOYEE: "Employees",
    ProfileKind.CUSTOMER: "Customers",
    None: SWITCHED_OFF,
}


@dataclass(frozen=True)
class PeopleForm:
    """What the form must know when it is submitted.

    ``turn`` counts what was saved in it: each time it begins anew, as Slack keeps what a form holds by its ids.
    """

    organization_id: int | None = None
    turn: int = 0


@dataclass(frozen=True, kw_only=True)
class PeopleSubmission:
    """What a submitted form says; ``slack_user_id`` is None where nobody was chosen."""

    form: PeopleForm
    slack_user_id: str | None
    kinds: Collection[ProfileKind]


def people_modal(
    form: PeopleForm, people: People | None = None, choices: Sequence[Organization] = (), *, said: str = ""
) -> View:
    """Return the form, and below it who is there.

    Args:
        form: kept in it for its submission.
        people: who is there; None: it is not known yet.
        choices: the organizations that can be administered; one: there is no choice.
        said: what came of the submission before.
    """
    blocks: list[Block] = [bold_line(said)] if said else []
    if len(choices) > 1:
        chosen = None if people is None else people.organization.id
        blocks.append(organization_input(choices, chosen_id=chosen, tells=ids.PEOPLE_ORGANIZATION))
    elif people is not None:
        blocks.append(SectionBlock(text=plain(WHOSE.format(organization=people.organization.name))))
    blocks += [_person_input(form), _kinds_input(form)]
    if people is None:
        blocks.append(SectionBlock(text=plain(LOOKING_UP)))
    else:
        blocks += _list(people)
    return View(
        type="modal",
        callback_id=ids.PEOPLE_MODAL,
        title=plain(TITLE),
        submit=plain("Save"),
        close=plain("Close"),
        private_metadata=json.dumps({"organization": form.organization_id, "turn": form.turn}),
        blocks=blocks,
    )


def is_now(person: User, kinds: Collection[ProfileKind], organization_name: str) -> str:
    """Return what somebody is now, in a sentence."""
    names = {"person": person.name, "organization": organization_name}
    if not kinds:
        return IS_OFF.format(**names)
    return IS_NOW.format(kinds=listed(A_KIND[kind] for kind in ProfileKind if kind in kinds), **names)


def person_block(form: PeopleForm) -> str:
    """Return the id of the block in which the person is chosen."""
    return f"{ids.PERSON_BLOCK}:{form.turn}"


def kinds_block(form: PeopleForm) -> str:
    """Return the id of the block in which the kinds are ticked."""
    return f"{ids.KINDS_BLOCK}:{form.turn}"


def read_people_form(view: Mapping[str, Any]) -> PeopleForm:
    """Return what a form was opened with; the organization is the one that was chosen in it, if one was.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: this is not our form.
    """
    kept = json.loads(view["private_metadata"])
    organization_id = organization_in(view)
    if organization_id is None and kept["organization"] is not None:
        organization_id = int(kept["organization"])
    return PeopleForm(organization_id, int(kept["turn"]))


def read_people_submission(view: Mapping[str, Any]) -> PeopleSubmission:
    """Return what a submitted form says.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: this is not our form.
    """
    person = (state_in(view, ids.PERSON_BLOCK) or {})["selected_user"]
    if person is not None and not isinstance(person, str):
        raise TypeError(ids.PERSON_BLOCK)
    ticked = (state_in(view, ids.KINDS_BLOCK) or {})["selected_options"]
    kinds = frozenset(ProfileKind(one["value"]) for one in ticked)
    return PeopleSubmission(form=read_people_form(view), slack_user_id=person or None, kinds=kinds)


def _person_input(form: PeopleForm) -> InputBlock:
    element = UserSelectElement(action_id=ids.VALUE, placeholder=plain("Choose a person"))
    return InputBlock(block_id=person_block(form), label=plain(PERSON), element=element)


def _kinds_input(form: PeopleForm) -> InputBlock:
    options = [option(kind, KIND_WORDS[kind].capitalize(), KIND_DESCRIPTIONS[kind]) for kind in ProfileKind]
    return InputBlock(
        block_id=kinds_block(form),
        label=plain(KINDS),
        element=CheckboxesElement(action_id=ids.VALUE, options=options),
        hint=plain(EXACTLY),
        # Nothing ticked is a choice too: the person is switched off.
        optional=True,
    )


def _list(people: People) -> list[Block]:
    blocks: list[Block] = []
    for group, heading in GROUPS.items():
        rows = [_row(person) for person in people.listed if next(iter(person.kinds), None) == group]
        if rows:
            title = RichTextSectionElement(elements=[text(heading, bold=True)])
            blocks.append(RichTextBlock(elements=[title, bullets(rows)]))
    if people.count > len(people.listed):
        blocks.append(SectionBlock(text=plain(OTHERS.format(count=people.count - len(people.listed)))))
    return blocks


def _row(person: Person) -> list[RichTextElement]:
    marks = [OWNER] if person.owner else []
    if also := person.kinds[1:]:
        marks.append(ALSO.format(kinds=listed(A_KIND[kind] for kind in also)))
    if not person.kinds:
        marks.append(WAS.format(kinds=listed(A_KIND[kind] for kind in person.switched_off)))
    return [text(SEPARATOR.join([named(person.user), *marks]))]
