"""Slack's rate limits, where they are asked for."""

from typing import Any

import pytest

from sandbox.clock import SettableClock
from sandbox.slack import Slack
from sandbox.slack.pace import Pace
from tests.sandbox.slack.office import Office


async def too_fast(office: Office, method: str, **args: Any) -> str | None:
    """Call; return Retry-After where it was too fast."""
    header = {"Authorization": f"Bearer {office.app.bot_token}"}
    async with office.session.post(f"{office.slack.api_url}{method}", headers=header, json=args) as answer:
        body = await answer.json()
        limited = (answer.status, body.get("error")) == (429, "ratelimited")
        assert limited or body["ok"]
        return answer.headers["Retry-After"] if limited else None


@pytest.mark.asyncio(loop_scope="module")
async def test_posts_are_counted_by_channel(office: Office) -> None:
    office.slack.limit_rates()
    for _ in range(3):
        await office.post()
    here, there = {"channel": office.support.id, "text": "x"}, {"channel": office.connect.id, "text": "x"}
    assert await too_fast(office, "chat.postMessage", **here) == "3"
    assert await too_fast(office, "chat.postMessage", **there) is None
    office.clock.move(3)
    assert await too_fast(office, "chat.postMessage", **here) is None
    assert len(office.slack.messages(office.support)) == 4


@pytest.mark.asyncio(loop_scope="module")
async def test_updates_are_fifty_a_minute(office: Office) -> None:
    message = await office.post()
    office.slack.limit_rates()
    update = {"channel": office.support.id, "ts": message.ts, "text": "x"}
    assert [await too_fast(office, "chat.update", **update) for _ in range(51)] == [None] * 50 + ["60"]
    office.clock.move(59)
    assert await too_fast(office, "chat.update", **update) == "1"
    office.clock.move(1)
    assert await too_fast(office, "chat.update", **update) is None


@pytest.mark.asyncio(loop_scope="module")
async def test_history_can_be_once_a_minute_and_fifteen(office: Office) -> None:
    for number in range(16):
        await office.post(str(number))
    office.slack.limit_rates(slow_history=True)
    said = await office.call("conversations.history", channel=office.support.id, limit=100)
    assert len(said["messages"]) == 15
    assert await too_fast(office, "conversations.history", channel=office.support.id) == "60"


@pytest.mark.asyncio(loop_scope="module")
async def test_without_being_asked_nothing_is_limited(office: Office) -> None:
    for _ in range(30):
        await office.post()
    assert len(office.slack.messages(office.support)) == 30


PACES: list[tuple[str, int]] = [
    ("pins.list", 20),
    ("pins.remove", 20),
    ("files.delete", 50),
    ("files.info", 100),
    ("files.getUploadURLExternal", 100),
    ("files.completeUploadExternal", 100),
]


@pytest.mark.parametrize(("method", "most"), PACES)
def test_files_and_pins_have_their_tiers(method: str, most: int) -> None:
    slack = Slack(SettableClock())
    app = slack.install_app(slack.add_team("Acme", "acme"))
    pace = Pace()
    waits = [pace.too_fast(method, app, {}, 0.0) for _ in range(most + 1)]
    assert [wait is None for wait in waits] == [True] * most + [False]
