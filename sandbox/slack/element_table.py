"""What each Block Kit element may be: fields and limits (docs.slack.dev/reference/block-kit, README §1.7)."""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.shapes import (
    Problem,
    Rule,
    any_field,
    array,
    boolean,
    by_type,
    exactly_one,
    integer,
    matching,
    one_of,
    plain_text,
    shape,
    string,
    text_object,
)

TYPE: dict[str, Rule] = {"type": string()}
ID = string(1, 255)
URL = string(1, 3000)
DATE = matching(r"\d{4}-\d{2}-\d{2}", "a date YYYY-MM-DD")
TIME = matching(r"\d{2}:\d{2}", "a time HH:mm")

CONFIRM = shape(
    {"title": plain_text(100), "text": text_object(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)


def _option(**more: Rule) -> Rule:
    return shape({"text": text_object(75), "value": string(1, 150)}, {"description": text_object(75), **more})


PLAIN_OPTION = shape({"text": plain_text(75), "value": string(1, 150)}, {"description": plain_text(75)})
OPTION_GROUP = shape({"label": plain_text(75), "options": array(PLAIN_OPTION, 1, 100)}, {})

COMMON: dict[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
PLACEHOLDER: dict[str, Rule] = {"placeholder": plain_text(150)}
DISPATCH = shape(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)},
    {},
)


def all_options(element: Any) -> list[Any]:
    """Return the options of a menu, those in groups included."""
    groups = element.get("option_groups")
    options = list(element.get("options") or [])
    for group in groups if isinstance(groups, list) else []:
        options += group.get("options") or [] if isinstance(group, dict) else []
    return options


def initial_among_options(element: Any, at: str) -> Iterator[Problem]:
    """An initial option must be one of the options, in every field."""
    options = all_options(element)
    first = element.get("initial_option")
    if first is not None and first not in options:
        yield Problem(f"{at}/initial_option", "must be one of the provided options")
    for number, option in enumerate(element.get("initial_options") or []):
        if option not in options:
            yield Problem(f"{at}/initial_options/{number}", "must be one of the provided options")


def lengths_in_order(element: Any, at: str) -> Iterator[Problem]:
    """A text input cannot ask for more characters than it takes; its initial value must fit."""
    low, high, initial = element.get("min_length"), element.get("max_length"), element.get("initial_value")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        yield Problem(f"{at}/min_length", "must be less than or equal to max_length")
    if isinstance(initial, str) and isinstance(high, int) and len(initial) > high:
        yield Problem(f"{at}/initial_value", f"must be less than {high + 1} characters")


def _select(initial: dict[str, Rule], *also: Rule, required: dict[str, Rule] | None = None) -> Rule:
    return shape({**TYPE, **(required or {})}, {**COMMON, **PLACEHOLDER, **initial}, *also)


_MAX_SELECTED: dict[str, Rule] = {"max_selected_items": integer(1, 1_000_000)}
_OPTIONS: dict[str, Rule] = {
    "options": array(PLAIN_OPTION, 1, 100),
    "option_groups": array(OPTION_GROUP, 1, 100),
}
_FILTER: dict[str, Rule] = {
    "filter": shape(
        {},
        {
            "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
            "exclude_external_shared_channels": boolean,
            "exclude_bot_users": boolean,
        },
    ),
    "default_to_current_conversation": boolean,
    "response_url_enabled": boolean,
}
_CONVERSATION: dict[str, Rule] = {"initial_conversation": string(), **_FILTER}
_CONVERSATIONS: dict[str, Rule] = {"initial_conversations": array(string(), 1, 1000), **_FILTER}
_USERS: dict[str, Rule] = {"initial_users": array(string(), 1, 1000), **_MAX_SELECTED}
_CHANNELS: dict[str, Rule] = {"initial_channels": array(string(), 1, 1000), **_MAX_SELECTED}
_QUERY: dict[str, Rule] = {"min_query_length": integer(0, 1000)}
_TEXT: dict[str, Rule] = {"initial_value": string(0), "dispatch_action_config": DISPATCH}

SELECTS: dict[str, Rule] = {
    "static_select": _select(
        {**_OPTIONS, "initial_option": PLAIN_OPTION},
        exactly_one("options", "option_groups"),
        initial_among_options,
    ),
    "external_select": _select({"initial_option": PLAIN_OPTION, **_QUERY}),
    "users_select": _select({"initial_user": string()}),
    "conversations_select": _select(_CONVERSATION),
    "channels_select": _select({"initial_channel": string(), "response_url_enabled": boolean}),
    "multi_static_select": _select(
        {**_OPTIONS, "initial_options": array(PLAIN_OPTION, 1, 100), **_MAX_SELECTED},
        exactly_one("options", "option_groups"),
        initial_among_options,
    ),
    "multi_external_select": _select({"initial_options": array(PLAIN_OPTION, 1, 100), **_QUERY, **_MAX_SELECTED}),
    "multi_users_select": _select(_USERS),
    "multi_conversations_select": _select({**_CONVERSATIONS, **_MAX_SELECTED}),
    "multi_channels_select": _select(_CHANNELS),
}

CHOICES: dict[str, Rule] = {
    "checkboxes": shape(
        {**TYPE, "options": array(_option(), 1, 10)},
        {**COMMON, "initial_options": array(_option(), 1, 10)},
        initial_among_options,
    ),
    "radio_buttons": shape(
        {**TYPE, "options": array(_option(), 1, 10)},
        {**COMMON, "initial_option": _option()},
        initial_among_options,
    ),
    "datepicker": shape(TYPE, {**COMMON, **PLACEHOLDER, "initial_date": DATE}),
    "timepicker": shape(TYPE, {**COMMON, **PLACEHOLDER, "initial_time": TIME, "timezone": string()}),
}

TEXTS: dict[str, Rule] = {
    "plain_text_input": shape(
        TYPE,
        {
            **COMMON,
            **PLACEHOLDER,
            **_TEXT,
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        lengths_in_order,
    ),
    "email_text_input": shape(TYPE, {**COMMON, **PLACEHOLDER, **_TEXT}),
    "url_text_input": shape(TYPE, {**COMMON, **PLACEHOLDER, **_TEXT}),
    "number_input": shape(
        {**TYPE, "is_decimal_allowed": boolean},
        {**COMMON, **PLACEHOLDER, **_TEXT, "min_value": string(), "max_value": string()},
    ),
    "file_input": shape(TYPE, {"action_id": ID, "filetypes": array(string(), 1, 100), "max_files": integer(1, 10)}),
}

BUTTONS: dict[str, Rule] = {
    "button": shape(
        {**TYPE, "text": plain_text(75)},
        {
            "action_id": ID,
            "confirm": CONFIRM,
            "url": URL,
            "value": string(1, 2000),
            "style": one_of("primary", "danger"),
            "accessibility_label": string(1, 75),
        },
    ),
    "overflow": shape({**TYPE, "options": array(_option(url=URL), 1, 5)}, {"action_id": ID, "confirm": CONFIRM}),
}

IMAGE_SOURCE = any_field("image_url", "slack_file")
IMAGE: dict[str, Rule] = {
    "image": shape(
        {**TYPE, "alt_text": string(1, 2000)},
        {"image_url": URL, "slack_file": shape({}, {"id": string(), "url": string()})},
        IMAGE_SOURCE,
    ),
}

MENUS: dict[str, Rule] = {name: rule for name, rule in SELECTS.items() if not name.startswith("multi_")}
ACTION_ELEMENTS = by_type({**BUTTONS, **MENUS, **CHOICES})
ACCESSORIES = by_type({**BUTTONS, **SELECTS, **CHOICES, **IMAGE})
INPUT_ELEMENTS = by_type({**SELECTS, **CHOICES, **TEXTS})
