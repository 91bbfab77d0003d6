"""Each organization's way to Linear: which credential is used for it, and what its failures mean for an effect."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

import httpx
import structlog

from bot.delivery.failures import linear_failure
from bot.delivery.linear_api import Hears, LinearApi, LinearError
from bot.domain.linear_connection import Connection
from bot.domain.retry import AlreadyDone, DeliveryFailure, GiveUp
from bot.domain.trouble import LINEAR_CREDENTIAL
from bot.errors import UnavailableError
from bot.usecases.linear_trouble import lose_linear, mend_linear
from storage import linear_connections
from storage.transaction import Transaction
from storage.vault import WrongKeyError

log = structlog.stdlib.get_logger(__name__)

LINEAR_IS_OFF = "Linear is off"


class LinearWays(Protocol):
    """Tells which credential is an organization's."""

    async def of(self, organization_id: int) -> LinearApi:
        """Return the way of an organization.

        Raises:
            AlreadyDone: it has none, and nothing is to go there: Linear is off.
            DeliveryFailure: it has none now.
        """
        ...

    async def is_on(self, organization_id: int) -> bool:
        """Tell whether an organization's issues go to Linear at all."""
        ...


class OneWay:
    """The environment's credential, for every organization; None: Linear is off."""

    def __init__(self, api: LinearApi | None) -> None:
        self._api = api

    async def of(self, organization_id: int) -> LinearApi:  # noqa: ARG002 - it is the same for all
        """Return the way; raises ``AlreadyDone``."""
        if self._api is None:
            raise AlreadyDone(LINEAR_IS_OFF)
        return self._api

    async def is_on(self, organization_id: int) -> bool:  # noqa: ARG002 - it is the same for all
        """Tell whether there is a credential."""
        return self._api is not None


# Opens the way of a connection; told of each of its answers is the second.
OpenWay = Callable[[Connection, Hears], LinearApi]


class ConnectedWays:
    """An organization's own connection; where it has none, the environment's credential.

    A connection is looked for at each call: one that was changed or ended in another process is changed here too.

    Args:
        transaction: where connections are.
        environment: serves whoever has none; None: nothing does.
        open_way: opens a connection's way.
    """

    def __init__(self, transaction: Transaction, environment: LinearApi | None, open_way: OpenWay) -> None:
        self._transaction = transaction
        self._environment = OneWay(environment)
        self._open_way = open_way
        self._opened = dict[int, tuple[tuple[object, ...], LinearApi]]()
        self._lost = set[int]()

    async def of(self, organization_id: int) -> LinearApi:
        """Return the way; raises as ``LinearWays.of``."""
        look = partial(linear_connections.connection, organization_id=organization_id)
        connection = await self._transaction.read(look)
        if connection is None:
            self._opened.pop(organization_id, None)
            return await self._environment.of(organization_id)
        (self._lost.discard if connection.problem is None else self._lost.add)(organization_id)
        return await self._way(connection)

    async def is_on(self, organization_id: int) -> bool:
        """Tell whether there is a connection, or a credential of the environment."""
        if await self._environment.is_on(organization_id):
            return True
        look = partial(linear_connections.is_connected, organization_id=organization_id)
        return await self._transaction.read(look)

    async def _way(self, connection: Connection) -> LinearApi:
        organization_id = connection.organization_id
        # A new consent to the same app has no other secret, and begins anew all the same.
        this = (connection.kind, connection.secret, connection.account, connection.created_at)
        known, way = self._opened.get(organization_id, (None, None))
        if way is None or known != this:
            try:
                way = self._open_way(connection, partial(self._hear, connection))
            except WrongKeyError:
                log.warning("a connection was encrypted with another SECRET_KEY", organization_id=organization_id)
                await self._hear(connection, accepted=False)
                raise GiveUp(LINEAR_CREDENTIAL) from None
            self._opened[organization_id] = (this, way)
        return way

    async def _hear(self, connection: Connection, *, accepted: bool) -> None:
        organization_id = connection.organization_id
        if accepted is (organization_id not in self._lost):
            return
        change = mend_linear if accepted else lose_linear
        write = partial(change, organization_id=organization_id, connected_at=connection.created_at)
        try:
            await self._transaction.write(write)
        except UnavailableError:
            # What Linear answered is not lost for it: the next call tells the same.
            log.warning("it was not remembered how a connection works", organization_id=organization_id)
            return
        (self._lost.discard if accepted else self._lost.add)(organization_id)


class LinearCalls:
    """Asks Linear for an organization.

    Args:
        ways: the credentials.
    """

    def __init__(self, ways: LinearWays) -> None:
        self._ways = ways

    async def try_to_run(
        self, organization_id: int, operation: str, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Run one of the documents and return its ``data``.

        Raises:
            LinearError: Linear refused, for who knows refusals that are no failures; or see ``LinearApi.run``.
            httpx.TransportError: no answer came.
            DeliveryFailure: there is no way to Linear now.
        """
        return await (await self._ways.of(organization_id)).run(operation, variables)

    async def run(self, organization_id: int, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Run one of the documents and return its ``data``.

        Raises:
            DeliveryFailure: it was not done, or maybe.
        """
        try:
            return await self.try_to_run(organization_id, operation, variables)
        except (LinearError, httpx.TransportError) as error:
            raise linear_failure(error) from error

    async def is_app(self, organization_id: int) -> bool:
        """Tell whether we act as an app for an organization, which may say for whom (``createAsUser``).

        Raises:
            DeliveryFailure: there is no way to Linear now.
        """
        return (await self._ways.of(organization_id)).is_app

    async def actor_of(self, organization_id: int) -> str | None:
        """Return by which id our own changes are known in an organization's Linear.

        None: by none. With a personal key its owner acts, who is a human too; or Linear cannot be asked now.
        """
        try:
            way = await self._ways.of(organization_id)
            return await way.actor_id() if way.is_app else None
        except (LinearError, httpx.TransportError, DeliveryFailure):
            return None
