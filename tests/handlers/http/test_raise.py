"""Raising an issue over HTTP, and everything that is said when it cannot be."""

import asyncio
from functools import partial
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import TITLE_LIMIT
from bot.domain.people import IdentityRule, ProfileKind, SlackAccount
from bot.domain.places import Audience
from bot.usecases.choose_organization import NO_PROFILE
from handlers.http.asked import DESCRIPTION_LIMIT
from handlers.http.parts import Pace
from handlers.http.raising import NO_SUCH_ORGANIZATION, OFF, OTHER_ORGANIZATION, PENDING, SYNCED
from storage import links, people, tables
from storage.links import IssueMessage
from tests.callers import ALL, MINE, RAISE, Caller, caller, line_to, switch_off
from tests.world import NOW, World, open_world, register

FIELDS = {
    "id",
    "issue_number",
    "title",
    "description",
    "status",
    "priority",
    "category",
    "organization",
    "customer",
    "assignee",
    "waiting_on",
    "synced_to_linear",
    "linear_issue_url",
    "delivery",
    "created_at",
    "updated_at",
}


async def _messages(world: World, issue_id: int) -> list[IssueMessage]:
    organization_id = world.acme.organization_id
    look = partial(links.issue_messages, organization_id=organization_id, issue_id=issue_id)
    return await world.bot.transaction.read(look)


async def test_a_raised_issue_is_told_whole(ada: Caller) -> None:
    body = {
        "organization": "acme",
        "title": " Export  fails ",
        "description": "Since this morning.",
        "priority": "high",
        "category": "bug",
        "whatever": "is ignored",
    }
    answer = await ada.post(RAISE, body)
    assert answer.status_code == 201
    told = answer.json()
    assert set(told) == {"message", "issue", "linear_data"}
    assert (told["message"], told["linear_data"]) == (PENDING, None)
    issue = told["issue"]
    assert set(issue) == FIELDS
    assert issue["issue_number"] == "ISS-2026-0001"
    assert (issue["title"], issue["description"]) == ("Export fails", "Since this morning.")
    assert (issue["status"], issue["priority"], issue["category"]) == ("open", "high", "bug")
    assert (issue["synced_to_linear"], issue["linear_issue_url"]) == (False, None)
    assert issue["created_at"] == "2026-11-22T12:00:00Z"


async def test_what_is_left_out_or_null_is_as_in_slack(ada: Caller) -> None:
    plain = await ada.raises()
    nulls = await ada.raises(description=None, priority=None, category=None, organization=None)
    for issue in (plain, nulls):
        assert (issue["description"], issue["priority"], issue["category"]) == ("", "medium", "general")
        assert issue["organization"]["slug"] == "acme"


async def test_the_organization_is_named_by_id_or_slug(world: World, ada: Caller) -> None:
    own = world.acme.organization_id
    for named in (own, str(own), "acme", " ACME "):
        assert (await ada.raises(organization=named))["organization"]["id"] == own


async def test_linear_is_waited_for_and_told(database_url: str) -> None:
    pace = Pace(linear_seconds=30, look_seconds=0.01)
    async with open_world(database_url, works=True, pace=pace) as world, line_to(world) as http:
        ada = await caller(http, world, ProfileKind.CUSTOMER)
        told = (await ada.post(RAISE, {"title": "Export fails"})).json()
        [issue] = world.company.linear.issues()
        assert told["message"] == SYNCED
        assert told["issue"]["synced_to_linear"] is True
        assert told["issue"]["linear_issue_url"] == told["linear_data"]["url"]
        assert told["linear_data"]["identifier"] == issue.identifier
        assert told["linear_data"]["id"] == issue.id
        assert told["linear_data"]["url"].endswith(f"/issue/{issue.identifier}")
        assert told["linear_data"]["state"] == issue.state


async def test_without_linear_it_is_said_that_it_is_off(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world, line_to(world) as http:
        ada = await caller(http, world, ProfileKind.CUSTOMER)
        told = (await ada.post(RAISE, {"title": "Export fails"})).json()
        assert (told["message"], told["linear_data"]) == (OFF, None)


WRONG: list[tuple[Any, str]] = [
    ({}, "title is required"),
    ({"title": None}, "title must be text"),
    ({"title": ""}, "title is required"),
    ({"title": " \u200b\n\t"}, "title is required"),
    ({"title": 5}, "title must be text"),
    ({"title": ["Export"]}, "title must be text"),
    ({"title": "x" * (TITLE_LIMIT + 1)}, "The title can have 255 characters; this one has 256."),
    ({"title": "x", "description": 1}, "description must be text"),
    (
        {"title": "x", "description": "y" * (DESCRIPTION_LIMIT + 1)},
        "The description can have 10,000 characters; this one has 10,001.",
    ),
    ({"title": "x", "priority": "huge"}, "priority must be one of 'low', 'medium', 'high' or 'urgent'"),
    ({"title": "x", "priority": 1}, "priority must be one of 'low', 'medium', 'high' or 'urgent'"),
    ({"title": "x", "category": 1}, "category must be text"),
    (
        {"title": "x", "category": "weather"},
        "category: Choose one of: general, bug, feature, billing, account.",
    ),
    ({"title": "x", "organization": True}, "organization must be a whole number or text"),
    ({"title": "x", "organization": {}}, "organization must be a whole number or text"),
    ({"title": 1, "description": 1}, "title must be text; description must be text"),
    ([], "Send a JSON object, with the header Content-Type: application/json."),
    ("title", "Send a JSON object, with the header Content-Type: application/json."),
]


async def test_what_cannot_be_raised_is_said_in_a_sentence(ada: Caller) -> None:
    for body, details in WRONG:
        answer = await ada.post(RAISE, body)
        assert answer.status_code == 400
        assert answer.json() == {"error": "Bad Request", "details": details}
    assert (await ada.get(MINE)).json()["issues"] == []


async def test_the_longest_title_and_description_fit(ada: Caller) -> None:
    issue = await ada.raises("x" * TITLE_LIMIT, description="y" * DESCRIPTION_LIMIT)
    assert (len(issue["title"]), len(issue["description"])) == (TITLE_LIMIT, DESCRIPTION_LIMIT)


async def test_an_unknown_organization_is_not_found(ada: Caller) -> None:
    for named in ("nowhere", 999_999, 10**30, -1, "\u0000", "9" * 5000, "acme-2", ""):
        answer = await ada.post(RAISE, {"title": "Export fails", "organization": named})
        assert answer.status_code == 404
        assert answer.json() == {"error": "Not Found", "details": NO_SUCH_ORGANIZATION.format(name="Acme")}


async def test_another_organization_is_as_unknown_as_one_that_is_not_there(world: World, ada: Caller) -> None:
    other = await register(world.bot.transaction, world.company, "Zeta", None)
    for named in (other.organization_id, "zeta"):
        answer = await ada.post(RAISE, {"title": "Export fails", "organization": named})
        assert answer.status_code == 404
        assert answer.json()["details"] == NO_SUCH_ORGANIZATION.format(name="Acme")


async def test_whoever_is_in_the_other_organization_is_told_to_use_its_token(world: World, ada: Caller) -> None:
    other = await register(world.bot.transaction, world.company, "Zeta", None)
    give = partial(
        people.add_profiles,
        user_id=ada.user.id,
        organization_id=other.organization_id,
        kinds=[ProfileKind.CUSTOMER],
        now=NOW,
    )
    await world.bot.transaction.write(give)
    answer = await ada.post(RAISE, {"title": "Export fails", "organization": "zeta"})
    assert answer.status_code == 403
    assert answer.json()["details"] == OTHER_ORGANIZATION.format(name="Acme", other="Zeta")


async def test_nobody_becomes_a_customer_by_the_api(world: World, emil: Caller) -> None:
    answer = await emil.post(RAISE, {"title": "Export fails"})
    assert answer.status_code == 403
    assert answer.json() == {"error": "Forbidden", "details": NO_PROFILE.format(name="Acme")}

    async def kinds(session: AsyncSession) -> list[str]:
        query = select(tables.Profile.kind).where(tables.Profile.user_id == emil.user.id)
        return list(await session.scalars(query))

    assert await world.bot.transaction.read(kinds) == ["employee"]


async def test_a_customer_who_is_switched_off_raises_nothing(world: World, ada: Caller) -> None:
    await switch_off(world, tables.Profile, user_id=ada.user.id)
    assert (await ada.post(RAISE, {"title": "Export fails"})).status_code == 403


async def test_vendors_are_told_and_a_customer_unknown_in_slack_has_no_message(world: World, ada: Caller) -> None:
    issue = await ada.raises("Export fails")
    assert [message.audience for message in await _messages(world, issue["id"])] == [Audience.TRIAGE]
    await world.settle()
    [post] = world.posts(world.company.triage)
    assert "Export fails" in world.company.slack.as_text(post)
    assert world.posts(world.company.intake) == []


async def test_a_customer_who_is_known_in_slack_is_told_directly(world: World, ada: Caller) -> None:
    account = SlackAccount(world.company.team.id, world.company.ada.id)
    know = partial(people.add_identity, account=account, user_id=ada.user.id, rule=IdentityRule.NEW, now=NOW)
    await world.bot.transaction.write(know)
    issue = await ada.raises()
    told = {message.audience: message.slack_user_id for message in await _messages(world, issue["id"])}
    assert told == {Audience.CUSTOMER: account.user_id, Audience.TRIAGE: None}
    assert world.posts(world.company.intake) == []


async def test_it_is_remembered_that_a_program_raised_it(ada: Caller, vera: Caller) -> None:
    issue = await ada.raises()
    told = (await vera.get(f"{ALL}{issue['id']}/")).json()
    assert told["issue"]["origin"] == "api"
    assert [event["door"] for event in told["timeline"]] == ["api"]


async def test_operators_read_who_raised_what(ada: Caller, bo: Caller) -> None:
    with structlog.testing.capture_logs() as logs:
        await ada.raises("A secret title")
        await ada.raises()
        await bo.raises()
    lines = [entry["event"] % entry.get("positional_args", ()) for entry in logs]
    raised = "Issue ISS-2026-000{} raised by customer {} for organization Acme"
    nameless = f"user:{bo.user.id}"
    assert "Customer issue raise request from ada@customer.example" in lines
    assert "Created new customer record for ada@customer.example in organization Acme" in lines
    assert "Using existing customer record for ada@customer.example in organization Acme" in lines
    assert raised.format(1, "ada@customer.example") in lines
    assert raised.format(3, nameless) in lines
    assert "secret" not in str(logs)
    assert ada.token not in str(logs)


async def test_many_at_once_have_numbers_of_their_own(ada: Caller) -> None:
    issues = await asyncio.gather(*(ada.raises(str(number)) for number in range(20)))
    assert len({issue["issue_number"] for issue in issues}) == len(issues)
