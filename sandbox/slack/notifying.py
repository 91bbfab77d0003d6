"""What a message really mentions and links, by Slack's parsing rules; to prove that user text does neither.

mrkdwn text objects and the top-level text are parsed; plain_text objects and the text elements of rich_text never
are. The buttons' own addresses are not counted.
"""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.slack import mrkdwn
from sandbox.slack.model import Json, Message

_MARKDOWN_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)")


def mentions(message: Message) -> list[str]:
    """Return whom a message notifies: ids of users and groups, or ``!channel``, ``!here``, ``!everyone``.

    The top-level text counts beside blocks as well: notifications show it.
    """
    loose = message.link_names or message.parse == "full"
    found = list(mrkdwn.mentions(message.text, link_names=loose))
    for attachment in message.attachments or []:
        found += mrkdwn.mentions(attachment.get("text") or "")
    for part in _parts(message):
        found += _mentioned(part, loose=loose)
    return list(dict.fromkeys(found))


def _mentioned(part: Json, *, loose: bool) -> Iterator[str]:
    match part.get("type"):
        case "mrkdwn" | "markdown":
            yield from mrkdwn.mentions(part["text"], link_names=loose)
        case "user":
            yield part["user_id"]
        case "usergroup":
            yield part["usergroup_id"]
        case "broadcast":
            yield f"!{part['range']}"


def links(message: Message) -> list[str]:
    """Return the addresses that a reader of the message can click, buttons aside.

    The top-level text counts only where it is shown: in a message without blocks.
    """
    found = [] if message.blocks else list(mrkdwn.links(message.text, bare=message.parse != "none"))
    for attachment in message.attachments or []:
        found += mrkdwn.links(attachment.get("text") or "")
    for part in _parts(message):
        found += _linked(part)
    return list(dict.fromkeys(found))


def _linked(part: Json) -> Iterator[str]:
    match part.get("type"):
        case "mrkdwn":
            yield from mrkdwn.links(part["text"], bare=not part.get("verbatim"))
        case "markdown":
            yield from _MARKDOWN_LINK.findall(part["text"])
            yield from mrkdwn.links(_MARKDOWN_LINK.sub(" ", part["text"]))
        case "link":
            yield part["url"]


def _parts(message: Message) -> Iterator[Json]:
    yield from _walk(message.blocks or [])
    for attachment in message.attachments or []:
        yield from _walk(attachment.get("blocks") or [])


def _walk(value: Any) -> Iterator[Json]:
    """Yield every object within blocks, at any depth."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _walk(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item)
