"""What the journeys about channels share: typing the command, choosing, and looking at what is pinned."""

from functools import partial

from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.views import ids
from bot.views.link_channel_modal import PART_LABEL, PARTS, VISIBILITIES, VISIBILITY_LABEL
from sandbox.slack import Channel, Message, Person, SubmitResult, User
from storage import channels
from tests.world import World

SHARED, PRIVATE = VISIBILITIES[Visibility.SHARED], VISIBILITIES[Visibility.PRIVATE]


def new_channel(world: World, name: str, *members: User) -> Channel:
    """Add a public channel with Vera in it, and without the bot."""
    company = world.company
    return company.slack.add_channel(company.team, name, members=[company.vera, *members])


async def form(world: World, who: User, channel: Channel) -> Person:
    """Let somebody type /threadline link-channel, and wait until the form is filled in."""
    person = world.company.slack.as_user(who)
    assert (await person.slash(channel, "/threadline", "link-channel")).ok
    await world.filled(person)
    return person


async def refused_form(world: World, person: Person, channel: Channel) -> str:
    """Let somebody type the command where it is refused; returns the words."""
    assert (await person.slash(channel, "/threadline", "link-channel")).ok
    await world.filled(person)
    assert person.modal is not None
    assert person.modal.payload.get("submit") is None
    return str(person.modal.blocks[0]["text"]["text"])


async def submitted(person: Person, part: str, visibility: Visibility = Visibility.SHARED) -> SubmitResult:
    """Let somebody choose and submit."""
    person.choose(PART_LABEL, PARTS[part][0])
    person.choose(VISIBILITY_LABEL, VISIBILITIES[visibility])
    return await person.submit()


async def linked(
    world: World, channel: Channel, part: str, visibility: Visibility = Visibility.SHARED, who: User | None = None
) -> None:
    """Let Vera link a channel, and deliver what follows."""
    person = await form(world, who or world.company.vera, channel)
    result = await submitted(person, part, visibility)
    assert not result.errors, result.errors
    await world.settle()


async def unlinked(world: World, channel: Channel) -> Person:
    """Let Vera unlink a channel, and deliver what follows."""
    person = world.company.slack.as_user(world.company.vera)
    assert (await person.slash(channel, "/threadline", "unlink-channel")).ok
    await world.settle()
    return person


async def link_of(world: World, channel: Channel) -> ChannelLink | None:
    """Return what a channel is."""
    address = ChannelAddress(world.company.team.id, channel.id)
    return await world.bot.transaction.read(partial(channels.channel_link, address=address))


async def stored(world: World, channel: Channel) -> tuple[bool, bool, Visibility]:
    """Return a linked channel's parts, and who sees its issues."""
    found = await link_of(world, channel)
    assert found is not None
    return found.intake, found.triage, found.visibility


def chosen(person: Person) -> tuple[object, object]:
    """Return what the form says now: what the channel is for, and who sees its issues."""
    return person.value(PART_LABEL), person.value(VISIBILITY_LABEL)


def buttons(world: World, channel: Channel) -> list[Message]:
    """Return the messages with the Raise issue button."""
    return [message for message in world.company.slack.messages(channel) if has_button(message)]


def pinned(world: World, channel: Channel) -> list[Message]:
    """Return what is pinned."""
    return [message for message in world.company.slack.messages(channel) if message.ts in channel.pins]


def has_button(message: Message) -> bool:
    """Tell whether a message has the Raise issue button."""
    blocks = message.blocks or []
    return any(
        element.get("action_id") == ids.RAISE_BUTTON for block in blocks for element in block.get("elements", [])
    )
