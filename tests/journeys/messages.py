"""Messages that people write, and the shortcut below them: what the shortcut's journeys begin with."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import ProfileKind, SlackAccount
from bot.views.raise_modal import SUBMIT
from handlers.slack.errors import STILL_SAVING
from sandbox.faults import Answer
from sandbox.slack import Channel, Message, Person, User
from storage import tables
from storage.people import add_profiles, user_of
from tests.world import NOW, World

ADA, VERA, VICTOR = "Ada Lovelace", "Vera Vendor", "Victor Vendor"
BROKEN = Answer(200, '{"ok": false, "error": "internal_error"}')
WITHOUT_CUSTOMER = ["Title", "Description", "Priority", "Category", "Files"]
# Of vendors; only they are asked for whom it is.
VENDORS_OWN = [*WITHOUT_CUSTOMER, "Linear issue"]
WITH_CUSTOMER = ["Title", "Description", "Customer", "Priority", "Category", "Files", "Linear issue"]


async def press(world: World, user: User, message: Message) -> Person:
    """Let somebody choose the shortcut below a message, and wait until the form is filled in."""
    person = world.company.slack.as_user(user)
    assert (await person.message_shortcut(message, "Raise issue")).ok
    await world.filled(person)
    return person


async def written(world: World, channel: Channel | None = None, author: User | None = None) -> Message:
    """Let somebody write a message: Ada in the intake channel, unless told otherwise."""
    company = world.company
    writer = company.slack.as_user(author or company.ada)
    return await writer.post(channel or company.intake, "The export fails")


def unlinked(world: World, *members: User) -> Channel:
    """Return a channel that is linked to nobody."""
    company = world.company
    return company.slack.add_channel(company.team, "random", members=[*members, company.app.bot_user])


def says(world: World, person: Person) -> str:
    """Return what somebody's modal says."""
    assert person.modal is not None
    return world.company.slack.as_text(person.modal)


async def pressed(person: Person) -> None:
    """Let somebody raise the issue of their form; nothing is delivered yet."""
    result = await person.submit()
    # On a busy machine people are told that it is still being saved, or hear nothing in 3 s; they press again.
    while result.timed_out or STILL_SAVING.format(submit=SUBMIT) in result.errors.values():
        result = await person.submit()
    assert result.status == 200, result
    assert not result.errors, result


async def submitted(world: World, person: Person) -> None:
    """Let somebody raise the issue of their form, and let it be told everywhere."""
    await pressed(person)
    await world.settle()


async def issues(world: World) -> list[tuple[str, str | None, str | None]]:
    """Return each issue's customer, who raised it where that is somebody else, and what it was raised from."""

    async def look(session: AsyncSession) -> list[tuple[str, str | None, str | None]]:
        names = {user.id: user.first_name for user in await session.scalars(select(tables.CrmUser))}
        query = (
            select(tables.CustomerRecord.user_id, tables.Issue.raised_by_user_id, tables.Issue.source_url)
            .join(tables.Issue, tables.Issue.customer_record_id == tables.CustomerRecord.id)
            .order_by(tables.Issue.id)
        )
        return [(names[user], names[by] if by else None, url) for user, by, url in await session.execute(query)]

    return await world.bot.transaction.read(look)


async def raised_events(world: World) -> list[str]:
    """Return who stands in the events of raising."""

    async def look(session: AsyncSession) -> list[str]:
        query = (
            select(tables.CrmUser.first_name)
            .join(tables.IssueEvent, tables.IssueEvent.actor_user_id == tables.CrmUser.id)
            .where(tables.IssueEvent.what == "raised")
        )
        return list(await session.scalars(query))

    return await world.bot.transaction.read(look)


async def change(world: World, statement: object) -> None:
    """Change something behind everybody's back."""

    async def carry_out(session: AsyncSession) -> None:
        await session.execute(statement)  # type: ignore[call-overload]

    await world.bot.transaction.write(carry_out)


async def make_vendor(world: World, user: User) -> None:
    """Let somebody be a vendor of Acme, and nothing else there."""
    person = world.company.slack.as_user(user)
    await person.slash(world.company.intake, "/raise-issue", "x")
    await world.filled(person)
    await person.close()

    async def give(session: AsyncSession) -> None:
        known = await user_of(session, SlackAccount(world.company.team.id, user.id))
        assert known is not None
        kinds = [ProfileKind.VENDOR]
        await add_profiles(session, known.id, world.acme.organization_id, kinds, NOW)

    await world.bot.transaction.write(give)


def permalink(message: Message) -> str:
    return f"https://acme.slack.com/archives/{message.channel.id}/p{message.ts.replace('.', '')}"
