"""The webhooks of organizations' own connections: found by their paths, proven by the secrets their owners gave."""

from functools import partial

import structlog

from bot.domain.linear_told import Served
from bot.usecases.linear_desk import LinearDesk
from bot.usecases.look_at_linear import webhook_secrets
from handlers.linear.signatures import Subscription
from storage.transaction import Transaction
from storage.vault import WrongKeyError

log = structlog.stdlib.get_logger(__name__)


class ConnectionWebhooks:
    """Finds them.

    Args:
        transaction: where connections are.
        desk: decrypts the secrets.
    """

    def __init__(self, transaction: Transaction, desk: LinearDesk) -> None:
        self._transaction = transaction
        self._desk = desk

    async def at(self, path: str) -> Subscription | None:
        """Return the webhook that comes to this path; None: there is none.

        Raises:
            UnavailableError: the database is away.
        """
        try:
            found = await self._transaction.read(partial(webhook_secrets, path=path, desk=self._desk))
        except WrongKeyError:
            log.warning("a webhook's secret was encrypted with another SECRET_KEY: its owner is to give it anew")
            return None
        if found is None:
            return None
        organization_id, secrets = found
        return Subscription(secrets=secrets, served=Served(organization_id))
