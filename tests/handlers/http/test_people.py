"""Registering an organization with the admin token, who a token is, and the mode."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import ProfileKind, User
from bot.usecases.modes import NO_SUCH_PROFILE
from bot.usecases.register import NAME_TAKEN
from bot.usecases.register_by_operator import SEVERAL_PEOPLE, SWITCHED_OFF
from storage import people, tables
from storage.organizations import organization
from tests.callers import ALL, ME, MODE, REGISTER, Caller, line_to, switch_off
from tests.world import NOW, World, open_world, register

ADMIN = "the-admin-token"
BODY = {"organization": "Zeta", "email": " Zoe@Zeta.example", "first_name": "Zoe", "last_name": "Zander"}


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, admin_token=ADMIN) as opened:
        yield opened


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with line_to(world) as opened:
        yield opened


async def post(http: httpx.AsyncClient, body: Any) -> httpx.Response:
    return await http.post(REGISTER, json=body, headers={"Authorization": f"Token {ADMIN}"})


async def count(world: World) -> dict[str, int]:
    async def ask(session: AsyncSession) -> dict[str, int]:
        return {
            table.name: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables.Base.metadata.sorted_tables
        }

    return await world.bot.transaction.read(ask)


async def _known(world: World, email: str) -> User:
    add = partial(people.add_user, email=email, email_trusted=True, first_name="Zoe", last_name="Zander", now=NOW)
    return await world.bot.transaction.write(add)


async def test_an_organization_is_registered_and_its_owner_begins(http: httpx.AsyncClient) -> None:
    answer = await post(http, BODY)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["organization"]["name"], told["organization"]["slug"]) == ("Zeta", "zeta")
    assert (told["user"]["name"], told["user"]["email"]) == ("Zoe Zander", "zoe@zeta.example")
    assert told["profiles"] == ["vendor", "employee", "customer"]
    zoe = Caller(http, User(id=1, email=None, first_name="", last_name="", active=True), told["token"])
    me = (await zoe.get(ME)).json()
    assert (me["user"], me["organization"], me["mode"]) == (told["user"], told["organization"], "vendor")
    issue = await zoe.raises()
    assert issue["organization"]["slug"] == "zeta"
    assert (await zoe.post(f"{ALL}{issue['id']}/start/")).status_code == 200


async def test_its_linear_team_is_configured_by_itself(world: World, http: httpx.AsyncClient) -> None:
    # Acme has its team before: then there is one that nobody has, and Zeta takes it.
    await world.settle()
    told = (await post(http, BODY)).json()
    await world.settle()
    look = partial(organization, organization_id=told["organization"]["id"])
    assert (await world.bot.transaction.read(look)).linear_team_id is not None
    assert [call.operation for call in world.company.linear.calls].count("TeamStates") == 2


async def test_a_taken_name_changes_nothing(world: World, http: httpx.AsyncClient) -> None:
    before = await count(world)
    for name in ("Acme", " ACME ", "acme!"):
        answer = await post(http, {**BODY, "organization": name})
        assert answer.status_code == 409
        assert answer.json()["details"] == NAME_TAKEN.format(name=name.strip())
    assert await count(world) == before


async def test_of_many_at_once_one_registers_a_name(world: World, http: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(post(http, {**BODY, "email": f"zoe{n}@zeta.example"}) for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 4
    assert (await count(world))["organization"] == 2


async def test_whoever_has_the_email_already_becomes_the_owner(world: World, http: httpx.AsyncClient) -> None:
    vera = world.acme.owner
    told = (await post(http, {**BODY, "email": "VERA@acme.example"})).json()
    assert told["user"]["id"] == vera.id
    assert told["user"]["name"] == "Vera Vendor"
    again = (await post(http, {**BODY, "organization": "Eta", "email": "vera@acme.example"})).json()
    assert again["user"]["id"] == vera.id


async def test_an_email_that_nobody_vouched_for_makes_nobody_the_owner(
    world: World, http: httpx.AsyncClient, ada: Caller
) -> None:
    told = (await post(http, {**BODY, "email": ada.user.email})).json()
    assert told["user"]["id"] != ada.user.id
    assert world.errors == []


async def test_nobody_is_guessed_to_be_the_owner(world: World, http: httpx.AsyncClient) -> None:
    for _ in range(2):
        await _known(world, "two@zeta.example")
    off = await _known(world, "off@zeta.example")
    await switch_off(world, tables.CrmUser, id=off.id)
    before = await count(world)
    for email, sentence in (("two@zeta.example", SEVERAL_PEOPLE), ("off@zeta.example", SWITCHED_OFF)):
        answer = await post(http, {**BODY, "email": email})
        assert (answer.status_code, answer.json()["details"]) == (409, sentence)
    assert await count(world) == before


async def test_it_may_own_a_workspace(world: World, http: httpx.AsyncClient) -> None:
    told = (await post(http, {**BODY, "slack_team_id": "TZETA"})).json()

    async def owned(session: AsyncSession) -> list[tuple[str, int]]:
        owner = tables.WorkspaceOwner
        rows = await session.execute(select(owner.team_id, owner.organization_id).order_by(owner.team_id))
        return [(row.team_id, row.organization_id) for row in rows]

    assert ("TZETA", told["organization"]["id"]) in await world.bot.transaction.read(owned)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"organization": None}, "organization must be text"),
    ({"organization": " "}, "organization is required"),
    ({"organization": "x" * 81}, "The name can have 80 characters; this one has 81."),
    ({"email": ""}, "email must be an e-mail address"),
    ({"email": "zoe"}, "email must be an e-mail address"),
    ({"email": "zoe@"}, "email must be an e-mail address"),
    ({"email": "zoe@\u0000"}, "email must be an e-mail address"),
    ({"email": "zoe zander@zeta.example"}, "email must be an e-mail address"),
    ({"email": "x" * 250 + "@zeta.example"}, "email must be an e-mail address"),
    ({"first_name": "\u200b"}, "first_name is required"),
    ({"first_name": "x" * 81}, "first_name can have 80 characters at most"),
    ({"last_name": 5}, "last_name must be text"),
    (
        {"slack_team_id": "acme"},
        "slack_team_id must be the id of a Slack workspace, such as T0123456789",
    ),
]


async def test_what_cannot_be_registered_is_told(world: World, http: httpx.AsyncClient) -> None:
    before = await count(world)
    for changes, details in WRONG:
        answer = await post(http, {**BODY, **changes})
        assert answer.status_code == 400, changes
        assert answer.json() == {"error": "Bad Request", "details": details}
    answer = await post(http, {})
    assert answer.json()["details"] == "organization is required; email is required; first_name is required"
    assert await count(world) == before


async def test_a_users_token_registers_nothing(http: httpx.AsyncClient, vera: Caller) -> None:
    for path in (REGISTER, REGISTER.rstrip("/"), f"{REGISTER}%0A", "/api/auth/register%0A", f"/{REGISTER}"):
        assert (await vera.post(path, BODY)).status_code in {401, 404}
    assert (await http.get(ME, headers={"Authorization": f"Token {ADMIN}"})).status_code == 401


async def test_a_token_tells_who_it_is_in_its_organization_alone(world: World, vera: Caller) -> None:
    zeta = await register(world.bot.transaction, world.company, "Zeta", world.company.vera)
    assert zeta.owner.id == vera.user.id
    told = (await vera.get(ME)).json()
    assert told == {
        "user": {
            "id": vera.user.id,
            "name": "Vera Vendor",
            "first_name": "Vera",
            "email": "vera@acme.example",
        },
        "organization": {"id": world.acme.organization_id, "name": "Acme", "slug": "acme"},
        "mode": "vendor",
        "profiles": [
            {"kind": "vendor", "mode": True},
            {"kind": "employee", "mode": False},
            {"kind": "customer", "mode": False},
        ],
    }


async def test_a_mode_is_chosen_and_stays(vera: Caller) -> None:
    for kind in ("employee", "customer", "vendor"):
        answer = await vera.post(MODE, {"mode": kind})
        assert (answer.status_code, answer.json()["mode"]) == (200, kind)
        assert (await vera.get(ME)).json() == answer.json()


async def test_a_mode_changes_nothing_about_what_one_may_do(vera: Caller) -> None:
    await vera.post(MODE, {"mode": "customer"})
    issue = await vera.raises()
    assert (await vera.post(f"{ALL}{issue['id']}/claim/")).status_code == 200


async def test_only_an_active_profile_can_be_the_mode(world: World, ada: Caller) -> None:
    for kind in ("vendor", "employee"):
        answer = await ada.post(MODE, {"mode": kind})
        assert (answer.status_code, answer.json()["details"]) == (403, NO_SUCH_PROFILE.format(kind=kind))
    for wrong in ("owner", "", 1, None):
        answer = await ada.post(MODE, {"mode": wrong})
        assert answer.status_code == 400
        assert answer.json()["details"] == "mode must be one of 'vendor', 'employee' or 'customer'"
    await switch_off(world, tables.Profile, user_id=ada.user.id)
    assert (await ada.post(MODE, {"mode": ProfileKind.CUSTOMER})).status_code == 403
    assert (await ada.get(ME)).json()["mode"] is None
