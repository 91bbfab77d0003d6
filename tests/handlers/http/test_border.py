"""The border between organizations: what is another's does not exist, whichever way it is asked for."""

from dataclasses import dataclass

import httpx
import pytest

from bot.domain.people import ProfileKind
from bot.usecases.refusals import NO_SUCH_ISSUE
from tests.callers import ALL, ME, MINE, RAISE, Caller, caller
from tests.world import World, register

EVERYTHING = (ProfileKind.VENDOR, ProfileKind.EMPLOYEE, ProfileKind.CUSTOMER)
ROUTES = [
    ("GET", f"{MINE}{{}}/"),
    ("POST", f"{MINE}{{}}/comments/"),
    *(("POST", f"{MINE}{{}}/{action}/") for action in ("confirm", "reopen", "close")),
    ("GET", f"{ALL}{{}}/"),
    ("POST", f"{ALL}{{}}/comments/"),
    *(("POST", f"{ALL}{{}}/{action}/") for action in ("claim", "start", "resolve", "reopen", "close")),
]


@dataclass(frozen=True)
class Border:
    """Two programs, each of somebody who is everything at home: Zoe of Zeta, who has one issue more than Acme."""

    vera: Caller
    zoe: Caller
    acmes: int
    zetas: int


@pytest.fixture
async def border(world: World, http: httpx.AsyncClient, vera: Caller) -> Border:
    zeta = await register(world.bot.transaction, world.company, "Zeta", None)
    zoe = await caller(http, world, *EVERYTHING, organization_id=zeta.organization_id, name="Zoe")
    acmes = (await vera.raises("Acme's own"))["id"]
    await zoe.raises("Zeta's first")
    zetas = (await zoe.raises("Zeta's second"))["id"]
    await zoe.post(f"{ALL}{zetas}/comments/", {"text": "Zeta's note", "visibility": "public"})
    return Border(vera, zoe, acmes, zetas)


async def test_no_route_leads_to_an_issue_of_another_organization(border: Border) -> None:
    before = (await border.zoe.get(f"{ALL}{border.zetas}/")).json()
    for method, path in ROUTES:
        for reference in (border.zetas, "ISS-2026-0002", "0002"):
            where = path.format(reference)
            vera = border.vera
            answer = await (vera.get(where) if method == "GET" else vera.post(where, {"text": "Hello"}))
            assert answer.status_code == 404, (path, reference)
            assert answer.json() == {"error": "Not Found", "details": NO_SUCH_ISSUE}
    assert (await border.zoe.get(f"{ALL}{border.zetas}/")).json() == before


async def test_lists_and_searches_stop_at_the_border(border: Border) -> None:
    for who, own in ((border.vera, "Acme's"), (border.zoe, "Zeta's")):
        for path in (MINE, ALL):
            for params in ({}, {"q": "s"}, {"limit": 1}, {"assignee": "none"}):
                issues = (await who.get(path, **params)).json()["issues"]
                assert issues
                assert all(issue["title"].startswith(own) for issue in issues)
    assert (await border.vera.get(ALL, q="Zeta")).json()["issues"] == []


async def test_a_cursor_of_another_organization_leads_nowhere_else(border: Border) -> None:
    cursor = (await border.zoe.get(ALL, limit=1)).json()["next_cursor"]
    told = (await border.vera.get(ALL, cursor=cursor)).json()
    assert [issue["id"] for issue in told["issues"]] == [border.acmes]


async def test_the_same_number_means_each_ones_own(border: Border) -> None:
    for who, title in ((border.vera, "Acme's own"), (border.zoe, "Zeta's first")):
        assert (await who.get(f"{ALL}ISS-2026-0001/")).json()["issue"]["title"] == title


async def test_whoever_is_in_both_acts_for_the_tokens_organization_alone(world: World, border: Border) -> None:
    zeta = (await border.zoe.get(ME)).json()["organization"]["id"]
    both = await caller(border.vera.http, world, *EVERYTHING, organization_id=zeta, name="Both")
    own = await both.raises("Zeta's third")
    assert (await both.get(f"{ALL}{border.acmes}/")).status_code == 404
    assert (await both.post(RAISE, {"title": "x", "organization": "acme"})).status_code == 404
    assert (await border.vera.get(f"{ALL}{own['id']}/")).status_code == 404
