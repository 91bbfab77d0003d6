"""Linear's hourly budgets of requests and points: buckets that leak steadily, and the headers that tell of them.

The numbers are those of Linear's documentation as read in September 2026; older copies name smaller ones.
"""

import math
from dataclasses import dataclass

from sandbox.linear.errors import rate_limited
from sandbox.linear.world import World

HOUR = 3600


@dataclass(frozen=True)
class Limits:
    """What one subject may spend in an hour."""

    requests: int
    points: int


DOCUMENTED = {
    "api_key": Limits(2_500, 3_000_000),
    "oauth": Limits(5_000, 2_000_000),
    "anonymous": Limits(600, 100_000),
}


@dataclass
class _Bucket:
    used: float = 0
    at: float = 0

    def drain(self, limit: int, now: float) -> None:
        self.used = max(0.0, self.used - (now - self.at) * limit / HOUR)
        self.at = now


@dataclass(frozen=True)
class Gauge:
    """One bucket as it stands.

    ``reset_ms`` is the moment (milliseconds since the epoch) it will have run empty; that Linear's reset means
    this moment is our reading.
    """

    name: str
    limit: int
    used: float
    reset_ms: int

    @property
    def remaining(self) -> int:
        """What is left to spend, in whole units."""
        return max(0, math.floor(self.limit - self.used + 1e-6))


class Budget:
    """The two buckets of one subject: a user with all their API keys, an app user, or a stranger's address.

    Args:
        world: tells the time.
        kind: ``api_key``, ``oauth`` or ``anonymous``.
        limits: the limits by kind, read again on each call so that a test may change them.
    """

    def __init__(self, world: World, kind: str, limits: dict[str, Limits]) -> None:
        self._world = world
        self.kind = kind
        self._limits = limits
        self._requests = _Bucket(at=world.now())
        self._points = _Bucket(at=world.now())

    def gauges(self) -> tuple[Gauge, Gauge]:
        """Return how requests and points stand."""
        limits = self._limits[self.kind]
        return (
            self._gauge("requests", self._requests, limits.requests),
            self._gauge("complexity", self._points, limits.points),
        )

    def _gauge(self, name: str, bucket: _Bucket, limit: int) -> Gauge:
        now = self._world.now()
        bucket.drain(limit, now)
        return Gauge(name, limit, bucket.used, math.ceil((now + bucket.used * HOUR / max(limit, 1)) * 1000))

    def spend_request(self) -> None:
        """Take one request.

        Raises:
            LinearError: RATELIMITED; nothing is taken.
        """
        requests, _points = self.gauges()
        if requests.remaining < 1:
            raise rate_limited(requests.limit)
        self._requests.used += 1

    def spend_points(self, points: int) -> None:
        """Take the points of a query.

        Raises:
            LinearError: RATELIMITED; nothing is taken.
        """
        _requests, complexity = self.gauges()
        if complexity.remaining < points:
            raise rate_limited(complexity.limit, "complexity points")
        self._points.used += points

    def headers(self, points: int) -> dict[str, str]:
        """Return the headers of an answer to a query of so many points."""
        requests, complexity = self.gauges()
        return {
            "X-Complexity": str(points),
            "X-RateLimit-Requests-Limit": str(requests.limit),
            "X-RateLimit-Requests-Remaining": str(requests.remaining),
            "X-RateLimit-Requests-Reset": str(requests.reset_ms),
            "X-RateLimit-Complexity-Limit": str(complexity.limit),
            "X-RateLimit-Complexity-Remaining": str(complexity.remaining),
            "X-RateLimit-Complexity-Reset": str(complexity.reset_ms),
        }
