"""Inputs that several forms share, and how they are read back."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import InputBlock, Option, StaticSelectElement

from bot.domain.organizations import Organization
from bot.domain.text import shorten
from bot.views import ids
from bot.views.words import plain

OPTION_LIMIT = 75
MOST_OPTIONS = 100
ORGANIZATION = "Organization"


def organization_input(
    choices: Sequence[Organization], *, chosen_id: int | None = None, tells: str | None = None
) -> InputBlock:
    """Return a select of organizations.

    Args:
        choices: by name.
        chosen_id: the one that it begins with.
        tells: the action id under which a choice is told at once; None: it is read when the form is submitted.
    """
    options = {choice.id: option(str(choice.id), choice.name) for choice in choices[:MOST_OPTIONS]}
    element = StaticSelectElement(
        action_id=tells or ids.VALUE,
        options=list(options.values()),
        initial_option=None if chosen_id is None else options.get(chosen_id),
        placeholder=plain("Choose one"),
    )
    return InputBlock(
        block_id=ids.ORGANIZATION_BLOCK,
        label=plain(ORGANIZATION),
        element=element,
        dispatch_action=True if tells else None,
    )


def option(value: str, words: str, description: str | None = None) -> Option:
    """Return one thing to choose."""
    return Option(
        value=value,
        text=plain(shorten(words, OPTION_LIMIT)),
        description=None if description is None else plain(description),
    )


def state_in(view: Mapping[str, Any], block: str) -> Mapping[str, Any] | None:
    """Return what an input of a submitted view holds; None: there is no such input.

    Raises:
        ValueError, TypeError, AttributeError: this is not our form.
    """
    for block_id, held in ((view.get("state") or {}).get("values") or {}).items():
        if block_id.partition(":")[0] == block:
            state: Mapping[str, Any]
            (state,) = held.values()
            return state
    return None


def typed_in(view: Mapping[str, Any], block: str) -> str:
    """Return what was typed into an input."""
    value = (state_in(view, block) or {})["value"]
    if value is not None and not isinstance(value, str):
        raise TypeError(block)
    return value or ""


def chosen_in(view: Mapping[str, Any], block: str) -> str | None:
    """Return the value of what was chosen in a select or among radio buttons."""
    chosen = (state_in(view, block) or {}).get("selected_option")
    return None if chosen is None else str(chosen["value"])


def organization_in(view: Mapping[str, Any]) -> int | None:
    """Return the organization that was chosen in a form that offers several."""
    chosen = chosen_in(view, ids.ORGANIZATION_BLOCK)
    return None if chosen is None else int(chosen)
