"""Under the hood: what went over the wires, how long the bot took, and what still waits."""

import asyncio
import contextlib
import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from sandbox.company import Company
from sandbox.demo.weather import Weather
from sandbox.linear import calls as linear_calls
from sandbox.linear import delivery as linear_delivery
from sandbox.slack.delivery import RETRY_NUMBER, Delivery
from sandbox.slack.events import Failed
from sandbox.slack.records import Call
from sandbox.slack.workspace import ACK_SECONDS

SHOWN, COUNTED = 150, 500
LOOK_SECONDS = 0.5
_ANSWER_SECONDS = 2.0
LOST, NOT_DONE, CUT = "done, and its answer lost", "not done", "connection closed"
Shown = dict[str, Any]


class Bot(Protocol):
    """The bot, as one sees it from outside."""

    starts: int

    @property
    def url(self) -> str:
        """Its address."""
        ...

    @property
    def state(self) -> str:
        """``up``, ``starting`` or ``down``."""
        ...

    @property
    def pid(self) -> int | None:
        """Its process."""
        ...


class Story(Protocol):
    """How far the story of the demo is."""

    raised: int
    told: int
    of: int


def sent_to_bot(delivery: Delivery, number: int) -> Shown:
    """Return a delivery of Slack's as one line."""
    again = delivery.headers.get(RETRY_NUMBER)
    notes = [f"told again, time {again}"] if again else []
    if delivery.timed_out:
        notes.append(f"no answer within {ACK_SECONDS:.0f} s")
    elif not delivery.status and delivery.seconds:
        notes.append("nobody answered")
    return {
        "id": f"to-bot-{number}",
        "from": "Slack",
        "to": "bot",
        "what": _what(delivery),
        "at": delivery.at,
        "status": delivery.status,
        "seconds": delivery.seconds or None,
        "ok": delivery.ok,
        "note": ", ".join(notes),
    }


def _what(delivery: Delivery) -> str:
    if delivery.kind != "event":
        return delivery.kind
    with contextlib.suppress(ValueError, KeyError, TypeError):
        event = json.loads(delivery.body)["event"]
        return f"event {'.'.join(filter(None, (event['type'], event.get('subtype'))))}"
    return delivery.kind


def called_slack(call: Call, number: int) -> Shown:
    """Return a call of Slack's Web API as one line."""
    under_way = call.seconds is None
    if call.status or under_way:
        note = call.error or ("asked to wait" if call.status == 429 else "")  # noqa: PLR2004 - HTTP's own number
    else:
        note = LOST if call.ok else CUT
    return {
        "id": f"slack-{number}",
        "from": "bot",
        "to": "Slack",
        "what": call.method,
        "at": call.at,
        "status": call.status,
        "seconds": call.seconds,
        "ok": under_way or (call.ok is True and bool(call.status)),
        "note": note,
    }


def called_linear(call: linear_calls.Call, number: int) -> Shown:
    """Return a request of Linear's as one line."""
    under_way = call.seconds is None
    if call.error == "dropped":
        note = LOST if call.carried_out else CUT
    elif (call.error or "").startswith("fault:"):
        note = LOST if call.carried_out else NOT_DONE
    else:
        note = call.error or ""
    return {
        "id": f"linear-{number}",
        "from": "bot",
        "to": "Linear",
        "what": call.operation,
        "at": call.at,
        "status": call.status or 0,
        "seconds": call.seconds,
        "ok": under_way or call.ok,
        "note": note,
    }


def told_by_linear(delivery: linear_delivery.Delivery, number: int) -> Iterator[Shown]:
    """Yield a webhook's attempts, each as one line."""
    for time, attempt in enumerate(delivery.attempts):
        notes = [f"told again, time {time}"] if time else []
        notes += [delivery.oddity] if delivery.oddity else []
        notes += [attempt.answer] if not attempt.status else []
        yield {
            "id": f"webhook-{number}-{time}",
            "from": "Linear",
            "to": "bot",
            "what": f"{delivery.event} {delivery.action}",
            "at": attempt.at,
            "status": attempt.status,
            "seconds": attempt.seconds,
            "ok": attempt.ok,
            "note": ", ".join(notes),
        }


def requests(company: Company) -> list[Shown]:
    """Return the last requests of all, the newest first."""
    shown = [
        *_last(company.slack.deliveries, sent_to_bot),
        *_last(company.slack.calls, called_slack),
        *_last(company.linear.calls, called_linear),
        *(line for lines in _last(company.linear.webhooks.deliveries, told_by_linear) for line in lines),
    ]
    return sorted(shown, key=lambda one: one["at"], reverse=True)[:SHOWN]


def _last(records: Sequence[Any], as_line: Any) -> Iterator[Any]:
    begin = max(0, len(records) - SHOWN)
    yield from (as_line(record, begin + number) for number, record in enumerate(records[begin:]))


def acknowledgements(deliveries: Sequence[Delivery]) -> Shown:
    """Return how long the bot took to answer Slack, in seconds, against Slack's limit."""
    took = [one.seconds for one in deliveries[-COUNTED:] if one.status]
    late = sum(one.timed_out for one in deliveries)
    if not took:
        return {"count": 0, "limit": ACK_SECONDS, "late": late, "median": None, "slow": None, "slowest": None}
    ordered = sorted(took)
    return {
        "count": len(took),
        "limit": ACK_SECONDS,
        "late": late,
        "median": round(statistics.median(ordered), 4),
        "slow": round(ordered[int(len(ordered) * 0.95)], 4),
        "slowest": round(ordered[-1], 4),
    }


@dataclass
class Pulse:
    """What the bot tells of itself, asked twice a second.

    Args:
        bot: who is asked.
        token: its ``METRICS_TOKEN``.
    """

    bot: Bot
    token: str
    ready: Mapping[str, Any] | None = None
    owed: Sequence[Mapping[str, Any]] | None = None
    trouble: str = ""
    count: int = field(default=0)

    async def once(self) -> None:
        """Ask once."""
        async with _client() as client:
            await self._ask(client)

    async def beat(self) -> None:
        """Ask, until cancelled."""
        async with _client() as client:
            while True:
                before = (self.ready, self.owed, self.trouble)
                await self._ask(client)
                self.count += before != (self.ready, self.owed, self.trouble)
                await asyncio.sleep(LOOK_SECONDS)

    async def _ask(self, client: httpx.AsyncClient) -> None:
        # Who does not answer leaves what is known of what is owed: it is in the bot's database.
        try:
            self.ready = (await client.get(f"{self.bot.url}/readyz")).json()
            owed = await client.get(f"{self.bot.url}/owed", headers={"Authorization": f"Bearer {self.token}"})
            self.owed = owed.json()["owed"] if owed.is_success else self.owed
            self.trouble = ""
        except (httpx.TransportError, ValueError) as error:
            self.ready, self.trouble = None, f"{type(error).__name__}"


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False, timeout=_ANSWER_SECONDS)


@dataclass(frozen=True)
class Hood:
    """Everything that is to be seen under the hood."""

    company: Company
    bot: Bot
    pulse: Pulse
    weather: Weather
    story: Story

    def stamp(self) -> tuple[object, ...]:
        """Return what is another whenever there is something new to be seen."""
        slack, linear = self.company.slack, self.company.linear
        changes = (slack.world.changes.count, linear.rings, self.pulse.count)
        return (*changes, self.weather.changes.count, self.bot.state, self.story.told, self.story.raised)

    def shown(self) -> Shown:
        """Return it as JSON."""
        slack = self.company.slack
        return {
            "bot": {
                "state": self.bot.state,
                "url": self.bot.url,
                "process": self.bot.pid,
                "starts": self.bot.starts,
                "trouble": self.pulse.trouble,
            },
            "ready": self.pulse.ready,
            "owed": self.pulse.owed,
            "told_again": [self._told_again(one) for one in slack.failed_events],
            "acknowledged": acknowledgements(slack.deliveries),
            "requests": requests(self.company),
            "weather": self.weather.states(),
            "story": {"raised": self.story.raised, "told": self.story.told, "of": self.story.of},
        }

    def _told_again(self, failed: Failed) -> Shown:
        left = failed.due - self.company.slack.world.clock.now()
        return {"tries": failed.tries, "reason": failed.reason, "in_seconds": round(max(0.0, left), 1)}
