"""An issue with its two threads, and everybody who may come by: what journeys of buttons and replies begin with."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import ProfileKind
from bot.views.thread_lines import RAISED_LINE
from sandbox.slack import Message, User
from sandbox.slack.delivery import Delivery
from storage import tables
from tests.journeys.messages import change
from tests.world import World, link


@dataclass(frozen=True)
class Shown:
    """The two messages that show an issue."""

    customer: Message
    triage: Message


@dataclass(frozen=True, kw_only=True)
class Cast:
    """People who come by, beside the company's own; all are in both channels, but for the foreigner in triage."""

    employee: User
    stranger: User
    foreigner: User
    gone_user: User
    gone_vendor: User


async def raised(world: World, title: str = "Export fails") -> Shown:
    """Let Ada raise an issue, and let it be shown."""
    await world.raise_issue(world.company.ada, world.company.intake, title)
    await world.settle()
    return Shown(world.posts(world.company.intake)[-1], world.posts(world.company.triage)[-1])


async def gathered(world: World) -> Cast:
    """Let everybody come: Victor is a vendor; one vendor was switched off, and one vendor's profile."""
    company, slack = world.company, world.company.slack
    other = slack.add_team("Globex", "globex")
    slack.share(company.intake, other)
    await world.settle()
    # Sharing made its issues private; here they are for everybody in the channel all the same.
    await link(world.bot.transaction, world.acme.organization_id, company.intake, intake=True)
    cast = Cast(
        employee=slack.add_user(company.team, "Emil", "Employee", email="emil@acme.example"),
        stranger=slack.add_user(company.team, "Sam", "Stranger", email="sam@acme.example"),
        foreigner=slack.add_user(other, "Fran", "Foreigner", email="fran@globex.example"),
        gone_user=slack.add_user(company.team, "Gus", "Gone", email="gus@acme.example"),
        gone_vendor=slack.add_user(company.team, "Vic", "Former", email="vic@acme.example"),
    )
    for user in (cast.employee, cast.stranger, cast.foreigner, cast.gone_user, cast.gone_vendor):
        slack.invite(company.intake, user)
    for user in (company.ada, company.bo, cast.employee, cast.stranger, cast.gone_user, cast.gone_vendor):
        slack.invite(company.triage, user)
    await world.join(company.victor, ProfileKind.VENDOR)
    await world.join(company.bo, ProfileKind.CUSTOMER)
    await world.join(cast.employee, ProfileKind.EMPLOYEE)
    await world.join(cast.gone_user, ProfileKind.VENDOR)
    await world.join(cast.gone_vendor, ProfileKind.VENDOR)
    await switch_user(world, cast.gone_user, active=False)
    await switch_profiles(world, cast.gone_vendor, active=False)
    return cast


def _user_id(user: User) -> Any:
    identity = tables.SlackIdentity
    return select(identity.user_id).where(identity.slack_user_id == user.id).scalar_subquery()


async def switch_user(world: World, user: User, *, active: bool) -> None:
    """Switch somebody off, or on, as a whole."""
    await change(world, update(tables.CrmUser).where(tables.CrmUser.id == _user_id(user)).values(active=active))


async def switch_profiles(world: World, user: User, *, active: bool) -> None:
    """Switch all of somebody's profiles off, or on."""
    await change(
        world, update(tables.Profile).where(tables.Profile.user_id == _user_id(user)).values(active=active)
    )


async def set_organization(world: World, **values: Any) -> None:
    """Change settings of Acme."""
    await change(
        world,
        update(tables.Organization).where(tables.Organization.id == world.acme.organization_id).values(**values),
    )


def thread(world: World, message: Message) -> list[str]:
    """Return the replies under a message, as a reader sees them."""
    return [world.company.slack.as_text(reply) for reply in world.company.slack.replies(message)]


def said_in(world: World, message: Message) -> list[str]:
    """Return what the bot repeated or told under a message, but for the line of raising."""
    slack, raising = world.company.slack, RAISED_LINE.partition("}")[2].partition("{")[0]
    shown = [slack.as_text(reply) for reply in slack.replies(message) if reply.app is world.company.app]
    return [text for text in shown if raising not in text]


async def comments(world: World) -> list[tuple[str, str]]:
    """Return who may read each comment that was not taken back, and what it says, in the order of saying."""

    async def look(session: AsyncSession) -> list[tuple[str, str]]:
        query = select(tables.Comment).where(tables.Comment.deleted_at.is_(None)).order_by(tables.Comment.id)
        return [(row.visibility, row.text) for row in await session.scalars(query)]

    return await world.bot.transaction.read(look)


def whispers(world: World, user: User) -> list[str]:
    """Return what was shown to somebody alone, the oldest first."""
    slack = world.company.slack
    return [slack.as_text(message) for message in slack.as_user(user).ephemerals]


async def tell_nobody(world: World) -> None:
    """Let Slack's events meet a closed door from now on."""
    await world.company.slack.quiet()
    world.company.app.request_url = "http://127.0.0.1:1/slack/events"


async def told_nobody(world: World) -> list[Delivery]:
    """Open the door again; returns the events of messages that met it closed, in the order of happening."""
    await world.company.slack.quiet()
    world.company.app.request_url = f"{world.server.url}/slack/events"
    closed = [sent for sent in world.company.slack.deliveries if sent.url.startswith("http://127.0.0.1:1/")]
    return [sent for sent in closed if json.loads(sent.body)["event"]["type"] == "message"]


async def tell(world: World, *deliveries: Delivery, **event: Any) -> None:
    """Let Slack tell these events, one after another, each with its old id; ``event`` changes what they say."""
    for sent in deliveries:
        body = json.loads(sent.body)
        body["event"] |= event
        again = dataclasses.replace(
            sent, url=f"{world.server.url}/slack/events", body=json.dumps(body).encode(), status=0
        )
        # On a busy machine it may take too long, and Slack tells it once more.
        for _ in range(10):
            if (await world.company.slack.deliver_again(again)).ok:
                break
        else:
            raise AssertionError(f"{again} was not taken")
