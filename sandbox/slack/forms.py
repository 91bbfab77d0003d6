"""The inputs of a view or message: which there are, what they hold, and what the client lets a person enter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack.blocks import interactive
from sandbox.slack.file_kinds import ending_of
from sandbox.slack.model import Json

Key = tuple[str, str]
# What Slack's client says below a required input that was left empty.
REQUIRED = "Please complete this required field."
# Of a file input (docs.slack.dev/reference/block-kit/block-elements/file-input-element).
MAX_FILES, MAX_FILE_BYTES = 10, 10 * 1024 * 1024

# Type of element -> (field of its state, field of its initial value, what an empty one holds), as in the
# `view.state.values` of docs.slack.dev/reference/interaction-payloads.
_STATES: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "file_input": ("files", "initial_files", []),
}
TEXT_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")


@dataclass(frozen=True)
class Field:
    """One element of a view that holds a value."""

    block: Json
    element: Json

    @property
    def key(self) -> Key:
        """Its place in ``state.values``: (block_id, action_id)."""
        return self.block["block_id"], self.element["action_id"]

    @property
    def type(self) -> str:
        """The element's type."""
        return str(self.element["type"])

    @property
    def is_input(self) -> bool:
        """Whether it stands in an input block, where errors can be shown below it."""
        return bool(self.block["type"] == "input")

    @property
    def label(self) -> str:
        """What a person reads beside it: an input's label, else its placeholder, else the section's text."""
        for text in (self.block.get("label"), self.element.get("placeholder"), self.block.get("text")):
            if text:
                return str(text["text"])
        return str(self.element["action_id"])

    @property
    def dispatches(self) -> bool:
        """Whether a change of it is told to the app at once (``block_actions``)."""
        return not self.is_input or bool(self.block.get("dispatch_action"))

    @property
    def state_field(self) -> str:
        """The field of its state that holds the value."""
        return _STATES[self.type][0]

    def state(self, value: Any) -> Json:
        """Return its state when it holds this value."""
        return {"type": self.type, self.state_field: value}

    def initial(self) -> Json:
        """Return its state before anyone touched it."""
        name, initial, empty = _STATES[self.type]
        return {"type": self.type, name: self.element.get(initial, empty)}

    def missing(self, state: Json) -> str | None:
        """Return the client's sentence when it is required and empty."""
        if self.is_input and not self.block.get("optional") and not state[self.state_field]:
            return REQUIRED
        return None

    def too_long(self, text: str) -> str | None:
        """Return the client's sentence when a text is longer or shorter than the input takes."""
        high, low = self.element.get("max_length", 3000), self.element.get("min_length", 0)
        if len(text) > high:
            return f"Must be less than {high + 1} characters."
        return f"Must be more than {low - 1} characters." if text and len(text) < low else None

    def refuses_files(self, attached: int, picked: Iterable[tuple[str, bytes]]) -> str | None:
        """Return the client's sentence when a file input does not take these files beside those attached."""
        picked, most, types = list(picked), self.element.get("max_files", MAX_FILES), self.element.get("filetypes")
        if attached + len(picked) > most:
            return f"You can upload {most} files at most."
        for name, content in picked:
            if types and ending_of(name) not in types:
                return f"{name} is not one of the file types: {', '.join(types)}."
            if len(content) > MAX_FILE_BYTES:
                return f"{name} is larger than 10 MB."
        return None

    def options(self) -> list[Json]:
        """Return the options of a menu, those in groups included."""
        options: list[Json] = list(self.element.get("options") or [])
        for group in self.element.get("option_groups") or []:
            options += group["options"]
        return options


def fields(blocks: Iterable[Json]) -> list[Field]:
    """Return the elements that hold a value, in the order in which they are shown."""
    return [
        Field(block, element)
        for block in blocks
        for element, _ in interactive(block)
        if element.get("type") in _STATES
    ]


def states(blocks: Iterable[Json], kept: Mapping[Key, Json]) -> dict[Key, Json]:
    """Return the state of every input of a view.

    An input that an earlier version of the view held under the same block_id and action_id keeps what it held:
    Slack then ignores a new initial value (slackapi/bolt-js#290, slackapi/bolt-python#1064). An empty one takes it.

    Args:
        blocks: of the view as it is now.
        kept: the states of the version before.
    """
    found: dict[Key, Json] = {}
    for field in fields(blocks):
        before = kept.get(field.key)
        same = before is not None and before["type"] == field.type and before[field.state_field]
        found[field.key] = before if same and before is not None else field.initial()
    return found
