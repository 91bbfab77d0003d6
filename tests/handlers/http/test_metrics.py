"""``/metrics`` as Prometheus reads it."""

from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.routing import Route

from bot.delivery.observing import DELIVERED
from bot.domain.effects import EffectKind
from bot.domain.trouble import Cause
from bot.errors import UnavailableError
from handlers.http.metrics import WRONG_TOKEN, Metrics
from sandbox.faults import Fault
from sandbox.linear.errors import authentication_answer
from storage import tables
from storage.transaction import DATABASE_AWAY, Transaction
from tests.bot.delivery.desk import Watched
from tests.plain_http import plain_http
from tests.world import NOW, World

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"
# prometheus-client's own, of the process.
PROCESS = "process_"
Samples = dict[tuple[str, tuple[str, ...]], float]


def read(answer: httpx.Response) -> Samples:
    """Return each sample by its name and labels."""
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def ask(world: World, **headers: str) -> httpx.Response:
    async with plain_http() as http:
        return await http.get(f"{world.server.url}/metrics", headers=headers)


async def of_metrics(metrics: Metrics, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=[Route("/metrics", metrics.answer)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.example") as http:
        return await http.get("/metrics", headers=headers)


def _be_away() -> None:
    raise UnavailableError(DATABASE_AWAY)


async def _be_doubled_and_told(session: AsyncSession) -> None:
    effect, inbox = tables.Effect, tables.Inbox
    some = list(await session.scalars(select(effect.id).where(effect.done_at.is_not(None)).limit(2)))
    await session.execute(update(effect).where(effect.id.in_(some)).values(duplicates=2))
    for key, again_at in (("told", NOW), ("given up", None)):
        await session.execute(insert(inbox).values(key=key, received_at=NOW, attempts=0, again_at=again_at))


async def test_what_is_owed_stuck_doubled_and_told_is_counted(world: World) -> None:
    company = world.company
    await world.settle()
    before = read(await ask(world))
    assert (before["threadline_owed", ()], before["threadline_oldest_owed_seconds", ()]) == (0, 0)
    assert before["threadline_database_up", ()] == 1

    company.linear.faults.plant("IssueCreate", Fault(answer=authentication_answer()))
    company.triage.is_archived = True
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    await world.bot.transaction.write(_be_doubled_and_told)
    found = read(await ask(world))
    # The triage message and the Linear issue, and what waits behind them.
    assert found["threadline_owed", ()] >= 2
    assert found["threadline_oldest_owed_seconds", ()] > 0
    assert (found["threadline_inbox_waiting", ()], found["threadline_inbox_given_up", ()]) == (1, 1)
    assert before["threadline_inbox_given_up", ()] == 0
    stuck = {cause: found["threadline_stuck_lanes", (cause.value,)] for cause in Cause}
    assert stuck == {**dict.fromkeys(Cause, 0), Cause.ARCHIVED: 1, Cause.LINEAR_CREDENTIAL: 1}
    assert found["threadline_duplicates_deleted_total", ()] == 4
    assert found["threadline_inbox_waiting", ()] == 1
    attempts = {labels: value for (name, labels), value in found.items() if name == "threadline_attempts_total"}
    assert attempts["linear.create_issue", "given_up"] == 1
    # Once in vain in triage, once for the customer.
    assert attempts["slack.post_issue", "given_up"] == attempts["slack.post_issue", DELIVERED] == 1
    assert found["threadline_attempt_seconds_count", ("slack.post_issue",)] == 2


async def test_nobody_s_name_is_told_and_the_page_names_every_metric(world: World) -> None:
    await world.raise_issue(world.company.ada, world.company.intake, "Export fails")
    await world.settle()
    answer = await ask(world)
    for word in ("acme", "ada", "vera", "ISS-", world.company.team.id, world.company.intake.id):
        assert word.casefold() not in answer.text.casefold()
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    # prometheus-client's own, beside each counter: since when it counts.
    names = {name.removesuffix("_created") for name in names}
    page = PAGE.read_text("utf-8")
    assert [name for name in names if f"`{name}" not in page and not name.startswith(PROCESS)] == []


@pytest.mark.parametrize(
    ("header", "status"),
    [(None, 401), ("Bearer wrong", 401), ("Token right", 401), ("Bearer right", 200), ("bearer right", 200)],
)
async def test_a_token_is_asked_for_where_one_is_set(
    transaction: Transaction, header: str | None, status: int
) -> None:
    away = Watched(transaction, on_read=_be_away)
    metrics = Metrics(away, SecretStr("right"))
    metrics.observe(EffectKind.SLACK_POST_LINE, DELIVERED, 0.2)
    answer = await of_metrics(metrics, **({} if header is None else {"Authorization": header}))
    assert answer.status_code == status
    if status == 401:
        assert answer.json() == {"error": "Unauthorized", "details": WRONG_TOKEN}
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        return
    found = read(answer)
    # The database is away: what the process knows is there all the same.
    assert found["threadline_database_up", ()] == 0
    assert found["threadline_attempts_total", ("slack.post_line", DELIVERED)] == 1
    assert not any(name == "threadline_owed" for name, _ in found)
