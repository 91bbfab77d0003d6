"""What a rich_text block may hold (docs.slack.dev/reference/block-kit/blocks/rich-text-block)."""

from sandbox.slack.element_table import TYPE, URL
from sandbox.slack.shapes import Rule, array, boolean, by_type, integer, one_of, shape, string

_STYLE = shape(
    {},
    {
        "bold": boolean,
        "italic": boolean,
        "strike": boolean,
        "code": boolean,
        "underline": boolean,
        "highlight": boolean,
        "client_highlight": boolean,
        "unlink": boolean,
    },
)
_STYLED: dict[str, Rule] = {"style": _STYLE}

_TEXTS: dict[str, Rule] = {
    "text": shape({**TYPE, "text": string()}, _STYLED),
    "link": shape({**TYPE, "url": URL}, {"text": string(), "unsafe": boolean, **_STYLED}),
}

_INLINE: dict[str, Rule] = {
    **_TEXTS,
    "user": shape({**TYPE, "user_id": string()}, _STYLED),
    "usergroup": shape({**TYPE, "usergroup_id": string()}, _STYLED),
    "channel": shape({**TYPE, "channel_id": string()}, _STYLED),
    "emoji": shape({**TYPE, "name": string()}, {"unicode": string(), "skin_tone": integer(1, 6), **_STYLED}),
    "broadcast": shape({**TYPE, "range": one_of("here", "channel", "everyone")}, _STYLED),
    "color": shape({**TYPE, "value": string()}, _STYLED),
    "date": shape(
        {**TYPE, "timestamp": integer(0, 10**12), "format": string()},
        {"url": URL, "fallback": string(), **_STYLED},
    ),
}

_ANY = 1000
_SECTION = shape({**TYPE, "elements": array(by_type(_INLINE), 0, _ANY)}, {})
_BORDER: dict[str, Rule] = {"border": integer(0, 1)}

_PARTS: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_list": shape(
        {
            **TYPE,
            "style": one_of("bullet", "ordered"),
            "elements": array(by_type({"rich_text_section": _SECTION}), 1, _ANY),
        },
        {"indent": integer(0, 8), "offset": integer(0, _ANY), **_BORDER},
    ),
    "rich_text_preformatted": shape(
        {**TYPE, "elements": array(by_type(_TEXTS), 1, _ANY)}, {"language": string(), **_BORDER}
    ),
    "rich_text_quote": shape({**TYPE, "elements": array(by_type(_INLINE), 0, _ANY)}, _BORDER),
}

RICH_TEXT_ELEMENTS = array(by_type(_PARTS), 1, _ANY)
