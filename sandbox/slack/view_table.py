"""What a view may be: fields and limits of modals and Homes."""

import json
from collections.abc import Iterator
from typing import Any

from sandbox.slack.blocks import Surface, check
from sandbox.slack.shapes import Problem, Rule, boolean, one_of, plain_text, shape, string

MAX_VIEW_BYTES = 250_000


def _anything(_value: Any, _at: str) -> Iterator[Problem]:
    """Blocks have their own check."""
    yield from ()


_COMMON: dict[str, Rule] = {
    "private_metadata": string(0, 3000),
    "callback_id": string(0, 255),
    "external_id": string(0, 255),
}
_SHAPES: dict[str, Rule] = {
    "modal": shape(
        {"type": one_of("modal"), "title": plain_text(24), "blocks": _anything},
        {
            **_COMMON,
            "submit": plain_text(24),
            "close": plain_text(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": shape({"type": one_of("home"), "blocks": _anything}, _COMMON),
}


def check_view(view: Any, surface: Surface, at: str = "/view") -> list[Problem]:
    """Return every rule that a view breaks.

    Args:
        view: the view as JSON.
        surface: ``modal`` for views.open, push and update; ``home`` for views.publish.
        at: JSON pointer of the view.
    """
    if not isinstance(view, dict):
        return [Problem(at, "must provide an object")]
    problems = list(_SHAPES[surface](view, at))
    blocks = view.get("blocks")
    if blocks is None:
        return problems
    problems += check(blocks, surface, f"{at}/blocks")
    has_input = isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )
    if surface == "modal" and has_input and view.get("submit") is None:
        # Slack: "submit is required when an input block is within the blocks array" (views reference).
        problems.append(Problem(at, "missing required field: submit"))
    return problems


def view_too_large(view: Any) -> bool:
    """Tell whether a view is over Slack's 250 kB (``view_too_large``)."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > MAX_VIEW_BYTES
