"""The same request with the same key: done once, and answered the same."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.usecases.once import KEY_HOURS, KEY_IS_TAKEN
from storage import tables
from storage.engine import open_engine
from tests.callers import ALL, ME, MINE, MODE, RAISE, Caller, switch_off
from tests.databases import refuse_issues, take_issues_again
from tests.world import World

HOUR = 3600
BODY = {"title": "Export fails"}


def same(answers: list[httpx.Response]) -> bool:
    return len({(answer.status_code, answer.content) for answer in answers}) == 1


def check_taken(answer: httpx.Response) -> None:
    assert answer.status_code == 409
    assert answer.json() == {"error": "Conflict", "details": KEY_IS_TAKEN}


async def count(world: World, table: type[tables.Base]) -> int:
    async def ask(session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(table)) or 0

    return await world.bot.transaction.read(ask)


async def test_an_issue_is_raised_once(world: World, ada: Caller) -> None:
    first = await ada.post(RAISE, BODY, key="one")
    again = await ada.post(RAISE, BODY, key="one")
    assert same([first, again])
    assert first.status_code == 201
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await count(world, tables.Issue) == 1
    assert (await ada.post(RAISE, BODY, key="two")).json()["issue"]["id"] != first.json()["issue"]["id"]


async def test_the_first_answer_stays_whatever_becomes_of_the_issue(world: World, ada: Caller) -> None:
    first = await ada.post(RAISE, BODY, key="one")
    await world.settle()
    await ada.post(f"{MINE}{first.json()['issue']['id']}/close/")
    assert same([first, await ada.post(RAISE, BODY, key="one")])


async def test_a_body_that_means_the_same_is_the_same(ada: Caller) -> None:
    first = await ada.post(RAISE, BODY, key="one")
    spaced = b'{ "more": 1, "description": null, "title":\n"Export fails" }'
    assert same([first, await ada.post(RAISE, content=spaced, key="one")])


async def test_another_body_or_route_with_the_key_is_refused(world: World, ada: Caller) -> None:
    number = (await ada.post(RAISE, BODY, key="one")).json()["issue"]["issue_number"]
    check_taken(await ada.post(RAISE, {"title": "Import fails"}, key="one"))
    check_taken(await ada.post(f"{MINE}{number}/comments/", {"text": "Export fails"}, key="one"))
    check_taken(await ada.post(f"{MINE}{number}/close/", key="one"))
    check_taken(await ada.post(MODE, {"mode": "customer"}, key="one"))
    assert await count(world, tables.Issue) == 1
    assert await count(world, tables.Comment) == 0
    assert (await ada.get(f"{MINE}{number}/")).json()["issue"]["status"] == "open"


async def test_keys_are_each_tokens_own(world: World, ada: Caller, bo: Caller) -> None:
    assert (await ada.post(RAISE, BODY, key="one")).status_code == 201
    assert (await bo.post(RAISE, {"title": "Import fails"}, key="one")).status_code == 201
    assert await count(world, tables.Issue) == 2


async def test_of_many_at_once_one_raises_and_all_get_its_answer(world: World, ada: Caller) -> None:
    answers = await asyncio.gather(*(ada.post(RAISE, BODY, key="one") for _ in range(10)))
    assert same(answers)
    assert answers[0].status_code == 201
    assert await count(world, tables.Issue) == 1


async def test_of_different_ones_at_once_one_raises_and_the_others_are_refused(world: World, ada: Caller) -> None:
    bodies = [{"title": f"Export {number} fails"} for number in range(6)]
    answers = await asyncio.gather(*(ada.post(RAISE, body, key="one") for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert await count(world, tables.Issue) == 1


async def _writes(vera: Caller) -> list[tuple[str, Any]]:
    issue = (await vera.raises())["id"]
    return [
        (f"{ALL}{issue}/comments/", {"text": "A note"}),
        (f"{MINE}{issue}/comments/", {"text": "Hello"}),
        (f"{ALL}{issue}/start/", None),
        (f"{ALL}{issue}/resolve/", None),
        (f"{MINE}{issue}/confirm/", None),
        (MODE, {"mode": "employee"}),
    ]


async def test_every_other_write_is_done_once_too(world: World, vera: Caller) -> None:
    for number, (path, body) in enumerate(await _writes(vera)):
        answers = await asyncio.gather(*(vera.post(path, body, key=f"key-{number}") for _ in range(4)))
        assert same(answers), path
        assert answers[0].status_code in {200, 201}
        assert same([answers[0], await vera.post(path, body, key=f"key-{number}")])
    assert await count(world, tables.Comment) == 2
    assert await count(world, tables.IssueEvent) == 4


async def test_a_refusal_for_the_status_is_answered_again(vera: Caller) -> None:
    issue = (await vera.raises())["id"]
    path = f"{ALL}{issue}/reopen/"
    refused = await vera.post(path, key="one")
    assert (refused.status_code, refused.json()["status"]) == (409, "open")
    await vera.post(f"{ALL}{issue}/close/")
    assert same([refused, await vera.post(path, key="one")])
    assert (await vera.post(path, key="two")).status_code == 200


@pytest.mark.parametrize("body", [{}, {"title": "x", "organization": "nowhere"}])
async def test_a_request_that_was_refused_leaves_the_key_free(ada: Caller, body: Any) -> None:
    assert (await ada.post(RAISE, body, key="one")).status_code in {400, 404}
    assert (await ada.post(RAISE, BODY, key="one")).status_code == 201


async def test_what_was_forbidden_may_be_allowed_later(world: World, ada: Caller, emil: Caller) -> None:
    issue = await ada.raises()
    assert (await emil.post(RAISE, BODY, key="one")).status_code == 403
    assert (await emil.post(f"{ALL}{issue['id']}/claim/", key="one")).status_code == 403
    assert (await emil.post(f"{ALL}{issue['id']}/comments/", {"text": "A note"}, key="one")).status_code == 201
    await switch_off(world, tables.Profile, user_id=emil.user.id)
    assert (await emil.get(ME)).json()["profiles"] == []


async def test_after_a_failure_the_same_request_goes_on(world: World, ada: Caller, database_url: str) -> None:
    engine = open_engine(database_url)
    await refuse_issues(engine)
    assert (await ada.post(RAISE, BODY, key="one")).status_code == 500
    check_taken(await ada.post(RAISE, {"title": "Import fails"}, key="one"))
    await take_issues_again(engine)
    await engine.dispose()
    answers = [await ada.post(RAISE, BODY, key="one") for _ in range(2)]
    assert same(answers)
    assert answers[0].status_code == 201
    assert await count(world, tables.Issue) == 1


async def test_a_key_is_forgotten_after_a_day_and_may_be_used_anew(world: World, ada: Caller) -> None:
    first = await ada.post(RAISE, BODY, key="one")
    world.clock.move(KEY_HOURS * HOUR)
    assert same([first, await ada.post(RAISE, BODY, key="one")])
    world.clock.move(1)
    anew = await ada.post(RAISE, {"title": "Import fails"}, key="one")
    assert anew.status_code == 201
    assert anew.json()["issue"]["title"] == "Import fails"
    assert await count(world, tables.Issue) == 2
    assert await count(world, tables.ApiAnswer) == 1


async def test_without_a_key_nothing_is_remembered(world: World, ada: Caller) -> None:
    assert not same([await ada.post(RAISE, BODY), await ada.post(RAISE, BODY)])
    assert await count(world, tables.Issue) == 2
    assert await count(world, tables.ApiAnswer) == 0
