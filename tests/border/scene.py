"""Acme and Globex in one workspace, with secret words in what is Acme's, and everybody at their doors."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial

import httpx
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility
from bot.domain.issues import IssueRef
from bot.domain.life import Action
from bot.domain.organizations import OrganizationSettings
from bot.domain.people import CustomersJoin
from bot.usecases.act import Done, Wish, act
from bot.usecases.converse import Words, say
from handlers.http.parts import Pace
from sandbox.slack import Channel, Message
from storage.issues import newest_issues
from storage.organizations import change_settings
from tests.border.forger import Forger
from tests.border.roles import Cast, Who, gather_everybody, switch_two_off
from tests.border.rows import Rows, read_rows
from tests.border.words import DESCRIPTION, INTERNAL, MARKER, TITLE
from tests.plain_http import plain_http
from tests.world import NOW, World, open_world

DOOR = "slack"
# Nobody is refused for their haste.
PACE = Pace(requests_per_minute=100_000, wrong_per_minute=100_000, linear_seconds=0)
# Those who could write before two of them were switched off.
WRITERS = (Who.OWNER, Who.VENDOR, Who.EMPLOYEE, Who.CUSTOMER, Who.PROFILE_OFF, Who.USER_OFF)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a walk begins with, each time anew.

    Args:
        world: of Acme.
        cast: everybody.
        http: of the API.
        open: Acme's issue with the secret words, which nobody works on.
        resolved: another of the same customer, with the same words.
        lobby: a channel that is nobody's.
        said: by whom which message stands in the customer's thread of ``open``.
        noted: by whom which message stands in its triage thread.
        rows: every row.
        read: reads every row again.
    """

    world: World
    cast: Cast
    http: httpx.AsyncClient
    open: IssueRef
    resolved: IssueRef
    lobby: Channel
    said: dict[Who, Message]
    noted: dict[Who, Message]
    rows: Rows
    read: Callable[[], Awaitable[Rows]]

    @property
    def acme(self) -> int:
        """Acme's id."""
        return self.world.acme.organization_id

    def shown(self, channel: Channel) -> Message:
        """Return the message that shows the open issue in a channel."""
        return _shown(self.world, channel)

    def forger(self, who: Who) -> Forger:
        """Open a window of somebody."""
        slack = self.world.company.slack
        forger = Forger(slack.world, slack._deliveries, self.cast.members[who])  # noqa: SLF001 - as `as_user` does
        forger.begin()
        return forger


@contextlib.asynccontextmanager
async def open_scene(database_url: str) -> AsyncIterator[Scene]:
    """Set it all up in a migrated, empty database."""
    sqlite = database_url.startswith("sqlite")
    async with contextlib.AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(database_url, admin_token="of-nobody-here", pace=PACE))
        http = plain_http(base_url=world.server.url, timeout=30)
        await stack.enter_async_context(http)
        cast = await gather_everybody(world)
        lobby = world.company.slack.add_channel(world.company.team, "lobby", members=[])
        lobby.members.extend([*cast.members.values(), world.company.app.bot_user])
        await _set_marker(world)
        open_, resolved = await _raise_issues(world, cast)
        said, noted = await _talk(world, cast, open_)
        await switch_two_off(world, cast)
        read = stack.enter_context(_reader(database_url)) if sqlite else partial(_read, world)
        yield Scene(
            world=world,
            cast=cast,
            http=http,
            open=open_,
            resolved=resolved,
            lobby=lobby,
            said=said,
            noted=noted,
            rows=await read(),
            read=read,
        )


async def _read(world: World) -> Rows:
    async def read(session: AsyncSession) -> Rows:
        return await (await session.connection()).run_sync(read_rows)

    return await world.bot.transaction.read(read)


@contextlib.contextmanager
def _reader(database_url: str) -> Iterator[Callable[[], Awaitable[Rows]]]:
    """Read from the file itself: a thousand times each of two dozen tables is much for the way through a thread.

    And not again while nobody has committed anything.
    """
    engine = create_engine(database_url)
    known: dict[int, Rows] = {}

    async def read() -> Rows:
        version = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        connection.rollback()
        if version not in known:
            known.clear()
            known[version] = read_rows(connection)
            connection.rollback()
        return known[version]

    with engine.connect() as connection:
        yield read
    engine.dispose()


def _shown(world: World, channel: Channel) -> Message:
    return next(message for message in world.posts(channel) if TITLE in message.text)


async def _set_marker(world: World) -> None:
    settings = OrganizationSettings(customers_join=CustomersJoin.OPEN, reply_marker=MARKER, reopen_days=14)
    change = partial(change_settings, organization_id=world.acme.organization_id, settings=settings)
    await world.bot.transaction.write(change)


async def _raise_issues(world: World, cast: Cast) -> tuple[IssueRef, IssueRef]:
    """Let people raise issues; returns Acme's two with the secret words, the second of which is resolved."""
    intake, members = world.company.intake, cast.members
    [theirs] = [each for each in world.company.slack.world.channels.values() if each.name == "globex-help"]
    await world.raise_issue(members[Who.CUSTOMER], intake, f"The {TITLE} is broken", f"It is {DESCRIPTION}.")
    await world.raise_issue(members[Who.CUSTOMER], intake, "Solved already", f"It was {TITLE}, {DESCRIPTION}.")
    await world.raise_issue(members[Who.OTHER_CUSTOMER], intake, "Another customer's")
    await world.raise_issue(members[Who.GLOBEX_CUSTOMER], theirs, "Of Globex")
    acme, transaction = world.acme, world.bot.transaction
    newest = await transaction.read(partial(newest_issues, organization_id=acme.organization_id, limit=9))
    open_, resolved = newest[-1].ref, newest[-2].ref
    wish = Wish(user=acme.owner, action=Action.RESOLVE, door=DOOR)
    assert isinstance(await transaction.write(partial(act, ref=resolved, wish=wish, now=NOW)), Done)
    await world.settle()
    return open_, resolved


async def _talk(world: World, cast: Cast, ref: IssueRef) -> tuple[dict[Who, Message], dict[Who, Message]]:
    """Let all say something in the customer's thread who may, and the team among itself."""
    company, slack, acme = world.company, world.company.slack, world.acme
    said, noted = dict[Who, Message](), dict[Who, Message]()
    for who in WRITERS:
        person = slack.as_user(cast.members[who])
        thread = _shown(world, company.intake)
        said[who] = await person.post(company.intake, "Something public.", thread=thread)
        if who is not Who.CUSTOMER:
            thread = _shown(world, company.triage)
            noted[who] = await person.post(company.triage, f"Between us: {INTERNAL}.", thread=thread)
        await slack.quiet()
    note = CommentVisibility.INTERNAL
    words = Words(user=acme.owner, visibility=note, text=f"A note: {INTERNAL}", door=DOOR)
    await world.bot.transaction.write(partial(say, ref=ref, words=words, now=NOW))
    await world.settle()
    return said, noted
