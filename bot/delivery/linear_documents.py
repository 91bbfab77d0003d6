"""What Linear is asked: GraphQL documents, one file each, with the fragments that several of them share."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "graphql"
FRAGMENTS = FOLDER / "fragments"
_SPREAD = re.compile(r"\.\.\.(\w+)")


@cache
def documents() -> Mapping[str, str]:
    """Return every document by its name, whole: with the fragments that it spreads, and no others. Read once.

    Raises:
        KeyError: there is no such fragment.
    """
    fragments = _read(FRAGMENTS)
    return {name: _whole(text, fragments) for name, text in _read(FOLDER).items()}


def _read(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.graphql"))}


def _whole(text: str, fragments: Mapping[str, str]) -> str:
    spread = dict.fromkeys(_SPREAD.findall(text))
    return "\n".join([text, *(fragments[name] for name in spread)])
