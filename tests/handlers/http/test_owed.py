"""``/owed``: what waits, one by one, for who runs the program."""

from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Route

from bot.errors import UnavailableError
from handlers.http.metrics import WRONG_TOKEN
from handlers.http.owed import NO_TOKEN, OwedPage
from sandbox.faults import Fault
from sandbox.linear.errors import authentication_answer
from storage.transaction import DATABASE_AWAY
from tests.plain_http import plain_http
from tests.world import open_world

TOKEN = "whoever-runs-it"


async def ask(url: str) -> list[dict[str, Any]]:
    async with plain_http() as http:
        answer = await http.get(f"{url}/owed", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert "Export" not in answer.text
    found: list[dict[str, Any]] = answer.json()["owed"]
    return found


async def test_what_waits_is_told_one_by_one_and_nothing_once_it_is_delivered(database_url: str) -> None:
    async with open_world(database_url, metrics_token=TOKEN) as world:
        company = world.company
        await world.settle()
        assert await ask(world.server.url) == []

        company.linear.faults.plant("IssueCreate", Fault(answer=authentication_answer()))
        await world.raise_issue(company.ada, company.intake, "Export fails")
        owed = await ask(world.server.url)
        assert {each["issue"] for each in owed} == {"ISS-2026-0001"}
        assert {each["destination"] for each in owed} == {"customer", "triage", "linear"}
        assert {(each["state"], each["attempts"], each["stuck"]) for each in owed} == {("owed", 0, None)}

        await world.settle()
        [create, *behind] = [each for each in await ask(world.server.url) if each["destination"] == "linear"]
        assert (create["kind"], create["state"], create["first"]) == ("linear.create_issue", "dead", True)
        assert (create["attempts"], create["stuck"]) == (1, "linear_credential")
        assert create["waiting_seconds"] >= 0
        assert not any(each["first"] for each in behind)


async def of_page(page: OwedPage, token: str | None) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=[Route("/owed", page.answer)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.example") as http:
        return await http.get("/owed", headers={} if token is None else {"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    ("set_to", "shown", "status", "details"),
    [
        (None, None, 403, NO_TOKEN),
        (None, "anything", 403, NO_TOKEN),
        (TOKEN, None, 401, WRONG_TOKEN),
        (TOKEN, "wrong", 401, WRONG_TOKEN),
        (TOKEN, TOKEN, 503, DATABASE_AWAY),
    ],
)
async def test_it_is_shown_to_nobody_without_the_token(
    set_to: str | None, shown: str | None, status: int, details: str
) -> None:
    async def away() -> list[Any]:
        raise UnavailableError(DATABASE_AWAY)

    answer = await of_page(OwedPage(away, None if set_to is None else SecretStr(set_to)), shown)
    assert (answer.status_code, answer.json()["details"]) == (status, details)
