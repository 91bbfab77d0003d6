"""How often Linear was told to change something, and of which issue."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.linear.calls import Call

# Each of these is a write.
WRITES = ("IssueCreate", "IssueUpdate", "CommentCreate", "CommentUpdate", "CommentDelete", "AttachmentCreate")


class Writes:
    """Counts them."""

    def __init__(self) -> None:
        self.count = 0
        self._looked_at = 0
        self._of = Counter[str]()
        self._issue_of_comment = dict[str, str]()

    def look(self, calls: Sequence[Call]) -> None:
        """Count what was not counted before, of all the calls that ever arrived."""
        for call in calls[self._looked_at :]:
            if call.operation in WRITES:
                self.count += 1
                self._of[self._issue_of(call.operation, call.variables)] += 1
        self._looked_at = len(calls)

    def of(self, linear_id: str) -> int:
        """Return how many were of this issue."""
        return self._of[linear_id]

    def _issue_of(self, operation: str, variables: Mapping[str, Any]) -> str:
        """Return the issue's id: it is in the call, or was in the one that made the comment."""
        given = {**variables, **variables.get("input", {})}
        if operation == "CommentCreate":
            self._issue_of_comment[given["id"]] = given["issueId"]
        issue: str = given.get("issueId") or self._issue_of_comment.get(given["id"], given["id"])
        return issue
