"""Connecting by consent: from the link in Slack to Linear and back, once, and as an app from then on."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import structlog

from bot.delivery.linear_ways import LinearCalls
from bot.domain.linear_connection import ConnectionKind
from bot.usecases.connect_linear import INSTALL_TIME, LINK_EXPIRED
from bot.usecases.linear_desk import CONSENT_REFUSED, LINEAR_AWAY
from bot.views.linear_modal import BY_APP, DISCONNECT, ENDED, INSTALL
from handlers.linear.installing import CONNECTED, NOT_ALLOWED
from sandbox.faults import Answer, Fault
from sandbox.linear.oauth_door import TOKEN_FAULT
from tests.journeys.asking import open_modal, seen
from tests.journeys.linear_forms import connection, everything_stored, get, link_in
from tests.plain_http import plain_http
from tests.world import World, open_world

PUBLIC_URL = "https://threadline.example"
REDIRECT = f"{PUBLIC_URL}/linear/oauth_redirect"
MADE_UP = ["", "?state=", "?state=made-up&code=x", f"?state={'x' * 5000}", "?state=%00&code=%ff"]
AWAY = Fault(answer=Answer(503, "Service Unavailable", content_type="text/plain"))


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """A bot with an OAuth app of Linear's, and an address."""
    async with open_world(database_url, as_app=True, public_url=PUBLIC_URL) as opened:
        opened.company.linear_app.redirect_uris = (REDIRECT,)
        yield opened


async def begin(world: World) -> str:
    """Let Vera press the link in the form; returns where Linear asks her."""
    link = link_in(await open_modal(world, world.company.vera, "linear"))
    answer = await get(world, link)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def consent(address: str) -> str:
    """Let her say yes in Linear, or no if she is so minded; returns where she is sent back to."""
    async with plain_http() as browser:
        answer = await browser.get(address)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def test_an_owner_consents_and_the_organization_goes_by_the_app(world: World) -> None:
    company, linear = world.company, world.company.linear
    with structlog.testing.capture_logs() as logged:
        asked = await begin(world)
        query = dict(parse_qsl(urlsplit(asked).query))
        assert (query["actor"], query["redirect_uri"]) == ("app", REDIRECT)
        assert query["code_challenge_method"] == "S256"
        back = await consent(asked)
        page = await get(world, back)
    assert (page.status_code, page.text) == (200, CONNECTED.format(organization="Acme", linear="Acme"))
    ours = await connection(world)
    assert ours is not None
    app_user = linear.oauth.app_user(company.linear_app, company.linear_organization)
    assert (ours.kind, ours.secret, ours.account.actor_id) == (ConnectionKind.OAUTH_APP, "", app_user.id)
    shown = seen(world, await open_modal(world, company.vera, "linear"))
    assert BY_APP.format(organization="Acme", actor="Threadline") in shown
    await world.settle()
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    assert [issue.title for issue in linear.issues()] == ["Export fails"]
    calls = LinearCalls(world.bot.linear.ways)
    assert await calls.is_app(world.acme.organization_id)
    assert await calls.actor_of(world.acme.organization_id) == app_user.id
    secrets = {query["state"], dict(parse_qsl(urlsplit(back).query))["code"], _token(world)}
    stored = await everything_stored(world)
    assert not [secret for secret in secrets if secret in str(logged) + stored]


def _token(world: World) -> str:
    used = [call.authorization or "" for call in world.company.linear.calls if call.authorization]
    return used[-1].removeprefix("Bearer ")


async def test_a_token_that_ends_is_followed_by_the_next(world: World) -> None:
    company = world.company
    await get(world, await consent(await begin(world)))
    await world.settle()
    first = _token(world)
    world.clock.move(timedelta(hours=25).total_seconds())
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    assert [issue.title for issue in company.linear.issues()] == ["Export fails"]
    assert _token(world) != first
    assert [each.grant_type for each in company.linear.oauth_door.requests][-1] == "refresh_token"


async def test_who_disconnects_ends_the_token_in_linear_too(world: World) -> None:
    await get(world, await consent(await begin(world)))
    await world.settle()
    token = _token(world)
    vera = await open_modal(world, world.company.vera, "linear")
    assert vera.modal is not None
    await vera.press(vera.modal, DISCONNECT)
    assert ENDED in seen(world, vera)
    await world.bot.tasks.finish()
    async with plain_http() as http:
        headers, asked = {"Authorization": f"Bearer {token}"}, {"query": "{ viewer { id } }"}
        answer = await http.post(world.settings.linear_api_url, json=asked, headers=headers)
    assert answer.status_code == 401


async def test_a_link_is_good_for_one_answer(world: World) -> None:
    asked = await begin(world)
    back = await consent(asked)
    assert (await get(world, back)).status_code == 200
    ours = await connection(world)
    for address in (back, f"{PUBLIC_URL}/linear/install?{urlsplit(asked).query}"):
        again = await get(world, address)
        assert (again.status_code, again.text) == (404, LINK_EXPIRED)
    assert await connection(world) == ours


async def test_a_link_does_not_last(world: World) -> None:
    back = await consent(await begin(world))
    world.clock.move(INSTALL_TIME.total_seconds() + 1)
    late = await get(world, back)
    assert (late.status_code, late.text) == (404, LINK_EXPIRED)
    assert await connection(world) is None


async def test_who_says_no_is_not_connected(world: World) -> None:
    world.company.linear.oauth_door.denying = True
    page = await get(world, await consent(await begin(world)))
    assert (page.status_code, page.text) == (200, NOT_ALLOWED)
    assert await connection(world) is None


@pytest.mark.parametrize("path", ["/linear/install", "/linear/oauth_redirect"])
@pytest.mark.parametrize("query", MADE_UP)
async def test_made_up_links_are_refused_in_words(world: World, path: str, query: str) -> None:
    answer = await get(world, f"{path}{query}")
    assert (answer.status_code, answer.text) == (404, LINK_EXPIRED)


async def test_a_code_that_linear_does_not_take_is_said(world: World) -> None:
    state = dict(parse_qsl(urlsplit(await begin(world)).query))["state"]
    answer = await get(world, "/linear/oauth_redirect", state=state, code="made-up")
    assert (answer.status_code, answer.text) == (400, CONSENT_REFUSED)
    assert await connection(world) is None


async def test_a_linear_that_is_away_is_said(world: World) -> None:
    back = await consent(await begin(world))
    world.company.linear.faults.plant(TOKEN_FAULT, AWAY)
    answer = await get(world, back)
    assert (answer.status_code, answer.text) == (503, LINEAR_AWAY)
    assert await connection(world) is None


@pytest.mark.parametrize("settings", [{"public_url": PUBLIC_URL}, {"as_app": True}], ids=["no app", "no address"])
async def test_without_an_app_or_an_address_there_is_no_link(database_url: str, settings: dict[str, Any]) -> None:
    async with open_world(database_url, **settings) as world:
        assert INSTALL not in seen(world, await open_modal(world, world.company.vera, "linear"))
