"""Which credential is an organization's, and what follows when Linear does not let it in."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.linear_api import LinearApi, LinearError
from bot.delivery.linear_side import LinearSide
from bot.delivery.linear_ways import LINEAR_IS_OFF, LinearCalls
from bot.domain.effects import EffectKind
from bot.domain.linear_connection import Connection, ConnectionKind, LinearAccount
from bot.domain.retry import AlreadyDone, GiveUp
from bot.domain.trouble import LINEAR_CREDENTIAL
from bot.settings import read_settings
from storage import linear_connections, tables
from storage.vault import Vault
from tests.bot.delivery.office import Office
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")
VAULT = Vault(["a key of more than thirty-two characters"])
ACCOUNT = LinearAccount(actor_id="us", actor_name="Globex Key", organization_id="lin", organization_name="Globex")


def side(office: Office, *, key: str | None, vault: Vault = VAULT) -> LinearSide:
    """Return the ways to the office's Linear; ``key``: the environment's."""
    settings = read_settings(
        _env_file=None,
        slack_signing_secret="s",
        slack_bot_token="xoxb-s",
        linear_api_key=key,
        linear_api_url=f"{office.street.linear_url}/graphql",
    )
    return LinearSide(office.street.http, settings, office.transaction, vault, office.now)


async def connect(office: Office, organization_id: int, key: str) -> Connection:
    """Let an organization have a connection with this key."""
    new = Connection(
        organization_id=organization_id,
        path=f"path-{organization_id}",
        kind=ConnectionKind.API_KEY,
        secret=VAULT.lock(key),
        webhook_secret=None,
        account=ACCOUNT,
        problem=None,
        created_at=office.now(),
    )

    async def put(session: AsyncSession) -> None:
        owner = await session.scalar(
            select(tables.Organization.owner_user_id).where(tables.Organization.id == organization_id)
        )
        assert owner is not None
        await linear_connections.put_connection(session, new, owner)

    await office.transaction.write(put)
    return new


async def used(office: Office, way: LinearApi) -> str | None:
    """Return with what a way asks."""
    await way.run("Teams", {"after": None})
    return office.linear.calls[-1].authorization


async def told(office: Office, organization_id: int) -> Sequence[str]:
    """Return the troubles of which an organization's owner is, or was, told."""

    async def look(session: AsyncSession) -> list[str]:
        rows = await session.scalars(select(tables.Effect).where(tables.Effect.kind == EffectKind.SLACK_TELL_OWNER))
        return [str(row.about["trouble"]) for row in rows if row.about["organization_id"] == organization_id]

    return await office.transaction.read(look)


async def test_the_environments_key_serves_who_has_no_connection(office: Office) -> None:
    acme = await office.register("Acme")
    ways = side(office, key=office.linear_key).ways
    assert await used(office, await ways.of(acme)) == office.linear_key
    assert await ways.is_on(acme)


async def test_a_connection_goes_before_the_environment(office: Office) -> None:
    acme, globex = await office.register("Acme"), await office.register("Globex")
    key = office.linear.add_api_key(office.dana)
    await connect(office, globex, key)
    ways = side(office, key=office.linear_key).ways
    assert await used(office, await ways.of(globex)) == key
    assert await used(office, await ways.of(acme)) == office.linear_key
    assert (await ways.of(globex)).key != (await ways.of(acme)).key


async def test_a_connection_that_is_changed_or_ended_elsewhere_is_so_here(office: Office) -> None:
    acme = await office.register("Acme")
    first, second = (office.linear.add_api_key(office.dana) for _ in range(2))
    ways = side(office, key=office.linear_key).ways
    await connect(office, acme, first)
    assert await used(office, await ways.of(acme)) == first
    assert await ways.of(acme) is await ways.of(acme)
    await connect(office, acme, second)
    assert await used(office, await ways.of(acme)) == second
    await office.transaction.write(partial(linear_connections.drop_connection, organization_id=acme))
    assert await used(office, await ways.of(acme)) == office.linear_key


async def test_without_either_linear_is_off(office: Office) -> None:
    acme, globex = await office.register("Acme"), await office.register("Globex")
    await connect(office, globex, office.linear_key)
    ways = side(office, key=None).ways
    with pytest.raises(AlreadyDone, match=LINEAR_IS_OFF):
        await ways.of(acme)
    assert [await ways.is_on(each) for each in (acme, globex)] == [False, True]


async def test_a_refused_connection_is_told_once_and_works_again_by_itself(office: Office) -> None:
    acme = await office.register("Acme")
    key = office.linear.add_api_key(office.dana)
    await connect(office, acme, key)
    calls = LinearCalls(side(office, key=None).ways)
    office.linear.revoke(key)
    for _ in range(2):
        with pytest.raises(GiveUp, match=LINEAR_CREDENTIAL):
            await calls.run(acme, "Teams", {"after": None})
    assert await office.transaction.read(partial(linear_connections.has_problem, organization_id=acme))
    assert await told(office, acme) == ["linear_credential"]
    # Another process, which knows of the trouble by the row alone.
    again = office.linear.add_api_key(office.dana)
    await connect(office, acme, again)
    await office.transaction.write(
        partial(
            linear_connections.set_problem,
            organization_id=acme,
            connected_at=office.now(),
            problem=LINEAR_CREDENTIAL,
        )
    )
    await LinearCalls(side(office, key=None).ways).run(acme, "Teams", {"after": None})
    assert not await office.transaction.read(partial(linear_connections.has_problem, organization_id=acme))


async def test_a_late_refusal_of_the_former_credential_does_not_touch_the_new_one(office: Office) -> None:
    acme = await office.register("Acme")
    key = office.linear.add_api_key(office.dana)
    former = await connect(office, acme, key)
    way = await side(office, key=None).ways.of(acme)
    office.linear.revoke(key)
    office.clock.move(1)
    await connect(office, acme, office.linear_key)
    with pytest.raises(LinearError):
        await way.run("Teams", {"after": None})
    assert not await office.transaction.read(partial(linear_connections.has_problem, organization_id=acme))
    assert await told(office, acme) == []
    assert former.created_at < office.now()


async def test_a_connection_of_another_secret_key_is_disconnected_in_words(office: Office) -> None:
    acme = await office.register("Acme")
    await connect(office, acme, office.linear_key)
    ways = side(office, key=None, vault=Vault(["another key of 32 characters or more"])).ways
    with pytest.raises(GiveUp, match=LINEAR_CREDENTIAL):
        await ways.of(acme)
    assert await told(office, acme) == ["linear_credential"]


async def test_only_an_app_is_known_by_its_id(office: Office) -> None:
    acme = await office.register("Acme")
    app = office.linear.add_user(office.workspace, "Threadline", "app@oauthapp.linear.app", app=True)
    personal = LinearCalls(side(office, key=office.linear_key).ways)
    assert await personal.actor_of(acme) is None
    assert not await personal.is_app(acme)
    as_person = side(office, key=office.linear_key).environment
    assert as_person is not None
    assert await as_person.actor_id() == office.dana.id
    assert app.id != office.dana.id
    assert await LinearCalls(side(office, key=None).ways).actor_of(acme) is None


async def test_what_is_secret_is_in_no_repr() -> None:
    connection = Connection(
        organization_id=1,
        path="p",
        kind=ConnectionKind.API_KEY,
        secret="lin_api_secret",
        webhook_secret="lin_wh_secret",
        account=ACCOUNT,
        problem=None,
        created_at=NOW,
    )
    assert "secret" not in repr(replace(connection, path="q")).replace("webhook_secret", "")
