"""``/threadline linear``: an owner connects their organization with Linear, and nobody else's is touched."""

from functools import partial

import pytest
import structlog

from bot.domain.issues import IssueRef
from bot.domain.linear_connection import ConnectionKind
from bot.domain.linear_team import LEFT_TEAM
from bot.domain.people import ProfileKind
from bot.domain.trouble import Cause
from bot.usecases.connect_linear import TEAM_TAKEN
from bot.usecases.linear_desk import KEY_REFUSED, LINEAR_AWAY
from bot.usecases.look_at_linear import webhook_secrets
from bot.views.linear_modal import (
    BY_KEY,
    BY_SETTINGS,
    DISCONNECT,
    DISCONNECTED,
    ENDED,
    KEY,
    LINEAR_TEAM,
    MANY_WAIT,
    NO_SECRET,
    NOT_CONNECTED,
    SAVED,
    TEAM,
    WEBHOOK_NEVER,
    WEBHOOK_SECRET,
    WEBHOOK_SECRET_LENGTH,
)
from bot.views.owner_news import KEPT, TROUBLE
from bot.views.status_answer import LINEAR_OFF, LINEAR_REFUSED
from bot.views.trouble_words import FIXES, WHY
from handlers.http.health import KEY_REFUSED as NOT_ACCEPTED
from handlers.http.health import OFF, ON
from sandbox.faults import Answer, Fault
from storage import linear_shadow, organizations
from tests.journeys.asking import ask, is_refused, open_modal, save, seen
from tests.journeys.linear_forms import connect, connection, everything_stored, get, told
from tests.world import World, join, link, open_world, register

AWAY = Fault(answer=Answer(503, "Service Unavailable", content_type="text/plain"))
PUBLIC_URL = "https://threadline.example"


async def team_name(world: World, organization_id: int) -> str | None:
    look = partial(organizations.linear_team_name, organization_id=organization_id)
    return await world.bot.transaction.read(look)


async def linear_in_readyz(world: World) -> str:
    return str((await get(world, "/readyz")).json()["linear"])


async def test_an_owner_connects_with_a_key_and_issues_go_to_linear_from_then_on(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None, public_url=f"{PUBLIC_URL}/") as world:
        company, slack = world.company, world.company.slack
        vera = await open_modal(world, company.vera, "linear")
        assert NOT_CONNECTED in seen(world, vera)
        assert LINEAR_TEAM not in seen(world, vera)
        assert (await linear_in_readyz(world), LINEAR_OFF in await ask(world, company.vera, "status")) == (
            OFF,
            True,
        )
        with structlog.testing.capture_logs() as logged:
            shown = await connect(world, f"  {company.linear_key} ")
            await world.settle()
        assert SAVED in shown
        assert BY_KEY.format(organization="Acme", actor="Dana Engineer") in shown
        ours = await connection(world)
        assert ours is not None
        assert (ours.kind, ours.account.actor_id) == (ConnectionKind.API_KEY, company.dana.id)
        assert f"{PUBLIC_URL}/linear/webhook/{ours.path}" in shown
        assert NO_SECRET in shown
        for where in (shown, str(logged), await everything_stored(world), seen(world, vera)):
            assert company.linear_key not in where
        await world.raise_issue(company.ada, company.intake, "Export fails")
        await world.settle()
        [issue] = company.linear.issues()
        assert (issue.title, issue.team) == ("Export fails", "Acme")
        assert f"In Linear: {issue.identifier}" in slack.as_text(world.posts(company.triage)[0])
        assert await linear_in_readyz(world) == ON
        assert TEAM.format(team="Acme (ACM)") in seen(world, await open_modal(world, company.vera, "linear"))


@pytest.mark.parametrize("wrong", ["lin_api_wrong", "not even a key", "lin_api_ключ", "Bearer x"])
async def test_a_wrong_key_is_said_beside_it_and_nothing_is_stored(world: World, wrong: str) -> None:
    vera = await open_modal(world, world.company.vera, "linear")
    vera.fill(KEY, wrong)
    assert await save(vera) == {KEY: KEY_REFUSED}
    assert vera.value(KEY) == wrong
    assert await connection(world) is None


async def test_a_linear_that_is_away_is_said_and_the_form_stays(world: World) -> None:
    vera = await open_modal(world, world.company.vera, "linear")
    vera.fill(KEY, world.company.linear_key)
    world.company.linear.faults.plant("Viewer", AWAY)
    [(label, sentence)] = (await save(vera)).items()
    assert (label, sentence.startswith(LINEAR_AWAY)) == (KEY, True)
    assert await connection(world) is None
    assert await save(vera) == {}
    assert await connection(world) is not None


async def test_the_settings_credential_serves_who_connected_nothing(world: World) -> None:
    await world.settle()
    shown = seen(world, await open_modal(world, world.company.vera, "linear"))
    assert BY_SETTINGS in shown
    assert TEAM.format(team="Acme (ACM)") in shown
    assert WEBHOOK_SECRET not in shown
    assert DISCONNECT not in shown


async def test_a_webhooks_secret_is_stored_encrypted_and_found_by_its_path(world: World) -> None:
    company, transaction = world.company, world.bot.transaction
    await connect(world, company.linear_key)
    vera = await open_modal(world, company.vera, "linear")
    vera.fill(WEBHOOK_SECRET, "short")
    assert await save(vera) == {WEBHOOK_SECRET: WEBHOOK_SECRET_LENGTH}
    vera.fill(WEBHOOK_SECRET, "lin_wh_the_new_one, lin_wh_the_old_one")
    assert await save(vera) == {}
    shown = seen(world, vera)
    assert SAVED in shown
    assert WEBHOOK_NEVER in shown
    for where in (shown, await everything_stored(world)):
        assert "lin_wh_the" not in where
    ours = await connection(world)
    assert ours is not None
    desk = world.bot.linear.desk
    found = await transaction.read(partial(webhook_secrets, path=ours.path, desk=desk))
    assert found == (world.acme.organization_id, ("lin_wh_the_new_one", "lin_wh_the_old_one"))
    assert await transaction.read(partial(webhook_secrets, path="another", desk=desk)) is None
    # Another key leaves the webhook as it is.
    await connect(world, company.linear.add_api_key(company.dana))
    assert await transaction.read(partial(webhook_secrets, path=ours.path, desk=desk)) == found


async def test_a_team_is_chosen_among_those_that_nobody_has(world: World) -> None:
    company = world.company
    await world.settle()
    globex = (await register(world.bot.transaction, company, "Globex", company.victor)).organization_id
    await world.settle()
    assert [await team_name(world, each) for each in (world.acme.organization_id, globex)] == ["Acme", "Platform"]
    free = company.linear.add_team(company.linear_organization, "Free")
    vera = await open_modal(world, company.vera, "linear")
    assert "Platform" not in seen(world, vera)
    vera.choose(LINEAR_TEAM, f"Free ({free.key})")
    assert await save(vera) == {}
    assert TEAM.format(team=f"Free ({free.key})") in seen(world, vera)
    assert await team_name(world, world.acme.organization_id) == "Free"
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    assert [issue.team for issue in company.linear.issues()] == ["Free"]


async def test_a_team_that_somebody_took_meanwhile_is_refused_in_words(world: World) -> None:
    company = world.company
    await world.settle()
    free = company.linear.add_team(company.linear_organization, "Globex")
    vera = await open_modal(world, company.vera, "linear")
    await register(world.bot.transaction, company, "Globex", company.victor)
    await world.settle()
    vera.choose(LINEAR_TEAM, f"Globex ({free.key})")
    assert await save(vera) == {LINEAR_TEAM: TEAM_TAKEN}
    assert await team_name(world, world.acme.organization_id) == "Acme"


async def test_what_is_linked_in_a_former_team_is_out_of_reach_until_the_team_is_chosen_again(world: World) -> None:
    company = world.company
    await world.settle()
    free = company.linear.add_team(company.linear_organization, "Free")
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    ref = IssueRef(world.acme.organization_id, 1)

    async def gone() -> str | None:
        shadow = await world.bot.transaction.read(partial(linear_shadow.shadow_of, ref=ref))
        return None if shadow is None else shadow.gone

    for team, why in ((f"Free ({free.key})", LEFT_TEAM), ("Acme (ACM)", None)):
        vera = await open_modal(world, company.vera, "linear")
        vera.choose(LINEAR_TEAM, team)
        assert await save(vera) == {}
        assert await gone() == why


async def test_two_organizations_in_one_linear_keep_to_their_own_teams(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world:
        company, transaction = world.company, world.bot.transaction
        await connect(world, company.linear_key)
        globex = (await register(transaction, company, "Globex", company.victor)).organization_id
        lobby = company.slack.add_channel(company.team, "globex-help", members=[company.ada, company.app.bot_user])
        await link(transaction, globex, lobby, intake=True)
        await join(transaction, globex, company.ada, ProfileKind.CUSTOMER)
        # A Linear of their own, with a team of the same name.
        theirs = company.linear.add_organization("Globex", "globex")
        gus = company.linear.add_user(theirs, "Gus", "gus@globex.example")
        team = company.linear.add_team(theirs, "Acme")
        key = company.linear.add_api_key(gus)
        await connect(world, key, company.victor)
        await world.settle()
        for channel, title in ((company.intake, "Acme's own"), (lobby, "Globex's own")):
            await world.raise_issue(company.ada, channel, title)
        await world.settle()
        assert {issue.title: issue.team for issue in company.linear.issues(team)} == {"Globex's own": "Acme"}
        asked = {call.authorization for call in company.linear.calls if "Globex's own" in str(call.variables)}
        assert asked == {key}
        # Neither sees the other's teams.
        for user, own in ((company.vera, "Acme (ACM)"), (company.victor, f"Acme ({team.key})")):
            shown = seen(world, await open_modal(world, user, "linear"))
            assert TEAM.format(team=own) in shown
        assert "Platform" not in seen(world, await open_modal(world, company.victor, "linear"))


async def test_a_key_that_is_revoked_is_said_once_and_nothing_is_lost(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world:
        company, slack = world.company, world.company.slack
        await connect(world, company.linear_key)
        await world.settle()
        company.linear.revoke(company.linear_key)
        for title in ("First", "Second"):
            await world.raise_issue(company.ada, company.intake, title)
            await world.settle()
        words = TROUBLE.format(
            organization="Acme", why=WHY[Cause.LINEAR_CREDENTIAL], fix=FIXES[Cause.LINEAR_CREDENTIAL]
        )
        assert told(world) == [f"{words} {KEPT}"]
        assert await linear_in_readyz(world) == NOT_ACCEPTED
        assert LINEAR_REFUSED in await ask(world, company.vera, "status")
        assert WHY[Cause.LINEAR_CREDENTIAL] in slack.as_text(world.posts(company.triage)[0])
        shown = seen(world, await open_modal(world, company.vera, "linear"))
        assert DISCONNECTED in shown
        assert MANY_WAIT.format(count=2) in shown
        # Connected again, all goes on at once.
        shown = await connect(world, company.linear.add_api_key(company.dana))
        assert DISCONNECTED not in shown
        await world.settle()
        assert sorted(issue.title for issue in company.linear.issues()) == ["First", "Second"]
        assert await linear_in_readyz(world) == ON
        assert len(told(world)) == 1


async def test_who_disconnects_goes_by_the_settings_again_or_not_at_all(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world:
        company = world.company
        await connect(world, company.linear_key)
        await world.settle()
        vera = await open_modal(world, company.vera, "linear")
        assert vera.modal is not None
        outcome = await vera.press(vera.modal, DISCONNECT)
        assert outcome.ok
        assert ENDED in seen(world, vera)
        assert NOT_CONNECTED in seen(world, vera)
        assert await connection(world) is None
        await world.raise_issue(company.ada, company.intake, "Export fails")
        await world.settle()
        assert company.linear.issues() == []
        assert await linear_in_readyz(world) == OFF


async def test_only_owners_see_the_form(world: World) -> None:
    for user, kind in ((world.company.victor, ProfileKind.VENDOR), (world.company.ada, ProfileKind.CUSTOMER)):
        await world.join(user, kind)
        assert await is_refused(world, user, "linear")
