"""People ask ``/threadline`` for something, and read the answer."""

from bot.usecases.owners import OWNERS_ONLY
from handlers.slack.errors import STILL_SAVING
from sandbox.slack import Channel, Message, Person, User
from tests.world import World

_STILL_SAVING = STILL_SAVING.partition(":")[0]


async def answer(world: World, person: Person, text: str, channel: Channel | None = None) -> Message:
    """Let somebody type ``/threadline <text>``; returns what they alone read."""
    outcome = await person.slash(channel or world.company.intake, "/threadline", text)
    assert outcome.ok, outcome
    return person.ephemerals[-1]


async def ask(world: World, user: User, text: str) -> str:
    """Let somebody type ``/threadline <text>`` in a new window; returns what they read."""
    return world.company.slack.as_text(await answer(world, world.company.slack.as_user(user), text))


async def open_modal(world: World, user: User, text: str) -> Person:
    """Let somebody open a form with ``/threadline <text>`` in a new window, and wait until it is filled in."""
    person = world.company.slack.as_user(user)
    outcome = await person.slash(world.company.intake, "/threadline", text)
    assert outcome.ok, outcome
    await world.filled(person)
    return person


def seen(world: World, person: Person) -> str:
    """Return what stands in the modal on top of somebody's screen."""
    assert person.modal is not None
    return world.company.slack.as_text(person.modal)


async def save(person: Person, *, anyway: bool = False) -> dict[str, str]:
    """Let somebody save a form, and press again while they are told that it is still being saved.

    Returns the sentences below inputs, by label.
    """
    result = await person.submit(anyway=anyway)
    while any(_STILL_SAVING in sentence for sentence in result.errors.values()):
        result = await person.submit(anyway=anyway)
    assert result.status in {0, 200}, result
    return result.errors


async def appoint(world: World, owner: Person, user: User, *kinds: str) -> str:
    """Let an owner say in the open form what somebody is to be; returns what the form says then."""
    owner.choose("Person", user)
    owner.choose("What they are to be", *kinds)
    assert not await save(owner)
    return seen(world, owner)


async def make(world: World, user: User, *kinds: str) -> None:
    """Let Vera make somebody exactly this at Acme."""
    await appoint(world, await open_modal(world, world.company.vera, "people"), user, *kinds)


async def is_refused(world: World, user: User, text: str) -> bool:
    """Tell whether a form gives way to the sentence that it is for owners."""
    shown = seen(world, await open_modal(world, user, text))
    return OWNERS_ONLY in shown and "[Save]" not in shown
