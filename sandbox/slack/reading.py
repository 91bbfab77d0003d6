"""Messages and views as a person reads them, and what in them really mentions or links.

Everything here is pure. ``names`` are the names of users and channels by id (``Slack.names()``); without them ids
are shown.
"""

from collections.abc import Callable, Iterable, Mapping

from sandbox.slack import mrkdwn
from sandbox.slack.elements import shown_value
from sandbox.slack.forms import Field, fields
from sandbox.slack.model import File, Json, Message, View
from sandbox.slack.notifying import links, mentions

__all__ = ["as_text", "block_as_text", "links", "mentions", "view_as_text"]

Names = Mapping[str, str]
_NOBODY: Names = {}
# Kind of rich_text element -> the field that is read, and the signs around it.
_INLINE = {
    "text": ("text", "", ""),
    "usergroup": ("usergroup_id", "@", ""),
    "broadcast": ("range", "@", ""),
    "emoji": ("name", ":", ":"),
    "date": ("format", "", ""),
}


def as_text(message: Message, names: Names = _NOBODY) -> str:
    """Return a message as it stands on the screen: its blocks or else its text, then its files."""
    parts = [block_as_text(block, names) for block in message.blocks or []]
    if not message.blocks:
        parts = [mrkdwn.as_read(message.text, names)]
    for attachment in message.attachments or []:
        parts += [block_as_text(block, names) for block in attachment.get("blocks") or []]
        if attachment.get("text"):
            parts.append(mrkdwn.as_read(attachment["text"], names))
    parts += [_file(file) for file in message.files]
    return "\n".join(part for part in parts if part)


def _file(file: File) -> str:
    if file.deleted:
        return "[file: deleted]"
    return f"[file: {file.title}, {file.size} {'byte' if file.size == 1 else 'bytes'}]"


def view_as_text(view: View, names: Names = _NOBODY) -> str:
    """Return a modal or Home as it stands on the screen, with what its inputs hold now."""
    title = (view.payload.get("title") or {}).get("text")
    held = {field.key: field for field in fields(view.blocks)}
    lines = [f"== {title} =="] if title else []
    for block in view.blocks:
        if block["type"] == "input":
            lines.append(_input(view, held[block["block_id"], block["element"]["action_id"]], names))
        else:
            lines.append(block_as_text(block, names))
    buttons = [view.payload[name]["text"] for name in ("close", "submit") if view.payload.get(name)]
    return "\n".join([*(line for line in lines if line), *([_buttons(buttons)] if buttons else [])])


def _input(view: View, field: Field, names: Names) -> str:
    value = shown_value(view.values[field.key])
    if isinstance(value, str):
        # Somebody or a channel that was chosen.
        value = names.get(value, value)
    optional = " (optional)" if field.block.get("optional") else ""
    hint = field.block.get("hint")
    below = f"\n  {hint['text']}" if hint else ""
    return f"{field.label}{optional}: {'' if value in (None, []) else value}{below}"


def block_as_text(block: Json, names: Names = _NOBODY) -> str:
    """Return one block as a person reads it."""
    read = _READERS.get(block["type"])
    return read(block, names) if read else f"[{block['type']}]"


def _text(text: Json, names: Names) -> str:
    content = str(text["text"])
    return mrkdwn.as_read(content, names) if text["type"] == "mrkdwn" else content


def _section(block: Json, names: Names) -> str:
    lines = [_text(block["text"], names)] if block.get("text") else []
    lines += [_text(one, names) for one in block.get("fields") or []]
    accessory = _element(block["accessory"], names) if block.get("accessory") else ""
    return "\n".join(lines) + (f" {accessory}" if accessory else "")


def _context(block: Json, names: Names) -> str:
    return " ".join(_element(one, names) for one in block["elements"])


def _element(element: Json, names: Names) -> str:
    kind = element["type"]
    if kind in ("mrkdwn", "plain_text"):
        return _text(element, names)
    if kind == "image":
        return f"[{element['alt_text']}]"
    if kind == "button":
        return _buttons([element["text"]["text"]])
    if kind == "overflow":
        return f"[⋯ {' | '.join(option['text']['text'] for option in element['options'])}]"
    shown = element.get("initial_option") or {"text": element.get("placeholder") or {"text": kind}}
    return f"[{shown['text']['text']} ▾]"


def _buttons(labels: Iterable[str]) -> str:
    return " ".join(f"[{label}]" for label in labels)


def _rich_text(block: Json, names: Names) -> str:
    return "\n".join(_rich_part(part, names) for part in block["elements"])


def _rich_part(part: Json, names: Names) -> str:
    kind = part["type"]
    if kind == "rich_text_list":
        indent = "  " * part.get("indent", 0)
        lines = [_inline(item["elements"], names) for item in part["elements"]]
        ordered = part["style"] == "ordered"
        return "\n".join(
            f"{indent}{f'{number}.' if ordered else '•'} {line}" for number, line in enumerate(lines, 1)
        )
    content = _inline(part["elements"], names)
    if kind == "rich_text_quote":
        return "\n".join(f"> {line}" for line in content.split("\n"))
    return f"```\n{content}\n```" if kind == "rich_text_preformatted" else content


def _inline(elements: list[Json], names: Names) -> str:
    return "".join(_inline_one(element, names) for element in elements)


def _inline_one(element: Json, names: Names) -> str:
    kind = element["type"]
    if kind in ("user", "channel"):
        someone = element[f"{kind}_id"]
        return ("@" if kind == "user" else "#") + names.get(someone, someone)
    if kind == "link":
        label = element.get("text")
        return f"{label} ({element['url']})" if label else str(element["url"])
    field, before, after = _INLINE.get(kind, ("value", "", ""))
    return f"{before}{element.get('fallback') or element[field]}{after}"


def _table(block: Json, names: Names) -> str:
    rows = [[_cell(cell, names) for cell in row] for row in block["rows"]]
    return "\n".join(" | ".join(row) for row in rows)


def _cell(cell: Json, names: Names) -> str:
    return str(cell["text"]) if cell["type"] == "raw_text" else _rich_text(cell, names)


def _chart(block: Json, _names: Names) -> str:
    chart = block["chart"]
    lines = [f"{one['name']}: {_points(one['data'])}" for one in chart.get("series") or []]
    if chart.get("segments"):
        lines.append(_points(chart["segments"]))
    return "\n".join([f"[chart: {block['title']}]", *lines])


def _points(points: list[Json]) -> str:
    return ", ".join(f"{point['label']} {point['value']}" for point in points)


def _image(block: Json, _names: Names) -> str:
    return f"[{block['alt_text']}]"


_READERS: dict[str, Callable[[Json, Names], str]] = {
    "section": _section,
    "header": lambda block, names: _text(block["text"], names),
    "divider": lambda _block, _names: "---",
    "context": _context,
    "actions": _context,
    "image": _image,
    "input": lambda block, _names: f"{block['label']['text']}:",
    "rich_text": _rich_text,
    "markdown": lambda block, _names: str(block["text"]),
    "table": _table,
    "data_visualization": _chart,
}
