"""Everything this Linear holds, and the numbers and ids it gives out. No rules live here."""

import math
import random
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sandbox.clock import Clock
from sandbox.linear.customer_model import Customer, CustomerNeed
from sandbox.linear.errors import ConflictError, invalid_argument
from sandbox.linear.model import (
    Attachment,
    Comment,
    Entity,
    Issue,
    IssueLabel,
    Organization,
    Team,
    User,
    WorkflowState,
)
from sandbox.linear.naming import is_uuid4
from sandbox.linear.subscription import Webhook

_KEPT = (
    "turn",
    "organizations",
    "users",
    "teams",
    "states",
    "labels",
    "issues",
    "comments",
    "attachments",
    "customers",
    "needs",
    "webhooks",
)


class World:
    """The entities by id, over all organizations.

    Args:
        clock: tells the time of every change.
        seed: decides the ids that are made here; the same seed and the same acts give the same ids.
    """

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._random = random.Random(seed)
        self.turn = 0
        self.organizations: dict[str, Organization] = {}
        self.users: dict[str, User] = {}
        self.teams: dict[str, Team] = {}
        self.states: dict[str, WorkflowState] = {}
        self.labels: dict[str, IssueLabel] = {}
        self.issues: dict[str, Issue] = {}
        self.comments: dict[str, Comment] = {}
        self.attachments: dict[str, Attachment] = {}
        self.customers: dict[str, Customer] = {}
        self.needs: dict[str, CustomerNeed] = {}
        self.webhooks: dict[str, Webhook] = {}

    def kept(self) -> dict[str, Any]:
        """Return what outlives a restart: the entities, and how often they were changed."""
        return {name: getattr(self, name) for name in _KEPT}

    def recall(self, kept: dict[str, Any]) -> None:
        """Become what was kept, in place of what there is."""
        for name in _KEPT:
            setattr(self, name, kept[name])

    def now(self) -> float:
        """Return the time in seconds since the epoch, cut to the milliseconds that Linear's answers carry."""
        return math.floor(self._clock.now() * 1000) / 1000

    def random_text(self, length: int) -> str:
        """Return letters and digits for keys and tokens."""
        return "".join(self._random.choices("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=length))

    def new_id(self) -> str:
        """Return a UUIDv4."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def claim(self, entity: str, wanted: str | None, held: Mapping[str, Entity]) -> str:
        """Return the id of an entity that is about to be kept.

        Args:
            entity: Linear's name of the entity, for the error.
            wanted: the id the client chose, if it did.
            held: the entities of that sort, of all organizations, trashed ones included.

        Raises:
            LinearError: the id is no UUIDv4.
            ConflictError: the id is taken.
        """
        if wanted is None:
            return self.new_id()
        if not is_uuid4(wanted):
            raise invalid_argument("id must be a UUID.")
        if wanted.lower() in held:
            raise ConflictError(entity, wanted)
        return wanted.lower()

    def next_turn(self) -> int:
        """Count one more change; Linear answers the count as ``lastSyncId``."""
        self.turn += 1
        return self.turn

    def touch(self, entity: Entity) -> None:
        """Mark the entity as changed now."""
        entity.updated_at = self.now()
        entity.turn = self.next_turn()
