"""Who may ask at all, how often, and how much: before anything else is looked at."""

import asyncio
from datetime import UTC, datetime
from functools import partial

import httpx

from bot.domain.people import ProfileKind
from bot.usecases.tokens import my_tokens, revoke_token
from handlers.http.errors import NO_SUCH_PATH
from handlers.http.gate import (
    ASK_FOR_TOKEN,
    BODY_LIMIT,
    REGISTERING_IS_OFF,
    TOO_LARGE,
    WRONG_TOKEN,
)
from handlers.http.parts import Pace
from storage import tables
from tests.callers import ALL, ME, MINE, MODE, RAISE, REGISTER, Caller, caller, line_to, switch_off
from tests.world import NOW, World, open_world

MINUTE = 60
_CUSTOMER = (ProfileKind.CUSTOMER,)
ROUTES = [
    ("GET", ME),
    ("POST", MODE),
    ("POST", RAISE),
    ("GET", MINE),
    ("GET", f"{MINE}1/"),
    ("POST", f"{MINE}1/comments/"),
    ("POST", f"{MINE}1/close/"),
    ("GET", ALL),
    ("GET", f"{ALL}1/"),
    ("POST", f"{ALL}1/comments/"),
    ("POST", f"{ALL}1/claim/"),
    ("GET", "/api/nothing/"),
    ("GET", "/api"),
]


def check_unauthorized(answer: httpx.Response, sentence: str) -> None:
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert answer.json() == {"error": "Unauthorized", "details": sentence}


async def test_nothing_is_told_without_a_token(http: httpx.AsyncClient) -> None:
    for method, path in ROUTES:
        check_unauthorized(await http.request(method, path), ASK_FOR_TOKEN)


NO_TOKENS = [
    ("", ASK_FOR_TOKEN),
    ("Token", ASK_FOR_TOKEN),
    ("Bearer thr_x", ASK_FOR_TOKEN),
    ("Basic dXNlcjpwYXNz", ASK_FOR_TOKEN),
    ("Token thr_nobodys", WRONG_TOKEN),
    ("Token thr_a b", WRONG_TOKEN),
    ("Token " + "x" * 5000, WRONG_TOKEN),
    ("Token \xe9\xff", WRONG_TOKEN),
]


async def test_what_is_no_token_is_refused(http: httpx.AsyncClient) -> None:
    for header, sentence in NO_TOKENS:
        answer = await http.get(ME, headers=[(b"Authorization", header.encode("latin-1"))])
        check_unauthorized(answer, sentence)


async def test_the_word_before_a_token_may_be_written_in_any_case(http: httpx.AsyncClient, ada: Caller) -> None:
    for word in ("Token", "token", "TOKEN"):
        answer = await http.get(ME, headers={"Authorization": f"{word}  {ada.token}"})
        assert answer.status_code == 200


async def test_a_revoked_token_is_of_no_use_any_more(world: World, ada: Caller) -> None:
    transaction = world.bot.transaction
    assert (await ada.get(ME)).status_code == 200
    [token] = await transaction.read(partial(my_tokens, user_id=ada.user.id))
    await transaction.write(partial(revoke_token, user_id=ada.user.id, token_id=token.id, now=NOW))
    check_unauthorized(await ada.get(ME), WRONG_TOKEN)


async def test_the_token_of_somebody_who_is_switched_off_is_of_no_use(world: World, ada: Caller) -> None:
    await switch_off(world, tables.CrmUser, id=ada.user.id)
    check_unauthorized(await ada.get(ME), WRONG_TOKEN)
    check_unauthorized(await ada.post(RAISE, {"title": "Export fails"}), WRONG_TOKEN)


async def test_a_slash_at_the_end_may_be_left_out(ada: Caller) -> None:
    raised = await ada.post(RAISE.rstrip("/"), {"title": "Export fails"})
    assert raised.status_code == 201
    number = raised.json()["issue"]["issue_number"]
    assert (await ada.get(f"{MINE}{number}")).json() == (await ada.get(f"{MINE}{number}/")).json()
    assert (await ada.get(MINE.rstrip("/"))).status_code == 200
    assert (await ada.post(f"{MINE}{number}/close")).status_code == 200


async def test_every_answer_has_an_id_and_is_not_stored_on_its_way(http: httpx.AsyncClient, ada: Caller) -> None:
    answers = [await ada.get(ME), await http.get(ME), await ada.get("/api/nothing/")]
    assert all(answer.headers["Cache-Control"] == "no-store" for answer in answers)
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)


async def _last_use(world: World, who: Caller) -> datetime | None:
    [token] = await world.bot.transaction.read(partial(my_tokens, user_id=who.user.id))
    return token.last_used_at


async def test_the_last_use_of_a_token_is_noted_once_a_minute(world: World, ada: Caller) -> None:
    assert await _last_use(world, ada) is None
    await ada.get(ME)
    first = world.clock.now()
    assert await _last_use(world, ada) == datetime.fromtimestamp(first, UTC)
    world.clock.move(MINUTE - 1)
    await ada.get(ME)
    assert await _last_use(world, ada) == datetime.fromtimestamp(first, UTC)
    world.clock.move(1)
    await ada.get(ME)
    assert await _last_use(world, ada) == datetime.fromtimestamp(first + MINUTE, UTC)


async def test_a_body_of_more_than_a_megabyte_is_refused(ada: Caller) -> None:
    fits = b'{"title": "' + b"x" * (BODY_LIMIT - 13) + b'"}'
    assert len(fits) == BODY_LIMIT
    assert (await ada.post(RAISE, content=fits)).status_code == 400
    answer = await ada.post(RAISE, content=fits + b" ")
    assert answer.status_code == 413
    assert answer.json() == {"error": "Request Entity Too Large", "details": TOO_LARGE}


async def test_requests_are_counted_for_each_token(database_url: str) -> None:
    async with open_world(database_url, pace=Pace(requests_per_minute=3)) as world, line_to(world) as http:
        ada, bo = await caller(http, world, *_CUSTOMER), await caller(http, world, *_CUSTOMER)
        answers = await asyncio.gather(*(ada.get(ME) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] * 3 + [429] * 5
        refused = await ada.post(RAISE, content=b"x" * (BODY_LIMIT + 1))
        assert refused.status_code == 429
        seconds = int(refused.headers["Retry-After"])
        assert 1 <= seconds <= MINUTE
        assert refused.json()["error"] == "Too Many Requests"
        assert str(seconds) in refused.json()["details"]
        assert (await bo.get(ME)).status_code == 200


async def test_the_order_of_checks(http: httpx.AsyncClient, ada: Caller) -> None:
    too_much = b"x" * (BODY_LIMIT + 1)
    assert (await http.post(RAISE, content=too_much)).status_code == 401
    assert (await ada.post(RAISE, content=too_much)).status_code == 413
    assert (await ada.post(RAISE, {"organization": "nowhere"})).status_code == 400
    assert (await ada.post(RAISE, {"organization": "nowhere", "title": "Export fails"})).status_code == 404
    assert (await ada.post(f"{ALL}1/comments/", {"text": ""})).status_code == 400
    assert (await ada.post(f"{ALL}1/comments/", {"text": "Hello"})).status_code == 404


async def test_addresses_that_are_nobodys_are_told_as_json(http: httpx.AsyncClient, ada: Caller) -> None:
    found = [await http.get(path) for path in ("/", "/nothing", "/%0A", "/docs%0A/x", "/api%0A")]
    for answer in (*found, await ada.get("/api/nothing/"), await ada.get("/api/%0A/")):
        assert answer.status_code == 404
        assert answer.json() == {"error": "Not Found", "details": NO_SUCH_PATH}


async def test_without_an_admin_token_nobody_registers_over_http(http: httpx.AsyncClient, ada: Caller) -> None:
    for headers in ({}, ada.headers(), {"Authorization": "Token None"}):
        answer = await http.post(REGISTER, json={}, headers=headers)
        assert answer.status_code == 403
        assert answer.json() == {"error": "Forbidden", "details": REGISTERING_IS_OFF}


async def test_wrong_admin_tokens_are_counted_by_address(database_url: str) -> None:
    settings = {"admin_token": "the-admin-token", "pace": Pace(wrong_per_minute=3)}
    async with open_world(database_url, **settings) as world, line_to(world) as http:
        right = {"Authorization": "Token the-admin-token"}
        wrong = [{}, {"Authorization": "Token the-admin-tokem"}, {"Authorization": "Token the-admin-token-"}]
        assert (await http.post(REGISTER, json={}, headers=right)).status_code == 400
        for headers in wrong:
            answer = await http.post(REGISTER, json={}, headers=headers)
            check_unauthorized(answer, WRONG_TOKEN if headers else ASK_FOR_TOKEN)
        refused = await http.post(REGISTER, json={}, headers=right)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) >= 1
