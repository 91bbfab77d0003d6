"""What the inbox holds of Slack's events, and somebody about whom the bot has to ask Slack."""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import ProfileKind
from sandbox.faults import Answer, Fault
from sandbox.slack import User
from sandbox.slack.delivery import Delivery
from storage import tables
from storage.transaction import Transaction
from tests.journeys.messages import change
from tests.world import World

AWAY = Fault(answer=Answer(503, "Service Unavailable", content_type="text/plain"))


async def forgotten(world: World) -> User:
    """Let Victor be a vendor in the intake channel whom the bot knows by his e-mail only: it has to ask Slack."""
    company = world.company
    company.slack.invite(company.intake, company.victor)
    await world.join(company.victor, ProfileKind.VENDOR)
    known, identity = tables.CrmUser, tables.SlackIdentity
    await change(world, update(known).where(known.email == company.victor.email).values(email_trusted=True))
    await change(world, delete(identity).where(identity.slack_user_id == company.victor.id))
    return company.victor


async def events_in(transaction: Transaction) -> list[tables.Inbox]:
    """Return what the inbox holds of events, in the order of their coming."""

    async def look(session: AsyncSession) -> list[tables.Inbox]:
        query = select(tables.Inbox).where(tables.Inbox.key.startswith("slack:Ev"))
        return list(await session.scalars(query.order_by(tables.Inbox.received_at, tables.Inbox.key)))

    return await transaction.read(look)


async def events(world: World) -> list[tables.Inbox]:
    """Return what the inbox of a world holds of events."""
    return await events_in(world.bot.transaction)


async def expect_done(world: World, count: int) -> None:
    """Expect that so many events were acted on, and that nothing of what they said is kept."""
    found = await events(world)
    assert len(found) == count
    for row in found:
        assert row.done_at is not None
        assert (row.body, row.again_at, row.error) == (None, None, None)


def last_event(world: World) -> Delivery:
    """Return the last event of a message that Slack told, but for the bot's own."""
    told = [one for one in world.company.slack.deliveries if one.kind == "event"]
    return [one for one in told if b'"type": "message"' in one.body and b'"bot_id"' not in one.body][-1]


async def asked_about(world: World, user: User, times: int) -> None:
    """Wait until Slack was asked so many times who somebody is."""
    slack = world.company.slack
    await slack.wait_until(
        lambda: [call.args.get("user") for call in slack.calls_of("users.info")].count(user.id) == times
    )
