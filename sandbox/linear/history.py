"""An issue's history: who changed which property of it, and when."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.linear.model import Entity, Issue, User
from sandbox.linear.outside import ActorBot

if TYPE_CHECKING:
    from sandbox.linear.access import Actor

# What is changed so soon after an issue was opened belongs to its opening [D].
SETTLED_SECONDS = 180.0
_NAMES = {"stateId": "state_id", "priority": "priority", "assigneeId": "assignee_id", "title": "title"}


@dataclass(eq=False, repr=False, kw_only=True)
class IssueHistory(Entity):
    """One entry: what a property was and became; None where it did not change, or was empty."""

    issue: Issue
    actor: User | None
    bot_actor: ActorBot | None = None
    from_state_id: str | None = None
    to_state_id: str | None = None
    from_priority: int | None = None
    to_priority: int | None = None
    from_assignee_id: str | None = None
    to_assignee_id: str | None = None
    from_title: str | None = None
    to_title: str | None = None
    updated_description: bool | None = None
    trashed: bool | None = None
    archived: bool | None = None

    @property
    def actor_id(self) -> str | None:
        """The id of the person who did it; None: an integration did."""
        return self.actor.id if self.actor else None


def remember(issue: Issue, actor: "Actor", before: dict[str, Any], after: dict[str, Any], now: float) -> None:
    """Add what changed to the issue's history.

    Args:
        issue: after the change.
        actor: who did it.
        before: the former values of what changed, by the names of Linear's webhooks.
        after: all values.
        now: seconds since the epoch, UTC.
    """
    if now - issue.created_at < SETTLED_SECONDS:
        return
    changed = {name: ours for name, ours in _NAMES.items() if name in before}
    entry = IssueHistory(
        id=str(uuid.uuid5(uuid.UUID(issue.id), str(issue.turn))),
        created_at=now,
        updated_at=now,
        created_turn=issue.turn,
        turn=issue.turn,
        issue=issue,
        actor=actor.user if actor.shown is None else None,
        bot_actor=None if actor.shown is None else ActorBot(id=None, type="integration", name="An integration"),
        updated_description=True if "description" in before else None,
        trashed=bool(after["trashed"]) if "trashed" in before else None,
        archived=after["archivedAt"] is not None if "archivedAt" in before else None,
        **{f"from_{ours}": before[name] for name, ours in changed.items()},
        **{f"to_{ours}": after[name] for name, ours in changed.items()},
    )
    issue.history.append(entry)
