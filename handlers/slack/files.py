"""Files as Slack tells of them, in messages and in submissions."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.text import clean_line
from storage.files import GivenFile

# Where Slack keeps it to itself: in a shared channel it tells nothing but the id.
UNNAMED = "file"
# Beyond any file of Slack's (1 GB), and well within the database's numbers.
MOST_BYTES = 2**53


def given_files(team_id: str, listed: Any) -> Sequence[GivenFile]:
    """Return the files of a list of Slack's, as the workspace whose token reads them knows them."""
    found = listed if isinstance(listed, list | tuple) else ()
    return [_given(team_id, file) for file in found if isinstance(file, dict) and _id(file)]


def _given(team_id: str, file: Mapping[str, Any]) -> GivenFile:
    size = file.get("size")
    return GivenFile(
        team_id=team_id,
        slack_file_id=_id(file),
        name=_line(file.get("name")) or UNNAMED,
        mimetype=_line(file.get("mimetype")),
        size=min(max(size, 0), MOST_BYTES) if isinstance(size, int) else 0,
    )


def _id(file: Mapping[str, Any]) -> str:
    return _line(file.get("id"))


def _line(value: Any) -> str:
    return clean_line(value) if isinstance(value, str) else ""
