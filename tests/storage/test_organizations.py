"""Organizations, their channels, their Linear teams and invitations: what there is only one of."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_team import LinearState, LinearTeam
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility, slug_of
from storage import channels, organizations, tables
from storage.transaction import RunAgainError, Transaction
from tests.storage.seeds import NOW, added, how_many, user

HELP, DESK = ChannelAddress("T1", "C1"), ChannelAddress("T1", "C2")
TEAM = LinearTeam("team-id", "ACM", "Acme")
TODO, DONE = LinearState("todo", "Todo", "unstarted", 1.0), LinearState("done", "Done", "completed", 3.5)


@pytest.fixture
async def acme(transaction: Transaction) -> int:
    return await added(transaction, "Acme")


@pytest.fixture
async def other(transaction: Transaction) -> int:
    return await added(transaction, "Other")


@pytest.mark.parametrize("name", ["Acme", "ACME", "Ac-me"])
async def test_a_name_is_taken_once_however_it_is_written(transaction: Transaction, acme: int, name: str) -> None:
    del acme

    async def again(session: AsyncSession) -> int:
        owner = await user(session)
        return await organizations.add_organization(
            session, name=name, slug=slug_of("acme"), owner_user_id=owner.id, now=NOW
        )

    taken = partial(organizations.is_name_taken, name=name, slug=slug_of("acme"))
    assert await transaction.read(taken)
    with pytest.raises(RunAgainError):
        await transaction.read(again)


async def test_a_name_that_nobody_has_is_free(transaction: Transaction, acme: int) -> None:
    del acme
    assert not await transaction.read(partial(organizations.is_name_taken, name="Other", slug="other"))


async def test_an_organization_is_found_by_its_id(transaction: Transaction, acme: int) -> None:
    found = await transaction.read(partial(organizations.organization, organization_id=acme))
    assert (found.id, found.name, found.slug, found.linear_team_id) == (acme, "Acme", "acme", None)


def _link(
    organization_id: int, address: ChannelAddress, *, intake: bool = False, triage: bool = False
) -> ChannelLink:
    return ChannelLink(
        address=address,
        organization_id=organization_id,
        intake=intake,
        triage=triage,
        visibility=Visibility.SHARED,
    )


async def _put(transaction: Transaction, link: ChannelLink) -> None:
    await transaction.write(partial(channels.put_channel_link, link=link, now=NOW))


async def _lost(transaction: Transaction, link: ChannelLink) -> None:
    with pytest.raises(RunAgainError):
        await transaction.read(partial(channels.put_channel_link, link=link, now=NOW))


async def test_a_channel_changes_its_parts_within_its_organization(transaction: Transaction, acme: int) -> None:
    await _put(transaction, _link(acme, HELP, intake=True))
    both = _link(acme, HELP, intake=True, triage=True)
    await _put(transaction, both)
    assert await transaction.read(partial(channels.channel_link, address=HELP)) == both
    assert await how_many(transaction, tables.ChannelLink) == 1


async def test_a_channel_never_serves_a_second_organization(
    transaction: Transaction, acme: int, other: int
) -> None:
    first = _link(acme, HELP, intake=True)
    await _put(transaction, first)
    await _lost(transaction, _link(other, HELP, triage=True))
    assert await transaction.read(partial(channels.channel_link, address=HELP)) == first


async def test_the_same_channel_id_in_another_workspace_is_another_channel(
    transaction: Transaction, acme: int, other: int
) -> None:
    namesake = ChannelAddress("T2", HELP.channel_id)
    await _put(transaction, _link(acme, HELP, intake=True))
    assert await transaction.read(partial(channels.channel_link, address=namesake)) is None
    await _put(transaction, _link(other, namesake, intake=True))
    assert await how_many(transaction, tables.ChannelLink) == 2


async def test_an_organization_has_one_triage_channel(transaction: Transaction, acme: int, other: int) -> None:
    desk = _link(acme, DESK, triage=True)
    await _put(transaction, desk)
    await _put(transaction, _link(acme, HELP, intake=True))
    await _lost(transaction, _link(acme, HELP, intake=True, triage=True))
    assert await transaction.read(partial(channels.triage_link, organization_id=acme)) == desk
    assert await transaction.read(partial(channels.triage_link, organization_id=other)) is None


async def _take(transaction: Transaction, organization_id: int, *states: LinearState) -> None:
    take = partial(
        organizations.take_linear_team, organization_id=organization_id, team=TEAM, states=states or (TODO,)
    )
    await transaction.write(take)


async def test_a_linear_team_belongs_to_one_organization(transaction: Transaction, acme: int, other: int) -> None:
    await _take(transaction, acme)
    take = partial(organizations.take_linear_team, organization_id=other, team=TEAM, states=[TODO])
    with pytest.raises(RunAgainError):
        await transaction.read(take)
    found = await transaction.read(partial(organizations.organization, organization_id=acme))
    assert found.linear_team_id == TEAM.id
    assert await transaction.read(organizations.taken_linear_teams) == {TEAM.id}
    for connected, found_there in ((False, [other]), (True, [])):
        look = partial(organizations.organizations_without_team, connected=connected)
        assert await transaction.read(look) == found_there


async def test_the_states_of_a_team_are_kept_as_they_were_read_last(
    transaction: Transaction, acme: int, other: int
) -> None:
    del other
    renamed = LinearState(TODO.id, "To do", "unstarted", 2.0)
    await _take(transaction, acme, TODO, DONE)
    await _take(transaction, acme, renamed, DONE)

    async def look(session: AsyncSession) -> list[LinearState]:
        table = tables.LinearState
        rows = await session.execute(
            select(table.state_id, table.name, table.type, table.position)
            .where(table.organization_id == acme)
            .order_by(table.position)
        )
        return [LinearState(*row) for row in rows]

    assert await transaction.read(look) == [renamed, DONE]
    assert await how_many(transaction, tables.LinearState) == 2


@pytest.fixture
async def code(transaction: Transaction) -> str:
    add = partial(organizations.add_invite, code_hash="code", now=NOW, expires_at=NOW + timedelta(days=7))
    await transaction.write(add)
    return "code"


async def _use(transaction: Transaction, code: str, days: float = 0.0) -> bool:
    moment = NOW + timedelta(days=days)
    return await transaction.write(partial(organizations.use_invite, code_hash=code, now=moment))


async def test_an_invitation_is_used_once(transaction: Transaction, code: str) -> None:
    answers = await asyncio.gather(*(_use(transaction, code) for _ in range(10)))
    assert sum(answers) == 1
    assert not await _use(transaction, code)


async def test_an_invitation_ends(transaction: Transaction, code: str) -> None:
    assert not await _use(transaction, code, days=7)
    assert await _use(transaction, code, days=6.9)


async def test_an_unknown_invitation_is_not_valid(transaction: Transaction, code: str) -> None:
    del code
    assert not await _use(transaction, "other")
