"""A message as Slack's client lays out what a person typed: its marks become styles, lines of a quote a quote."""

import re
from collections.abc import Iterator

from sandbox.slack.model import Json, User
from sandbox.slack.typed import elements
from sandbox.slack.world import World

_FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_QUOTED = re.compile(r"^> ?")
# A pair of marks stands around something that does not begin or end with a space, and not within a word; what looks
# like marks within an address is none.
_MARKS = re.compile(
    r"https?://[^\s<>|]+"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?<![\w*])\*(?!\s)(?P<bold>[^*\n]+?)(?<!\s)\*(?![\w*])"
    r"|(?<![\w_])_(?!\s)(?P<italic>[^_\n]+?)(?<!\s)_(?![\w_])"
    r"|(?<![\w~])~(?!\s)(?P<strike>[^~\n]+?)(?<!\s)~(?![\w~])"
)
_EMOJI = re.compile(r":((?=[^:]*[a-z+-])[a-z0-9_+'-]+(?:::skin-tone-[2-6])?):")


def composed(world: World, by: User, text: str) -> list[Json]:
    """Return what a person typed as the blocks of their message; none for no text."""
    return [{"type": "rich_text", "elements": list(_parts(world, by, text))}] if text else []


def _parts(world: World, by: User, text: str) -> Iterator[Json]:
    end = 0
    for fence in _FENCE.finditer(text):
        yield from _lines(world, by, text[end : fence.start()].removesuffix("\n"))
        yield {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": fence[1]}]}
        end = fence.end()
    yield from _lines(world, by, text[end:].removeprefix("\n") if end else text)


def _lines(world: World, by: User, text: str) -> Iterator[Json]:
    if not text:
        return
    groups: list[tuple[bool, list[str]]] = []
    for line in text.split("\n"):
        quoted = _QUOTED.match(line) is not None
        if not groups or groups[-1][0] != quoted:
            groups.append((quoted, []))
        groups[-1][1].append(_QUOTED.sub("", line) if quoted else line)
    for quoted, lines in groups:
        kind = "rich_text_quote" if quoted else "rich_text_section"
        yield {"type": kind, "elements": list(_styled(world, by, "\n".join(lines), {}))}


def _styled(world: World, by: User, text: str, style: dict[str, bool]) -> Iterator[Json]:
    end = 0
    for found in _MARKS.finditer(text):
        name = found.lastgroup
        if name is None:
            continue
        yield from _plain(world, by, text[end : found.start()], style)
        inner, content = {**style, name: True}, found[name]
        if name == "code":
            yield {"type": "text", "text": content, "style": inner}
        else:
            yield from _styled(world, by, content, inner)
        end = found.end()
    yield from _plain(world, by, text[end:], style)


def _plain(world: World, by: User, text: str, style: dict[str, bool]) -> Iterator[Json]:
    for element in elements(world, by, text):
        for part in _with_emoji(element) if element["type"] == "text" else [element]:
            yield {**part, "style": style} if style else part


def _with_emoji(element: Json) -> Iterator[Json]:
    text, end = element["text"], 0
    for found in _EMOJI.finditer(text):
        if text[end : found.start()]:
            yield {"type": "text", "text": text[end : found.start()]}
        yield {"type": "emoji", "name": found[1]}
        end = found.end()
    if text[end:]:
        yield {"type": "text", "text": text[end:]}
