"""Each organization's way to Linear: which credential is used for it, and what its failures mean for an effect."""

from collections.abc import Mapping
from typing import Any, Protocol

import httpx

from bot.delivery.failures import linear_failure
from bot.delivery.linear_api import LinearApi, LinearError


class LinearWays(Protocol):
    """Tells which credential is an organization's."""

    async def of(self, organization_id: int) -> LinearApi:
        """Return the way of an organization.

        Raises:
            DeliveryFailure: it has none now.
        """
        ...


class OneWay:
    """The environment's credential, for every organization."""

    def __init__(self, api: LinearApi) -> None:
        self._api = api

    async def of(self, organization_id: int) -> LinearApi:  # noqa: ARG002 - it is the same for all
        """Return the way."""
        return self._api


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
