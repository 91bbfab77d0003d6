"""What changed, in order: the log that webhooks are made from, and the bell that wakes those who wait."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.linear.model import Attachment, Comment, Issue, User
from sandbox.linear.snapshots import flat, snapshot, user_data
from sandbox.linear.world import World

Kept = Issue | Comment | Attachment


@dataclass(frozen=True)
class Change:
    """One change of an entity, with what a webhook's body needs.

    Args:
        action: create, update or remove.
        type: Issue, Comment or Attachment.
        data: the entity after the change, as JSON with Linear's names and ISO 8601 times.
        updated_from: for updates the previous values of what changed, ``updatedAt`` among them; else None.
        actor: who did it: id, name, email, url and type.
        at: seconds since the epoch, UTC.
        url: the entity's address in Linear.
        organization_id: the workspace it happened in.
        team_id: the team of the issue.
    """

    action: str
    type: str
    data: dict[str, Any]
    updated_from: dict[str, Any] | None
    actor: dict[str, Any]
    at: float
    url: str
    organization_id: str
    team_id: str


class Bell:
    """Wakes the waiting whenever something happened."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()
        self.watching: list[Callable[[], None]] = []
        self.count = 0

    def ring(self) -> None:
        """Let everyone who waits look again. ``count`` tells how often that was."""
        self.count += 1
        for on_change in self.watching:
            on_change()
        for rung in self._waiting:
            rung.set()

    async def wait_until(self, predicate: Callable[[], bool], seconds: float) -> None:
        """Return once the predicate holds; it is asked now and after each ring.

        Raises:
            TimeoutError: it does not hold after so many seconds of the machine's time.
        """
        async with asyncio.timeout(seconds):
            while not predicate():
                rung = asyncio.Event()
                self._waiting.add(rung)
                try:
                    await rung.wait()
                finally:
                    self._waiting.discard(rung)


class Journal:
    """The changes of one Linear, oldest first."""

    def __init__(self, world: World, bell: Bell) -> None:
        self._world = world
        self._bell = bell
        self.changes: list[Change] = []

    def created(self, entity: Kept, actor: User) -> None:
        """Note a new entity."""
        self._note("create", entity, actor)

    def removed(self, entity: Kept, actor: User) -> None:
        """Note that an entity went: an issue into the trash, a comment or an attachment for good."""
        self._note("remove", entity, actor)

    @contextlib.contextmanager
    def updating(self, entity: Kept, actor: User) -> Iterator[None]:
        """Note what the body changes of the entity, and stamp ``updatedAt``; without a change nothing happens."""
        before = flat(snapshot(entity))
        yield
        after = flat(snapshot(entity))
        changed = {name: value for name, value in before.items() if after[name] != value}
        if changed:
            self._world.touch(entity)
            self._note("update", entity, actor, {**changed, "updatedAt": before["updatedAt"]})

    def _note(self, action: str, entity: Kept, actor: User, updated_from: dict[str, Any] | None = None) -> None:
        issue = entity if isinstance(entity, Issue) else entity.issue
        change = Change(
            action=action,
            type=type(entity).__name__,
            data=snapshot(entity),
            updated_from=updated_from,
            actor={**user_data(actor), "type": "user"},
            at=self._world.now(),
            url=issue.url if isinstance(entity, Attachment) else entity.url,
            organization_id=issue.team.organization.id,
            team_id=issue.team.id,
        )
        self.changes.append(change)
        self._bell.ring()
