"""Whatever a signed payload of the forms about people lacks or holds: no 5xx, and nobody is added or changed."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
import pytest_asyncio
from hypothesis import given, settings

from bot.views.mode_answer import CHOOSE
from bot.views.settings_modal import REPLY_MARKER
from sandbox.slack import Person
from sandbox.slack.window import Outcome
from tests.handlers.slack.test_fuzz import Fuzz, Json, changed, changes, paths
from tests.journeys.asking import answer, open_modal
from tests.plain_http import plain_http
from tests.world import World, open_world, register

pytestmark = pytest.mark.asyncio(loop_scope="module")
KINDS = [
    "view_submission people",
    "view_submission settings",
    "block_actions mode",
    "block_actions revoke",
    "block_actions people",
    "block_actions settings",
]


def _sent(outcome: Any) -> Json:
    assert outcome.delivery is not None
    payload: Json = json.loads(dict(parse_qsl(outcome.delivery.body.decode()))["payload"])
    return payload


async def _choice(world: World, command: str) -> tuple[Person, Outcome]:
    """Open a form of the owner of two organizations, and choose the other."""
    person = await open_modal(world, world.company.vera, command)
    assert person.modal is not None
    return person, await person.select(person.modal, "Organization", "Beta")


async def _acts(world: World) -> dict[str, Json]:
    """Let Vera do everything once; returns what Slack sent. The forms are refused, so nothing is stored."""
    await register(world.bot.transaction, world.company, "Beta", world.company.vera)
    vera = world.company.slack.as_user(world.company.vera)
    menu = await answer(world, vera, "mode")
    sent = {"block_actions mode": _sent(await vera.select(menu, CHOOSE, "Customer at Acme"))}
    people, chosen = await _choice(world, "people")
    sent["block_actions people"] = _sent(chosen)
    sent["view_submission people"] = _sent(await people.submit(anyway=True))
    form, chosen = await _choice(world, "settings")
    sent["block_actions settings"] = _sent(chosen)
    form.fill(REPLY_MARKER, "no sign")
    sent["view_submission settings"] = _sent(await form.submit())
    tokens = await open_modal(world, world.company.vera, "token")
    tokens.choose("Organization", "Acme")
    assert (await tokens.submit()).status == 200
    tokens = await open_modal(world, world.company.vera, "token")
    assert tokens.modal is not None
    sent["block_actions revoke"] = _sent(await tokens.press(tokens.modal, "Revoke"))
    return sent


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fuzz(new_sqlite: Callable[[], str]) -> AsyncIterator[Fuzz]:
    async with open_world(new_sqlite()) as world, plain_http() as http:
        yield Fuzz(world, http, await _acts(world), {})


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
    assert 200 <= status < 500, json.dumps(payload)
    assert await fuzz.stored() == before
