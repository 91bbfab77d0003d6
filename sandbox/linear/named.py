"""How people's hands name what they mean."""

from typing import Protocol


class Named(Protocol):
    """Anything with Linear's id: an entity, or what a test has read."""

    @property
    def id(self) -> str:
        """The id."""
        ...


def reference_of(issue: str | Named) -> str:
    """Return the identifier or id that names the issue."""
    return issue if isinstance(issue, str) else issue.id
