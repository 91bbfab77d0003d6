"""The way of an issue over HTTP: refused three times, raised, worked on, confirmed; Slack and Linear follow."""

import asyncio

import httpx
import pytest

from bot.domain.people import ProfileKind
from bot.usecases.choose_organization import NO_PROFILE
from bot.usecases.refusals import NO_SUCH_ISSUE
from handlers.http.parts import Pace
from handlers.http.raising import NO_SUCH_ORGANIZATION, SYNCED
from tests.callers import ALL, MINE, RAISE, REGISTER, Caller, caller, line_to, owners
from tests.world import World, open_world, register

ADMIN = "the-admin-token"
# Linear is delivered by the bot's own worker meanwhile; the test does not depend on how fast.
PATIENT = Pace(linear_seconds=30, look_seconds=0.01, requests_per_minute=100_000)


def check_error(answer: httpx.Response, status: int, error: str, details: str) -> None:
    assert answer.status_code == status
    assert answer.json() == {"error": error, "details": details}


async def _raise_refused(world: World, http: httpx.AsyncClient, ada: Caller) -> None:
    """Try what is refused on the way: as a mere employee, without a title, with an unknown organization."""
    emil = await caller(http, world, ProfileKind.EMPLOYEE)
    body = {"organization": "acme", "title": "Export fails"}
    check_error(await emil.post(RAISE, body), 403, "Forbidden", NO_PROFILE.format(name="Acme"))
    check_error(await ada.post(RAISE, {"organization": "acme"}), 400, "Bad Request", "title is required")
    unknown = await ada.post(RAISE, {**body, "organization": 999_999})
    check_error(unknown, 404, "Not Found", NO_SUCH_ORGANIZATION.format(name="Acme"))
    assert world.company.linear.issues() == []


async def test_an_issue_is_raised_worked_on_and_confirmed_over_http(database_url: str) -> None:
    async with open_world(database_url, works=True, pace=PATIENT) as world, line_to(world) as http:
        company = world.company
        ada, vera = await caller(http, world, ProfileKind.CUSTOMER), await owners(http, world)
        await _raise_refused(world, http, ada)

        raised = await ada.post(RAISE, {"organization": "acme", "title": "Export fails", "priority": "high"})
        assert raised.status_code == 201
        told = raised.json()
        [linear] = company.linear.issues()
        assert (told["message"], told["issue"]["synced_to_linear"]) == (SYNCED, True)
        assert (told["linear_data"]["id"], told["linear_data"]["identifier"]) == (linear.id, linear.identifier)
        assert told["issue"]["linear_issue_url"] == linear.url.rsplit("/", 1)[0]

        number = told["issue"]["issue_number"]
        for action, status in (("claim", "open"), ("start", "in_progress"), ("resolve", "resolved")):
            answer = await vera.post(f"{ALL}{number}/{action}/")
            assert (answer.status_code, answer.json()["issue"]["status"]) == (200, status)
        confirmed = await ada.post(f"{MINE}{number}/confirm/")
        assert (confirmed.status_code, confirmed.json()["issue"]["status"]) == (200, "closed")

        await company.linear.wait_until(lambda: company.linear.issues()[0].state_type == "completed")
        await company.slack.wait_until(lambda: _says(world, "confirmed"))


def _says(world: World, word: str) -> bool:
    """Tell whether the thread in the triage channel holds a word."""
    slack = world.company.slack
    return any(
        word in slack.as_text(reply) for post in world.posts(world.company.triage) for reply in slack.replies(post)
    )


async def test_a_company_begins_over_http_alone(database_url: str) -> None:
    settings = {"works": True, "pace": PATIENT, "admin_token": ADMIN}
    async with open_world(database_url, **settings) as world, line_to(world) as http:
        body = {"organization": "Zeta", "email": "zoe@zeta.example", "first_name": "Zoe"}
        admin = {"Authorization": f"Token {ADMIN}"}
        registered = (await http.post(REGISTER, json=body, headers=admin)).json()
        check_error(
            await http.post(REGISTER, json=body, headers=admin),
            409,
            "Conflict",
            "There is already an organization called Zeta.",
        )
        zoe = Caller(http, world.acme.owner, registered["token"])
        raised = (await zoe.post(RAISE, {"title": "Import fails"}, key="once")).json()
        assert raised["message"] == SYNCED
        assert (await zoe.post(RAISE, {"title": "Import fails"}, key="once")).json() == raised
        [issue] = world.company.linear.issues()
        assert issue.title == "Import fails"


@pytest.mark.both_databases
async def test_two_at_once_with_one_key_do_it_once(world: World) -> None:
    async with line_to(world) as http:
        ada, vera = await caller(http, world, ProfileKind.CUSTOMER), await owners(http, world)
        answers = await asyncio.gather(*(ada.post(RAISE, {"title": "x"}, key="one") for _ in range(8)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        issue = answers[0].json()["issue"]["id"]
        comment = {"text": "A note"}
        answers = await asyncio.gather(
            *(vera.post(f"{ALL}{issue}/comments/", comment, key="two") for _ in range(8))
        )
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        answers = await asyncio.gather(*(vera.post(f"{ALL}{issue}/start/", key=str(n)) for n in range(6)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
        told = (await vera.get(f"{ALL}{issue}/")).json()
        assert [each["text"] for each in told["comments"]] == ["A note"]
        assert [each["what"] for each in told["timeline"]] == ["raised", "started"]


async def test_every_kind_of_wrong_word_is_refused_by_every_database(world: World) -> None:
    async with line_to(world) as http:
        vera = await owners(http, world)
        await vera.raises("\u00c4rger\u0000 \U0001f600")
        for reference in ("%00", "9" * 30, "9" * 18, "-1", "ISS-2026-0001%00", "' OR 1=1 --"):
            assert (await vera.get(f"{ALL}{reference}/")).status_code == 404
        for params in ({"q": "\u0000"}, {"category": "\u0000"}, {"q": "%_\\"}, {"assignee": "9" * 18}):
            assert (await vera.get(ALL, **params)).status_code == 200
        for q in ("\u00e4rger", "\u00c4RGER", "\U0001f600"):
            assert len((await vera.get(ALL, q=q)).json()["issues"]) == 1, q
        for content in (b'{"title": "\\ud83d"}', b'{"title": "x", "organization": 1' + b"0" * 400 + b"}"):
            answer = await vera.post(RAISE, content=content, key=str(len(content)))
            assert answer.status_code in {201, 404}


async def test_what_is_anothers_is_not_found_on_every_database(world: World) -> None:
    zeta = await register(world.bot.transaction, world.company, "Zeta", None)
    async with line_to(world) as http:
        vera = await owners(http, world)
        zoe = await caller(http, world, *ProfileKind, organization_id=zeta.organization_id)
        issue = await zoe.raises()
        for reference in (issue["id"], issue["issue_number"]):
            for base in (MINE, ALL):
                check_error(await vera.get(f"{base}{reference}/"), 404, "Not Found", NO_SUCH_ISSUE)
                check_error(await vera.post(f"{base}{reference}/close/"), 404, "Not Found", NO_SUCH_ISSUE)
        assert (await vera.get(ALL)).json()["issues"] == []
        assert (await zoe.get(f"{ALL}{issue['id']}/")).json()["issue"]["status"] == "open"
