"""What a person types, as Slack's client writes it down: mentions become ids, special signs are escaped."""

import re

from sandbox.slack.model import Json, User
from sandbox.slack.world import World

_TOKEN = re.compile(
    r"(?P<ready><@(?P<ready_id>[UW][A-Z0-9]+)>)|(?P<url>https?://[^\s<>|]+)"
    r"|(?<!\w)@(?P<name>[\w.-]+)|(?<!\w)#(?P<channel>[\w-]+)"
)
_BROADCASTS = ("channel", "here", "everyone")


def escape(text: str) -> str:
    """Escape the three signs that Slack's text gives a meaning to."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _element(world: World, by: User, found: re.Match[str]) -> Json:
    """Return the rich_text element for something special that was typed, or a text when it means nothing."""
    plain = {"type": "text", "text": found.group(0)}
    if url := found["url"]:
        return {"type": "link", "url": url}
    if found["name"] in _BROADCASTS:
        return {"type": "broadcast", "range": found["name"]}
    if channel_name := found["channel"]:
        for channel in world.channels.values():
            if channel.name == channel_name and channel.kind != "im" and by.team in channel.teams:
                return {"type": "channel", "channel_id": channel.id}
        return plain
    for user in world.users.values():
        if found["ready_id"] == user.id or (found["name"] or "").rstrip(".") == user.name:
            return {"type": "user", "user_id": user.id}
    return plain


def elements(world: World, by: User, text: str) -> list[Json]:
    """Return a typed text as rich_text elements."""
    parts: list[Json] = []
    end = 0
    for found in _TOKEN.finditer(text):
        if text[end : found.start()]:
            parts.append({"type": "text", "text": text[end : found.start()]})
        parts.append(_element(world, by, found))
        end = found.end()
    if text[end:]:
        parts.append({"type": "text", "text": text[end:]})
    return parts


def written(world: World, parts: list[Json], *, names: bool = False) -> str:
    """Return rich_text elements as a message's ``text``.

    Args:
        world: gives the names.
        parts: as ``elements`` returns them.
        names: write ``<@U1|ann>`` and ``<#C1|general>``, as a slash command with ``should_escape`` gets them.
    """
    return "".join(_written(world, part, names=names) for part in parts)


def _written(world: World, part: Json, *, names: bool) -> str:
    match part["type"]:
        case "user":
            name = f"|{world.users[part['user_id']].name}" if names else ""
            return f"<@{part['user_id']}{name}>"
        case "channel":
            return f"<#{part['channel_id']}|{world.channels[part['channel_id']].name}>"
        case "broadcast":
            return f"<!{part['range']}>"
        case "link":
            return f"<{escape(part['url'])}>"
        case _:
            return escape(part["text"])
