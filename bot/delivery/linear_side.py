"""Everything by which we reach Linear, built of the settings."""

from collections.abc import Callable
from datetime import datetime

import httpx

from bot.delivery.linear_api import AUTHENTICATION_ERROR, Credential, Hears, LinearApi, LinearError
from bot.delivery.linear_credentials import ApiKey, Fetch, SharedGrant
from bot.delivery.linear_oauth import TIMEOUT_SECONDS, LinearOAuth
from bot.delivery.linear_ways import ConnectedWays
from bot.domain.linear_connection import Connection, ConnectionKind, Tokens, grant_key
from bot.settings import Settings
from storage.transaction import Transaction
from storage.vault import Vault


class LinearSide:
    """The ways to Linear.

    ``environment`` is the credential of the settings, if they have one; ``oauth`` their app; ``ways`` each
    organization's way.

    Args:
        http: the client, shared; the caller closes it.
        settings: as read.
        transaction: where connections and tokens are.
        vault: decrypts them.
        clock: gives the time in UTC.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        settings: Settings,
        transaction: Transaction,
        vault: Vault,
        clock: Callable[[], datetime],
    ) -> None:
        self._http = http
        self._url = settings.linear_api_url
        self._transaction = transaction
        self._clock = clock
        self._lease_seconds = settings.lease_seconds
        self.vault = vault
        self.oauth = _oauth(settings, http, clock)
        self.environment = self._environment(settings)
        self.ways = ConnectedWays(transaction, self.environment, self._open_way)

    def api(self, credential: Credential) -> LinearApi:
        """Return the way of any credential, such as one that is to be tried."""
        return LinearApi(self._http, url=self._url, credential=credential, clock=self._clock)

    def _environment(self, settings: Settings) -> LinearApi | None:
        if settings.linear_api_key is not None:
            return self.api(ApiKey(settings.linear_api_key.get_secret_value()))
        if self.oauth is None:
            return None
        oauth = self.oauth

        async def fetch(_refresh_token: str | None) -> Tokens:
            return await oauth.for_the_app()

        return self.api(self._grant(None, oauth.client_id, fetch))

    def _open_way(self, connection: Connection, hears: Hears) -> LinearApi:
        return LinearApi(
            self._http,
            url=self._url,
            credential=self._credential(connection),
            clock=self._clock,
            actor_id=connection.account.actor_id,
            hears=hears,
        )

    def _credential(self, connection: Connection) -> Credential:
        if connection.kind is ConnectionKind.API_KEY:
            return ApiKey(self.vault.unlock(connection.secret))
        # The app's user in one of Linear's organizations has one budget, whoever of us uses it.
        key = f"{connection.account.organization_id}:{connection.account.actor_id}"
        return self._grant(connection.organization_id, key, self._refreshed)

    async def _refreshed(self, refresh_token: str | None) -> Tokens:
        if self.oauth is None or refresh_token is None:
            # The app was taken out of the settings, or the consent gave nothing to go on with.
            raise LinearError(httpx.codes.UNAUTHORIZED, AUTHENTICATION_ERROR, "nothing to get a new token for")
        return await self.oauth.refreshed(refresh_token)

    def _grant(self, organization_id: int | None, key: str, fetch: Fetch) -> SharedGrant:
        return SharedGrant(
            self._transaction,
            self.vault,
            name=grant_key(organization_id),
            key=key,
            fetch=fetch,
            clock=self._clock,
            # Linear may take its time to answer: with a shorter lease, others would fetch one after another.
            lease_seconds=max(self._lease_seconds, TIMEOUT_SECONDS),
        )


def _oauth(settings: Settings, http: httpx.AsyncClient, clock: Callable[[], datetime]) -> LinearOAuth | None:
    if settings.linear_client_id is None or settings.linear_client_secret is None:
        return None
    return LinearOAuth(
        http,
        api_url=settings.linear_api_url,
        client_id=settings.linear_client_id,
        client_secret=settings.linear_client_secret.get_secret_value(),
        clock=clock,
    )
