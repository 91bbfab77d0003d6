"""What a message says of the files that were given: short, whatever their names are."""

from collections.abc import Sequence

from bot.domain.files import ShownFile
from bot.domain.text import shorten

FILES = "Files: {files}"
AND_MORE = " and {count} more"
MOST_NAMES = 5
NAME_LIMIT = 60
_STEP = 1000
_UNITS = ("bytes", "kB", "MB", "GB")


def files_line(files: Sequence[ShownFile]) -> str:
    """Return the names and sizes of files, the first ones of many."""
    named = ", ".join(_named(file) for file in files[:MOST_NAMES])
    more = len(files) - MOST_NAMES
    return FILES.format(files=named + (AND_MORE.format(count=more) if more > 0 else ""))


def size_words(size: int) -> str:
    """Return a number of bytes as people read it, in steps of a thousand: ``1.4 MB``, ``12 kB``."""
    shown, unit = float(size), 0
    # 999.5 kB would be rounded to 1000 kB.
    while round(shown) >= _STEP and unit < len(_UNITS) - 1:
        shown, unit = shown / _STEP, unit + 1
    number = f"{shown:.1f}" if unit and shown < 9.95 else f"{shown:.0f}"  # noqa: PLR2004 - below ten, one more digit
    return "1 byte" if size == 1 else f"{number.removesuffix('.0')} {_UNITS[unit]}"


def _named(file: ShownFile) -> str:
    name = shorten(file.name, NAME_LIMIT)
    return f"{name} ({size_words(file.size)})" if file.size else name
