"""What people call a Linear issue by: its address, its identifier, or Linear's own id."""

import re
import uuid
from dataclasses import dataclass

_IDENTIFIER = r"[A-Za-z0-9]{1,10}-[1-9][0-9]{0,8}"
_ADDRESS = re.compile(
    rf"https?://linear\.app/(?P<workspace>[\w-]{{1,80}})/issue/(?P<identifier>{_IDENTIFIER})(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
_BARE = re.compile(_IDENTIFIER, re.ASCII)
# In one message: whoever pastes a list wants to show it, and not to link it.
MOST_ADDRESSES = 3


@dataclass(frozen=True)
class LinearName:
    """How somebody named a Linear issue.

    Args:
        wanted: an identifier such as ``ENG-12``, or a UUID: Linear finds an issue by either.
        workspace: the part of the address that names the Linear workspace; None: it was not said.
    """

    wanted: str
    workspace: str | None = None


def read_name(text: str) -> LinearName | None:
    """Return which Linear issue somebody typed, as an address, an identifier or an id; None: it is none of them."""
    typed = text.strip().strip("<>")
    if (address := _ADDRESS.match(typed)) is not None:
        return _of_address(address)
    if _BARE.fullmatch(typed):
        return LinearName(typed.upper())
    try:
        return LinearName(str(uuid.UUID(typed)))
    except ValueError:
        return None


def addresses_in(text: str) -> list[LinearName]:
    """Return the Linear issues whose addresses stand in a text, each once, and no more than a few."""
    return list(dict.fromkeys(map(_of_address, _ADDRESS.finditer(text))))[:MOST_ADDRESSES]


def is_in_workspace(url: str, workspace: str | None) -> bool:
    """Tell whether an issue's address is of this workspace; None: any is meant."""
    address = _ADDRESS.match(url)
    return workspace is None or (address is not None and address["workspace"].lower() == workspace)


def _of_address(address: re.Match[str]) -> LinearName:
    return LinearName(address["identifier"].upper(), address["workspace"].lower())
