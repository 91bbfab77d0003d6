"""A thousand deliveries over HTTP: fresh, stale, forged and doubled, all at once, against the running program.

``python -m tests.handlers.linear.many`` runs it with a thousand, and prints what it saw.
"""

import asyncio
import json
import random
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_told import Heard
from bot.logs import configure_logs
from sandbox.linear.delivery import sign
from storage import tables
from tests.databases import migrate_aside, running_postgres
from tests.handlers.linear.deliveries import DANA, comment_data, payload
from tests.plain_http import plain_http
from tests.world import WEBHOOK_SECRET, World, open_world

AT_ONCE = 32


@dataclass(kw_only=True)
class Sent:
    """What was sent and what came of it."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    comments: int = 0
    asked: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    def times(self) -> str:
        """Return the answer times in words."""
        ordered = sorted(self.seconds)
        most = ordered[int(len(ordered) * 0.99)]
        return (
            f"{len(ordered)} answers: median {statistics.median(ordered) * 1000:.0f} ms, "
            f"99 in 100 within {most * 1000:.0f} ms, slowest {ordered[-1] * 1000:.0f} ms"
        )


def _comment(issue_id: str, number: int) -> dict[str, Any]:
    made = f"00000000-0000-4000-8000-{number:012d}"
    data = comment_data(id=made, issueId=issue_id, body=f"Word {number}", user={**DANA, "id": "eve"}, userId="eve")
    return payload("Comment", data, "create", actor={"id": "eve", "name": "Eve Engineer", "type": "user"})


def _bytes(world: World, told: Mapping[str, Any], ago: float = 0) -> bytes:
    return json.dumps({**told, "webhookTimestamp": round((world.clock.now() - ago) * 1000)}).encode()


def deliveries(world: World, issue_id: str, fifth: int) -> list[tuple[str, bytes, dict[str, str]]]:
    """Return two fifths fresh, and one fifth each stale, forged and doubled, in an order of chance."""
    made, numbers = list[tuple[str, bytes, dict[str, str]]](), iter(range(10 * fifth))

    def add(kind: str, body: bytes, secret: str, name: str) -> None:
        headers = {"Content-Type": "application/json", "Linear-Signature": sign(secret, body)}
        made.append((kind, body, {**headers, "Linear-Delivery": name}))

    for number in range(2 * fifth):
        body = _bytes(world, _comment(issue_id, next(numbers)))
        add("fresh", body, WEBHOOK_SECRET, f"fresh-{number}")
        if number < fifth:
            # Half of them under another name, which nobody signed.
            add("doubled", body, WEBHOOK_SECRET, f"{'fresh' if number % 2 else 'doubled'}-{number}")
    for number in range(fifth):
        add("stale", _bytes(world, _comment(issue_id, next(numbers)), 3600), WEBHOOK_SECRET, f"stale-{number}")
        add("forged", _bytes(world, _comment(issue_id, next(numbers))), "another secret", f"forged-{number}")
    random.Random(7).shuffle(made)  # noqa: S311 - an order, not a secret
    return made


async def send_many(world: World, fifth: int) -> Sent:
    """Send five times ``fifth`` deliveries about the only issue, and wait until all is carried through."""
    sent, free = Sent(), asyncio.Semaphore(AT_ONCE)
    [issue] = world.company.linear.issues()
    async with plain_http(timeout=60) as http:

        async def post(kind: str, body: bytes, headers: dict[str, str]) -> None:
            async with free:
                began = time.monotonic()
                answer = await http.post(f"{world.server.url}/linear/webhook", content=body, headers=headers)
                sent.seconds.append(time.monotonic() - began)
                sent.statuses[kind, answer.status_code] += 1

        await asyncio.gather(*(post(*one) for one in deliveries(world, issue.id, fifth)))
        await world.bot.tasks.finish()
        lines = (await http.get(f"{world.server.url}/metrics")).text.splitlines()
    for heard in Heard:
        name = f'threadline_linear_webhooks_total{{outcome="{heard}"}} '
        sent.outcomes[heard] = int(sum(float(line.removeprefix(name)) for line in lines if line.startswith(name)))
    sent.comments = await world.bot.transaction.read(_count_comments)
    before = len(world.company.linear.calls_of("Comment"))
    await world.settle()
    sent.asked = len(world.company.linear.calls_of("Comment")) - before
    return sent


async def _count_comments(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(tables.Comment)) or 0


async def _run(database_url: str, fifth: int) -> None:
    async with open_world(database_url, linear_webhook_secret=WEBHOOK_SECRET) as world:
        await world.raise_issue(world.company.ada, world.company.intake, "Export fails")
        await world.settle()
        sent = await send_many(world, fifth)
    print(f"{database_url.partition(':')[0]}: {sent.times()}")  # noqa: T201
    print(f"  {dict(sent.outcomes)}; {sent.comments} comments, {sent.asked} asked for")  # noqa: T201


async def _main(fifth: int = 200) -> None:
    configure_logs("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        migrate_aside(f"sqlite:///{template}")
        shutil.copy(template, Path(folder) / "many.db")
        await _run(f"sqlite:///{folder}/many.db", fifth)
    with running_postgres() as server:
        await _run(await server.emptied("threadline_many"), fifth)


if __name__ == "__main__":
    asyncio.run(_main())
