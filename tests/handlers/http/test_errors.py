"""Whatever is sent: a clear answer in one form, and never a 5xx that is not ours to give."""

from typing import Any, TypeVar

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from app import utc_now
from bot.errors import UnavailableError
from bot.usecases.act import EVENT_OF
from handlers.http.api import open_api
from handlers.http.errors import (
    NO_SUCH_PATH,
    NOT_AN_OBJECT,
    NOT_JSON,
    UNEXPECTED,
    UNREADABLE,
    WRONG_KEY,
    WRONG_METHOD,
)
from handlers.http.parts import NORMAL_PACE, HttpParts
from storage.engine import open_engine
from storage.joining import EachAlone
from storage.transaction import DATABASE_AWAY, Work
from tests.callers import ALL, ME, MINE, MODE, RAISE, REGISTER, Caller
from tests.databases import refuse_issues, take_issues_again
from tests.world import World

T = TypeVar("T")


def told(answer: httpx.Response) -> tuple[int, str]:
    assert set(answer.json()) >= {"error", "details"}
    return answer.status_code, answer.json()["details"]


UNREADABLE_BODIES = [
    (b"", NOT_AN_OBJECT),
    (b"{", NOT_JSON),
    (b"title=Export", NOT_JSON),
    (b'{"title": "x"} {}', NOT_JSON),
    (b"null", NOT_AN_OBJECT),
    (b"[" * 100_000, UNREADABLE),
    (b'{"title": ' + b"9" * 10_000 + b"}", UNREADABLE),
    (b'{"title": "\xff\xfe"}', UNREADABLE),
    (b'{"title": NaN}', "title must be text"),
    (b'{"organization": Infinity, "title": "x"}', "organization must be a whole number or text"),
    (b'{"title": "' + b"\\u0000" * 3 + b'"}', "title is required"),
]


async def test_a_body_that_cannot_be_read_is_a_bad_request(ada: Caller) -> None:
    for content, details in UNREADABLE_BODIES:
        answer = await ada.post(RAISE, content=content)
        assert told(answer) == (400, details), content[:50]


async def test_a_body_of_another_kind_is_told_how_to_come(http: httpx.AsyncClient, ada: Caller) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "", "nonsense"):
        headers = {**ada.headers(), "Content-Type": content_type}
        answer = await http.post(RAISE, content=b'{"title": "Export fails"}', headers=headers)
        assert told(answer) == (400, NOT_AN_OBJECT)


async def test_what_no_database_takes_is_left_out_or_replaced(ada: Caller) -> None:
    nul, half = b'{"title": "Export\\u0000 fails"}', b'{"title": "Export \\ud83d fails"}'
    for key in (None, "one"):
        answers = [await ada.post(RAISE, content=body, key=key and f"{key}-{len(body)}") for body in (nul, half)]
        titles = [answer.json()["issue"]["title"] for answer in answers]
        assert titles == ["Export fails", "Export \N{REPLACEMENT CHARACTER} fails"]


NO_ISSUES = [
    "0",
    "-1",
    "1.0",
    "1e3",
    "9" * 18,
    "9" * 19,
    "9" * 4000,
    "\u0661",
    "\u00b2",
    "%00",
    "1%00",
    "%ff%fe",
    "%ed%a0%80",
    "ISS-2026-9999",
    "ISS-99999-1",
    "iss-2026",
    "%2e%2e",
    "' OR 1=1 --",
    "%25",
    "____",
]


async def test_what_is_no_issue_is_not_found(http: httpx.AsyncClient, ada: Caller) -> None:
    await ada.raises()
    for reference in NO_ISSUES:
        for method, path in (("GET", f"{MINE}{reference}/"), ("POST", f"{MINE}{reference}/close/")):
            answer = await http.request(method, path, headers=ada.headers())
            assert answer.status_code == 404, (reference, answer.text)


async def test_an_unknown_action_is_not_found(vera: Caller) -> None:
    issue = await vera.raises()
    for base in (MINE, ALL):
        for action in ("delete", "CLOSE", "close%00", "assign", "%ff"):
            assert told(await vera.post(f"{base}{issue['id']}/{action}/")) == (404, NO_SUCH_PATH)
    assert (await vera.get(f"{MINE}{issue['id']}/")).json()["issue"]["status"] == "open"


async def test_an_action_of_the_other_side_is_unknown(vera: Caller) -> None:
    issue = await vera.raises()
    for path in (f"{MINE}{issue['id']}/claim/", f"{ALL}{issue['id']}/confirm/"):
        assert (await vera.post(path)).status_code == 404
    assert {"claimed", "confirmed"} <= set(EVENT_OF.values())


async def test_a_wrong_method_is_told(http: httpx.AsyncClient, ada: Caller) -> None:
    for method, path in [("DELETE", MINE), ("PUT", ME), ("GET", MODE), ("GET", f"{MINE}1/close/")]:
        answer = await http.request(method, path, headers=ada.headers())
        assert told(answer) == (405, WRONG_METHOD.format(method=method))
        assert answer.headers["Allow"]


async def test_a_key_that_cannot_be_kept_is_a_bad_request(http: httpx.AsyncClient, ada: Caller) -> None:
    for key in (b"", b"x" * 256, b"a b", b"\xe9"):
        headers = [(name.encode(), value.encode()) for name, value in ada.headers().items()]
        headers.append((b"Idempotency-Key", key))
        answer = await http.post(RAISE, json={"title": "Export fails"}, headers=headers)
        assert told(answer) == (400, WRONG_KEY)


@pytest.fixture
async def engine(database_url: str) -> Any:
    opened = open_engine(database_url)
    yield opened
    await opened.dispose()


async def test_the_unexpected_is_a_500_with_a_reference(world: World, ada: Caller, engine: AsyncEngine) -> None:
    await refuse_issues(engine)
    answer = await ada.post(RAISE, {"title": "Export fails"})
    assert answer.status_code == 500
    reference = answer.headers["X-Request-Id"]
    assert answer.json() == {
        "error": "Internal Server Error",
        "details": f"{UNEXPECTED} (Reference {reference})",
    }
    await take_issues_again(engine)
    assert (await ada.raises())["issue_number"] == "ISS-2026-0001"
    assert world.errors == []


class Away(EachAlone):
    """A database that is away."""

    async def read(self, work: Work[T]) -> T:
        """Say so."""
        del work
        raise UnavailableError(DATABASE_AWAY)

    async def write(self, work: Work[T]) -> T:
        """Say so."""
        del work
        raise UnavailableError(DATABASE_AWAY)

    async def close(self) -> None:
        """Have nothing to wait for."""


async def test_a_database_that_is_away_is_a_503_with_a_reference() -> None:
    parts = HttpParts(Away(), utc_now, SecretStr("admin"), linear_on=False, pace=NORMAL_PACE)
    transport = httpx.ASGITransport(open_api(parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:
        headers = {"Authorization": "Token thr_x"}
        body = {"organization": "Acme", "email": "vera@acme.example", "first_name": "Vera"}
        answers = [
            await http.get(ME, headers=headers),
            await http.post(RAISE, json={"title": "Export fails"}, headers=headers),
            await http.post(REGISTER, json=body, headers={"Authorization": "Token admin"}),
        ]
        for answer in answers:
            reference = answer.headers["X-Request-Id"]
            assert told(answer) == (503, f"{DATABASE_AWAY} (Reference {reference})")
            assert answer.json()["error"] == "Service Unavailable"
