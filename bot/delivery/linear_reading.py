"""What Linear answers, read as facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.addresses import short_address
from bot.domain.linear_seen import LinearPerson, SeenIssue


def seen_issue(node: Mapping[str, Any]) -> SeenIssue:
    """Return an issue as it stands in an answer; the document asks for all that is read here."""
    state = node["state"]
    return SeenIssue(
        linear_id=node["id"],
        team_id=node["team"]["id"],
        identifier=node["identifier"],
        url=short_address(node["url"]),
        title=node["title"],
        description=node["description"],
        state_id=state["id"],
        state_name=state["name"],
        state_type=state["type"],
        # A Float in the schema.
        priority=int(node["priority"]),
        assignee=_person(node["assignee"]),
        updated_at=datetime.fromisoformat(node["updatedAt"]),
        gone=bool(node["trashed"]) or node["archivedAt"] is not None,
    )


def _person(node: Mapping[str, Any] | None) -> LinearPerson | None:
    return None if node is None else LinearPerson(id=node["id"], name=node["name"], email=node["email"])
