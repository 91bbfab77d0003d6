"""What it costs to have many issues: the same requests with few and with many of them in the database."""

import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import SlackAccount
from bot.usecases.tokens import make_token
from storage import people
from tests.bench.staging import Stage, opened, ours, real_submission
from tests.world import NOW

FEW = 1_000
_ASKED = 40
# One statement makes them all: through the program it would take hours.
_SERIES = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)",
    "postgresql": "WITH n(i) AS (SELECT generate_series(CAST(:first AS bigint), CAST(:last AS bigint)))",
}
_ROWS = """
INSERT INTO issue (organization_id, number, title, description, status, priority, category, customer_record_id,
                   origin, raise_key, created_at, updated_at)
{series}
SELECT like_it.organization_id, 'ISS-2020-' || i, 'Export fails ' || i, like_it.description,
       CASE WHEN i % 10 = 0 THEN 'open' ELSE 'closed' END, 'medium', 'general', like_it.customer_record_id,
       like_it.origin, 'bench:' || i, like_it.created_at, like_it.updated_at
FROM n, (SELECT * FROM issue ORDER BY id LIMIT 1) AS like_it
"""
Times = dict[str, float]


async def few_and_many(stage: Stage, database: str, *, many: int) -> dict[int, Times]:
    """Measure at ``FEW`` and at ``many`` issues; returns medians in milliseconds, by what was asked.

    All of them are made like one that was raised.
    """
    found = dict[int, Times]()
    async with opened(stage.databases[database]) as transaction:
        token = await transaction.write(partial(_token, stage=stage))
        async with ours(stage, database) as running:
            await real_submission(stage, running)
        there = 0
        for count in (FEW, many):
            await transaction.write(partial(_fill, first=there + 1, last=count))
            there = count
            async with ours(stage, database) as running:
                found[count] = await _ask(running.url, token)
    return found


async def _token(session: AsyncSession, *, stage: Stage) -> str:
    """Return a token of Vera's, who owns Acme and may raise issues too."""
    vera = stage.company.vera
    user = await people.user_of(session, SlackAccount(vera.team.id, vera.id))
    assert user is not None
    return await make_token(session, user.id, await session.scalar(text("SELECT min(id) FROM organization")), NOW)


async def _fill(session: AsyncSession, *, first: int, last: int) -> None:
    series = _SERIES[session.get_bind().dialect.name]
    await session.execute(text(_ROWS.format(series=series)), {"first": first, "last": last})


async def _ask(url: str, token: str) -> Times:
    headers = {"Authorization": f"Token {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=60) as http:
        body = {"title": "Export fails", "description": "It stops half-way."}
        asked: dict[str, Callable[[], Awaitable[httpx.Response]]] = {
            "newest issues": partial(http.get, "/api/vendor/issues/"),
            "open issues": partial(http.get, "/api/vendor/issues/", params={"status": "open"}),
            "raise": partial(http.post, "/api/client/issues/raise/", json=body),
        }
        return {name: await _median(ask) for name, ask in asked.items()}


async def _median(ask: Callable[[], Awaitable[httpx.Response]]) -> float:
    times = list[float]()
    for _ in range(_ASKED):
        began = time.perf_counter()
        answer = await ask()
        times.append((time.perf_counter() - began) * 1000)
        assert answer.is_success, answer.text
    return statistics.median(times)
