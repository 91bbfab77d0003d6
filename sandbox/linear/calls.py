"""The requests that arrived, as tests ask about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(kw_only=True)
class Call:
    """One request.

    Args:
        operation: the operation's name; its first field's name when it has none; "" for what is no GraphQL.
        variables: the variables as they were sent.
        query: the document as it was sent.
        at: when it arrived, in seconds since the epoch.
        authorization: the header as it was sent.
        error: the first error's code (``INPUT_ERROR``), ``fault:503`` for a planted answer, ``dropped``, or
            None when all went well.
        status: the HTTP status answered; None while under way, and when dropped.
        seconds: real time until it was answered or dropped; None while under way.
        complexity: the points it cost.
        carried_out: whether the operation was executed, whatever was answered then.
    """

    operation: str
    variables: Mapping[str, Any]
    query: str
    at: float
    authorization: str | None
    error: str | None = None
    status: int | None = None
    seconds: float | None = None
    complexity: int = 0
    carried_out: bool = False

    @property
    def ok(self) -> bool:
        """Whether it was answered without errors."""
        return self.status is not None and self.error is None

    def __repr__(self) -> str:
        return f"<Call {self.operation} {self.error or self.status or 'under way'}>"
