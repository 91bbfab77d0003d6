"""Tokens for the HTTP API: shown once, found by their hash, and useless once they are revoked."""

import hashlib
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.life import Role
from bot.domain.people import ProfileKind, User
from bot.domain.tokens import StoredToken
from bot.errors import ForbiddenError, NotFoundError
from bot.usecases.tokens import (
    HINT_LENGTH,
    NO_PROFILE,
    NO_SUCH_TOKEN,
    PREFIX,
    Bearer,
    bearer_of,
    make_token,
    my_tokens,
    revoke_token,
)
from storage import tables
from storage.tables import Base
from storage.tokens import note_use
from tests.bot.usecases.desk import Scene, rows
from tests.bot.usecases.town import become
from tests.storage.seeds import NOW


async def made(scene: Scene, user: User, organization_id: int | None = None) -> str:
    wanted = organization_id or scene.acme
    return await scene.transaction.write(partial(make_token, user_id=user.id, organization_id=wanted, now=NOW))


async def shown(scene: Scene, token: str) -> Bearer | None:
    return await scene.transaction.read(partial(bearer_of, token=token))


async def listed(scene: Scene, user: User) -> list[StoredToken]:
    return await scene.transaction.read(partial(my_tokens, user_id=user.id))


async def test_a_token_tells_whose_it_is_where_and_what_they_are_there(scene: Scene) -> None:
    expected = {
        scene.victor: {Role.VENDOR},
        scene.emil: {Role.EMPLOYEE},
        scene.ada: {Role.CUSTOMER},
        scene.vera: {Role.OWNER, Role.VENDOR, Role.EMPLOYEE, Role.CUSTOMER},
    }
    for user, roles in expected.items():
        bearer = await shown(scene, await made(scene, user))
        assert bearer is not None
        assert (bearer.user, bearer.organization_id, set(bearer.roles)) == (user, scene.acme, roles)


async def test_no_two_tokens_are_alike_and_each_is_long(scene: Scene) -> None:
    tokens = [await made(scene, scene.ada) for _ in range(5)]
    assert len(set(tokens)) == 5
    # 32 random bytes in base64url.
    assert all(token.startswith(PREFIX) and len(token) == len(PREFIX) + 43 for token in tokens)


@pytest.mark.both_databases
async def test_the_token_itself_is_nowhere_in_the_database(scene: Scene) -> None:
    token = await made(scene, scene.ada)

    async def everything(session: AsyncSession) -> str:
        found = [(await session.execute(select(table))).all() for table in Base.metadata.sorted_tables]
        return repr(found)

    stored = await scene.transaction.read(everything)
    assert hashlib.sha256(token.encode()).hexdigest() in stored
    assert token not in stored
    assert token.removeprefix(PREFIX) not in stored
    # Of the token no more than the hint stands anywhere.
    assert token[: HINT_LENGTH + 1] not in stored
    assert f"'{token[:HINT_LENGTH]}'" in stored


async def test_who_is_nobody_there_gets_no_token(scene: Scene) -> None:
    await scene.switch_off(scene.emil, ProfileKind.EMPLOYEE)
    await scene.switch_off(scene.bo)
    for user, organization_id in (
        (scene.sue, scene.acme),
        (scene.ada, scene.other),
        (scene.emil, scene.acme),
        (scene.bo, scene.acme),
        (scene.ada, -1),
    ):
        with pytest.raises(ForbiddenError, match=NO_PROFILE):
            await made(scene, user, organization_id)
    assert await rows(scene.transaction, tables.ApiToken) == 0


@pytest.mark.parametrize("cut", ["", "thr_", "x", "thr_" + "x" * 43, "\x00", "\u00e9", "x" * 10_000])
async def test_what_is_no_token_is_nobodys(scene: Scene, cut: str) -> None:
    token = await made(scene, scene.ada)
    assert await shown(scene, cut) is None
    assert await shown(scene, token[:-1]) is None
    assert await shown(scene, token + " ") is None
    assert await shown(scene, hashlib.sha256(token.encode()).hexdigest()) is None


async def test_whose_profiles_are_switched_off_has_no_roles_and_a_person_who_is_switched_off_no_token(
    scene: Scene,
) -> None:
    token = await made(scene, scene.victor)
    await scene.switch_off(scene.victor, ProfileKind.VENDOR)
    bearer = await shown(scene, token)
    assert bearer is not None
    assert bearer.roles == set()
    await scene.switch_off(scene.victor)
    assert await shown(scene, token) is None


async def test_a_token_counts_in_its_own_organization_alone(scene: Scene) -> None:
    await become(scene.transaction, scene.victor, scene.other, ProfileKind.CUSTOMER)
    here, there = await made(scene, scene.victor), await made(scene, scene.victor, scene.other)
    bearers = [await shown(scene, token) for token in (here, there)]
    assert [bearer and (bearer.organization_id, set(bearer.roles)) for bearer in bearers] == [
        (scene.acme, {Role.VENDOR}),
        (scene.other, {Role.CUSTOMER}),
    ]


@pytest.mark.both_databases
async def test_a_person_sees_their_own_tokens_by_their_hints_the_newest_first(scene: Scene) -> None:
    await made(scene, scene.victor)
    tokens = [await made(scene, scene.ada), await made(scene, scene.ada)]
    found = await listed(scene, scene.ada)
    assert [one.hint for one in found] == [token[:HINT_LENGTH] for token in reversed(tokens)]
    assert {(one.organization_name, one.created_at, one.last_used_at) for one in found} == {("Acme", NOW, None)}
    later = NOW + timedelta(hours=1)
    await scene.transaction.write(partial(note_use, token_id=found[0].id, now=later))
    assert [one.last_used_at for one in await listed(scene, scene.ada)] == [later, None]


@pytest.mark.both_databases
async def test_a_revoked_token_is_nobodys_and_cannot_be_revoked_again(scene: Scene) -> None:
    token, kept = await made(scene, scene.ada), await made(scene, scene.ada)
    [_, first] = await listed(scene, scene.ada)
    revoke = partial(revoke_token, token_id=first.id, now=NOW)
    with pytest.raises(NotFoundError, match=NO_SUCH_TOKEN):
        await scene.transaction.write(partial(revoke, user_id=scene.victor.id))
    assert await shown(scene, token) is not None
    await scene.transaction.write(partial(revoke, user_id=scene.ada.id))
    assert await shown(scene, token) is None
    assert await shown(scene, kept) is not None
    assert [one.hint for one in await listed(scene, scene.ada)] == [kept[:HINT_LENGTH]]
    with pytest.raises(NotFoundError, match=NO_SUCH_TOKEN):
        await scene.transaction.write(partial(revoke, user_id=scene.ada.id))
