"""What becomes of Linear's webhooks: by chance, the same for the same seed."""

import random
from collections import Counter
from collections.abc import Mapping

from sandbox.linear.delivery import Delivery
from sandbox.linear.switches import Switches

IN_TIME, LOST, TWICE, LATE = "webhook in time", "webhook lost", "webhook sent twice", "webhook late"
STALE, BEFORE = "webhook too old to be believed", "webhook before the answer to what it tells of"
KINDS: Mapping[str, int] = {IN_TIME: 8, LOST: 5, TWICE: 3, LATE: 3, STALE: 2, BEFORE: 3}
# How late, in seconds: what happened meanwhile is told before it.
LATEST_SECONDS = 5.0
# As old as it is then, its words are not used, and what it tells of is asked for.
STALE_SECONDS = 3_600.0


class Letters:
    """Says how each webhook is carried.

    Args:
        seed: the same one lets the same webhook of a type be carried in the same way.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._chances: dict[str, random.Random] = {}
        self.met: Counter[str] = Counter()

    def __call__(self, delivery: Delivery) -> Switches:
        """Return how this one is carried."""
        name = f"{delivery.event} {delivery.action}"
        source = f"{self._seed}/webhook/{name}"
        chance = self._chances.setdefault(name, random.Random(source))  # noqa: S311 - chance, not a secret
        [kind], late = chance.choices(list(KINDS), list(KINDS.values())), chance.uniform(0.2, LATEST_SECONDS)
        self.met[kind] += 1
        switches = {
            IN_TIME: Switches(),
            LOST: Switches(lose=True),
            TWICE: Switches(copies=2),
            LATE: Switches(delay=late),
            STALE: Switches(stale=STALE_SECONDS),
            BEFORE: Switches(order="before"),
        }
        return switches[kind]
