"""The inputs of the modal in which an issue is raised."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
)
from slack_sdk.models.blocks.block_elements import FileInputElement

from bot.domain.issues import SLACK_DESCRIPTION_LIMIT, TITLE_LIMIT, Draft, Priority
from bot.domain.organizations import Organization
from bot.domain.text import shorten
from bot.views import ids
from bot.views.words import CATEGORY_WORDS, PRIORITY_WORDS, plain

OPTION_LIMIT = 75
# Slack's own limit (reference: Block Kit limits).
MOST_FILES = 10
ME = "{name} (me)"
LINEAR_NAME_LIMIT = 500
LINEAR_HINT = (
    "Only your own people see this. An address or identifier, such as ENG-12, of an issue to follow; "
    "left empty, a new one is opened."
)


class Customer(enum.StrEnum):
    """For whom an issue is that is raised from a message: who wrote it, or who raises it."""

    AUTHOR = "author"
    ME = "me"


@dataclass(frozen=True)
class Customers:
    """The names of those for whom the issue may be; ``own_name`` is None where it may not be the person's own."""

    author_name: str
    own_name: str | None


def title_input(draft: Draft, note: str | None) -> InputBlock:
    """Return the title's input, with a note under it."""
    element = PlainTextInputElement(
        action_id=ids.VALUE,
        initial_value=draft.title or None,
        max_length=TITLE_LIMIT,
        placeholder=plain("What is wrong, or what do you need?"),
        focus_on_load=not draft.title,
    )
    return InputBlock(block_id=ids.TITLE_BLOCK, label=plain("Title"), element=element, hint=note and plain(note))


def description_input(draft: Draft) -> InputBlock:
    """Return the description's input."""
    element = PlainTextInputElement(
        action_id=ids.VALUE,
        initial_value=draft.description or None,
        multiline=True,
        max_length=SLACK_DESCRIPTION_LIMIT,
        placeholder=plain("What happened, and what did you expect?"),
    )
    return InputBlock(block_id=ids.DESCRIPTION_BLOCK, label=plain("Description"), element=element, optional=True)


def priority_input(draft: Draft) -> InputBlock:
    """Return the menu of priorities."""
    words = {priority.value: PRIORITY_WORDS[priority] for priority in Priority}
    return _select(ids.PRIORITY_BLOCK, "Priority", words, draft.priority)


def category_input(draft: Draft) -> InputBlock:
    """Return the menu of categories."""
    words = {category.value: word for category, word in CATEGORY_WORDS.items()}
    return _select(ids.CATEGORY_BLOCK, "Category", words, draft.category)


def organization_input(choices: Sequence[Organization]) -> InputBlock:
    """Return the menu of organizations, as many as Slack allows; nothing is chosen yet."""
    words = {str(choice.id): choice.name for choice in choices[:100]}
    return _select(ids.ORGANIZATION_BLOCK, "Organization", words, None)


def customer_input(customers: Customers) -> InputBlock:
    """Return the menu of those for whom the issue may be: whoever wrote the message first."""
    words = {Customer.AUTHOR.value: customers.author_name}
    if customers.own_name is not None:
        own = ME.format(name=shorten(customers.own_name, OPTION_LIMIT - len(ME)))
        words[Customer.ME.value] = own
    return _select(ids.CUSTOMER_BLOCK, "Customer", words, Customer.AUTHOR)


def files_input() -> InputBlock:
    """Return the input for files. What is in it stays there while the form is filled or corrected."""
    element = FileInputElement(action_id=ids.VALUE, max_files=MOST_FILES)
    return InputBlock(block_id=ids.FILES_BLOCK, label=plain("Files"), element=element, optional=True)


def linear_input() -> InputBlock:
    """Return the input for the Linear issue that the issue is to follow: for the organization's people alone."""
    element = PlainTextInputElement(action_id=ids.VALUE, max_length=LINEAR_NAME_LIMIT)
    return InputBlock(
        block_id=ids.LINEAR_BLOCK,
        label=plain("Linear issue"),
        element=element,
        optional=True,
        hint=plain(LINEAR_HINT),
    )


def _select(block_id: str, label: str, words: Mapping[str, str], chosen: str | None) -> InputBlock:
    options = {value: Option(value=value, text=plain(shorten(word, OPTION_LIMIT))) for value, word in words.items()}
    element = StaticSelectElement(
        action_id=ids.VALUE,
        options=list(options.values()),
        initial_option=options.get(chosen) if chosen else None,
        placeholder=plain("Choose one"),
    )
    return InputBlock(block_id=block_id, label=plain(label), element=element)
