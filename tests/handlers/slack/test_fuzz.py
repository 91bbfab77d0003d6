"""Whatever a signed payload lacks or holds in place of what Slack sends: no 5xx, and nothing is stored."""

import copy
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox.slack import Person
from sandbox.slack.delivery import sign
from tests.handlers.slack.door import FORM, JSON
from tests.plain_http import plain_http
from tests.world import World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

Json = dict[str, Any]
Step = str | int
STORED = ("crm_user", "customer_record", "profile", "slack_identity", "issue", "issue_event", "effect")
# What stands in for a value: every other type of JSON, and texts that no title can be made of.
STRANGE: list[Any] = [
    *(None, True, 7, -1, 1.5, 10**30, [], {}, ["x"], [{}], {"type": "x"}, {"id": 7}, [[]]),
    *("", " ", "\x00", "\ud800" * 300, "x" * 3_001),
]
OTHER_TYPES: list[Any] = [None, True, 7, 1.5, [], {}, ["x"], {"x": "y"}]


class Fuzz:
    """A bot, and one valid payload of each kind as Slack sent it; Ada is known and has raised an issue.

    No dataclass: Hypothesis would write all of it into its report.
    """

    def __init__(self, world: World, http: httpx.AsyncClient, payloads: dict[str, Json], submission: Json) -> None:
        self.payloads, self.submission = payloads, submission
        self._world, self._http = world, http

    async def send(self, kind: str, payload: Json) -> int:
        """Send a payload as its kind is sent; returns the answer's status."""
        if kind == "event":
            body, content_type = json.dumps(payload).encode(), JSON
        else:
            form = _as_form(payload) if kind == "command" else {"payload": json.dumps(payload)}
            body, content_type = urlencode(form, errors="replace").encode(), FORM
        headers = sign(self._world.company.app.signing_secret, int(time.time()), body)
        url = f"{self._world.server.url}/slack/events"
        answer = await self._http.post(url, content=body, headers={**headers, "content-type": content_type})
        return answer.status_code

    async def stored(self) -> dict[str, int]:
        """Return how many rows there are of everything that raising an issue stores."""
        return await self._world.bot.transaction.read(_counts)


def _as_form(payload: Json) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in payload.items()}


async def _counts(session: AsyncSession) -> dict[str, int]:
    counts = {}
    for table in STORED:
        counts[table] = (await session.execute(text(f"select count(*) from {table}"))).scalar_one()  # noqa: S608 - our own names
    return counts


async def _acts(world: World) -> tuple[dict[str, Json], Json]:
    """Let Ada do everything once; returns what Slack sent for each, and a submission that was taken."""
    company = world.company
    slack, sent = company.slack, company.slack.deliveries
    person = await world.raise_issue(company.ada, company.intake, "Export fails", "It says 500.")
    taken = _payload(sent[-1].body)
    post = await person.post(company.intake, "It fails")
    await slack.quiet()
    event = json.loads(next(one.body for one in reversed(sent) if one.kind == "event"))
    payloads = {"event": event}
    for command, words in (("/my-issues", ""), ("/threadline", "help"), ("/raise-issue", "x")):
        await person.slash(company.intake, command, words)
        payloads[f"command {command}"] = dict(parse_qsl(sent[-1].body.decode(), keep_blank_values=True))
    await world.filled(person)
    payloads["view_submission"] = await _hopeless_submission(person)
    await person.message_shortcut(post, "Raise issue")
    await person.shortcut("Raise issue")
    for kind in ("message_action", "shortcut"):
        payloads[kind] = _payload(next(one.body for one in reversed(sent) if one.kind == kind))
    await world.filled(person)
    base = {key: value for key, value in taken.items() if key not in {"type", "view", "response_urls"}}
    press = {"type": "button", "action_id": "a", "block_id": "b", "action_ts": "1.0"}
    payloads["block_actions"] = {**base, "type": "block_actions", "actions": [press], "view": taken["view"]}
    return payloads, taken


async def _hopeless_submission(person: Person) -> Json:
    """A form of which no single strange value makes one that is taken: three things are wrong in it."""
    person.fill("Title", "")
    person.fill("Description", "y" * 3_001)
    result = await person.submit(anyway=True)
    assert set(result.errors) == {"Title", "Description"}
    assert result.delivery is not None
    return _payload(result.delivery.body)


def _payload(body: bytes) -> Json:
    payload: Json = json.loads(dict(parse_qsl(body.decode()))["payload"])
    return payload


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fuzz(new_sqlite: Callable[[], str]) -> AsyncIterator[Fuzz]:
    async with open_world(new_sqlite()) as world, plain_http() as http:
        payloads, taken = await _acts(world)
        await world.settle()
        yield Fuzz(world, http, payloads, taken)


def paths(value: Any, path: tuple[Step, ...] = ()) -> list[tuple[Step, ...]]:
    """Return the path of everything within a payload."""
    inner: list[tuple[Step, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [found for step, one in inner for found in ((*path, step), *paths(one, (*path, step)))]


def changed(payload: Json, path: tuple[Step, ...], *value: Any) -> Json:
    """Return a payload with another value at a path, or without it where none is given."""
    copied = copy.deepcopy(payload)
    holder: Any = copied
    for step in path[:-1]:
        holder = holder[step]
    if value:
        holder[path[-1]] = value[0]
    else:
        del holder[path[-1]]
    return copied


KINDS = [
    "event",
    "command /my-issues",
    "command /threadline",
    "command /raise-issue",
    "view_submission",
    "shortcut",
    "message_action",
    "block_actions",
]


# Where, counted among all paths of a payload, and what stands there afterwards; no value: nothing.
changes = st.lists(
    st.tuples(st.integers(0, 10_000), st.just(()) | st.sampled_from(STRANGE).map(lambda value: (value,))),
    min_size=1,
    max_size=3,
)


@pytest.mark.parametrize("kind", KINDS)
@given(made=changes)
@settings(max_examples=30)
async def test_a_strange_payload_is_never_our_failure_and_stores_nothing(
    fuzz: Fuzz, kind: str, made: list[tuple[int, tuple[Any, ...]]]
) -> None:
    before, payload = await fuzz.stored(), fuzz.payloads[kind]
    for place, value in made:
        if there := paths(payload):
            payload = changed(payload, there[place % len(there)], *value)
    status = await fuzz.send(kind.split(maxsplit=1)[0], payload)
    assert 200 <= status < 500
    assert await fuzz.stored() == before


VALUES = ("view", "state", "values")
NEEDED: list[tuple[Step, ...]] = [
    ("type",),
    ("user",),
    ("user", "id"),
    ("view",),
    ("view", "id"),
    ("view", "type"),
    ("view", "callback_id"),
    ("view", "private_metadata"),
    ("view", "state"),
    VALUES,
    *((*VALUES, block) for block in ("title", "description", "priority", "category")),
    *((*VALUES, block, "value") for block in ("title", "description", "priority", "category")),
    (*VALUES, "title", "value", "value"),
    *((*VALUES, block, "value", "selected_option") for block in ("priority", "category")),
    *((*VALUES, block, "value", "selected_option", "value") for block in ("priority", "category")),
]


def fresh(submission: Json, number: int) -> Json:
    """Return a submission of another form: the form's id is what makes a second one the same."""
    return changed(submission, ("view", "id"), f"VFRESH{number}")


async def test_the_submission_that_is_broken_below_is_a_good_one(fuzz: Fuzz) -> None:
    before = await fuzz.stored()
    assert await fuzz.send("view_submission", fresh(fuzz.submission, 0)) == 200
    after = await fuzz.stored()
    assert after["issue"] == before["issue"] + 1
    assert after["crm_user"] == before["crm_user"]


@pytest.mark.parametrize("path", NEEDED, ids=".".join)
async def test_a_submission_without_what_it_needs_is_no_issue(fuzz: Fuzz, path: tuple[Step, ...]) -> None:
    before = await fuzz.stored()
    good = fresh(fuzz.submission, NEEDED.index(path) + 1)
    for broken in (changed(good, path), *(changed(good, path, value) for value in OTHER_TYPES)):
        assert 200 <= await fuzz.send("view_submission", broken) < 500
        assert await fuzz.stored() == before, broken
