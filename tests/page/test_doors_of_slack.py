"""What the page is told of Slack, and what it may do there: what the person may, and not more."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.clock import SettableClock
from sandbox.company import Company, open_company
from sandbox.page.desk import GONE
from sandbox.page.feed import Feed
from sandbox.page.server import page_routes
from sandbox.page.slack_acts import MAX_MESSAGE
from sandbox.page.slack_state import PAGE
from sandbox.slack.person import INTENDED

MANIFEST = {"features": {"slash_commands": [{"command": "/hi", "description": "Says hi", "usage_hint": "[name]"}]}}
PICTURE = base64.b64encode(b"\x89PNG").decode()


class Page:
    """The page's side of the doors."""

    def __init__(self, company: Company, feed: Feed, http: httpx.AsyncClient) -> None:
        self.company, self.feed, self.http = company, feed, http

    async def sees(self, who: str, **asked: str) -> dict[str, Any]:
        answer = await self.http.get("/_/slack", params={"as": who, **asked})
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    async def does(self, who: str, do: str, **more: Any) -> dict[str, Any]:
        answer = await self.http.post("/_/slack/act", json={"as": who, "do": do, **more})
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with open_company(MANIFEST, SettableClock()) as company:
        feed = Feed()
        program = Starlette(routes=page_routes(company, feed))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(program), base_url="http://page") as http:
            yield Page(company, feed, http)
        feed.close()


async def test_a_person_sees_their_channels_and_nobody_elses(page: Page) -> None:
    company = page.company
    await page.does(company.vera.id, "post", channel=company.triage.id, text="between us")
    ada = await page.sees(company.ada.id, channel=company.triage.id, thread_channel=company.triage.id, thread="1.2")
    assert [channel["name"] for channel in ada["channels"] if channel["kind"] != "im"] == ["acme-help"]
    assert ada["open"] is None
    assert ada["thread"] is None
    assert "between us" not in json.dumps(ada)
    vera = await page.sees(company.vera.id, channel=company.triage.id)
    assert [message["text"] for message in vera["open"]["messages"]] == ["between us"]


async def test_everyone_can_be_played_but_bots(page: Page) -> None:
    told = (await page.http.get("/_/slack/players")).json()
    assert [one["name"] for one in told["players"]] == [
        "Vera Vendor",
        "Victor Vendor",
        "Ada Lovelace",
        "Bo Nilsson",
    ]
    assert told["first"] == [page.company.ada.id, page.company.victor.id]
    for nobody in ("", "U0", page.company.app.bot_user.id):
        assert (await page.http.get("/_/slack", params={"as": nobody})).status_code == 404


async def test_unread_messages_are_counted_until_they_are_read(page: Page) -> None:
    company = page.company
    await page.does(company.ada.id, "post", channel=company.intake.id, text="hello @victor.vendor")

    async def counted() -> tuple[int, int]:
        seen = await page.sees(company.victor.id)
        channel = next(one for one in seen["channels"] if one["id"] == company.intake.id)
        return channel["unread"], channel["for_me"]

    assert await counted() == (1, 1)
    await page.does(company.victor.id, "read", channel=company.intake.id)
    assert await counted() == (0, 0)


async def test_the_newest_messages_are_told_and_as_many_more_as_are_asked_for(page: Page) -> None:
    company = page.company
    for number in range(PAGE + 20):
        await company.slack.as_user(company.ada).post(company.intake, f"number {number}")
    oldest = next(iter(company.intake.messages))

    async def told(**asked: str) -> tuple[int, bool]:
        seen = (await page.sees(company.victor.id, channel=company.intake.id, **asked))["open"]
        return len(seen["messages"]), seen["has_more"]

    assert await told() == (PAGE, True)
    assert await told(limit=str(PAGE + 10)) == (PAGE + 10, True)
    assert await told(limit="-1") == await told(limit="²") == (PAGE, True)
    # Somebody followed a link to it.
    assert await told(mark=oldest) == (PAGE + 20, False)


async def test_the_commands_are_told_with_their_hints(page: Page) -> None:
    seen = await page.sees(page.company.ada.id)
    assert seen["apps"][0]["commands"] == [{"name": "/hi", "description": "Says hi", "hint": "[name]"}]


async def test_an_unknown_command_is_answered_to_that_person_alone(page: Page) -> None:
    company = page.company
    done = await page.does(company.ada.id, "command", channel=company.intake.id, text="/foo a b")
    assert done == {"ok": False, "error": "/foo is not a valid command.", "told": True}
    seen = await page.sees(company.ada.id, channel=company.intake.id)
    (whisper,) = seen["open"]["messages"]
    assert (whisper["text"], whisper["is_ephemeral"]) == (f"/foo is not a valid command.{INTENDED}", True)
    assert (await page.sees(company.victor.id, channel=company.intake.id))["open"]["messages"] == []
    await page.does(company.ada.id, "dismiss", channel=company.intake.id, ts=whisper["ts"])
    assert (await page.sees(company.ada.id, channel=company.intake.id))["open"]["messages"] == []


async def test_a_person_can_do_what_slack_lets_them_and_not_more(page: Page) -> None:
    company = page.company
    ts = (await page.does(company.ada.id, "post", channel=company.intake.id, text="mine"))["ts"]
    where = {"channel": company.intake.id, "ts": ts}
    for refused in (
        await page.does(company.victor.id, "edit", **where, text="yours"),
        await page.does(company.victor.id, "delete", **where),
        await page.does(company.ada.id, "post", channel=company.triage.id, text="let me in"),
        await page.does(company.ada.id, "post", channel=company.intake.id, text="  "),
        await page.does(company.ada.id, "post", channel=company.intake.id, text="x" * (MAX_MESSAGE + 1)),
        await page.does(company.ada.id, "press", **where, block_id="b", action_id="a"),
        await page.does(company.ada.id, "submit", view="V1", values={}),
    ):
        assert (refused["ok"], bool(refused["error"])) == (False, True)
    await page.does(company.vera.id, "delete", **where)
    assert await page.does(company.ada.id, "react", **where, name="eyes") == {"ok": False, "error": GONE}


async def test_a_file_is_for_those_who_can_see_it(page: Page) -> None:
    company = page.company
    picked = [{"name": "a.png", "content": PICTURE}, {"name": "page.html", "content": PICTURE}]
    await page.does(company.vera.id, "post", channel=company.triage.id, text="", files=picked)
    (message,) = (await page.sees(company.vera.id, channel=company.triage.id))["open"]["messages"]
    picture, html = [file["here"] for file in message["files"]]
    shown = await page.http.get(picture, params={"as": company.victor.id})
    assert (shown.content, shown.headers["content-type"]) == (b"\x89PNG", "image/png")
    # A browser must neither run what somebody uploaded, nor guess what it is.
    kept = await page.http.get(html, params={"as": company.victor.id})
    assert kept.headers["content-type"] == "application/octet-stream"
    assert kept.headers["content-disposition"] == "attachment; filename*=UTF-8''page.html"
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert kept.headers["content-security-policy"].startswith("sandbox")
    assert (await page.http.get(picture, params={"as": company.ada.id})).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[]", 400),
        ("{", 400),
        pytest.param("[" * 100_000, 400, id="deep"),
        ('{"as": "U0", "do": "post"}', 404),
        ('{"as": "%s", "do": "fly"}', 400),
        ('{"as": "%s", "do": "post", "channel": 7, "text": "x"}', 400),
        ('{"as": "%s", "do": "post", "channel": "C0", "text": null}', 400),
        ('{"as": "%s", "do": "post", "channel": "C0", "text": "x", "files": [{"name": "a", "content": "?"}]}', 400),
        ('{"as": "%s", "do": "post", "channel": "C0", "text": "x", "files": 3}', 400),
    ],
)
async def test_what_the_page_cannot_mean_is_answered_in_words(page: Page, body: str, status: int) -> None:
    sent = body.replace("%s", page.company.ada.id)
    answer = await page.http.post("/_/slack/act", content=sent, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["ok"], bool(answer.json()["error"])) == (status, False, True)


async def test_a_form_of_another_page_can_do_nothing(page: Page) -> None:
    body = json.dumps({"as": page.company.ada.id, "do": "post", "channel": page.company.intake.id, "text": "x"})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = await page.http.post("/_/slack/act", content=body, headers={"content-type": kind})
        assert answer.status_code == 415
    assert page.company.intake.messages == {}


async def test_every_file_of_the_page_is_under_its_policy(page: Page) -> None:
    for path in ("/", "/static/main.js", "/static/vendor/preact-htm.js"):
        answer = await page.http.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert (await page.http.get("/static/../server.py")).status_code == 404


async def test_the_feed_tells_once_what_changed_meanwhile() -> None:
    feed = Feed()
    stream = feed.stream()
    assert (await anext(stream)).startswith('data: {"run": ')
    coming = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    for kind in ("slack", "linear", "slack"):
        feed.tell(kind)
    assert await coming == 'data: {"kinds": ["linear", "slack"]}\n\n'
    coming = asyncio.ensure_future(anext(stream, "ended"))
    await asyncio.sleep(0)
    feed.close()
    assert await coming == "ended"
