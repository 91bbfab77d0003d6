"""What OAuth requests are refused with."""

from typing import Any


class OAuthError(Exception):
    """A refusal, in RFC 6749's words.

    Args:
        code: ``invalid_grant`` and the like.
        description: the sentence.
        status: the HTTP status.
    """

    def __init__(self, code: str, description: str, *, status: int = 400) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = status

    def as_json(self) -> dict[str, Any]:
        """Return the answer's body."""
        return {"error": self.code, "error_description": self.description}
