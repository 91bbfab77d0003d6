"""Text as Slack sends it, back to what the person typed."""

import re

_MARKUP = re.compile(r"<([^<>]*)>")


def unescape(text: str) -> str:
    """Return text with Slack's three entities resolved; ``&amp;`` last, or ``&amp;lt;`` would become ``<``."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def as_typed(text: str) -> str:
    """Return a message's text as a person reads it: names for mentions where Slack gives them, plain links."""
    return unescape(_MARKUP.sub(lambda found: _shown(found[1]), text))


def _shown(markup: str) -> str:
    target, _, label = markup.partition("|")
    if target.startswith(("@", "#", "!")):
        name = label.lstrip("@#") or target[1:].removeprefix("subteam^")
        return ("#" if target.startswith("#") else "@") + name
    if not label or target in {label, f"mailto:{label}"}:
        return label or target
    return f"{label} ({target})"
