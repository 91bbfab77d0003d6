"""Vera and her organization's Linear: the form of ``/threadline linear``, and what follows from it."""

from functools import partial
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_connection import Connection
from bot.views.linear_modal import KEY
from sandbox.slack import Person, User
from storage import linear_connections
from storage.tables import Base
from tests.journeys.asking import open_modal, save, seen
from tests.plain_http import plain_http
from tests.world import World


async def connect(world: World, key: str, user: User | None = None) -> str:
    """Let an owner, Vera unless told otherwise, connect their organization; returns what the form says then."""
    owner = await open_modal(world, user or world.company.vera, "linear")
    owner.fill(KEY, key)
    assert await save(owner) == {}
    return seen(world, owner)


async def connection(world: World, organization_id: int | None = None) -> Connection | None:
    """Return the connection of an organization: Acme's, unless told otherwise."""
    asked = organization_id or world.acme.organization_id
    return await world.bot.transaction.read(partial(linear_connections.connection, organization_id=asked))


async def everything_stored(world: World) -> str:
    """Return every value of every table."""

    async def read(session: AsyncSession) -> str:
        found = [str(row) for table in Base.metadata.sorted_tables for row in await session.execute(table.select())]
        return "\n".join(found)

    return await world.bot.transaction.read(read)


def told(world: World) -> list[str]:
    """Return what the owner reads in the direct message with the bot."""
    slack, company = world.company.slack, world.company
    return [slack.as_text(message) for message in world.posts(slack.direct_channel(company.app, company.vera))]


async def get(world: World, address: str, **asked: str) -> httpx.Response:
    """Open an address of the bot in a browser, which follows nothing."""
    path = address.removeprefix(str(world.settings.public_url))
    async with plain_http(base_url=world.server.url) as browser:
        return await browser.get(path, params=asked or None)


def link_in(person: Person) -> str:
    """Return the link that is behind the button in the modal on top of somebody's screen."""
    assert person.modal is not None
    blocks: list[dict[str, Any]] = person.modal.blocks
    [url] = [
        element["url"]
        for block in blocks
        for element in block.get("elements", ())
        if element.get("url") is not None
    ]
    return str(url)
