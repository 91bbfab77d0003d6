"""``GET /metrics``, for Prometheus: counts, and nobody's name. docs/metrics.md says what each of them means."""

import hmac
from collections.abc import Iterator
from http import HTTPStatus

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.domain.effects import EffectKind
from bot.domain.linear_told import Heard
from bot.domain.trouble import Cause
from bot.errors import UnavailableError
from storage.measures import Measures, measure
from storage.transaction import Transaction

WRONG_TOKEN = "Send the header Authorization: Bearer <METRICS_TOKEN>."  # noqa: S105 - a sentence
# Slack and Linear answer within seconds; a delivery is ended before its lease is.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
log = structlog.stdlib.get_logger(__name__)


def shows(request: Request, token: bytes) -> bool:
    """Tell whether a request comes with ``Authorization: Bearer <token>``."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token)


def refused() -> Response:
    """Return the answer to a request without the token."""
    words = {"error": HTTPStatus.UNAUTHORIZED.phrase, "details": WRONG_TOKEN}
    return JSONResponse(words, HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})


class Metrics:
    """What is measured: attempts in this process, all else in the database, when it is asked for.

    Args:
        transaction: the database.
        token: is asked for, if there is one.
    """

    def __init__(self, transaction: Transaction, token: SecretStr | None) -> None:
        self._transaction = transaction
        self._token = None if token is None else token.get_secret_value().encode()
        self._registry = CollectorRegistry()
        self._attempts = Counter(
            "threadline_attempts",
            "Attempts at a delivery since this process began.",
            ["kind", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "threadline_attempt_seconds",
            "How long an attempt took.",
            ["kind"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._webhooks = Counter(
            "threadline_linear_webhooks",
            "Webhooks of Linear since this process began.",
            ["outcome"],
            registry=self._registry,
        )
        self._answers = Histogram(
            "threadline_linear_webhook_seconds",
            "How long a webhook of Linear waited for its answer.",
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._missed = Counter(
            "threadline_linear_missed",
            "Changes in Linear of which no webhook told, found by asking, since this process began.",
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)

    def observe(self, kind: EffectKind, outcome: str, seconds: float) -> None:
        """Count an attempt at a delivery."""
        self._attempts.labels(kind.value, outcome).inc()
        self._seconds.labels(kind.value).observe(seconds)

    def hear_linear(self, heard: Heard) -> None:
        """Count a webhook of Linear."""
        self._webhooks.labels(heard.value).inc()

    def miss_linear(self, count: int) -> None:
        """Count changes in Linear of which no webhook told."""
        self._missed.inc(count)

    def answer_linear(self, seconds: float) -> None:
        """Measure how long a webhook of Linear waited for its answer."""
        self._answers.observe(seconds)

    async def answer(self, request: Request) -> Response:
        """Answer 200 with all of it; without the database, with what this process knows by itself."""
        if self._token is not None and not shows(request, self._token):
            return refused()
        stored = CollectorRegistry()
        stored.register(_Stored(await self._measures()))
        text = generate_latest(self._registry) + generate_latest(stored)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store"})

    async def _measures(self) -> Measures | None:
        try:
            return await self._transaction.read(measure)
        except UnavailableError:
            log.warning("the database is away; its part of the metrics is left out")
            return None


class _Stored(Collector):
    """What the database knows; None: it is away."""

    def __init__(self, measures: Measures | None) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        """Yield each measure."""
        found = self._measures
        yield GaugeMetricFamily(
            "threadline_database_up", "Whether the database could be read.", value=float(found is not None)
        )
        if found is None:
            return
        yield GaugeMetricFamily(
            "threadline_owed", "Deliveries that are not done, stuck ones included.", value=found.waiting.count
        )
        oldest = found.waiting.oldest_seconds
        yield GaugeMetricFamily(
            "threadline_oldest_owed_seconds", "How long the oldest of them has waited.", value=oldest
        )
        stuck = GaugeMetricFamily(
            "threadline_stuck_lanes", "Lanes whose first delivery was given up.", labels=["cause"]
        )
        counts = {each.cause: each.count for each in found.stuck}
        for cause in Cause:
            stuck.add_metric([cause.value], counts.get(cause, 0))
        yield stuck
        yield CounterMetricFamily(
            "threadline_duplicates_deleted",
            "Messages in Slack that were there twice and were deleted.",
            value=found.duplicates,
        )
        yield GaugeMetricFamily(
            "threadline_inbox_waiting", "What was told and is not acted on yet.", value=found.inbox.waiting
        )
        yield GaugeMetricFamily(
            "threadline_inbox_given_up",
            "What was told and could not be acted on; nobody tries it again.",
            value=found.inbox.given_up,
        )
