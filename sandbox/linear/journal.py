"""What changed, in order: the log that webhooks are made from, and the bell that wakes those who wait."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.linear.access import Actor
from sandbox.linear.customer_model import Customer
from sandbox.linear.history import remember
from sandbox.linear.model import Attachment, Issue, IssueLabel, Organization, Team
from sandbox.linear.snapshots import Kept, flat, snapshot, user_data
from sandbox.linear.world import World

AppShape = Literal["user", "oauthClient", "nobody"]


@dataclass(frozen=True)
class Change:
    """One change of an entity, with what a webhook's body needs.

    Args:
        action: create, update or remove.
        type: Issue, Comment, Attachment ...
        data: the entity after the change, as JSON with Linear's names and ISO 8601 times.
        updated_from: for updates the previous values of what changed, ``updatedAt`` among them; else None.
        actor: who did it, as webhooks say it; None when they do not.
        at: seconds since the epoch, UTC.
        url: the entity's address in Linear.
        organization_id: the workspace it happened in.
        team_id: the team of the issue; None for what belongs to no team.
        private: whether that team is private.
        more: what the webhook's body has besides.
    """

    action: str
    type: str
    data: dict[str, Any]
    updated_from: dict[str, Any] | None
    actor: dict[str, Any] | None
    at: float
    url: str | None
    organization_id: str
    team_id: str | None
    private: bool = False
    more: dict[str, Any] = field(default_factory=dict)


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
    """The changes of one Linear, oldest first.

    Args:
        world: tells the time.
        bell: rung at each change.
        hear: told of each change.
    """

    def __init__(self, world: World, bell: Bell, hear: Callable[[Change], object]) -> None:
        self._world = world
        self._bell = bell
        self._hear = hear
        self.changes: list[Change] = []
        #: How webhooks name an app that acts: a user was seen (2025); with createAsUser nothing is established.
        self.app_shape: AppShape = "user"

    def created(self, entity: Kept, actor: Actor) -> None:
        """Note a new entity."""
        self._note("create", entity, actor)

    def removed(self, entity: Kept, actor: Actor) -> None:
        """Note that an entity went: an issue into the trash, anything else for good."""
        self._note("remove", entity, actor)

    @contextlib.contextmanager
    def updating(self, entity: Kept, actor: Actor) -> Iterator[None]:
        """Note what the body changes of the entity, and stamp ``updatedAt``; without a change nothing happens."""
        before = flat(snapshot(entity))
        yield
        after = flat(snapshot(entity))
        changed = {name: value for name, value in before.items() if after[name] != value}
        if changed:
            self._world.touch(entity)
            if isinstance(entity, Issue):
                remember(entity, actor, changed, after, self._world.now())
            self._note("update", entity, actor, {**changed, "updatedAt": before["updatedAt"]})

    def _note(self, action: str, entity: Kept, actor: Actor, updated_from: dict[str, Any] | None = None) -> None:
        organization, team, url = _whereabouts(entity)
        change = Change(
            action=action,
            type=type(entity).__name__,
            data=snapshot(entity),
            updated_from=updated_from,
            actor=self._shown(actor),
            at=self._world.now(),
            url=url,
            organization_id=organization.id,
            team_id=team.id if team else None,
            private=team is not None and team.private,
        )
        self.changes.append(change)
        self._hear(change)
        self._bell.ring()

    def _shown(self, actor: Actor) -> dict[str, Any] | None:
        if actor.shown is not None:
            return dict(actor.shown) or None
        if not actor.as_app or self.app_shape == "user":
            return {**user_data(actor.user), "type": "user"}
        if self.app_shape == "nobody":
            return None
        client = actor.user.email.split("@", maxsplit=1)[0]
        return {"id": client, "name": actor.user.name, "type": "oauthClient"}


def _whereabouts(entity: Kept) -> tuple[Organization, Team | None, str | None]:
    if isinstance(entity, IssueLabel):
        return entity.organization, entity.team, None
    if isinstance(entity, Customer):
        return entity.organization, None, entity.url
    issue = entity if isinstance(entity, Issue) else entity.issue
    url = issue.url if isinstance(entity, Attachment) else entity.url
    return issue.team.organization, issue.team, url
