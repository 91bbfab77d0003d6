"""A submission on the straight way is answered as it is through Bolt."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.routing import Route

from bot.views import ids
from handlers.slack.bolt import bolt_app
from handlers.slack.guard import SlackEndpoint
from handlers.slack.parts import SlackParts
from handlers.tasks import TaskKeeper
from sandbox.clock import SettableClock
from sandbox.slack import Slack
from sandbox.slack.delivery import sign
from storage.transaction import Transaction
from tests.bot.usecases.town import ADA, DESK, HELP, become, channel, link, meet, register
from tests.databases import held_closed
from tests.handlers.slack.door import FORM, NOW, SECRET

REFERENCE = re.compile(r"Reference [0-9a-f]+")
STATE: dict[str, Any] = {
    ids.TITLE_BLOCK: {ids.VALUE: {"type": "plain_text_input", "value": "Export fails"}},
    ids.DESCRIPTION_BLOCK: {ids.VALUE: {"type": "plain_text_input", "value": "It says 500. \ud83d & <b>"}},
    ids.PRIORITY_BLOCK: {ids.VALUE: {"type": "static_select", "selected_option": {"value": "high"}}},
    ids.CATEGORY_BLOCK: {ids.VALUE: {"type": "static_select", "selected_option": {"value": "bug"}}},
}


def submission(view_id: str = "V1", **changes: Any) -> dict[str, Any]:
    """Return what Slack sends when Ada submits the raise form in HELP, with changes to the view."""
    view = {
        "type": "modal",
        "id": view_id,
        "callback_id": ids.RAISE_MODAL,
        "team_id": ADA.team_id,
        "app_installed_team_id": ADA.team_id,
        "private_metadata": json.dumps({"team": HELP.team_id, "channel": HELP.channel_id, "private": False}),
        "title": {"type": "plain_text", "text": "Raise issue"},
        "blocks": [{"type": "input", "block_id": ids.TITLE_BLOCK}],
        "state": {"values": STATE},
        **changes,
    }
    user = {"id": ADA.user_id, "team_id": ADA.team_id}
    return {"type": "view_submission", "team": {"id": ADA.team_id}, "user": user, "view": view}


@dataclass
class Ways:
    """Two doors to the same listeners: one through Bolt alone, one with the straight way."""

    through: httpx.AsyncClient
    straight: httpx.AsyncClient
    brought: list[str] = field(default_factory=list)

    async def send(self, way: httpx.AsyncClient, payload: dict[str, Any]) -> tuple[int, str | None, str]:
        """Return status, content type and body; a reference is another one each time."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        headers = {"Content-Type": FORM, **sign(SECRET, NOW, body)}
        answer = await way.post("/slack/events", content=body, headers=headers)
        return answer.status_code, answer.headers.get("content-type"), REFERENCE.sub("Reference", answer.text)

    async def both(self, payload: dict[str, Any]) -> tuple[int, str | None, str]:
        """Send it on both ways; returns the answer, which is the same."""
        answers = []
        for way in (self.through, self.straight):
            before = len(self.brought)
            answers.append(await self.send(way, payload))
            assert len(self.brought) - before == (1 if way is self.through else 0)
        assert answers[0] == answers[1]
        return answers[0]


@pytest.fixture
async def ways(transaction: Transaction) -> AsyncIterator[Ways]:
    slack = Slack(SettableClock(NOW))
    await slack.serve()
    app = slack.install_app(slack.add_team("Acme", "acme"), signing_secret=SECRET)
    clock = datetime.fromtimestamp(NOW, UTC)
    parts = SlackParts(transaction=transaction, clock=lambda: clock, tasks=TaskKeeper(), answer_seconds=1.0)
    bolt, modals = bolt_app(AsyncWebClient(app.bot_token, base_url=slack.api_url, retry_handlers=[]), parts)
    endpoints = (SlackEndpoint(bolt, SECRET, lambda: NOW), SlackEndpoint(bolt, SECRET, lambda: NOW, modals))
    routes = [[Route("/slack/events", endpoint.answer, methods=["POST"])] for endpoint in endpoints]
    transports = [httpx.ASGITransport(Starlette(routes=each)) for each in routes]
    through, straight = (httpx.AsyncClient(transport=each, base_url="http://bot") for each in transports)
    ways = Ways(through, straight)

    @bolt.middleware
    async def count(body: dict[str, Any], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:  # noqa: A002 - Bolt's name
        ways.brought.append(body["type"])
        return await next()

    # Bolt finds out whose workspace it is.
    await ways.send(straight, submission(callback_id="unknown"))
    assert ways.brought == ["view_submission"]
    yield ways
    await parts.tasks.finish()
    await through.aclose()
    await straight.aclose()
    await slack.aclose()


@pytest.fixture
async def acme(transaction: Transaction) -> int:
    acme = (await register(transaction)).organization_id
    await link(transaction, channel(acme, HELP))
    await link(transaction, channel(acme, DESK, intake=False, triage=True))
    await become(transaction, await meet(transaction), acme)
    return acme


async def test_an_issue_is_raised_once_and_both_tell_its_number(ways: Ways, acme: int) -> None:
    del acme
    status, content_type, body = await ways.both(submission("V1"))
    assert (status, content_type) == (200, "application/json;charset=utf-8")
    assert "ISS-2026-0001 is raised" in body
    # The other way first: its second submission finds what the straight one raised.
    first = await ways.send(ways.straight, submission("V2"))
    assert first == await ways.send(ways.through, submission("V2"))
    assert "ISS-2026-0002 is raised" in first[2]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"callback_id": "unknown"}, None, id="a modal that we do not know"),
        pytest.param({"state": {}}, "Something went wrong", id="not our form"),
        pytest.param({"state": None, "blocks": [], "title": 7}, "Something went wrong", id="no form at all"),
        pytest.param({"private_metadata": "{"}, "Something went wrong", id="metadata that cannot be read"),
        pytest.param({"private_metadata": "{}"}, '"update"', id="raised in no channel, as their one organization"),
        pytest.param({"callback_id": ids.REGISTER_MODAL}, "Something went wrong", id="another modal's form"),
        pytest.param(
            {"state": {"values": {**STATE, ids.TITLE_BLOCK: {ids.VALUE: {"value": " "}}}}},
            "Give the issue a title",
            id="no title",
        ),
    ],
)
async def test_what_is_refused_is_refused_in_the_same_words(
    ways: Ways, acme: int, changes: dict[str, Any], told: str | None
) -> None:
    del acme
    status, _, body = await ways.both(submission(**changes))
    assert status == 200
    assert (told in body) if told is not None else body == ""


async def test_a_form_that_asks_for_the_organization_keeps_half_a_pair(
    ways: Ways, acme: int, transaction: Transaction
) -> None:
    beta = (await register(transaction, "Beta")).organization_id
    assert beta != acme
    await become(transaction, await meet(transaction), beta)
    _, _, body = await ways.both(submission(private_metadata="{}"))
    assert json.loads(body)["response_action"] == "update"
    assert r"\ud83d & <b>" in body


async def test_who_may_not_raise_reads_the_same(ways: Ways, acme: int) -> None:
    del acme
    assert "errors" in (await ways.both(submission(private_metadata="{}") | {"user": {"id": "UNOBODY"}}))[2]


async def test_a_database_that_is_held_up_is_told_in_the_same_words(
    ways: Ways, acme: int, database_url: str
) -> None:
    del acme
    async with held_closed(database_url):
        _, _, body = await ways.both(submission())
    assert "Still saving" in body


@pytest.mark.parametrize("changes", [{"team": None}, {"team": {"id": 7}}, {"team": "T1"}])
async def test_a_sender_of_another_shape_goes_through_bolt(ways: Ways, changes: dict[str, Any]) -> None:
    payload = submission(callback_id="unknown") | changes
    assert await ways.send(ways.straight, payload) == await ways.send(ways.through, payload)


async def test_another_workspace_is_asked_for_first(ways: Ways) -> None:
    other = submission(callback_id="unknown", app_installed_team_id="T9")
    before = len(ways.brought)
    for _ in range(3):
        await ways.send(ways.straight, other)
    assert len(ways.brought) - before == 1


async def test_a_wrong_signature_is_refused_on_the_straight_way(ways: Ways) -> None:
    body = urlencode({"payload": json.dumps(submission())}).encode()
    headers = {"Content-Type": FORM, **sign("another secret", NOW, body)}
    answer = await ways.straight.post("/slack/events", content=body, headers=headers)
    assert answer.status_code == 401
