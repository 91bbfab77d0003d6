"""Linear by the settings' own app: one token for all, fetched anew when it ends, and said when there is none."""

from functools import partial

from bot.delivery.linear_ways import LinearCalls
from bot.domain.linear_connection import grant_key
from bot.domain.trouble import Cause
from bot.views.linear_modal import BY_SETTINGS, DISCONNECTED
from bot.views.owner_news import KEPT, TROUBLE
from bot.views.trouble_words import FIXES, WHY
from handlers.http.health import KEY_REFUSED, ON
from sandbox.faults import Answer, Fault
from sandbox.linear.oauth_door import TOKEN_FAULT
from storage import linear_grants
from storage.blocked import hurry_everything
from tests.journeys.asking import open_modal, seen
from tests.journeys.linear_forms import everything_stored, get, told
from tests.storage.lanes import let_waiting_be_due
from tests.world import World, open_world

AWAY = Fault(answer=Answer(503, "Service Unavailable", content_type="text/plain"))


async def raise_one(world: World, title: str) -> None:
    await world.raise_issue(world.company.ada, world.company.intake, title)
    await world.settle()


def opened(world: World) -> list[str]:
    return [issue.title for issue in world.company.linear.issues()]


async def test_an_app_serves_everybody_with_one_token(database_url: str) -> None:
    async with open_world(database_url, as_app=True) as world:
        company, linear = world.company, world.company.linear
        for title in ("First", "Second"):
            await raise_one(world, title)
        assert opened(world) == ["First", "Second"]
        assert [each.grant_type for each in linear.oauth_door.requests] == ["client_credentials"]
        token = str(linear.calls[-1].authorization).removeprefix("Bearer ")
        stored = await everything_stored(world)
        assert [secret for secret in (token, company.linear_app.client_secret) if secret in stored] == []
        assert BY_SETTINGS in seen(world, await open_modal(world, company.vera, "linear"))
        calls, acme = LinearCalls(world.bot.linear.ways), world.acme.organization_id
        assert await calls.is_app(acme)
        app_user = linear.oauth.app_user(company.linear_app, company.linear_organization)
        assert await calls.actor_of(acme) == app_user.id


async def test_a_token_that_another_one_ended_is_replaced_and_nothing_is_done_twice(database_url: str) -> None:
    async with open_world(database_url, as_app=True) as world:
        company, linear = world.company, world.company.linear
        await raise_one(world, "First")
        # As from somewhere else, with the same app.
        linear.oauth.by_client(company.linear_app, ["read", "write"])
        await raise_one(world, "Second")
        assert opened(world) == ["First", "Second"]
        assert len(linear.oauth_door.requests) == 2
        assert told(world) == []


async def test_an_app_without_its_right_is_disconnected_in_words_and_goes_on_after(database_url: str) -> None:
    async with open_world(database_url, as_app=True) as world:
        company, linear = world.company, world.company.linear
        await raise_one(world, "First")
        company.linear_app.client_credentials = False
        for token in [call.authorization for call in linear.calls if call.authorization]:
            linear.revoke(token.removeprefix("Bearer "))
        for title in ("Second", "Third"):
            await raise_one(world, title)
        words = TROUBLE.format(
            organization="Acme", why=WHY[Cause.LINEAR_CREDENTIAL], fix=FIXES[Cause.LINEAR_CREDENTIAL]
        )
        assert told(world) == [f"{words} {KEPT}"]
        assert (await get(world, "/readyz")).json()["linear"] == KEY_REFUSED
        assert DISCONNECTED in seen(world, await open_modal(world, company.vera, "linear"))
        company.linear_app.client_credentials = True
        # As the program does at its start, and by itself every quarter of an hour.
        await world.bot.transaction.write(hurry_everything)
        await world.settle()
        assert sorted(opened(world)) == ["First", "Second", "Third"]
        assert (await get(world, "/readyz")).json()["linear"] == ON


async def test_while_no_token_can_be_fetched_issues_wait(database_url: str) -> None:
    async with open_world(database_url, as_app=True) as world:
        linear, transaction = world.company.linear, world.bot.transaction
        linear.faults.plant(TOKEN_FAULT, *[AWAY] * 4)
        await raise_one(world, "First")
        assert (opened(world), told(world)) == ([], [])
        while linear.faults.take(TOKEN_FAULT):
            pass
        await let_waiting_be_due(transaction)
        await world.settle()
        await let_waiting_be_due(transaction)
        await world.settle()
        assert opened(world) == ["First"]
        kept = await transaction.read(partial(linear_grants.tokens, key=grant_key(None)))
        assert kept is not None
        assert kept.access is not None
