"""Programs that call the HTTP API of a world's bot."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import ProfileKind, User
from bot.usecases.tokens import make_token
from storage import people, tables
from storage.transaction import Transaction
from tests.plain_http import plain_http
from tests.world import NOW, World

RAISE = "/api/client/issues/raise/"
MINE = "/api/client/issues/"
ALL = "/api/vendor/issues/"
ME = "/api/me/"
MODE = "/api/me/mode/"
REGISTER = "/api/auth/register/"


@dataclass(frozen=True)
class Caller:
    """A program with somebody's token."""

    http: httpx.AsyncClient
    user: User
    token: str

    async def get(self, path: str, **params: Any) -> httpx.Response:
        """Ask for something."""
        return await self.http.get(path, params=params, headers=self.headers())

    async def post(self, path: str, body: Any = None, key: str | None = None, **more: Any) -> httpx.Response:
        """Send something, as JSON unless ``content`` says otherwise."""
        sent = more if "content" in more else {"json": body}
        return await self.http.post(path, headers=self.headers(key), **sent)

    def headers(self, key: str | None = None) -> dict[str, str]:
        """Return what stands over each request."""
        given = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        return given if key is None else {**given, "Idempotency-Key": key}

    async def raises(self, title: str = "Export fails", **body: Any) -> dict[str, Any]:
        """Raise an issue; returns the issue of the answer."""
        answer = await self.post(RAISE, {"title": title, **body})
        assert answer.status_code == 201, answer.text
        issue: dict[str, Any] = answer.json()["issue"]
        return issue


@contextlib.asynccontextmanager
async def line_to(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Open an HTTP client of the bot."""
    async with plain_http(base_url=world.server.url, timeout=30) as http:
        yield http


async def newcomer(
    transaction: Transaction, organization_id: int, *kinds: ProfileKind, email: str | None = None, name: str = "Ada"
) -> User:
    """Add a person with these profiles, who is not known in Slack."""

    async def add(session: AsyncSession) -> User:
        user = await people.add_user(
            session, email=email, email_trusted=False, first_name=name, last_name="Lovelace", now=NOW
        )
        await people.add_profiles(session, user.id, organization_id, kinds, NOW)
        return user

    return await transaction.write(add)


async def token_of(transaction: Transaction, user: User, organization_id: int) -> str:
    """Make a token."""
    return await transaction.write(partial(make_token, user_id=user.id, organization_id=organization_id, now=NOW))


async def caller(
    http: httpx.AsyncClient, world: World, *kinds: ProfileKind, organization_id: int | None = None, **who: Any
) -> Caller:
    """Return a program of a new person with these profiles, at Acme unless told otherwise."""
    transaction, where = world.bot.transaction, organization_id or world.acme.organization_id
    user = await newcomer(transaction, where, *kinds, **who)
    return Caller(http, user, await token_of(transaction, user, where))


async def owners(http: httpx.AsyncClient, world: World) -> Caller:
    """Return a program of Vera, who owns Acme: vendor, employee and customer in one."""
    owner = world.acme.owner
    return Caller(http, owner, await token_of(world.bot.transaction, owner, world.acme.organization_id))


async def switch_off(world: World, table: type[tables.Profile | tables.CrmUser], **where: Any) -> None:
    """Switch profiles, or somebody, off."""

    async def off(session: AsyncSession) -> None:
        await session.execute(update(table).filter_by(**where).values(active=False))

    await world.bot.transaction.write(off)
