"""Slack's own text markup: what in it mentions or links, and how it looks to a reader.

Source: docs.slack.dev/messaging/formatting-message-text. ``<@U1>``, ``<#C1>``, ``<!here>``, ``<!subteam^S1>`` and
``<url|text>`` are parsed; bare addresses become links; ``&amp;``, ``&lt;`` and ``&gt;`` are plain signs.
"""

import re
from collections.abc import Iterator, Mapping

_SPECIAL = re.compile(r"<([^<>\n]+)>")
_BARE = re.compile(r"(?:https?://|www\.)[^\s<>|]+", re.IGNORECASE)
_ANY_NAME = re.compile(r"(?<![\w@])@(channel|here|everyone)\b")
_SIGNS = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def unescape(text: str) -> str:
    """Return a text with its three escaped signs as a reader sees them."""
    for escaped, sign in _SIGNS:
        text = text.replace(escaped, sign)
    return text


def mentions(text: str, *, link_names: bool = False) -> Iterator[str]:
    """Yield whom a text notifies: ids of users and user groups, or ``!channel``, ``!here``, ``!everyone``.

    Args:
        text: mrkdwn.
        link_names: the message was sent with ``link_names`` or ``parse=full``: a bare ``@here`` counts too.
    """
    for found in _SPECIAL.finditer(text):
        inside = found[1].split("|")[0]
        if inside.startswith("@"):
            yield inside[1:]
        elif inside.startswith("!subteam^"):
            yield inside.removeprefix("!subteam^")
        elif inside.startswith("!") and not inside.startswith("!date"):
            yield inside
    if link_names:
        yield from (f"!{found[1]}" for found in _ANY_NAME.finditer(text))


def links(text: str, *, bare: bool = True) -> Iterator[str]:
    """Yield the addresses that a text links; bare ones only where Slack looks for them."""
    for found in _SPECIAL.finditer(text):
        if not found[1].startswith(("@", "#", "!")):
            yield found[1].split("|")[0]
    if bare:
        yield from (found[0] for found in _BARE.finditer(_SPECIAL.sub(" ", text)))


def as_read(text: str, names: Mapping[str, str]) -> str:
    """Return mrkdwn as a person reads it, ids replaced by names."""
    return unescape(_SPECIAL.sub(lambda found: _special(found[1], names), text))


def _special(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return "@" + names.get(target[1:], label or target[1:])
    if target.startswith("#"):
        return "#" + names.get(target[1:], label or target[1:])
    if target.startswith("!"):
        return label or "@" + target[1:].split("^")[0]
    return f"{label} ({target})" if label and label != target else target
