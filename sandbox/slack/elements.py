"""Finding what a person can press or choose, by what they read on it, in a stored message or view."""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.blocks import interactive
from sandbox.slack.errors import PersonError
from sandbox.slack.forms import TEXT_INPUTS, Field, fields
from sandbox.slack.model import Channel, Json, User

_MANY = ("selected_options", "selected_users", "selected_conversations", "selected_channels")


def pressable(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    """Yield everything that can be pressed, its label and its entry in ``actions``."""
    for block in blocks:
        for element, _ in interactive(block):
            head = {
                "type": element["type"],
                "action_id": element.get("action_id"),
                "block_id": block["block_id"],
            }
            if element["type"] == "button":
                more = {"value": element["value"]} if "value" in element else {}
                yield element["text"]["text"], {**head, "text": element["text"], **more}
            elif element["type"] == "overflow":
                for option in element["options"]:
                    yield option["text"]["text"], {**head, "selected_option": option}


def find_pressable(blocks: list[Json], label: str, nth: int | None) -> Json:
    """Return the ``actions`` entry for a label.

    Args:
        blocks: of the message or view as it is now.
        label: the button's text, or an option's in an overflow menu.
        nth: which one of several with the same label, from 0.

    Raises:
        PersonError: there is none, or there are several and ``nth`` does not say which.
    """
    offered = list(pressable(blocks))
    found = [action for name, action in offered if name == label]
    if not found or (nth is not None and nth >= len(found)):
        raise PersonError(f"there is no {label!r} to press; there are {[name for name, _ in offered]}")
    if len(found) > 1 and nth is None:
        raise PersonError(f"{len(found)} buttons say {label!r}: say which one with nth=")
    return found[nth or 0]


def find_field(blocks: list[Json], label: str) -> Field:
    """Return the input that has this label, or a menu by its placeholder; PersonError when there is none."""
    there = fields(blocks)
    for field in there:
        if field.label == label:
            return field
    raise PersonError(f"there is no input {label!r}; there are {[field.label for field in there]}")


def chosen(field: Field, choices: tuple[Any, ...], suggested: list[Json]) -> Json:
    """Return the state of a menu after something was chosen in it.

    Args:
        field: the menu.
        choices: texts of options; Users or Channels for the menus of those; dates and times as text; none: emptied.
        suggested: the options that the app last offered for an external select.
    """
    if field.type in TEXT_INPUTS:
        raise PersonError(f"{field.label!r} is a text input: use fill")
    if field.type == "file_input":
        raise PersonError(f"{field.label!r} takes files: use attach")
    values = [_value(field, choice, suggested) for choice in choices]
    if field.state_field in _MANY:
        return field.state(values)
    if len(values) > 1:
        raise PersonError(f"{field.label!r} takes one choice")
    return field.state(values[0] if values else None)


def _value(field: Field, choice: Any, suggested: list[Json]) -> Any:
    if not field.state_field.startswith("selected_option"):
        return choice.id if isinstance(choice, User | Channel) else choice
    options = suggested if "external" in field.type else field.options()
    for option in options:
        if option["text"]["text"] == choice:
            return option
    raise PersonError(f"{field.label!r} offers no {choice!r}: {[one['text']['text'] for one in options]}")


def shown_value(state: Json) -> Any:
    """Return what a person sees in an input: a text, an option's text, a file's name, a list of those, or None."""
    value = next(content for name, content in state.items() if name != "type")
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return _shown(value)


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return value["text"]["text"] if "text" in value else value.get("name", value)
    return value
