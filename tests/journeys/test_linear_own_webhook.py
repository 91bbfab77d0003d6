"""The webhook of an organization's own connection: proven by the secret that its owner gave, and by no other."""

from urllib.parse import urlsplit

from bot.domain.issues import Status
from bot.views.linear_modal import WEBHOOK_NEVER, WEBHOOK_SECRET
from bot.views.words import STATUS_WORDS
from tests.journeys.asking import open_modal, save, seen
from tests.journeys.linear_forms import connect, connection
from tests.storage.lanes import let_waiting_be_due
from tests.world import World, open_world

SECRET = "lin_wh_the_secret_of_acmes_own"


async def own_webhook(world: World, secret: str) -> None:
    """Let Linear tell of Acme at the address that the form shows, signed with a secret."""
    ours = await connection(world)
    assert ours is not None
    address = urlsplit(world.bot.linear.desk.webhook_address(ours.path))
    world.company.linear.add_webhook(
        world.company.linear_organization, f"{world.server.url}{address.path}", secret=secret
    )


async def give_secret(world: World, secret: str) -> None:
    vera = await open_modal(world, world.company.vera, "linear")
    vera.fill(WEBHOOK_SECRET, secret)
    assert await save(vera) == {}
    assert WEBHOOK_NEVER in seen(world, vera)


async def solve_in_linear(world: World) -> str:
    """Let Ada raise an issue and Dana complete it in Linear; returns what the customer's message says then."""
    company, linear = world.company, world.company.linear
    await world.settle()
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    [issue] = linear.issues()
    world.clock.move(60)
    linear.as_user(company.dana).move(issue.identifier, "Done")
    await world.settle()
    # What happens in a burst is shown together.
    await let_waiting_be_due(world.bot.transaction)
    await world.settle()
    return company.slack.as_text(world.posts(company.intake)[0])


def statuses(world: World) -> set[int | None]:
    """Return how the bot answered Linear."""
    deliveries = world.company.linear.webhooks.deliveries
    return {attempt.status for delivery in deliveries for attempt in delivery.attempts}


async def test_what_linear_tells_by_an_own_webhook_is_followed(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world:
        await connect(world, world.company.linear_key)
        await own_webhook(world, SECRET)
        await give_secret(world, f"lin_wh_a_former_one,{SECRET}")
        assert STATUS_WORDS[Status.RESOLVED] in await solve_in_linear(world)
        assert {
            attempt.status for each in world.company.linear.webhooks.deliveries for attempt in each.attempts
        } == {200}


async def test_what_another_secret_signed_is_not_taken(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world:
        await connect(world, world.company.linear_key)
        await own_webhook(world, SECRET)
        await give_secret(world, "lin_wh_another_one")
        assert STATUS_WORDS[Status.OPEN] in await solve_in_linear(world)
        assert statuses(world) == {401}
