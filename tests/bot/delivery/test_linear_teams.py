"""The Linear team of an organization: found by itself, made where none fits, asked for where none can be made."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectState, organization_lane
from bot.views.issue_message import LINEAR_NO_TEAM, LINEAR_OFF
from sandbox.faults import Answer, Fault
from storage import tables
from tests.bot.delivery.office import Office
from tests.storage.lanes import effects_now

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_TEAMS = Answer(
    200, json.dumps({"data": {"teams": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}})
)


async def _chosen(office: Office) -> str | None:
    """Return the id of the team that Acme gets."""
    acme = await office.register("Acme")
    await office.settle()
    return await office.team_of(acme)


async def test_the_team_of_the_same_name_is_taken(office: Office) -> None:
    office.linear.add_team(office.workspace, "Platform", "PLA")
    office.linear.add_team(office.workspace, "Other", "ACME")
    same = office.linear.add_team(office.workspace, "ACME", "SAME")
    assert await _chosen(office) == same.id
    assert office.linear.calls_of("TeamCreate") == []


async def test_the_team_whose_key_is_the_name_is_taken(office: Office) -> None:
    office.linear.add_team(office.workspace, "Platform", "PLA")
    same = office.linear.add_team(office.workspace, "Support", "ACME")
    assert await _chosen(office) == same.id
    assert office.linear.calls_of("TeamCreate") == []


async def test_the_only_free_team_is_taken(office: Office) -> None:
    only = office.linear.add_team(office.workspace, "Platform", "PLA")
    assert await _chosen(office) == only.id
    assert office.linear.calls_of("TeamCreate") == []


@pytest.mark.parametrize("others", [[], ["Platform", "Mobile"]])
async def test_where_no_team_fits_one_is_made_under_the_effects_id(office: Office, others: list[str]) -> None:
    for name in others:
        office.linear.add_team(office.workspace, name)
    acme = await office.register("Acme")
    [effect] = await effects_now(office.transaction, organization_lane(acme, Destination.LINEAR))
    await office.settle()
    [call] = office.linear.calls_of("TeamCreate")
    assert call.variables["input"] == {"id": str(effect.id), "name": "Acme"}
    assert await office.team_of(acme) == str(effect.id)


async def test_a_team_on_a_later_page_is_found(office: Office) -> None:
    oldest = office.linear.add_team(office.workspace, "Acme")
    for number in range(120):
        office.linear.add_team(office.workspace, f"Team {number}", f"T{number}")
    assert await _chosen(office) == oldest.id
    assert len(office.linear.calls_of("Teams")) == 2


async def test_the_states_of_the_team_are_kept(office: Office) -> None:
    team = office.linear.add_team(office.workspace, "Acme")
    acme = await office.register("Acme")
    await office.settle()

    async def look(session: AsyncSession) -> set[tuple[str, str, str, float]]:
        table = tables.LinearState
        rows = await session.scalars(select(table).where(table.organization_id == acme))
        return {(row.state_id, row.name, row.type, row.position) for row in rows}

    assert await office.transaction.read(look) == {
        (state.id, state.name, state.type, state.position) for state in team.states
    }


@pytest.mark.parametrize("sees_it", [True, False])
async def test_a_team_whose_making_was_not_answered_is_not_made_twice(office: Office, *, sees_it: bool) -> None:
    acme = await office.register("Acme")
    office.linear.faults.plant("TeamCreate", Fault(drop=True, commit=True))
    await office.settle()
    assert await office.team_of(acme) is None
    if not sees_it:
        office.linear.faults.plant("Teams", Fault(answer=NO_TEAMS))
    await office.settle_later()
    assert len(office.linear.calls_of("TeamCreate")) == (1 if sees_it else 2)
    teams = (await office.linear_api.run("Teams", {"after": None}))["teams"]["nodes"]
    assert [team["id"] for team in teams] == [await office.team_of(acme)]


async def _forbid(office: Office) -> int:
    """Let no team fit, and none be made; returns Acme's id."""
    office.dana.may_create_teams = False
    for name in ("Platform", "Mobile"):
        office.linear.add_team(office.workspace, name)
    return await office.open_acme()


async def test_where_no_team_can_be_made_the_owner_is_asked_once(office: Office) -> None:
    await _forbid(office)
    await office.settle()
    for _ in range(3):
        await office.settle_later()
    direct = office.slack.direct_channel(office.app, office.vera)
    [asked] = office.slack.messages(direct)
    assert "Acme has no Linear team yet" in office.slack.as_text(asked)
    assert office.posts(office.triage) == office.posts(office.intake) == []


async def test_what_waits_for_a_team_is_shown_so_and_goes_on_once_there_is_one(office: Office) -> None:
    acme = await _forbid(office)
    await office.settle()
    issue = await office.raise_issue()
    await office.settle()
    assert LINEAR_NO_TEAM in office.triage_text()
    [waiting] = await office.effects(issue, Destination.LINEAR)
    assert (waiting.state, waiting.attempts) == (EffectState.OWED, 0)
    assert office.linear.issues() == []
    team = office.linear.add_team(office.workspace, "Acme", "ACM")
    # Only the look for a team is due again: the issue goes on because it is hurried.
    await office.settle_later(organization_lane(acme, Destination.LINEAR))
    [there] = office.linear.issues()
    assert (there.team_id, there.identifier) == (team.id, "ACM-1")
    assert "ACM-1" in office.triage_text()


async def test_a_team_that_may_be_made_later_is_made(office: Office) -> None:
    acme = await _forbid(office)
    await office.settle()
    office.dana.may_create_teams = True
    await office.settle_later()
    assert await office.team_of(acme) is not None
    assert len(office.slack.messages(office.slack.direct_channel(office.app, office.vera))) == 1


async def test_an_organization_that_has_its_team_looks_for_none(office: Office) -> None:
    acme = await office.register("Acme")
    await office.settle()
    calls = len(office.linear.calls)
    await office.owe_team(acme)
    await office.settle()
    assert len(office.linear.calls) == calls
    *_, skipped = await effects_now(office.transaction, organization_lane(acme, Destination.LINEAR))
    assert skipped.state is EffectState.SKIPPED


async def test_two_organizations_of_one_installation_have_each_their_own_team(office: Office) -> None:
    _, theirs, ours = [office.linear.add_team(office.workspace, name) for name in ("Platform", "Beta", "Acme")]
    acme, beta = await office.register("Acme"), await office.register("Beta")
    await office.settle()
    assert await office.team_of(acme) == ours.id
    assert await office.team_of(beta) == theirs.id


@pytest.mark.both_databases
async def test_two_organizations_that_look_at_once_do_not_share_the_only_free_team(office: Office) -> None:
    office.linear.add_team(office.workspace, "Platform")
    acme, beta = await office.register("Acme"), await office.register("Beta")
    await office.settle()
    await office.settle_later()
    teams = [await office.team_of(acme), await office.team_of(beta)]
    assert None not in teams
    assert len(set(teams)) == 2


async def test_without_linear_its_effects_are_skipped_and_said_so(office: Office) -> None:
    office.switch_linear_off()
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    effects = await office.effects(issue, Destination.LINEAR)
    assert {(effect.state, effect.error) for effect in effects} == {(EffectState.SKIPPED, LINEAR_OFF)}
    assert LINEAR_OFF in office.triage_text()
    assert office.linear.calls == []
