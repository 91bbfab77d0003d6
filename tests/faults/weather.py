"""Bad weather by chance: what the calls of Slack and Linear meet, the same for the same seed."""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sandbox.faults import Fault, Faults, broken_answer, slack_rate_limit
from sandbox.linear.endpoint import ANY_OPERATION
from sandbox.linear.errors import rate_limited_answer

DROPPED_BEFORE = "connection dropped before it acted"
DROPPED_AFTER = "connection dropped after it acted"
BROKEN_BEFORE = "500 in plain text, not acted"
BROKEN_AFTER = "500 in plain text, acted"
ASKED_TO_WAIT = "asked to wait (429, RATELIMITED)"
ANSWERED_LATE = "acted, answered beyond the timeout"
ACTED_LATE = "acted beyond the timeout"
ACTED_TOO_LATE = "acted after it was looked for"
# How often each comes, against the others.
KINDS: Mapping[str, int] = {
    DROPPED_BEFORE: 3,
    DROPPED_AFTER: 4,
    BROKEN_BEFORE: 2,
    BROKEN_AFTER: 3,
    ASKED_TO_WAIT: 3,
    ANSWERED_LATE: 1,
    ACTED_LATE: 1,
    ACTED_TOO_LATE: 1,
}
# After these a post stands there, and the program does not know.
UNSETTLING = (DROPPED_AFTER, BROKEN_AFTER)
# What is called only after something else met a fault: a channel or thread is read when a post's answer was lost.
LED_TO_BY: Mapping[str, str] = {
    "conversations.history": "chat.postMessage",
    "conversations.replies": "chat.postMessage",
}
# How many calls in one that could lead to what is still to be called are made to.
LEADING = 0.4
WAIT_SECONDS = 1
LOOK_SECONDS = 0.1


class Met(NamedTuple):
    """What a call of a method met."""

    method: str
    kind: str


@dataclass
class Storm:
    """How bad the weather is: shared by Slack and Linear.

    Args:
        seed: the same seed lets the same call of a method meet the same fault.
        left: how many faults are still to come.
        chance: how many calls in one meet one.
        late_seconds: how long a late call takes: beyond the program's own bound for a delivery.
        too_late_seconds: how long one takes that acts when it was looked for already, in vain.
        wanted: which methods are to meet one, whatever happens: as many faults are kept for them.
    """

    seed: int
    left: int
    chance: float
    late_seconds: float
    too_late_seconds: float
    wanted: frozenset[str] = frozenset()
    acts_until: float = 0.0
    met: Counter[Met] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    _ordered: deque[str] = field(default_factory=deque)

    @property
    def missing(self) -> frozenset[str]:
        """Which methods are still to meet a fault."""
        return self.wanted - {met.method for met in self.met}

    def unsettle_next_post(self) -> None:
        """Let the answer of a post that comes soon be lost, though it stands there then."""
        self._ordered.append(DROPPED_AFTER)

    def draw(self, method: str, chance: random.Random) -> str | None:
        """Return what a call of a method meets; None: nothing."""
        is_first = not self.calls[method]
        self.calls[method] += 1
        # All is drawn each time, so that a call's luck does not hang on what others met.
        strikes, leads = chance.random() < self.chance, chance.random() < LEADING
        [kind], [unsettling] = chance.choices(list(KINDS), list(KINDS.values())), chance.choices(UNSETTLING)
        if self.left <= len(self.missing - {method}):
            return None
        if self._ordered and method == "chat.postMessage":
            return self._ordered.popleft()
        if leads and any(LED_TO_BY.get(one) == method for one in self.missing):
            return unsettling
        return kind if strikes or is_first or method in self.missing else None

    async def is_spent(self) -> None:
        """Wait until all faults have come."""
        while self.left:  # noqa: ASYNC110 - the calls that meet them come when they come
            await asyncio.sleep(LOOK_SECONDS)

    def end(self) -> None:
        """Let no more faults come."""
        self.left = 0

    async def has_acted(self) -> None:
        """Wait until every late call has acted."""
        await asyncio.sleep(max(0.0, self.acts_until - time.monotonic()))

    def fault(self, kind: str, outside: str) -> Fault:
        """Return a fault of a kind, as ``outside`` ("slack" or "linear") has it."""
        if kind in {DROPPED_BEFORE, DROPPED_AFTER}:
            return Fault(drop=True, commit=kind == DROPPED_AFTER)
        if kind in {BROKEN_BEFORE, BROKEN_AFTER}:
            return Fault(answer=broken_answer(), commit=kind == BROKEN_AFTER)
        if kind == ACTED_TOO_LATE:
            return Fault(seconds=self.too_late_seconds)
        if kind in {ANSWERED_LATE, ACTED_LATE}:
            return Fault(seconds=self.late_seconds, commit=kind == ANSWERED_LATE)
        if outside == "slack":
            return Fault(answer=slack_rate_limit(WAIT_SECONDS))
        reset_ms = int((time.time() + WAIT_SECONDS) * 1000)
        return Fault(answer=rate_limited_answer(reset_ms=reset_ms, retry_after=WAIT_SECONDS))


class Weather(Faults):
    """The faults of one outside; those that were planted come first.

    Args:
        storm: how bad it is.
        outside: "slack" or "linear".
    """

    def __init__(self, storm: Storm, outside: str) -> None:
        super().__init__()
        self._storm = storm
        self._outside = outside
        self._chances: dict[str, random.Random] = {}

    def take(self, method: str) -> Fault | None:
        """Return the fault for a call that arrives now, if it meets one; the first of each method does."""
        planted = super().take(method)
        if planted is not None or method == ANY_OPERATION:
            return planted
        # One source for each method: which call of it meets what does not depend on the calls of others.
        source = f"{self._storm.seed}/{self._outside}/{method}"
        chance = self._chances.setdefault(method, random.Random(source))  # noqa: S311 - chance, not a secret
        kind = self._storm.draw(method, chance)
        if kind is None:
            return None
        self._storm.left -= 1
        self._storm.met[Met(method, kind)] += 1
        fault = self._storm.fault(kind, self._outside)
        self._storm.acts_until = max(self._storm.acts_until, time.monotonic() + fault.seconds)
        return fault
