"""Events of Linear's webhooks: a table of those that we act on, and an explicit list of those that we leave."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import structlog

from bot.domain.linear_told import About, AttachmentGone
from bot.errors import InvalidError
from handlers.linear.payloads import REMOVE, comment_told, issue_told

log = structlog.stdlib.get_logger(__name__)

NOT_READABLE = "The webhook lacks {field}."
_ACTIONS = frozenset({"create", "update", "remove"})
# What Linear is known to tell of besides (reference: Linear, webhook contract), and from which nothing follows:
# of labels and customer needs nobody here reads any, and the rest is no part of an issue.
LEFT_ALONE = frozenset(
    {
        "AgentSessionEvent",
        "AppUserNotification",
        "AuditEntry",
        "Customer",
        "CustomerNeed",
        "Cycle",
        "Document",
        "Initiative",
        "InitiativeUpdate",
        "IssueLabel",
        "IssueSLA",
        "OAuthApp",
        "PermissionChange",
        "Project",
        "ProjectLabel",
        "ProjectUpdate",
        "Reaction",
        "Release",
        "ReleaseNote",
        "User",
    }
)

_Read = Callable[[str, Mapping[str, Any], Mapping[str, Any]], About | None]


def _issue(action: str, data: Mapping[str, Any], payload: Mapping[str, Any]) -> About | None:
    return issue_told(action, data, payload.get("updatedFrom"), payload.get("url"))


def _comment(action: str, data: Mapping[str, Any], _payload: Mapping[str, Any]) -> About | None:
    return comment_told(action, data)


def _attachment(action: str, data: Mapping[str, Any], _payload: Mapping[str, Any]) -> About | None:
    issue_id, url = data.get("issueId"), data.get("url")
    if action != REMOVE or not isinstance(issue_id, str) or not isinstance(url, str):
        return None
    return AttachmentGone(linear_issue_id=issue_id, url=url)


class Events:
    """Reads what webhooks are about. Unknown types are logged once, so that they are noticed."""

    def __init__(self) -> None:
        self._noticed: set[str] = set()
        self.table: Mapping[str, _Read] = MappingProxyType(
            {"Issue": _issue, "Comment": _comment, "Attachment": _attachment}
        )

    def about(self, payload: Mapping[str, Any]) -> About | None:
        """Return what a payload is about; None: nothing follows from it.

        Raises:
            InvalidError: it is none of Linear's.
        """
        kind, action, data = payload.get("type"), payload.get("action"), payload.get("data")
        if not isinstance(kind, str):
            raise InvalidError(NOT_READABLE.format(field="type"))
        read = self.table.get(kind)
        if read is None:
            self._leave(kind)
            return None
        if not isinstance(action, str):
            raise InvalidError(NOT_READABLE.format(field="action"))
        if not isinstance(data, dict):
            raise InvalidError(NOT_READABLE.format(field="data"))
        return read(action, data, payload) if action in _ACTIONS else None

    def _leave(self, kind: str) -> None:
        if kind not in LEFT_ALONE and kind not in self._noticed:
            self._noticed.add(kind)
            log.warning("a webhook of Linear that we do not know", event_type=kind[:64])
