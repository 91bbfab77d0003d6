"""Names, keys and ids as Linear writes them."""

import re
from collections.abc import Collection
from itertools import count
from uuid import UUID

SLUG_LIMIT = 60
KEY_LENGTH = 3


def slug(text: str) -> str:
    """Return the text as it stands in an address: lower case, words joined by hyphens, cut at 60 characters."""
    words = re.sub(r"[^\w]+", "-", text.lower()).replace("_", "-").strip("-")
    return words[:SLUG_LIMIT].rstrip("-")


def snake(name: str) -> str:
    """Return a GraphQL name (``createdAt``) as an attribute's name (``created_at``)."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def is_uuid(text: str) -> bool:
    """Tell whether the text is a UUID in its usual form."""
    return _uuid(text) is not None


def is_uuid4(text: str) -> bool:
    """Tell whether the text is a UUID with version 4's bits, which Linear asks of ids that clients choose."""
    parsed = _uuid(text)
    return parsed is not None and parsed.version == 4  # noqa: PLR2004 - the version is the number


def _uuid(text: str) -> UUID | None:
    try:
        parsed = UUID(text)
    except ValueError:
        return None
    return parsed if str(parsed) == text.lower() else None


def key_from_name(name: str, taken: Collection[str]) -> str:
    """Return a team key made from the name: its first three letters, then more letters, then a number.

    Args:
        name: the team's name.
        taken: the keys in use in the organization.
    """
    letters = re.sub(r"[^A-Z0-9]", "", name.upper()).lstrip("0123456789") or "TEAM"
    longer = (letters[:length] for length in range(KEY_LENGTH, min(len(letters), 5) + 1))
    numbered = (f"{letters[:KEY_LENGTH]}{number}" for number in count(2))
    for candidate in (letters[:KEY_LENGTH], *longer):
        if candidate not in taken:
            return candidate
    return next(candidate for candidate in numbered if candidate not in taken)
