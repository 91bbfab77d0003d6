"""What may be in a text that somebody typed, before it is stored."""

import re
import unicodedata

# PostgreSQL refuses NUL in text; the other C0 controls are invisible and never typed on purpose.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# JSON may carry half of a surrogate pair ("\ud83d"), which no database can encode.
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Zero-width characters, direction marks and every kind of space: a text of these alone cannot be read or pressed.
_UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Zs"}
ELLIPSIS = "…"
# A number of 64 bits can have 19 digits; one less keeps every number within what a database takes for an id.
ID_DIGITS = 18


def clean(text: str) -> str:
    """Return the text as it can be stored: one kind of line end, no controls, no broken characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _LONE_SURROGATE.sub(_REPLACEMENT, _CONTROLS.sub("", text)).strip()


def clean_line(text: str) -> str:
    """Return the text as one line: white space of any kind becomes one space."""
    return " ".join(clean(text).split())


def can_be_seen(text: str) -> bool:
    """Tell whether there is anything in the text that a reader sees."""
    return any(unicodedata.category(character) not in _UNSEEN for character in text)


def is_whole_number(text: str, digits: int = ID_DIGITS) -> bool:
    """Tell whether the text is a number of ASCII digits alone, at most so many: as many as an id may have.

    int() takes digits of every script, underlines between them, and long over a very long number; isdigit() takes
    digits that int() does not, such as superscripts.
    """
    return text.isascii() and text.isdigit() and len(text) <= digits


def shorten(text: str, limit: int) -> str:
    """Return at most ``limit`` characters; what is cut ends in an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS
