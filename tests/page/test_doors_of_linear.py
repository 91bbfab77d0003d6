"""The page's doors into Linear and under the hood: what they answer, and what they refuse in words."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.clock import SystemClock
from sandbox.demo.hood import LOST, Hood, Pulse
from sandbox.demo.page import PortTakenError, serving_page
from sandbox.demo.running import read_manifest
from sandbox.demo.story import Telling
from sandbox.demo.weather import Weather
from sandbox.demo.worlds import found, serving
from sandbox.slack.delivery import RETRY_NUMBER
from tests.page.conftest import Inside
from tests.plain_http import plain_http


class Page:
    """The page's server with Acme behind it, and no bot."""

    def __init__(self, hood: Hood, http: httpx.AsyncClient) -> None:
        self.hood = hood
        self.company = hood.company
        self.http = http

    async def get(self, path: str) -> Any:
        answer = await self.http.get(path)
        assert answer.status_code == 200
        return answer.json()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    weather = Weather()
    async with serving(weather.slack, weather.linear) as outside:
        bot = Inside("http://127.0.0.1:1")
        hood = Hood(found(outside, read_manifest()), bot, Pulse(bot, ""), weather, Telling())
        async with serving_page(hood, 0) as url, plain_http(base_url=url) as http:
            yield Page(hood, http)
        await weather.end()


async def act(page: Page, **body: Any) -> httpx.Response:
    return await page.http.post("/_/linear/act", json=body)


async def test_an_engineer_acts_and_what_linear_refuses_is_said(page: Page) -> None:
    seen = await page.get("/_/linear")
    dana, team = page.company.dana.id, next(one["id"] for one in seen["teams"] if one["name"] == "Acme")
    made = (await act(page, **{"as": dana, "do": "raise", "team": team, "title": "Look"})).json()
    assert made["ok"]
    refused = (await act(page, **{"as": dana, "do": "rename", "issue": made["id"], "title": " "})).json()
    assert refused["ok"] is False
    assert "title" in refused["error"]
    refused = (await act(page, **{"as": dana, "do": "move", "issue": made["id"], "state": "Elsewhere"})).json()
    assert refused["ok"] is False
    [issue] = (await page.get("/_/linear"))["issues"]
    assert issue["title"] == "Look"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"as": "nobody", "do": "move"}, 404),
        ({"as": "dana", "do": "fly"}, 400),
        ({"as": "dana", "do": "move"}, 400),
        ({"as": "dana", "do": "move", "issue": 7, "state": "Done"}, 400),
        ({"as": "dana", "do": "prioritize", "issue": "ACM-1", "priority": "high"}, 400),
        ({"as": "dana", "do": "prioritize", "issue": "ACM-1", "priority": True}, 400),
        ([1], 400),
    ],
)
async def test_what_is_not_understood_is_refused_in_words(page: Page, body: Any, status: int) -> None:
    if isinstance(body, dict) and body["as"] == "dana":
        body = {**body, "as": page.company.dana.id}
    answer = await page.http.post("/_/linear/act", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.parametrize("path", ["/_/linear/act", "/_/linear/webhooks/act", "/_/weather"])
@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"null", "application/json", 400),
        (b'{"do": "move"}', "text/plain", 415),
        (b'{"do": "move"}', "application/x-www-form-urlencoded", 415),
        (b" " * (1024 * 1024 + 1), "application/json", 413),
    ],
)
async def test_only_a_small_object_of_json_is_read(
    page: Page, path: str, content: bytes, kind: str, status: int
) -> None:
    answer = await page.http.post(path, content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.json()["ok"] is False


async def test_a_name_of_somewhere_else_is_not_answered(page: Page) -> None:
    answer = await page.http.get("/_/hood", headers={"Host": "rebound.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"do": "lose", "delivery": "none"},
        {"do": "lose"},
        {"do": "switch", "switch": "order", "to": "before"},
        {"do": "switch", "switch": "held", "to": 1},
        {"do": "switch", "switch": "delay", "to": True},
    ],
)
async def test_what_no_webhook_can_be_is_refused(page: Page, body: Any) -> None:
    answer = await page.http.post("/_/linear/webhooks/act", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "linear_down"},
        {"name": "frogs", "on": True},
        {"name": "linear_down", "on": True, "seconds": "5"},
    ],
)
async def test_weather_that_there_is_not_is_refused(page: Page, body: Any) -> None:
    answer = await page.http.post("/_/weather", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_the_hood_tells_what_went_over_the_wires(page: Page) -> None:
    company = page.company
    company.app.request_url = "http://127.0.0.1:1/slack/events"
    assert (await page.get("/_/hood"))["acknowledged"]["count"] == 0
    await page.http.post("/_/weather", json={"name": "answers_lost", "on": True})
    async with plain_http() as bot:
        with pytest.raises(httpx.RemoteProtocolError):
            await bot.post(
                f"{company.slack.api_url}chat.postMessage",
                json={"channel": company.intake.id, "text": "Hello"},
                headers={"Authorization": f"Bearer {company.app.bot_token}"},
            )
    await company.slack.quiet()
    hood = await page.get("/_/hood")
    post = next(one for one in hood["requests"] if one["what"] == "chat.postMessage")
    assert (post["from"], post["to"], post["status"], post["note"]) == ("bot", "Slack", 0, LOST)
    event = next(one for one in hood["requests"] if one["what"] == "event message")
    assert (event["to"], event["ok"], event["note"]) == ("bot", False, "nobody answered")
    assert [one["tries"] for one in hood["told_again"]] == [1]
    await company.slack.retry_events()
    again = company.slack.deliveries[-1]
    assert again.headers[RETRY_NUMBER] == "1"
    notes = [one["note"] for one in (await page.get("/_/hood"))["requests"]]
    assert "told again, time 1, nobody answered" in notes
    assert next(one for one in hood["weather"] if one["name"] == "answers_lost")["on"]
    assert hood["requests"][0]["at"] <= SystemClock().now()


async def test_a_port_that_is_taken_is_said(page: Page) -> None:
    port = page.http.base_url.port
    with pytest.raises(PortTakenError, match=str(port)):
        async with serving_page(page.hood, port):
            pass
