"""Block Kit, held to its limits more strictly than slack_sdk does (README §1.7 and §4). Pure, on dicts."""

import json
from collections.abc import Iterator
from typing import Any, Literal

from sandbox.slack.chart_table import CHARTS, MAX_CHARTS
from sandbox.slack.element_table import (
    ACCESSORIES,
    ACTION_ELEMENTS,
    ID,
    IMAGE,
    IMAGE_SOURCE,
    INPUT_ELEMENTS,
    TYPE,
    URL,
)
from sandbox.slack.rich_text_table import RICH_TEXT_ELEMENTS
from sandbox.slack.shapes import (
    Problem,
    Rule,
    any_field,
    array,
    boolean,
    by_type,
    one_of,
    plain_text,
    shape,
    string,
    text_object,
)

Surface = Literal["message", "modal", "home"]

MAX_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
# Undocumented: messages were refused with msg_blocks_too_long from about 13.2 thousand characters of JSON on
# (slackapi/bolt-js#2509). A margin is kept.
MAX_MESSAGE_CHARACTERS = 13_000
MAX_MARKDOWN_CHARACTERS = 12_000

_BLOCK_ID: dict[str, Rule] = {"block_id": ID}
_CELLS = by_type(
    {
        "raw_text": shape({**TYPE, "text": string()}, {}),
        "rich_text": shape({**TYPE, "elements": RICH_TEXT_ELEMENTS}, _BLOCK_ID),
    }
)
_CONTEXT_ELEMENTS = by_type(
    {**IMAGE, **{kind: text_object(3000, kind) for kind in ("plain_text", "mrkdwn")}},
)

_BLOCKS: dict[str, Rule] = {
    "section": shape(
        TYPE,
        {
            **_BLOCK_ID,
            "text": text_object(3000),
            "fields": array(text_object(2000), 1, 10),
            "accessory": ACCESSORIES,
            "expand": boolean,
        },
        any_field("text", "fields"),
    ),
    "header": shape({**TYPE, "text": plain_text(150)}, _BLOCK_ID),
    "divider": shape(TYPE, _BLOCK_ID),
    "context": shape({**TYPE, "elements": array(_CONTEXT_ELEMENTS, 1, 10)}, _BLOCK_ID),
    "actions": shape({**TYPE, "elements": array(ACTION_ELEMENTS, 1, 25)}, _BLOCK_ID),
    "image": shape(
        {**TYPE, "alt_text": string(1, 2000)},
        {
            **_BLOCK_ID,
            "image_url": URL,
            "slack_file": shape({}, {"id": string(), "url": string()}),
            "title": plain_text(2000),
        },
        IMAGE_SOURCE,
    ),
    "input": shape(
        {**TYPE, "label": plain_text(2000), "element": INPUT_ELEMENTS},
        {**_BLOCK_ID, "hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": shape({**TYPE, "elements": RICH_TEXT_ELEMENTS}, _BLOCK_ID),
    "markdown": shape({**TYPE, "text": string(1, MAX_MARKDOWN_CHARACTERS)}, _BLOCK_ID),
    "data_visualization": shape({**TYPE, "title": string(1, 50), "chart": CHARTS}, _BLOCK_ID),
    "table": shape(
        {**TYPE, "rows": array(array(_CELLS, 1, 20), 1, 100)},
        {
            **_BLOCK_ID,
            "column_settings": array(
                shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean}), 1, 20
            ),
        },
    ),
}

_NOT_IN_MODALS = ("markdown", "table", "data_visualization")
_NOT_IN_HOMES = ("markdown",)
_BY_SURFACE: dict[Surface, Rule] = {
    "message": by_type(_BLOCKS),
    "modal": by_type({name: rule for name, rule in _BLOCKS.items() if name not in _NOT_IN_MODALS}),
    "home": by_type({name: rule for name, rule in _BLOCKS.items() if name not in _NOT_IN_HOMES}),
}


def check(blocks: Any, surface: Surface, at: str = "/blocks") -> list[Problem]:
    """Return every rule that the blocks break.

    Args:
        blocks: a list of blocks as JSON; anything else is a problem too.
        surface: where they are shown.
        at: JSON pointer of the list itself.
    """
    low = 1 if surface == "modal" else 0
    problems = list(array(_BY_SURFACE[surface], low, MAX_BLOCKS[surface])(blocks, at))
    if not isinstance(blocks, list):
        return problems
    known = [(number, block) for number, block in enumerate(blocks) if isinstance(block, dict)]
    problems += _same_block_ids(known, at)
    problems += _one_focus(known, at)
    for number, block in known:
        problems += _same_action_ids(block, f"{at}/{number}")
    if surface == "message":
        problems += _sums(known, at)
    return problems


def too_long(blocks: list[Any]) -> bool:
    """Tell whether the blocks of one message are more than Slack takes (``msg_blocks_too_long``)."""
    written = json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))
    return len(written) > MAX_MESSAGE_CHARACTERS


def interactive(block: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return the elements of a block that a person can act on, each with its pointer within the block."""
    found: list[tuple[Any, str]] = []
    if block.get("type") == "actions" and isinstance(block.get("elements"), list):
        found = [(element, f"/elements/{number}") for number, element in enumerate(block["elements"])]
    elif block.get("type") == "section":
        found = [(block.get("accessory"), "/accessory")]
    elif block.get("type") == "input":
        found = [(block.get("element"), "/element")]
    return [(element, at) for element, at in found if isinstance(element, dict)]


def _same_block_ids(blocks: list[tuple[int, dict[str, Any]]], at: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, block in blocks:
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                yield Problem(f"{at}/{number}/block_id", f"`block_id` {block_id} already exists")
            seen.add(block_id)


def _same_action_ids(block: dict[str, Any], at: str) -> Iterator[Problem]:
    """An action_id must differ from the others of its block (docs: "unique ... in the containing block")."""
    seen: set[str] = set()
    for element, where in interactive(block):
        action_id = element.get("action_id")
        if isinstance(action_id, str):
            if action_id in seen:
                yield Problem(f"{at}{where}/action_id", f"`action_id` {action_id} already exists")
            seen.add(action_id)


def _one_focus(blocks: list[tuple[int, dict[str, Any]]], at: str) -> Iterator[Problem]:
    focused = [
        f"{at}/{number}{where}/focus_on_load"
        for number, block in blocks
        for element, where in interactive(block)
        if element.get("focus_on_load")
    ]
    for pointer in focused[1:]:
        yield Problem(pointer, "only one element may have focus_on_load")


def _sums(blocks: list[tuple[int, dict[str, Any]]], at: str) -> Iterator[Problem]:
    markdown = [str(block.get("text", "")) for _, block in blocks if block.get("type") == "markdown"]
    if len(markdown) > 1 and sum(map(len, markdown)) > MAX_MARKDOWN_CHARACTERS:
        yield Problem(at, f"markdown blocks must be less than {MAX_MARKDOWN_CHARACTERS + 1} characters in all")
    if sum(block.get("type") == "table" for _, block in blocks) > 1:
        yield Problem(at, "only_one_table_allowed")
    if sum(block.get("type") == "data_visualization" for _, block in blocks) > MAX_CHARTS:
        yield Problem(at, f"no more than {MAX_CHARTS} data visualization blocks allowed")
