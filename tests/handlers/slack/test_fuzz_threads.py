"""Whatever a signed reply, its edit or deletion, or a press on an issue lacks or holds: no 5xx."""

import json
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
import pytest_asyncio
from hypothesis import given, settings

from bot.domain.people import ProfileKind
from sandbox.slack import Message, Person
from sandbox.slack.delivery import Delivery
from tests.handlers.slack.test_fuzz import Fuzz, Json, Step, changed, changes, paths
from tests.plain_http import plain_http
from tests.world import World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVENTS = ["event reply", "event note", "event file", "event edit", "event deletion", "event archive"]
PRESSES = ["block_actions Claim", "block_actions Change", "block_actions Add details"]
FORMS = ["view_submission Add details", "view_submission Assign", "view_submission Change"]
# What an id cannot be, though it is a text.
NO_IDS = ["\ud800", "\x00", "x" * 3_001]
NO_VALUES: list[Any] = [*NO_IDS, None, 7, 10**30, float("nan"), [], {}, "", "UNOBODY"]


def _payload(delivery: Delivery) -> Json:
    if delivery.kind == "event":
        found: Json = json.loads(delivery.body)
    else:
        found = json.loads(dict(parse_qsl(delivery.body.decode()))["payload"])
    return found


class Acts:
    """What Ada and Victor do with an issue, and what Slack sent of it."""

    def __init__(self, world: World) -> None:
        self.world, self.sent = world, dict[str, Json]()

    async def all(self) -> dict[str, Json]:
        company = self.world.company
        await self.world.join(company.victor, ProfileKind.VENDOR)
        await self.world.join(company.vera, ProfileKind.VENDOR)
        await self.world.raise_issue(company.ada, company.intake, "Export fails")
        await self.world.settle()
        [customer], [triage] = self.world.posts(company.intake), self.world.posts(company.triage)
        await self._talk(customer, triage)
        await self._press(customer, triage)
        archived = {"type": "channel_archive", "channel": company.intake.id, "user": company.vera.id}
        self.sent["event archive"] = {**self.sent["event reply"], "event_id": "EvARCHIVE", "event": archived}
        return self.sent

    async def _keep(self, name: str) -> None:
        await self.world.company.slack.quiet()
        kind = name.partition(" ")[0]
        deliveries = [one for one in self.world.company.slack.deliveries if one.kind == kind]
        if kind == "event":
            deliveries = [one for one in deliveries if _payload(one)["event"]["type"] == "message"]
        self.sent[name] = _payload(deliveries[-1])

    async def _talk(self, customer: Message, triage: Message) -> None:
        company = self.world.company
        ada, victor = company.slack.as_user(company.ada), company.slack.as_user(company.victor)
        said = await ada.post(company.intake, "It began on Monday, @victor.vendor.", thread=customer)
        await self._keep("event reply")
        await victor.post(company.triage, "@customer we found it", thread=triage)
        await self._keep("event note")
        await ada.post(company.intake, "See this.", thread=customer, files=[("shot.png", b"..")])
        await self._keep("event file")
        await ada.edit(said, "It began on Tuesday.")
        await self._keep("event edit")
        await ada.delete(said)
        await self._keep("event deletion")

    async def _press(self, customer: Message, triage: Message) -> None:
        company = self.world.company
        ada, victor = company.slack.as_user(company.ada), company.slack.as_user(company.victor)
        await victor.press(triage, "Claim")
        await self._keep("block_actions Claim")
        await ada.press(customer, "Add details")
        await self._keep("block_actions Add details")
        ada.fill("Add details", "More.")
        await ada.submit()
        await self._keep("view_submission Add details")
        await self._submit(victor, triage, "Change")
        await self._submit(victor, triage, "Assign")

    async def _submit(self, person: Person, triage: Message, entry: str) -> None:
        await person.press(triage, entry)
        await self._keep(f"block_actions {entry}")
        await self.world.filled(person)
        if entry == "Assign":
            person.choose("Who works on it?", "Vera Vendor")
        await person.submit()
        await self._keep(f"view_submission {entry}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fuzz(new_sqlite: Callable[[], str]) -> AsyncIterator[Fuzz]:
    async with open_world(new_sqlite()) as world, plain_http() as http:
        yield Fuzz(world, http, await Acts(world).all(), {})


async def status_of(fuzz: Fuzz, kind: str, payload: Json) -> int:
    if payload.get("event_id") == fuzz.payloads[kind].get("event_id") is not None:
        # What was told before is not looked at a second time.
        payload = {**payload, "event_id": f"Ev{secrets.token_hex(5)}"}
    return await fuzz.send(kind.split(maxsplit=1)[0], payload)


@pytest.mark.parametrize("kind", [*EVENTS, *PRESSES, *FORMS])
async def test_what_is_broken_below_is_taken_as_it_is(fuzz: Fuzz, kind: str) -> None:
    assert await status_of(fuzz, kind, fuzz.payloads[kind]) == 200


@pytest.mark.parametrize("kind", [*EVENTS, *PRESSES, *FORMS])
@given(made=changes)
@settings(max_examples=20)
async def test_a_strange_payload_is_never_our_failure(
    fuzz: Fuzz, kind: str, made: list[tuple[int, tuple[Any, ...]]]
) -> None:
    payload = fuzz.payloads[kind]
    for place, value in made:
        if there := paths(payload):
            payload = changed(payload, there[place % len(there)], *value)
    assert 200 <= await status_of(fuzz, kind, payload) < 500, json.dumps(payload)


def _named(payload: Json, *names: str) -> list[tuple[Step, ...]]:
    """Return where these keys stand within a payload's event."""
    return [path for path in paths(payload) if path[0] == "event" and path[-1] in names]


@pytest.mark.parametrize("kind", EVENTS)
async def test_an_event_with_anything_in_place_of_an_id_or_text_is_never_our_failure(fuzz: Fuzz, kind: str) -> None:
    payload = fuzz.payloads[kind]
    names = ("channel", "ts", "thread_ts", "user", "user_team", "team", "subtype", "text", "edited", "event_ts")
    for path in _named(payload, *names, "files", "id", "name", "size", "mimetype", "message", "previous_message"):
        for value in NO_VALUES:
            assert 200 <= await status_of(fuzz, kind, changed(payload, path, value)) < 500, (path, value)
        assert 200 <= await status_of(fuzz, kind, changed(payload, path)) < 500, path


@pytest.mark.parametrize("key", ["event_id", "team_id"])
@pytest.mark.parametrize("value", [*NO_IDS, "", " \n", "T\u00e9"], ids=ascii)
async def test_an_event_whose_own_id_or_team_cannot_be_one_is_refused(fuzz: Fuzz, key: str, value: str) -> None:
    for kind in EVENTS:
        assert await status_of(fuzz, kind, {**fuzz.payloads[kind], key: value}) == 400
