"""Credentials for Linear: a personal key, or tokens of an OAuth app that all replicas share."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.linear_connection import Tokens
from bot.domain.retry import NotSent
from storage import linear_grants
from storage.linear_grants import LockedTokens
from storage.transaction import Transaction
from storage.vault import Vault, WrongKeyError

log = structlog.stdlib.get_logger(__name__)

# How often, in seconds, the others look whether a token is there that one replica fetches.
LOOK_SECONDS = 0.25
MOST_LOOKS = 60
# A token that ends sooner is not used for a call that may take a while.
SPARE = timedelta(minutes=1)
BEING_FETCHED = "Linear's token is being fetched by another process"

# Fetches the tokens that follow upon a refresh token; None: there is none.
Fetch = Callable[[str | None], Awaitable[Tokens]]


class ApiKey:
    """A personal API key; what it does is done in that person's name."""

    is_app = False

    def __init__(self, key: str) -> None:
        self._key = key
        self.key = key

    async def authorization(self) -> str:
        """Return the header's value: the key stands there bare (Linear's documentation, "Personal API keys")."""
        return self._key

    async def renew(self, refused: str) -> bool:  # noqa: ARG002 - a key is what it is
        """Tell that there is no other."""
        return False


class PlainToken:
    """A token that was just given, to be tried before it is stored."""

    is_app = True

    def __init__(self, access: str) -> None:
        self._access = access
        self.key = access

    async def authorization(self) -> str:
        """Return the header's value."""
        return f"Bearer {self._access}"

    async def renew(self, refused: str) -> bool:  # noqa: ARG002 - there is nothing to renew it by
        """Tell that there is no other."""
        return False


def locked_tokens(vault: Vault, tokens: Tokens) -> LockedTokens:
    """Return tokens as they may be stored."""
    refresh = None if tokens.refresh is None else vault.lock(tokens.refresh)
    return LockedTokens(access=vault.lock(tokens.access), refresh=refresh, expires_at=tokens.expires_at)


class SharedGrant:
    """An OAuth app's tokens, kept in the database for all replicas.

    The next one is fetched by one of them while the others wait: a new token may end the one before it, and a
    refresh token is good for one use (reference: Linear, "Attribution and auth").

    Args:
        transaction: where they are kept.
        vault: decrypts them.
        name: under which they are kept.
        key: whose budget of calls they use; no secret.
        fetch: fetches the next ones.
        clock: gives the time in UTC.
        lease_seconds: how long one replica may take to fetch a token, until another one does.
        pause: waits so many seconds.
    """

    is_app = True

    def __init__(
        self,
        transaction: Transaction,
        vault: Vault,
        *,
        name: str,
        key: str,
        fetch: Fetch,
        clock: Callable[[], datetime],
        lease_seconds: float,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.key = key
        self._transaction = transaction
        self._vault = vault
        self._name = name
        self._fetch = fetch
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._pause = pause
        self._held: Tokens | None = None
        self._renewing: asyncio.Task[None] | None = None

    async def authorization(self) -> str:
        """Return the header's value.

        Raises:
            LinearError: Linear gives no token (any more).
            NotSent: none can be fetched now.
        """
        if self._held is None or not self._lasts(self._held):
            await self._renewed(None)
        return self._header()

    async def renew(self, refused: str) -> bool:
        """See that there is another token than the one that was refused; raises as above."""
        # Once more where another token was waited for, and this is the one that came.
        for _ in range(2):
            if self._header() == refused:
                await self._renewed(refused)
        return True

    def _header(self) -> str:
        return "" if self._held is None else f"Bearer {self._held.access}"

    def _lasts(self, tokens: Tokens) -> bool:
        return tokens.expires_at > self._clock() + SPARE

    async def _renewed(self, refused: str | None) -> None:
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.get_running_loop().create_task(self._renew(refused))
            self._renewing.add_done_callback(_looked_at)
        # Whoever waits may be cancelled; what is fetched is kept for all.
        await asyncio.shield(self._renewing)

    async def _renew(self, refused: str | None) -> None:
        for _ in range(MOST_LOOKS):
            stored = await self._transaction.read(partial(linear_grants.tokens, key=self._name))
            found = None if stored is None else self._opened(stored)
            if found is not None and self._lasts(found) and f"Bearer {found.access}" != refused:
                self._held = found
                return
            seen = None if stored is None else stored.access
            claim = partial(linear_grants.claim_refresh, key=self._name, seconds=self._lease_seconds, seen=seen)
            fence = await self._transaction.write(claim)
            if fence is not None:
                self._held = await self._fetched(fence, found.refresh if found else None)
                return
            await self._pause(LOOK_SECONDS)
        raise NotSent(BEING_FETCHED)

    async def _fetched(self, fence: int, refresh_token: str | None) -> Tokens:
        try:
            new = await self._fetch(refresh_token)
        except BaseException:
            with contextlib.suppress(Exception):
                await self._transaction.write(partial(linear_grants.give_up_refresh, key=self._name, fence=fence))
            raise
        # Linear may give no refresh token anew: then the one before it goes on.
        new = replace(new, refresh=new.refresh or refresh_token)
        locked = locked_tokens(self._vault, new)
        put = partial(linear_grants.put_tokens, key=self._name, fence=fence, new=locked)
        if not await self._transaction.write(put):
            raise NotSent(BEING_FETCHED)
        log.info("a token for Linear was fetched", grant=self._name)
        return new

    def _opened(self, stored: LockedTokens) -> Tokens | None:
        if stored.access is None or stored.expires_at is None:
            return None
        try:
            return Tokens(
                access=self._vault.unlock(stored.access),
                refresh=None if stored.refresh is None else self._vault.unlock(stored.refresh),
                expires_at=stored.expires_at,
            )
        except WrongKeyError:
            log.warning("the stored token for Linear was encrypted with another SECRET_KEY", grant=self._name)
            return None


def _looked_at(task: asyncio.Task[None]) -> None:
    """Take the error of a task for which nobody waits any more."""
    if not task.cancelled():
        task.exception()
