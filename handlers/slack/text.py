"""Text as Slack sends it, back to what the person typed."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeGuard

# Slack's own have fewer than 20 characters.
ID_LIMIT = 64
_MARKUP = re.compile(r"<([^<>]*)>")


def is_id(value: Any) -> TypeGuard[str]:
    """Tell whether this can be an id or a ``ts`` of Slack: short, and without what no database takes."""
    return isinstance(value, str) and 0 < len(value) <= ID_LIMIT and value.isascii() and value.isprintable()


def time_of(ts: Any) -> datetime | None:
    """Return the time that a ``ts`` of Slack tells, to the microsecond; None: it is none."""
    try:
        return datetime.fromtimestamp(float(str(ts)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def unescape(text: str) -> str:
    """Return text with Slack's three entities resolved; ``&amp;`` last, or ``&amp;lt;`` would become ``<``."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def as_typed(text: str, names: Mapping[str, str] | None = None) -> str:
    """Return a message's text as a person reads it: names for mentions, plain links.

    Args:
        text: as Slack sends it.
        names: of ids for which Slack gives no name beside them.
    """
    return unescape(_MARKUP.sub(lambda found: _shown(found[1], names or {}), text))


def _shown(markup: str, names: Mapping[str, str]) -> str:
    target, _, label = markup.partition("|")
    if target.startswith(("@", "#", "!")):
        name = label.lstrip("@#") or names.get(target[1:]) or target[1:].removeprefix("subteam^")
        return ("#" if target.startswith("#") else "@") + name
    if not label or target in {label, f"mailto:{label}"}:
        return label or target
    return f"{label} ({target})"
